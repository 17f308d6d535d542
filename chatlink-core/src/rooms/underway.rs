//! What somebody has under way at the doors of rooms: askings to be let in, invitations that he sent, invites that he
//! made. He can take back what was not answered; and what was declined looks to him as if it waited, then, too.

use super::{InviteRow, Right, Rooms, ways_in::asking_note, ways_in::leaders};
use crate::{
    error::StoreError,
    limiter::Cost,
    people::Brief,
    timeline::{TalkError, Told, UserNote, room_note},
};
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Timestamp, UserId};
use std::collections::HashMap;

/// So much of a kind is told at once, the newest.
pub const UNDERWAY_LIMIT: u32 = 1_000;

/// Somebody's asking to be let in, as he sees it: whether it waits or was declined, he does not learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnAsking {
    /// Into which room.
    pub room_id: RoomId,
    /// Since when.
    pub asked_at: Timestamp,
}

/// An invitation, as whoever sent it sees it: whether it waits or was declined, he does not learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentInvitation {
    /// Into which room.
    pub room_id: RoomId,
    /// Who is invited.
    pub user_id: UserId,
    /// When.
    pub invited_at: Timestamp,
}

/// An invite that somebody made, which still lets people in by its time and uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnInvite {
    /// Into which room.
    pub room_id: RoomId,
    /// The invite.
    pub invite: InviteRow,
}

/// Invitations that one sent, and the names of those who are invited.
#[derive(Clone, Debug, PartialEq)]
pub struct SentInvitations {
    /// The newest first.
    pub rows: Vec<SentInvitation>,
    /// Of those who are invited.
    pub briefs: HashMap<UserId, Brief>,
}

/// Knows and takes back what people have under way. Lists are the newest first, at most `limit`; what was taken back is
/// in none.
#[async_trait]
pub trait UnderwayStore: Send + Sync {
    /// The person's askings, declined ones among them.
    async fn own_asking(&self, user: UserId, limit: u32) -> Result<Vec<OwnAsking>, StoreError>;

    /// Takes an asking back. One that waits is gone, and `notes` are told; one that was declined stays declined, is told
    /// to nobody, and looks gone to whoever asked, until he asks again. Idempotent.
    async fn take_back_asking(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
    ) -> Result<Vec<Told>, StoreError>;

    /// Remembers that `by` invited these into the room, as far as he knows: for [`sent_invitations`](Self::sent_invitations)
    /// alone, until they come in or are banned. Members and deleted accounts are left out; the first time stays.
    async fn remember_invited(
        &self,
        room_id: RoomId,
        by: UserId,
        users: &[UserId],
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// The invitations that the person sent, whatever became of them. With `only`: into that room.
    async fn sent_invitations(
        &self,
        by: UserId,
        only: Option<RoomId>,
        limit: u32,
    ) -> Result<Vec<SentInvitation>, StoreError>;

    /// Takes an invitation of `by` back: it is in his list no more. One that waits by him is gone, and `notes` are told;
    /// one that was declined stays declined. Idempotent.
    async fn take_back_invitation(
        &self,
        room_id: RoomId,
        user: UserId,
        by: UserId,
        notes: Vec<UserNote>,
    ) -> Result<Vec<Told>, StoreError>;

    /// The invites that the person made and whose time and uses are not over.
    async fn own_invites(&self, user: UserId, now: Timestamp, limit: u32) -> Result<Vec<OwnInvite>, StoreError>;
}

impl Rooms {
    /// Remembers whom one invited, those among them who hear nothing of it.
    pub(super) async fn remember_invited(&self, me: UserId, room: RoomId, users: &[UserId]) -> Result<(), TalkError> {
        if users.is_empty() {
            return Ok(());
        }
        let kept = self.context.store.remember_invited(room, me, users, self.context.now()).await;
        Ok(self.context.observe(kept)?)
    }

    /// Asks no more to be let in. Idempotent, and the same answer whatever is there: it is about the caller alone.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn take_back_asking(&self, me: UserId, room: RoomId) -> Result<(), TalkError> {
        self.spend(me, Cost::Send)?;
        let authz = match self.timeline.room(room).await {
            Err(TalkError::NoRoom) => return Ok(()),
            authz => authz?,
        };
        let notes = leaders(&authz).map(|leader| asking_note(leader, room)).collect();
        let told = self.context.store.take_back_asking(room, me, notes).await;
        self.tell(self.context.observe(told)?);
        Ok(())
    }

    /// The invitations into a group that the caller sent and that he does not know to be answered.
    ///
    /// # Errors
    /// No right, too fast, or the store.
    pub async fn sent_invitations(&self, me: UserId, room: RoomId) -> Result<SentInvitations, TalkError> {
        self.spend(me, Cost::Read)?;
        self.timeline.allowed(me, room, Right::Add).await?;
        let rows = self.context.store.sent_invitations(me, Some(room), UNDERWAY_LIMIT).await;
        let mut rows = self.context.observe(rows)?;
        let users: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
        let open = self.people.may_meet_all(me, &users).await?;
        rows.retain(|row| open.contains(&row.user_id));
        Ok(SentInvitations { briefs: self.people.briefs(&users).await?, rows })
    }

    /// Takes an invitation back that the caller sent. Idempotent; another's stays.
    ///
    /// # Errors
    /// Not a member, too fast, or the store.
    pub async fn take_back_invitation(&self, me: UserId, room: RoomId, user: UserId) -> Result<(), TalkError> {
        self.spend(me, Cost::Send)?;
        self.timeline.authz_of(me, room).await?;
        let notes = vec![room_note(user, room, "uninvited")];
        let told = self.context.store.take_back_invitation(room, user, me, notes).await;
        self.tell(self.context.observe(told)?);
        Ok(())
    }
}
