//! Polls: a message asks, members choose.
//!
//! A poll is a message whose text is the question, so that replies, search, quotes, pins, stars, expiry and redaction
//! take it as they take every message; its options are in the message's body and go with the text. Nothing of it changes
//! after it was sent: it is neither edited, corrected nor passed on. A vote is an act as a reaction is: one standing
//! vote a person, open to every member, replaced by the next. A poll is closed by its author, by who takes others'
//! messages back, or by itself at its `closes_at`; then it takes no votes and its tally stands.

mod decide;
mod facts;
mod input;
mod service;

pub use facts::PollFacts;
pub use input::{Choices, NewPoll};
pub use service::{VOTES_LIMIT, VotePage};

use chatlink_protocol::UserId;

/// A person's vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoteRow {
    /// Whose.
    pub user_id: UserId,
    /// The places of the options chosen, ascending.
    pub choices: Vec<u8>,
}
