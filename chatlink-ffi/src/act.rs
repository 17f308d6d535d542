//! What may be done in a room by way of the send queue.

use chatlink_client as client;
use chatlink_protocol::{AskedPoll, ClientId, EventId, RoomId, UserId, frame::ForwardOf};

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Act {
    /// A message is sent.
    Send {
        /// What it is.
        message: NewMessage,
        /// The message in whose thread it is said; nothing: in the main timeline.
        thread: Option<EventId>,
    },
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
        /// The places of the options chosen.
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
    Correct {
        /// What is proposed.
        correction: NewCorrection,
    },
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Target {
    /// One in the timeline.
    Sent {
        /// Its item's id.
        id: EventId,
    },
    /// One that waits in the queue.
    Queued {
        /// Its job's name.
        id: ClientId,
    },
}

/// A message to be sent. Whatever is not said of it is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct NewMessage {
    /// Its words, of a poll the question; nothing where another message is passed on.
    #[uniffi(default = None)]
    pub text: Option<String>,
    /// The message that it answers.
    #[uniffi(default = None)]
    pub reply_to: Option<EventId>,
    /// Members who are named in it, at most 50.
    #[uniffi(default = [])]
    pub mentions: Vec<UserId>,
    /// It names all members.
    #[uniffi(default = false)]
    pub mentions_all: bool,
    /// Seconds after which it is gone for everybody, 1 to 31,536,000; nothing: as the room has it.
    #[uniffi(default = None)]
    pub expires_in: Option<u64>,
    /// Makes a poll of it.
    #[uniffi(default = None)]
    pub poll: Option<NewPoll>,
    /// The message whose words are passed on.
    #[uniffi(default = None)]
    pub forward: Option<Forwarded>,
}

/// A poll to be sent.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NewPoll {
    /// What one may choose: 2 to 12 texts of 1 to 100 characters, no two the same.
    pub options: Vec<String>,
    /// One may choose several.
    #[uniffi(default = false)]
    pub multiple: bool,
    /// Seconds until it closes by itself, 1 to 31,536,000; nothing: it does not.
    #[uniffi(default = None)]
    pub closes_in: Option<u64>,
}

/// A message whose words are passed on. Neither its author nor its room is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Forwarded {
    /// Its room.
    pub room: RoomId,
    /// The message.
    pub message: EventId,
}

/// An improved text of somebody else's message.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct NewCorrection {
    /// The message.
    pub message: EventId,
    /// The improved text.
    pub text: String,
    /// The version of the message that was seen: another one by the time that it arrives is refused. Nothing: whichever it is.
    #[uniffi(default = None)]
    pub version: Option<u32>,
    /// Words about it.
    #[uniffi(default = None)]
    pub note: Option<String>,
    /// What kind of fault it mends.
    #[uniffi(default = None)]
    pub kind: Option<CorrectionKind>,
}

/// What kind of fault a correction mends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum CorrectionKind {
    /// Letters and accents.
    Spelling,
    /// Forms and order of words.
    Grammar,
    /// Another word fits better.
    WordChoice,
    /// Right, but not what one says.
    Style,
    /// A kind of a later version.
    Unknown,
}

/// What becomes of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Decision {
    /// The author of the message takes it.
    Accept,
    /// The author of the message does not take it.
    Decline,
    /// Who proposed it takes it back.
    Withdraw,
}

impl NewMessage {
    /// The message in a timeline, or in the thread of that message.
    pub(crate) fn within(self, thread: Option<EventId>) -> client::NewMessage {
        client::NewMessage {
            text: self.text,
            forward: self.forward.map(|of| ForwardOf { room_id: of.room, message_id: of.message }),
            reply_to: self.reply_to,
            thread,
            mentions: self.mentions,
            mentions_all: self.mentions_all,
            expires_in: self.expires_in,
            poll: self.poll.map(|poll| AskedPoll {
                options: poll.options,
                multiple: poll.multiple,
                closes_in: poll.closes_in,
            }),
        }
    }
}

