//! The pure decisions on votes.

use super::Choices;
use crate::{
    rooms::{Authz, Refusal, Right},
    timeline::{
        Deed, MessageFacts, Named,
        decide::{Decided, named},
    },
};
use chatlink_protocol::{EventId, Timestamp, UserId};

/// Whether `me` may vote here, or take a vote back: as he may react.
pub(super) fn vote(
    authz: &Authz,
    me: UserId,
    target: EventId,
    choices: Choices,
    now: Timestamp,
) -> Result<Decided, Refusal> {
    authz.allow(me, Right::React, now)?;
    if authz.pending.is_some_and(|pending| pending.opener == me) {
        return Err(Refusal::RequestPending);
    }
    Ok(Deed::Vote { target: named(authz, me, target)?, choices: choices.into_vec() }.into())
}

/// Whether `me` may close this poll: his own where he may react, or with the right over others' messages.
pub(super) fn close(
    authz: &Authz,
    me: UserId,
    target: EventId,
    facts: MessageFacts,
    now: Timestamp,
) -> Result<Decided, Refusal> {
    let right = if facts.sender_id == me { Right::React } else { Right::RedactOthers };
    let member = authz.allow(me, right, now)?;
    Ok(Deed::ClosePoll { target: Named { event_id: target, from_seq: member.from_seq } }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rooms::{Pending, Posting, Role, RoomKind},
        timeline::decide::tests::{NOW, room, user},
    };
    use chatlink_protocol::Seq;
    use std::{collections::HashMap, time::Duration};
    use uuid::Uuid;

    fn id() -> EventId {
        EventId::from_uuid(Uuid::from_u128(7))
    }

    fn votes(authz: &Authz, me: u128) -> Result<(), Refusal> {
        vote(authz, user(me), id(), Choices::parse(&[0]).unwrap(), NOW).map(|_| ())
    }

    /// The poll is the third person's.
    fn closes(authz: &Authz, me: u128) -> Result<(), Refusal> {
        let facts = MessageFacts {
            sender_id: user(3),
            version: 1,
            gone: false,
            seq: Seq(1),
            at: Timestamp::EPOCH,
            poll: None,
            thread: None,
        };
        close(authz, user(me), id(), facts, NOW).map(|_| ())
    }

    fn group() -> Authz {
        room(RoomKind::Group, &[(1, Role::Moderator), (2, Role::Member), (3, Role::Member)])
    }

    #[test]
    fn who_may_react_may_vote() {
        let mut authz = group();
        assert_eq!((votes(&authz, 2), votes(&authz, 9)), (Ok(()), Err(Refusal::NotMember)));
        authz.settings.posting = Posting::Admins;
        assert_eq!(votes(&authz, 2), Ok(()), "announcements are voted on by all");
        authz.muted = HashMap::from([(user(2), NOW.plus(Duration::from_secs(90)))]);
        assert_eq!(votes(&authz, 2), Err(Refusal::Muted(90)));
        let mut two = room(RoomKind::Direct, &[(1, Role::Member), (2, Role::Member)]);
        two.pending = Some(Pending { opener: user(1), sent: 1 });
        assert_eq!((votes(&two, 1), votes(&two, 2)), (Err(Refusal::RequestPending), Ok(())));
        two.severed = true;
        assert_eq!(votes(&two, 2), Err(Refusal::Severed));
    }

    #[test]
    fn its_author_closes_it_and_who_keeps_order() {
        let mut authz = group();
        assert_eq!((closes(&authz, 3), closes(&authz, 1)), (Ok(()), Ok(())));
        assert_eq!((closes(&authz, 2), closes(&authz, 9)), (Err(Refusal::NoRight), Err(Refusal::NotMember)));
        authz.muted = HashMap::from([(user(3), NOW.plus(Duration::from_secs(90)))]);
        assert_eq!(closes(&authz, 3), Err(Refusal::Muted(90)));
        let two = room(RoomKind::Direct, &[(2, Role::Member), (3, Role::Member)]);
        assert_eq!((closes(&two, 3), closes(&two, 2)), (Ok(()), Err(Refusal::NoRight)));
    }
}
