//! The storage port of rooms.

use super::{Authz, DirectPair, Inbox, MemberRow, NewGroup, PrefsChange, RoomPlace, RoomRow};
use crate::{
    error::StoreError,
    people::{AvatarSize, AvatarVersion},
    timeline::{Told, UserNote},
};
use async_trait::async_trait;
use bytes::Bytes;
use chatlink_protocol::{
    RoomId, Seq, Timestamp, UserId,
    frame::{Head, Receipt},
};
use std::collections::HashMap;

/// A room that somebody is a member of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Which.
    pub room_id: RoomId,
    /// Where it stands.
    pub head: Head,
    /// The first seq that he may read.
    pub from_seq: Seq,
    /// It is a request that he declined and that waits for its opener's eyes still: he is told nothing of it.
    pub declined: bool,
}

/// What [`RoomStore::open_direct`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum OpenDirect {
    /// A new room, pending for the other person; what the opener's own log was told.
    Created(RoomId, Vec<Told>),
    /// The pair's room was there.
    Found(RoomId),
    /// The pair's room was there and waited for this person: now it is accepted.
    Accepted(RoomId, Vec<Told>),
    /// There is no room, and one of the two is deleted.
    NoUser,
}

/// What [`RoomStore::create_group`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum CreateGroup {
    /// The group exists now; what its members are told.
    Created(Vec<Told>),
    /// This `client_id` made that room before, by the same request.
    Repeated(RoomId),
    /// This `client_id` made a room by another request.
    Conflict,
    /// The creator's account is deleted: there is no group.
    NoCreator,
}

/// A mark to be merged: the higher of the stored and this one stays, each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptMark {
    /// Where.
    pub room_id: RoomId,
    /// Whose.
    pub user_id: UserId,
    /// Everything up to here reached him.
    pub delivered_seq: Seq,
    /// Everything up to here he read.
    pub read_seq: Seq,
}

/// What a flush of marks moved in one room.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiptsFlushed {
    /// The room.
    pub room_id: RoomId,
    /// The room's `receipts_rev`, if the flush raised it: if others may see what moved.
    pub rev: Option<u64>,
    /// The marks that moved, as they stand now.
    pub moved: Vec<Receipt>,
    /// What the owners of the read marks are told in their own logs (kind `read`).
    pub told: Vec<Told>,
}

/// Keeps rooms, members, requests, and each member's settings and marks. Each verb is one
/// transaction; every change of members, roles, acceptance or settings bumps the room's
/// authz version in it.
#[async_trait]
pub trait RoomStore: Send + Sync {
    /// Opens the pair's only room, both as members who read from seq 1, pending until the other
    /// than `opener` accepts, and tells `created`. When it is there and pending for `opener` (who is
    /// the other person, then), accepts it and tells `accepted`. The verb fills the room's id in as
    /// the subject of the notes. A room that `opener` declined before is accepted, too; one that is severed is found
    /// and stays as it is. Atomic and idempotent by pair.
    async fn open_direct(
        &self,
        room_id: RoomId,
        pair: DirectPair,
        opener: UserId,
        created: Vec<UserNote>,
        accepted: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<OpenDirect, StoreError>;

    /// Creates a group: the creator as owner, the others as members, all reading from seq 1. Tells
    /// `notes`. Whose account is deleted is left out. Atomic, idempotent by (creator, client_id).
    async fn create_group(
        &self,
        group: NewGroup,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<CreateGroup, StoreError>;

    /// All that decisions in the room need, in one consistent read. Of a group's members only those
    /// whose accounts are not deleted. `None`: no such room.
    async fn load_authz(&self, room_id: RoomId) -> Result<Option<Authz>, StoreError>;

    /// Accepts the pending request for `user`, bumps the version, tells `notes`. `None`: it was not
    /// pending for him (accepted already, his own, not a member), or the room is severed: nothing changed.
    async fn accept(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<Option<Vec<Told>>, StoreError>;

    /// Declines the pending request for `user`: it leaves his lists and stays pending for the
    /// opener, who learns nothing; tells `notes`. `None`: it was not pending for him, and nothing changed.
    async fn decline(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<Option<Vec<Told>>, StoreError>;

    /// The user's rooms in that list, those that he pinned first, then the newest `updated_at`, then by
    /// room id, descending: as [`RoomPlace`] orders them; strictly after `after`; at most `limit`. Unread
    /// counts and last items included, in a bounded number of queries.
    async fn list_rooms(
        &self,
        user: UserId,
        inbox: Inbox,
        after: Option<RoomPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<RoomRow>, StoreError>;

    /// One room as this member sees it. `None`: not a member.
    async fn find_room(&self, user: UserId, room_id: RoomId, now: Timestamp) -> Result<Option<RoomRow>, StoreError>;

    /// How many of the user's rooms that are not in Requests ask for attention, as
    /// [`asks_for_attention`](super::asks_for_attention) says.
    async fn badge(&self, user: UserId, now: Timestamp) -> Result<u32, StoreError>;

    /// The room's picture of that version, encoded. `None`: it shows no such picture (any more). Pictures are written
    /// by [`append`](crate::timeline::TimelineStore::append) alone, with the event that tells of them.
    async fn find_room_avatar(
        &self,
        room_id: RoomId,
        version: AvatarVersion,
        size: AvatarSize,
    ) -> Result<Option<Bytes>, StoreError>;

    /// Members by id, strictly after `after`, at most `limit`; of a group only those whose accounts are
    /// not deleted.
    async fn list_members(
        &self,
        room_id: RoomId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberRow>, StoreError>;

    /// Changes one's own settings of a room and tells `note` with the new [`Prefs`](super::Prefs)
    /// as its body (the verb fills it). `None`: not a member.
    async fn set_prefs(
        &self,
        user: UserId,
        room_id: RoomId,
        change: PrefsChange,
        now: Timestamp,
    ) -> Result<Option<Told>, StoreError>;

    /// Merges marks by maximum, never above the room's head, of current members alone; a risen read mark also clears
    /// `marked_unread` and goes into its owner's log. Answers only rooms in which something moved. Bumps `receipts_rev`
    /// of each of them in which others may see one that moved, once: whose owner shows how far he read, in a room that
    /// is not severed and has at most [`SMALL_ROOM`](super::SMALL_ROOM) members.
    async fn flush_receipts(&self, marks: Vec<ReceiptMark>, now: Timestamp)
    -> Result<Vec<ReceiptsFlushed>, StoreError>;

    /// The room's `receipts_rev` and marks of all members, at most `limit`, by user id; with `only` of that
    /// member alone, whose row is the only one that is read.
    async fn list_receipts(
        &self,
        room_id: RoomId,
        only: Option<UserId>,
        limit: u32,
    ) -> Result<(u64, Vec<Receipt>), StoreError>;

    /// Every room that each of these people is a member of, newest activity first, in one query however many they are;
    /// nobody without any. The hub asks for all who connect at the same time.
    async fn memberships_of(&self, users: &[UserId]) -> Result<HashMap<UserId, Vec<Membership>>, StoreError>;

    /// The same of one person.
    async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, StoreError> {
        Ok(self.memberships_of(&[user]).await?.remove(&user).unwrap_or_default())
    }
}
