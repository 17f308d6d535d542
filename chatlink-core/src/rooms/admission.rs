//! The storage port of who comes into rooms: bans, invites, public rooms, and those who ask.

use super::{Door, RoomSettings};
use crate::{
    error::StoreError,
    locale::{Language, Level},
    timeline::{Told, UserNote},
};
use async_trait::async_trait;
use chatlink_protocol::{InviteId, RoomId, Timestamp, UserId};
use std::{collections::HashSet, time::Duration};

/// Invites that a room has at once.
pub const MAX_INVITES: u32 = 50;
/// People who wait for one room at once.
pub const MAX_ASKING: u32 = 1_000;
/// Who was declined may ask again after this; until then the asking is heard by nobody.
pub const ASK_AGAIN: Duration = Duration::from_secs(30 * 24 * 3600);

/// Somebody who is kept out of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BanRow {
    /// Who.
    pub user_id: UserId,
    /// By whom; `None` once that account is deleted.
    pub banned_by: Option<UserId>,
    /// Since when.
    pub banned_at: Timestamp,
}

/// An invite to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewInvite {
    /// Its name.
    pub invite_id: InviteId,
    /// SHA-256 of its token, which nobody keeps.
    pub token_hash: [u8; 32],
    /// To which room.
    pub room_id: RoomId,
    /// Who makes it.
    pub created_by: UserId,
    /// The room's authz version on which that was allowed.
    pub authz_version: u64,
    /// How often it lets somebody in; `None`: without end.
    pub max_uses: Option<u32>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// What [`AdmissionStore::create_invite`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateInvite {
    /// It lets people in from now on.
    Created,
    /// The room changed since the decision: decide again.
    Stale,
    /// The room has [`MAX_INVITES`].
    Full,
}

/// An invite, as those who lead the room see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InviteRow {
    /// Its name.
    pub invite_id: InviteId,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// How often it lets somebody in.
    pub max_uses: Option<u32>,
    /// How often it did.
    pub uses: u32,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A room behind an invite.
#[derive(Clone, Debug, PartialEq)]
pub struct Invited {
    /// The room.
    pub room_id: RoomId,
    /// Its settings.
    pub settings: RoomSettings,
    /// Who made the invite.
    pub created_by: UserId,
    /// The door, as it is for whoever asks.
    pub door: Door,
}

/// Which public rooms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublicFilter {
    /// Of this language.
    pub language: Option<Language>,
    /// For this level.
    pub level: Option<Level>,
}

/// A public room, as somebody finds it who is no member.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicRow {
    /// The room.
    pub room_id: RoomId,
    /// Its settings.
    pub settings: RoomSettings,
    /// How many are in it.
    pub member_count: u32,
    /// Who owns it.
    pub owners: Vec<UserId>,
    /// Whether the finder asked to be let in.
    pub asked: bool,
    /// When something last happened in it: its place in the list.
    pub updated_at: Timestamp,
}

/// What [`AdmissionStore::ask_to_join`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum AskToJoin {
    /// He waits now; what those who lead the room are told.
    Asked(Vec<Told>),
    /// He waits already, or was declined not long ago: the two look alike.
    Waits,
    /// Nobody is let in by asking there, or not he.
    Shut,
    /// The room is full, or too many wait.
    Full,
}

/// Somebody who asks to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskingRow {
    /// Who.
    pub user_id: UserId,
    /// Since when.
    pub asked_at: Timestamp,
}

/// Keeps who may not come into rooms, and the ways in. Bans, uses of invites, and the end of the waiting of
/// whoever came in, are written by [`append`](crate::timeline::TimelineStore::append) alone.
#[async_trait]
pub trait AdmissionStore: Send + Sync {
    /// Who is kept out of the room, the newest first, then by id, descending; strictly after `after`, at
    /// most `limit`. Deleted accounts are not in it.
    async fn list_bans(
        &self,
        room_id: RoomId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<BanRow>, StoreError>;

    /// Those of these people whom the room keeps out, in one query.
    async fn find_banned(&self, room_id: RoomId, users: &[UserId]) -> Result<HashSet<UserId>, StoreError>;

    /// Makes an invite if the room still is at the version that it was allowed on. Invites of the room that
    /// let nobody in any more, by their time or their uses, are erased with it.
    async fn create_invite(&self, invite: NewInvite, now: Timestamp) -> Result<CreateInvite, StoreError>;

    /// The room's invites whose time and uses are not over, the newest first; all of them.
    async fn list_invites(&self, room_id: RoomId, now: Timestamp) -> Result<Vec<InviteRow>, StoreError>;

    /// Takes an invite of the room back: its token names nothing from then on. Whether there was one.
    async fn revoke_invite(&self, room_id: RoomId, invite_id: InviteId) -> Result<bool, StoreError>;

    /// The room behind a token, and its door as it is for `user`. `None`: no such invite.
    async fn find_invite(&self, token_hash: [u8; 32], user: UserId) -> Result<Option<Invited>, StoreError>;

    /// Public rooms which `user` is neither a member of nor kept out of, newest activity first (then by room
    /// id, descending), strictly after `after`, at most `limit`.
    async fn list_public(
        &self,
        user: UserId,
        filter: PublicFilter,
        after: Option<(Timestamp, RoomId)>,
        limit: u32,
    ) -> Result<Vec<PublicRow>, StoreError>;

    /// Lets `user` wait for a room that lets people in by asking, and tells `notes`, if its door (by
    /// [`Way::Asking`](super::Way::Asking)) opens now. Who was declined waits again after [`ASK_AGAIN`].
    async fn ask_to_join(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<AskToJoin, StoreError>;

    /// Who waits for the room and was not declined, the one who waits longest first, then by id; strictly
    /// after `after`, at most `limit`. With `only`: that person's row alone.
    async fn list_asking(
        &self,
        room_id: RoomId,
        only: Option<UserId>,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<AskingRow>, StoreError>;

    /// Declines somebody who waits, who learns nothing. Whether he waited.
    async fn decline_asking(&self, room_id: RoomId, user: UserId, now: Timestamp) -> Result<bool, StoreError>;
}
