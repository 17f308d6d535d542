//! The words that every side of ChatLink shares: ids, timestamps, [events](event::Event), timeline
//! [items](item::Item), wire [frames](frame), [error codes](error::ErrorCode) and the pure
//! [reducer](reducer) that turns a snapshot and events into a newer snapshot.
//!
//! Innermost crate of the workspace: values only, no I/O, no clock, no randomness. The engine, the
//! edges, the client SDK and the bindings all use these types; there is no second event model.

pub mod correction;
pub mod diff;
pub mod error;
pub mod event;
pub mod frame;
pub mod ids;
pub mod item;
pub mod poll;
pub mod reducer;
pub mod room;
#[cfg(feature = "schema")]
mod schema;
pub mod time;

pub use correction::{Correction, CorrectionKind, CorrectionState, CorrectionWords, Span};
pub use error::{ErrorCode, FieldError, Problem};
pub use event::{Event, EventBody, MembershipChange};
pub use ids::{
    CeremonyId, ClientId, ContactAttemptId, EventId, InviteId, PasskeyId, RegistrationId, ReportId, ResetId, RoomId,
    Seq, ServiceTokenId, SessionId, UserId, UserSeq,
};
pub use item::{Item, ItemBody, ReactionCount, Thread};
pub use poll::{AskedPoll, Poll, Tally};
pub use time::Timestamp;
