//! What people look up beside a room's timeline: its pinned messages, and a message's earlier words.

use super::{
    Deed, ItemRow, Named, TalkError, VoteRow,
    engine::{Actor, Sent},
    service::Timeline,
};
use crate::{
    error::StoreError,
    limiter::Cost,
    rooms::{Authz, Refusal, Right},
    timeline::decide::Decided,
};
use async_trait::async_trait;
use chatlink_protocol::{EventId, RoomId, Timestamp, UserId};

/// Messages that a room may have pinned.
pub const MAX_PINS: u32 = 50;

/// Versions of a message that are told at most: the newest.
pub const MAX_VERSIONS: u32 = 100;

/// The words that a message once had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Which: 1 is the first text.
    pub version: u32,
    /// The words.
    pub text: String,
    /// When they were written.
    pub at: Timestamp,
}

/// Reads what stands beside the timeline.
#[async_trait]
pub trait MessageStore: Send + Sync {
    /// The pinned messages of the room that this member may read and did not hide, the one pinned last first, at most
    /// `limit`. `None`: not a member.
    async fn list_pins(
        &self,
        room_id: RoomId,
        user: UserId,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<Vec<ItemRow>>, StoreError>;

    /// The newest versions of a message that this member may read, ascending, at most `limit`; of a gone one none,
    /// and none of one that he hid.
    async fn list_versions(
        &self,
        room_id: RoomId,
        user: UserId,
        message_id: EventId,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<Version>, StoreError>;

    /// The votes on a poll that this member may read, by their people's ids, strictly after `after`, at most `limit`;
    /// of a gone one none, and none of one that he hid. Fewer than `limit`: that was all.
    async fn list_votes(
        &self,
        room_id: RoomId,
        user: UserId,
        message_id: EventId,
        after: Option<UserId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<VoteRow>, StoreError>;
}

/// Whether `me` may pin here, or take a pin off.
fn decide(authz: &Authz, me: UserId, message: EventId, pinned: bool, now: Timestamp) -> Result<Decided, Refusal> {
    let member = authz.allow(me, Right::Pin, now)?;
    if authz.pending.is_some_and(|pending| pending.opener == me) {
        return Err(Refusal::RequestPending);
    }
    let target = Named { event_id: message, from_seq: member.from_seq };
    Ok(Deed::Pin { target, pinned, most: MAX_PINS }.into())
}

impl Timeline {
    /// Pins a message for all in the room, or takes the pin off. Idempotent.
    ///
    /// # Errors
    /// Not a member, without the right, severed, pending, no such message or a gone one, as many as there may be, too
    /// fast, or the store.
    pub async fn pin(&self, me: UserId, room: RoomId, message: EventId, pinned: bool) -> Result<Sent, TalkError> {
        self.spend(me)?;
        self.settle(Actor::Member(me), room, None, |authz| decide(authz, me, message, pinned, self.context.now())).await
    }

    /// The pinned messages that `me` may read, the one pinned last first.
    ///
    /// # Errors
    /// Not a member, too fast, or the store.
    pub async fn pins(&self, me: UserId, room: RoomId) -> Result<Vec<ItemRow>, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let pins = self.context.store.list_pins(room, me, MAX_PINS, self.context.now()).await;
        self.context.observe(pins)?.ok_or(TalkError::NoRoom)
    }

    /// What a message said before it was edited, and what it says now; the newest [`MAX_VERSIONS`], ascending.
    ///
    /// # Errors
    /// Not a member, no such message, a gone one or one that `me` hid, too fast, or the store.
    pub async fn versions(&self, me: UserId, room: RoomId, message: EventId) -> Result<Vec<Version>, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        if self.facts(room, message, me).await?.gone {
            return Err(TalkError::MessageGone);
        }
        let told = self.context.store.list_versions(room, me, message, MAX_VERSIONS, self.context.now()).await;
        // None of a message that stands: it is hidden, or gone since.
        match self.context.observe(told)? {
            versions if versions.is_empty() => Err(TalkError::MessageGone),
            versions => Ok(versions),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rooms::{Pending, Role, RoomKind},
        timeline::decide::tests::{NOW, room, user},
    };
    use uuid::Uuid;

    fn may(kind: RoomKind, roles: &[(u128, Role)], me: u128, opener: Option<u128>) -> Result<(), Refusal> {
        let mut authz = room(kind, roles);
        authz.pending = opener.map(|opener| Pending { opener: user(opener), sent: 1 });
        decide(&authz, user(me), EventId::from_uuid(Uuid::from_u128(7)), true, NOW).map(|_| ())
    }

    #[test]
    fn both_of_two_pin_and_in_groups_who_leads() {
        let two = [(1, Role::Member), (2, Role::Member)];
        assert_eq!(may(RoomKind::Direct, &two, 1, None), Ok(()));
        assert_eq!(may(RoomKind::Direct, &two, 1, Some(1)), Err(Refusal::RequestPending));
        assert_eq!(may(RoomKind::Direct, &two, 3, None), Err(Refusal::NotMember));
        let group = [(1, Role::Moderator), (2, Role::Member)];
        assert_eq!(may(RoomKind::Group, &group, 1, None), Ok(()));
        assert_eq!(may(RoomKind::Group, &group, 2, None), Err(Refusal::NoRight));
    }
}
