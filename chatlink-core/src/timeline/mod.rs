//! The timeline: acts in, events out, in one order.

mod act;
mod committer;
mod corrections;
mod day;
pub(crate) mod decide;
mod engine;
mod error;
pub(crate) mod govern;
mod input;
pub mod intents;
mod marks;
mod measure;
pub mod mine;
mod pins;
mod polls;
mod port;
pub(crate) mod receipts;
pub mod scheduled;
pub mod search;
mod send;
mod service;
pub mod threads;

pub use act::{Act, ActKey, CorrectionLimits, Deed, Extras, FirstContact, Named, Outcome, ReactionChange, Target};
pub use committer::CommitStats;
pub use corrections::{
    CORRECTIONS_LIMIT, CorrectionFacts, CorrectionPage, CorrectionPlace, CorrectionRow, CorrectionStore,
    MAX_CORRECTIONS, MAX_CORRECTIONS_EACH, NewCorrection, StateFilter,
};
pub use day::day_begins;
pub(crate) use decide::room_note;
pub use engine::Sent;
pub use error::TalkError;
pub use input::{Content, Life, MAX_MENTIONS, NewMessage, ReactionKey, Sending, Text};
pub use measure::{Measure, Standing};
pub use pins::{MAX_PINS, MAX_VERSIONS, MessageStore, Version};
pub use polls::{Choices, NewPoll, PollFacts, VOTES_LIMIT, VotePage, VoteRow};
pub use port::{
    Appended, EventsPage, Heads, ItemRow, MessageFacts, Reader, TimelinePage, TimelineStore, Told, UserNote, Window,
};
pub use service::{EVENTS_LIMIT, ITEMS_LIMIT, Timeline};
