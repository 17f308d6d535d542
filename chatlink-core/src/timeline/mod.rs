//! The timeline: acts in, events out, in one order.

mod act;
mod committer;
pub(crate) mod decide;
mod error;
pub(crate) mod govern;
mod input;
mod measure;
mod port;
mod receipts;
pub mod search;
mod service;

pub use act::{Act, ActKey, Deed, FirstContact, Named, Outcome, ReactionChange, Target};
pub use committer::CommitStats;
pub(crate) use decide::room_note;
pub use error::TalkError;
pub use input::{Life, NewMessage, ReactionKey, Text};
pub use measure::{Measure, Standing};
pub use port::{
    Appended, EventsPage, Heads, ItemRow, MessageFacts, Reader, TimelinePage, TimelineStore, Told, UserNote, Window,
};
pub use service::{EVENTS_LIMIT, ITEMS_LIMIT, Sent, Timeline};
