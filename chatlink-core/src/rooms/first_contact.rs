//! First contact: the one rule of who may bring whom into a room how, and the storage port of what it asks.

use super::{Door, RoomSettings};
use crate::{
    error::StoreError,
    timeline::{Told, UserNote},
};
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Timestamp, UserId};
use std::{collections::HashMap, time::Duration};

/// Invitations that a room has at once, those declined not long ago included.
pub const MAX_INVITATIONS: u32 = 1_000;
/// Who declined can be invited again after this; until then nobody hears of it.
pub const INVITE_AGAIN: Duration = Duration::from_secs(30 * 24 * 3600);

/// How one may bring somebody into a room, direct or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// Not at all: as if there were no such person.
    Absent,
    /// Not first: the other's settings say so.
    Closed,
    /// By the direct room alone that is there: the other has not answered it, and lets nobody turn to him first by now.
    Opened,
    /// As a request that nobody hears: the other declined, which is told to nobody.
    Declined,
    /// As a request, which the other answers before anything else.
    Request,
    /// At once: they know each other.
    Settled,
}

/// What the direct room of two people says of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// The one who asks opened it, and it waits for an answer.
    Opened,
    /// The one who asks opened it, and the other declined.
    Declined,
    /// The other opened it; whether the one who asks has declined or not.
    Offered,
    /// It was accepted: they know each other.
    Settled,
}

/// The rule of first contact, asked on every path that brings one person to another. `may_contact`: what
/// [`People::may_contact`](crate::people::People::may_contact) says. `is_open`: what
/// [`People::open_to_first_word`](crate::people::People::open_to_first_word) says; where the other began it is not asked.
#[must_use]
pub const fn contact(may_contact: bool, tie: Option<Tie>, is_open: bool) -> Contact {
    match (may_contact, tie, is_open) {
        (false, ..) => Contact::Absent,
        (true, Some(Tie::Settled), _) => Contact::Settled,
        (true, Some(Tie::Declined), true) => Contact::Declined,
        (true, Some(Tie::Offered), _) | (true, Some(Tie::Opened) | None, true) => Contact::Request,
        // Whether he declined or has not answered looks alike.
        (true, Some(Tie::Opened | Tie::Declined), false) => Contact::Opened,
        (true, None, false) => Contact::Closed,
    }
}

/// Invitations to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewInvitations {
    /// To which room.
    pub room_id: RoomId,
    /// By whom.
    pub invited_by: UserId,
    /// The room's authz version on which that was allowed.
    pub authz_version: u64,
    /// What each who is invited is told.
    pub notes: Vec<UserNote>,
}

/// What [`FirstContactStore::invite`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum InvitePeople {
    /// They are invited, now or before; what those are told who hear of it by this.
    Invited(Vec<Told>),
    /// The room changed since the decision: decide again.
    Stale,
    /// The room would have more than [`MAX_INVITATIONS`].
    Full,
}

/// An invitation, as the invited sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Invitation {
    /// The room.
    pub room_id: RoomId,
    /// Its settings.
    pub settings: RoomSettings,
    /// Who invited.
    pub invited_by: UserId,
    /// When.
    pub invited_at: Timestamp,
    /// The door, as it is for the invited.
    pub door: Door,
}

/// Keeps who knows whom, and who is invited into groups without knowing whoever brings him. Coming in is written by
/// [`append`](crate::timeline::TimelineStore::append), by [`Way::Invitation`](super::Way::Invitation), and ends the
/// invitation, as a ban does.
#[async_trait]
pub trait FirstContactStore: Send + Sync {
    /// What the direct rooms of `user` with `others` say, as `user` stands in them, in one query. Who has none with him is left out.
    async fn ties(&self, user: UserId, others: &[UserId]) -> Result<HashMap<UserId, Tie>, StoreError>;

    /// Invites everybody who has a note, if the room still is at the version that it was allowed on. Told are those
    /// alone for whom this is new: not members, not who waits by the same person's invitation, not who declined less
    /// than [`INVITE_AGAIN`] ago. Another person's invitation takes the place of one that waits. Deleted accounts are
    /// left out. Declined ones that are older are erased with it.
    async fn invite(&self, new: NewInvitations, now: Timestamp) -> Result<InvitePeople, StoreError>;

    /// The person's invitations that wait, the newest first, then by room id, descending; strictly after `after`; at
    /// most `limit`. With `only`: that room's alone.
    async fn list_invitations(
        &self,
        user: UserId,
        only: Option<RoomId>,
        after: Option<(Timestamp, RoomId)>,
        limit: u32,
    ) -> Result<Vec<Invitation>, StoreError>;

    /// Declines an invitation that waits, and tells `notes`; who invited learns nothing. `None`: there was none.
    async fn decline_invitation(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<Option<Vec<Told>>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_contact_is_absent_however_well_they_know_each_other() {
        for tie in [None, Some(Tie::Opened), Some(Tie::Declined), Some(Tie::Offered), Some(Tie::Settled)] {
            assert_eq!(contact(false, tie, true), Contact::Absent);
        }
    }

    #[test]
    fn who_is_closed_to_first_words_is_so_until_he_says_one() {
        assert_eq!((contact(true, None, true), contact(true, None, false)), (Contact::Request, Contact::Closed));
        let opened = |is_open| contact(true, Some(Tie::Opened), is_open);
        assert_eq!((opened(true), opened(false)), (Contact::Request, Contact::Opened), "one's own word opens nothing");
        let declined = |is_open| contact(true, Some(Tie::Declined), is_open);
        assert_eq!((declined(true), declined(false)), (Contact::Declined, opened(false)), "which cannot be told apart");
        for is_open in [true, false] {
            assert_eq!(contact(true, Some(Tie::Offered), is_open), Contact::Request);
            assert_eq!(contact(true, Some(Tie::Settled), is_open), Contact::Settled);
        }
    }
}