impl From<client::NewMessage> for NewMessage {
    fn from(message: client::NewMessage) -> Self {
        Self {
            text: message.text,
            reply_to: message.reply_to,
            mentions: message.mentions,
            mentions_all: message.mentions_all,
            expires_in: message.expires_in,
            poll: message.poll.map(|poll| NewPoll {
                options: poll.options,
                multiple: poll.multiple,
                closes_in: poll.closes_in,
            }),
            forward: message.forward.map(|of| Forwarded { room: of.room_id, message: of.message_id }),
        }
    }
}

impl From<client::Act> for Act {
    fn from(act: client::Act) -> Self {
        match act {
            client::Act::Send(message) => Self::Send { thread: message.thread, message: (*message).into() },
            client::Act::Edit { target, text } => Self::Edit { target: target.into(), text },
            client::Act::React { target, key } => Self::React { target: target.into(), key },
            client::Act::Redact { target } => Self::Redact { target: target.into() },
            client::Act::Vote { target, choices } => Self::Vote { target: target.into(), choices },
            client::Act::ClosePoll { target } => Self::ClosePoll { target: target.into() },
            client::Act::Pin { target, pinned } => Self::Pin { target: target.into(), pinned },
            client::Act::Correct(correction) => Self::Correct { correction: (*correction).into() },
            client::Act::Decide { message, correction, decision } => {
                Self::Decide { message, correction, decision: decision.into() }
            }
        }
    }
}

impl From<client::Target> for Target {
    fn from(target: client::Target) -> Self {
        match target {
            client::Target::Sent(id) => Self::Sent { id },
            client::Target::Queued(id) => Self::Queued { id },
        }
    }
}

impl From<Target> for client::Target {
    fn from(target: Target) -> Self {
        match target {
            Target::Sent { id } => Self::Sent(id),
            Target::Queued { id } => Self::Queued(id),
        }
    }
}

impl From<client::NewCorrection> for NewCorrection {
    fn from(correction: client::NewCorrection) -> Self {
        let client::NewCorrection { message, version, text, note, kind } = correction;
        Self { message, text, version, note, kind: kind.map(Into::into) }
    }
}

impl From<NewCorrection> for client::NewCorrection {
    fn from(correction: NewCorrection) -> Self {
        let NewCorrection { message, text, version, note, kind } = correction;
        Self { message, version, text, note, kind: kind.map(Into::into) }
    }
}

impl From<chatlink_protocol::CorrectionKind> for CorrectionKind {
    fn from(kind: chatlink_protocol::CorrectionKind) -> Self {
        use chatlink_protocol::CorrectionKind as Known;
        match kind {
            Known::Spelling => Self::Spelling,
            Known::Grammar => Self::Grammar,
            Known::WordChoice => Self::WordChoice,
            Known::Style => Self::Style,
            Known::Unknown => Self::Unknown,
        }
    }
}

impl From<CorrectionKind> for chatlink_protocol::CorrectionKind {
    fn from(kind: CorrectionKind) -> Self {
        match kind {
            CorrectionKind::Spelling => Self::Spelling,
            CorrectionKind::Grammar => Self::Grammar,
            CorrectionKind::WordChoice => Self::WordChoice,
            CorrectionKind::Style => Self::Style,
            CorrectionKind::Unknown => Self::Unknown,
        }
    }
}

impl From<client::Decision> for Decision {
    fn from(decision: client::Decision) -> Self {
        match decision {
            client::Decision::Accept => Self::Accept,
            client::Decision::Decline => Self::Decline,
            client::Decision::Withdraw => Self::Withdraw,
        }
    }
}

impl From<Decision> for client::Decision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Accept => Self::Accept,
            Decision::Decline => Self::Decline,
            Decision::Withdraw => Self::Withdraw,
        }
    }
}
