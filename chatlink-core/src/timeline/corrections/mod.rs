//! Corrections: a partner improves a text, the author answers, the learner keeps what was learnt.
//!
//! A correction is an act like every other, made by [`append`](super::TimelineStore::append), and folded into
//! its message as reactions are. It is tied to the version of the message that it was made of. Accepting it does
//! not rewrite the message: both texts stand, and both people see what changed. Who proposed it may withdraw it,
//! and so may who takes others' messages back in a group. With its message, redacted or expired, everything that
//! it says is gone.

mod decide;
mod input;
mod port;
mod service;

pub use input::{NewCorrection, StateFilter};
pub use port::{CorrectionFacts, CorrectionPlace, CorrectionRow, CorrectionStore};
pub use service::{CORRECTIONS_LIMIT, CorrectionPage};

/// Corrections that a message may have, withdrawn ones counted.
pub const MAX_CORRECTIONS: u32 = 20;

/// Corrections of one message that one person may propose, withdrawn ones counted.
pub const MAX_CORRECTIONS_EACH: u32 = 5;
