//! What may wait in the queue, and the frames that do it.

use crate::Strand;
use chatlink_protocol::{
    AskedPoll, ClientId, CorrectionKind, EventId, RoomId, UserId,
    frame::{Command, ForwardOf},
};
use serde::{Deserialize, Serialize};

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A message is sent.
    Send(Box<NewMessage>),
    /// The text of one's own message is replaced.
    Edit {
        /// The message.
        target: Target,
        /// The new words.
        text: String,
    },
    /// One's reaction is given, changed or (without a key) taken back.
    React {
        /// The message.
        target: Target,
        /// The reaction.
        key: Option<String>,
    },
    /// A message is taken back for all.
    Redact {
        /// The message.
        target: Target,
    },
    /// One's vote is given, changed or (without choices) taken back.
    Vote {
        /// The message that asks.
        target: Target,
        /// The places of the options chosen, from 0 on.
        choices: Vec<u32>,
    },
    /// A poll takes no more votes.
    ClosePoll {
        /// The message that asks.
        target: Target,
    },
    /// A message is pinned for all in the room, or the pin taken off.
    Pin {
        /// The message.
        target: Target,
        /// Whether it is to be pinned.
        pinned: bool,
    },
    /// An improved text of somebody else's message is proposed.
    Correct(Box<NewCorrection>),
    /// A correction is answered, or withdrawn.
    Decide {
        /// The message corrected.
        message: EventId,
        /// The correction.
        correction: EventId,
        /// What becomes of it.
        decision: Decision,
    },
}

/// Which message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// One in the timeline.
    Sent(EventId),
    /// One that waits in this queue.
    Queued(ClientId),
}

/// A message to be sent. Whatever is not said of it is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewMessage {
    /// Its words, of a poll the question; `None` where another message is passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The message whose words are passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<ForwardOf>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<EventId>,
    /// The message in whose thread it is said; `None`: in the main timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<EventId>,
    /// Members who are named in it, at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// Whether it names all members.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mentions_all: bool,
    /// Seconds after which it is gone for everybody, 1 to 31,536,000; `None`: as the room has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
    /// Makes a poll of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll: Option<AskedPoll>,
}

/// An improved text of somebody else's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCorrection {
    /// The message.
    pub message: EventId,
    /// The version of it that was seen: another one by the time that it arrives is refused. `None`: whichever it is.
    pub version: Option<u32>,
    /// The improved text.
    pub text: String,
    /// Words about it.
    pub note: Option<String>,
    /// What kind of fault it mends.
    pub kind: Option<CorrectionKind>,
}

/// What becomes of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The author of the message takes it.
    Accept,
    /// The author of the message does not take it.
    Decline,
    /// Who proposed it takes it back.
    Withdraw,
}

impl NewMessage {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    /// A poll.
    pub fn poll(question: impl Into<String>, poll: AskedPoll) -> Self {
        Self { poll: Some(poll), ..Self::text(question) }
    }

    /// The words of another message.
    #[must_use]
    pub fn forward(of: ForwardOf) -> Self {
        Self { forward: Some(of), ..Self::default() }
    }
}

impl From<&str> for NewMessage {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for NewMessage {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl Act {
    /// The message that it changes, where it changes one that may wait in the queue.
    #[must_use]
    pub const fn target(&self) -> Option<Target> {
        match self {
            Self::Send(_) | Self::Correct(_) | Self::Decide { .. } => None,
            Self::Edit { target, .. }
            | Self::React { target, .. }
            | Self::Redact { target }
            | Self::Vote { target, .. }
            | Self::ClosePoll { target }
            | Self::Pin { target, .. } => Some(*target),
        }
    }

    /// Where its message will stand, of one that makes a message.
    pub(crate) fn stands_in(&self, room: RoomId) -> Option<Strand> {
        match self {
            Self::Send(message) => Some(Strand { room, root: message.thread }),
            _ => None,
        }
    }

    /// The message has its place.
    pub(super) fn aim(&mut self, event: EventId) {
        match self {
            Self::Send(_) | Self::Correct(_) | Self::Decide { .. } => {}
            Self::Edit { target, .. }
            | Self::React { target, .. }
            | Self::Redact { target }
            | Self::Vote { target, .. }
            | Self::ClosePoll { target }
            | Self::Pin { target, .. } => *target = Target::Sent(event),
        }
    }

    /// The frame that does it, under this name; `None` as long as the message that it changes has no place.
    pub(super) fn command(&self, room_id: RoomId, client_id: ClientId) -> Option<Command> {
        Some(match self {
            Self::Send(message) => message.command(room_id, client_id),
            Self::Correct(correction) => correction.command(room_id, client_id),
            Self::Decide { message, correction, decision } => decision.command(room_id, *message, *correction),
            change => match change.target()? {
                Target::Queued(_) => return None,
                Target::Sent(message_id) => change.change(room_id, message_id)?,
            },
        })
    }

    fn change(&self, room_id: RoomId, message_id: EventId) -> Option<Command> {
        Some(match self {
            Self::Edit { text, .. } => Command::Edit { room_id, message_id, text: text.clone() },
            Self::React { key, .. } => Command::React { room_id, message_id, key: key.clone() },
            Self::Redact { .. } => Command::Redact { room_id, message_id },
            Self::Vote { choices, .. } => Command::Vote { room_id, message_id, choices: choices.clone() },
            Self::ClosePoll { .. } => Command::ClosePoll { room_id, message_id },
            Self::Pin { pinned: true, .. } => Command::Pin { room_id, message_id },
            Self::Pin { pinned: false, .. } => Command::Unpin { room_id, message_id },
            Self::Send(_) | Self::Correct(_) | Self::Decide { .. } => return None,
        })
    }
}

impl NewMessage {
    fn command(&self, room_id: RoomId, client_id: ClientId) -> Command {
        let Self { text, forward, reply_to, thread, mentions, mentions_all, expires_in, poll } = self.clone();
        Command::Send { room_id, client_id, text, reply_to, expires_in, forward, mentions, mentions_all, poll, thread }
    }
}

impl NewCorrection {
    fn command(&self, room_id: RoomId, client_id: ClientId) -> Command {
        let Self { message, version, text, note, kind } = self.clone();
        let kind = kind.map(|kind| kind.as_str().to_owned());
        Command::Correct { room_id, message_id: message, client_id, text, note, kind, version }
    }
}

impl Decision {
    const fn command(self, room_id: RoomId, message_id: EventId, correction_id: EventId) -> Command {
        match self {
            Self::Accept => Command::AcceptCorrection { room_id, message_id, correction_id },
            Self::Decline => Command::DeclineCorrection { room_id, message_id, correction_id },
            Self::Withdraw => Command::WithdrawCorrection { room_id, message_id, correction_id },
        }
    }
}
