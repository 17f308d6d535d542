//! The pure decisions on corrections.

use super::{MAX_CORRECTIONS, MAX_CORRECTIONS_EACH};
use crate::{
    rooms::{Authz, Refusal, Right},
    timeline::{
        CorrectionLimits, Deed, Named,
        decide::{Decided, answered},
    },
};
use chatlink_protocol::{CorrectionState, CorrectionWords, EventId, Timestamp, UserId};

/// A message to be corrected, as it was read.
#[derive(Clone, Debug)]
pub(super) struct Corrected {
    pub(super) message: EventId,
    pub(super) version: u32,
    pub(super) words: CorrectionWords,
}

/// Whether `me` may propose this. As a message does, it answers a first contact that waits for `me`; who opened one
/// waits for the other's first word.
pub(super) fn correct(authz: &Authz, me: UserId, corrected: &Corrected, now: Timestamp) -> Result<Decided, Refusal> {
    let member = authz.allow(me, Right::Write, now)?;
    if authz.pending.is_some_and(|pending| pending.opener == me) {
        return Err(Refusal::RequestPending);
    }
    let (first_contact, notes) = answered(authz);
    let deed = Deed::Correct {
        target: Named { event_id: corrected.message, from_seq: member.from_seq },
        version: corrected.version,
        words: Box::new(corrected.words.clone()),
        limits: CorrectionLimits { message: MAX_CORRECTIONS, each: MAX_CORRECTIONS_EACH },
        first_contact,
    };
    Ok(Decided { deed, notes })
}

/// Whether the author may answer, here and now.
pub(super) fn answer(
    authz: &Authz,
    me: UserId,
    message: EventId,
    correction: EventId,
    state: CorrectionState,
    now: Timestamp,
) -> Result<Decided, Refusal> {
    authz.allow(me, Right::React, now)?;
    Ok(Deed::DecideCorrection { target: message, correction, state }.into())
}

/// Whether `me` may take this correction back: his own, from a severed room, too, or with the right for others'.
pub(super) fn withdraw(
    authz: &Authz,
    me: UserId,
    message: EventId,
    correction: EventId,
    proposer: UserId,
    now: Timestamp,
) -> Result<Decided, Refusal> {
    authz.member(me)?;
    if proposer != me {
        authz.allow(me, Right::RedactOthers, now)?;
    }
    Ok(Deed::DecideCorrection { target: message, correction, state: CorrectionState::Withdrawn }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rooms::{Pending, Role, RoomKind},
        timeline::{
            FirstContact,
            decide::tests::{room, user},
        },
    };
    use uuid::Uuid;

    fn id(n: u128) -> EventId {
        EventId::from_uuid(Uuid::from_u128(n))
    }

    fn direct() -> Authz {
        room(RoomKind::Direct, &[(1, Role::Member), (2, Role::Member)])
    }

    fn propose(authz: &Authz, me: u128) -> Result<FirstContact, Refusal> {
        let words =
            CorrectionWords { original: "a".into(), text: "b".into(), spans: Vec::new(), kind: None, note: None };
        match correct(authz, user(me), &Corrected { message: id(7), version: 1, words }, Timestamp::EPOCH)?.deed {
            Deed::Correct { first_contact, .. } => Ok(first_contact),
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn who_may_write_may_correct() {
        let mut authz = direct();
        assert_eq!(propose(&authz, 2), Ok(FirstContact::Settled));
        assert_eq!(propose(&authz, 3), Err(Refusal::NotMember));
        authz.severed = true;
        assert_eq!(propose(&authz, 2), Err(Refusal::Severed));
    }

    #[test]
    fn a_correction_answers_a_first_contact() {
        let mut authz = direct();
        authz.pending = Some(Pending { opener: user(1), sent: 1 });
        assert_eq!(propose(&authz, 2), Ok(FirstContact::Accept));
        assert_eq!(propose(&authz, 1), Err(Refusal::RequestPending));
    }

    #[test]
    fn ones_own_is_withdrawn_from_anywhere_and_others_by_right() {
        let group = room(RoomKind::Group, &[(1, Role::Owner), (2, Role::Moderator), (3, Role::Member)]);
        let take_back =
            |authz: &Authz, me| withdraw(authz, user(me), id(7), id(8), user(3), Timestamp::EPOCH).map(|_| ());
        assert_eq!(take_back(&group, 2), Ok(()));
        assert_eq!(take_back(&group, 4), Err(Refusal::NotMember));
        let severed = Authz { severed: true, ..room(RoomKind::Direct, &[(1, Role::Member), (3, Role::Member)]) };
        assert_eq!(take_back(&severed, 3), Ok(()));
        assert_eq!(take_back(&severed, 1), Err(Refusal::NoRight));
        let accept =
            |me| answer(&severed, user(me), id(7), id(8), CorrectionState::Accepted, Timestamp::EPOCH).map(|_| ());
        assert_eq!(accept(1), Err(Refusal::Severed));
    }
}
