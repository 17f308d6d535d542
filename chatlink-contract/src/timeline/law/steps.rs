//! The steps of the random histories of the law.

use chatlink_core::protocol::CorrectionState;
use proptest::prelude::*;

/// What somebody does, or time passing.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Say { room: usize, user: usize, seconds: Option<u64> },
    Ask { room: usize, user: usize, seconds: Option<u64>, closes: Option<u64> },
    Vote { room: usize, message: usize, user: usize, choices: Vec<u8> },
    Close { room: usize, message: usize },
    Answer { room: usize, root: usize, user: usize, seconds: Option<u64> },
    Edit { room: usize, message: usize, text: u8 },
    Redact { room: usize, message: usize },
    React { room: usize, message: usize, user: usize, key: Option<usize> },
    Correct { room: usize, message: usize, user: usize },
    Decide { room: usize, correction: usize, state: CorrectionState },
    Pin { room: usize, message: usize, pinned: bool },
    Come { room: usize },
    Go { room: usize },
    Join { room: usize, by_invite: bool },
    Remove { room: usize },
    Change { room: usize, setting: usize, value: u8 },
    Govern { room: usize, user: usize, measure: usize },
    HandOver { room: usize, user: usize },
    Hide { room: usize, message: usize, user: usize },
    Star { room: usize, message: usize, user: usize, starred: bool },
    Wait(u64),
    Purge,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let (room, user, message) = (0..2_usize, 0..3_usize, 0..12_usize);
    // A fourth is the guest.
    let (user2, reader) = (user.clone(), 0..4_usize);
    let choices = prop::sample::subsequence(vec![0, 1, 2], 0..=3);
    prop_oneof![
        6 => (room.clone(), user.clone(), prop::option::weighted(0.4, 1..20_u64))
            .prop_map(|(room, user, seconds)| Step::Say { room, user, seconds }),
        4 => (room.clone(), user.clone(), prop::option::weighted(0.3, 1..20_u64), prop::option::weighted(0.3, 1..20_u64))
            .prop_map(|(room, user, seconds, closes)| Step::Ask { room, user, seconds, closes }),
        8 => (room.clone(), message.clone(), user.clone(), choices)
            .prop_map(|(room, message, user, choices)| Step::Vote { room, message, user, choices }),
        1 => (room.clone(), message.clone()).prop_map(|(room, message)| Step::Close { room, message }),
        4 => (room.clone(), message.clone(), user.clone(), prop::option::weighted(0.4, 1..20_u64))
            .prop_map(|(room, root, user, seconds)| Step::Answer { room, root, user, seconds }),
        4 => (room.clone(), message.clone(), any::<u8>())
            .prop_map(|(room, message, text)| Step::Edit { room, message, text }),
        2 => (room.clone(), message.clone()).prop_map(|(room, message)| Step::Redact { room, message }),
        4 => (room.clone(), message.clone(), user.clone())
            .prop_map(|(room, message, user)| Step::Correct { room, message, user }),
        2 => (room.clone(), message.clone(), any::<bool>())
            .prop_map(|(room, message, pinned)| Step::Pin { room, message, pinned }),
        4 => (room.clone(), message.clone(), decided())
            .prop_map(|(room, correction, state)| Step::Decide { room, correction, state }),
        5 => (room.clone(), message, user, prop::option::weighted(0.8, 0..3_usize))
            .prop_map(|(room, message, user, key)| Step::React { room, message, user, key }),
        3 => room.clone().prop_map(|room| Step::Come { room }),
        1 => room.clone().prop_map(|room| Step::Go { room }),
        3 => (room.clone(), any::<bool>()).prop_map(|(room, by_invite)| Step::Join { room, by_invite }),
        1 => room.clone().prop_map(|room| Step::Remove { room }),
        3 => (room.clone(), 0..9_usize, any::<u8>())
            .prop_map(|(room, setting, value)| Step::Change { room, setting, value }),
        2 => (room.clone(), user2.clone(), 0..5_usize)
            .prop_map(|(room, user, measure)| Step::Govern { room, user, measure }),
        1 => (room.clone(), user2.clone()).prop_map(|(room, user)| Step::HandOver { room, user }),
        2 => (room.clone(), 0..12_usize, reader.clone())
            .prop_map(|(room, message, user)| Step::Hide { room, message, user }),
        2 => (room, 0..12_usize, reader, any::<bool>())
            .prop_map(|(room, message, user, starred)| Step::Star { room, message, user, starred }),
        2 => (1..10_u64).prop_map(Step::Wait),
        1 => Just(Step::Purge),
    ]
}

fn decided() -> impl Strategy<Value = CorrectionState> {
    use CorrectionState::{Accepted, Declined, Withdrawn};
    prop::sample::select(&[Accepted, Declined, Withdrawn][..])
}
