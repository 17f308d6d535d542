//! Events: the facts of a room's timeline, in its append-only log.

use crate::{ClientId, CorrectionState, CorrectionWords, EventId, Poll, RoomId, Seq, Timestamp, UserId};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// One fact of a room's timeline. The same envelope everywhere: in the store, over REST, on the
/// socket, in the bindings. It holds nothing that depends on who reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Event {
    /// The room whose timeline this belongs to.
    pub room_id: RoomId,
    /// Its place there.
    pub seq: Seq,
    /// Its id; a message is named by the id of its first event.
    pub id: EventId,
    /// What happened: `kind` and `body` on the wire.
    #[serde(flatten)]
    pub body: EventBody,
    /// Whose act made it.
    pub sender_id: UserId,
    /// When it was committed; never before the event ahead of it in the room.
    pub at: Timestamp,
    /// The sender's own name for it, where the act creates something.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_id: Option<ClientId>,
}

/// What an event says. Kinds that this version does not know are kept as they came.
#[derive(Clone, Debug, PartialEq)]
pub enum EventBody {
    /// A message was sent.
    Message(Message),
    /// A message's text was replaced.
    Edit(Edit),
    /// A message was taken back for all; its text is erased everywhere.
    Redaction(Redaction),
    /// A person's one reaction to a message changed.
    Reaction(Reaction),
    /// A partner proposed an improved text of a message.
    Correction(Correction),
    /// A correction was answered by the author, or withdrawn.
    CorrectionDecision(CorrectionDecision),
    /// A message was pinned for all in the room, or is not any more.
    Pin(Pin),
    /// A person's one vote on a poll changed.
    Vote(Vote),
    /// A poll was closed: it takes no more votes.
    PollClosed(PollClosed),
    /// Somebody came or went.
    Membership(Membership),
    /// The room's own settings changed.
    Room(Box<RoomChange>),
    /// A kind of a later version: it takes its seq and shows as unsupported.
    Unknown {
        /// The kind's name.
        kind: String,
        /// Its body, untouched.
        body: serde_json::Value,
    },
}

/// Body of a `message`. `text` is absent in a tombstone: redacted or expired.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Message {
    /// The words, at most 16 KiB of UTF-8; `None` in a tombstone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// The message that this one answers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply_to: Option<EventId>,
    /// When it will be gone for everybody.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<Timestamp>,
    /// Whether the words are those of another message, passed on; whose and from where is not told.
    #[serde(skip_serializing_if = "is_false", default)]
    pub forwarded: bool,
    /// Members who are named in it, at most 50.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub mentions: Vec<UserId>,
    /// Whether it names all members.
    #[serde(skip_serializing_if = "is_false", default)]
    pub mentions_all: bool,
    /// Makes a poll of it: the text is its question.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub poll: Option<Box<Poll>>,
    /// The reader hid it for himself: to him alone it is a tombstone.
    #[serde(skip_serializing_if = "is_false", default)]
    pub hidden: bool,
    /// The message whose thread it stands in, which stays when the words go; absent: in the room's main timeline.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thread: Option<EventId>,
}

impl Message {
    /// What stays of it without its words: when it goes, and where it stood.
    #[must_use]
    pub fn tombstone(&self) -> Self {
        Self { expires_at: self.expires_at, thread: self.thread, ..Self::default() }
    }
}

/// Body of an `edit`. `text` is absent once the target is redacted or expired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Edit {
    /// The message edited.
    pub target: EventId,
    /// The message's version after this edit; the first text is version 1.
    pub version: u32,
    /// The new words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// The words are there, but not for the reader: he hid the message, or may not read it.
    #[serde(skip_serializing_if = "is_false", default)]
    pub hidden: bool,
}

/// Body of a `redaction`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Redaction {
    /// The message taken back.
    pub target: EventId,
}

/// Body of a `reaction`: each person has at most one on a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reaction {
    /// The message reacted to.
    pub target: EventId,
    /// The reaction from now on; `null`: none any more.
    pub key: Option<String>,
    /// The one it replaces, so that counts need no memory of persons.
    pub previous: Option<String>,
}

/// Body of a `correction`. `words` are absent once it is withdrawn, or its message redacted or expired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Correction {
    /// The message corrected.
    pub target: EventId,
    /// Its version that is corrected.
    pub version: u32,
    /// What is proposed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub words: Option<CorrectionWords>,
}

/// Body of a `correction_decision`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CorrectionDecision {
    /// The message corrected.
    pub target: EventId,
    /// The correction.
    pub correction: EventId,
    /// Where it stands from now on; never `open`.
    pub state: CorrectionState,
}

/// Body of a `pin`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Pin {
    /// The message.
    pub target: EventId,
    /// Whether it is pinned from now on.
    pub pinned: bool,
}

/// Body of a `vote`: each person has at most one on a poll.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Vote {
    /// The message that the poll stands in.
    pub target: EventId,
    /// The places of the options chosen from now on, ascending, each once; empty: the vote is taken back.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<u32>))]
    pub choices: Vec<u8>,
    /// The vote it replaces, empty where there was none, so that counts need no memory of persons.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<u32>))]
    pub previous: Vec<u8>,
}

/// Body of a `poll_closed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PollClosed {
    /// The message that the poll stands in.
    pub target: EventId,
}

/// Body of a `membership` event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Membership {
    /// Whom it is about.
    pub user_id: UserId,
    /// What happened.
    pub change: MembershipChange,
    /// The role from now on: `owner`, `admin`, `moderator` or `member`. With `role_changed` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
    /// Until when the member may not write. With `muted` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
}

impl Membership {
    /// A change that says no more than what happened.
    #[must_use]
    pub const fn plain(user_id: UserId, change: MembershipChange) -> Self {
        Self { user_id, change, role: None, until: None }
    }
}

/// How somebody's place in a room changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum MembershipChange {
    /// Added by the sender.
    Added,
    /// Taken out by the sender.
    Removed,
    /// Came in by himself.
    Joined,
    /// Went by himself.
    Left,
    /// Has another role now.
    RoleChanged,
    /// Owns the room now; the sender, who did, is an admin.
    HandedOver,
    /// May not write for a while.
    Muted,
    /// May write again.
    Unmuted,
    /// May not be in it; is out of it from this event on, if he was in it.
    Banned,
    /// May be in it again.
    Unbanned,
    /// A change of a later version.
    #[serde(other)]
    Unknown,
}

/// Body of a `room` event: what changed, absent members are as before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RoomChange {
    /// The new title.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// The new topic; empty: none any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub topic: Option<String>,
    /// Who may write from now on: `everyone`, or `admins` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub posting: Option<String>,
    /// Who can find the room from now on: members alone (`private`), or everybody (`public`).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub visibility: Option<String>,
    /// How one comes into a public room from now on: `open`, or by `request`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub join: Option<String>,
    /// The language that is spoken or learnt there from now on; empty: none in particular.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    /// The level that it is for from now on, A1 to C2; empty: any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<String>,
    /// How many seconds messages stay that are sent from now on; 0: without end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_in: Option<u64>,
    /// The version of the new picture; empty: none any more. Where it is, the room says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar: Option<String>,
}

impl Event {
    /// Takes the words out, for a reader who hid the message: of a message what is left is a tombstone that says so.
    pub fn hide(&mut self) {
        match &mut self.body {
            EventBody::Message(message) if message.text.is_some() => {
                *message = Message { hidden: true, ..message.tombstone() };
            }
            EventBody::Edit(edit) if edit.text.is_some() => (edit.text, edit.hidden) = (None, true),
            EventBody::Correction(correction) => correction.words = None,
            _ => {}
        }
    }

    /// The older message whose words this event says again, as an edit and a correction do.
    #[must_use]
    pub const fn repeats_words_of(&self) -> Option<EventId> {
        match &self.body {
            EventBody::Edit(edit) if edit.text.is_some() => Some(edit.target),
            EventBody::Correction(correction) if correction.words.is_some() => Some(correction.target),
            _ => None,
        }
    }

    /// Whether it takes words back, which one may in a room where one may say nothing any more.
    #[must_use]
    pub const fn takes_back(&self) -> bool {
        matches!(
            &self.body,
            EventBody::Redaction(_)
                | EventBody::CorrectionDecision(CorrectionDecision { state: CorrectionState::Withdrawn, .. })
        )
    }

    /// The message whose words this event says, all of them or in part.
    #[must_use]
    pub const fn words_of(&self) -> Option<EventId> {
        match &self.body {
            EventBody::Message(_) => Some(self.id),
            EventBody::Edit(edit) => Some(edit.target),
            EventBody::Correction(correction) => Some(correction.target),
            _ => None,
        }
    }
}

impl EventBody {
    /// The kind's stable name on the wire and in SQL.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Message(_) => "message",
            Self::Edit(_) => "edit",
            Self::Redaction(_) => "redaction",
            Self::Reaction(_) => "reaction",
            Self::Correction(_) => "correction",
            Self::CorrectionDecision(_) => "correction_decision",
            Self::Pin(_) => "pin",
            Self::Vote(_) => "vote",
            Self::PollClosed(_) => "poll_closed",
            Self::Membership(_) => "membership",
            Self::Room(_) => "room",
            Self::Unknown { kind, .. } => kind,
        }
    }

    /// The body as JSON, as a store keeps it beside [`kind`](Self::kind).
    ///
    /// # Errors
    /// None for the kinds of this version; serde_json's type stays so that callers need no panic.
    pub fn to_json(&self) -> Result<serde_json::Value, serde_json::Error> {
        match self {
            Self::Message(body) => serde_json::to_value(body),
            Self::Edit(body) => serde_json::to_value(body),
            Self::Redaction(body) => serde_json::to_value(body),
            Self::Reaction(body) => serde_json::to_value(body),
            Self::Correction(body) => serde_json::to_value(body),
            Self::CorrectionDecision(body) => serde_json::to_value(body),
            Self::Pin(body) => serde_json::to_value(body),
            Self::Vote(body) => serde_json::to_value(body),
            Self::PollClosed(body) => serde_json::to_value(body),
            Self::Membership(body) => serde_json::to_value(body),
            Self::Room(body) => serde_json::to_value(body),
            Self::Unknown { body, .. } => Ok(body.clone()),
        }
    }

    /// The inverse of [`kind`](Self::kind) and [`to_json`](Self::to_json).
    ///
    /// # Errors
    /// A known kind whose body has not the shape of this version.
    pub fn from_json(kind: &str, body: serde_json::Value) -> Result<Self, serde_json::Error> {
        use serde_json::from_value;
        Ok(match kind {
            "message" => Self::Message(from_value(body)?),
            "edit" => Self::Edit(from_value(body)?),
            "redaction" => Self::Redaction(from_value(body)?),
            "reaction" => Self::Reaction(from_value(body)?),
            "correction" => Self::Correction(from_value(body)?),
            "correction_decision" => Self::CorrectionDecision(from_value(body)?),
            "pin" => Self::Pin(from_value(body)?),
            "vote" => Self::Vote(from_value(body)?),
            "poll_closed" => Self::PollClosed(from_value(body)?),
            "membership" => Self::Membership(from_value(body)?),
            "room" => Self::Room(from_value(body)?),
            _ => Self::Unknown { kind: kind.to_owned(), body },
        })
    }

    /// The message in whose thread this event stands, where it stands in one.
    #[must_use]
    pub const fn thread(&self) -> Option<EventId> {
        match self {
            Self::Message(Message { thread, .. }) => *thread,
            _ => None,
        }
    }

    /// The message that this event changes, where it changes one.
    #[must_use]
    pub const fn target(&self) -> Option<EventId> {
        match self {
            Self::Edit(Edit { target, .. })
            | Self::Redaction(Redaction { target })
            | Self::Reaction(Reaction { target, .. })
            | Self::Correction(Correction { target, .. })
            | Self::CorrectionDecision(CorrectionDecision { target, .. })
            | Self::Pin(Pin { target, .. })
            | Self::Vote(Vote { target, .. })
            | Self::PollClosed(PollClosed { target }) => Some(*target),
            _ => None,
        }
    }
}

/// A member that is absent where it is false.
pub(crate) const fn is_false(value: &bool) -> bool {
    !*value
}

/// `kind` before `body`, borrowed: nothing is built on the way to the wire.
#[derive(Serialize)]
struct Tagged<'a, B> {
    kind: &'a str,
    body: &'a B,
}

impl Serialize for EventBody {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.kind();
        match self {
            Self::Message(body) => Tagged { kind, body }.serialize(serializer),
            Self::Edit(body) => Tagged { kind, body }.serialize(serializer),
            Self::Redaction(body) => Tagged { kind, body }.serialize(serializer),
            Self::Reaction(body) => Tagged { kind, body }.serialize(serializer),
            Self::Correction(body) => Tagged { kind, body }.serialize(serializer),
            Self::CorrectionDecision(body) => Tagged { kind, body }.serialize(serializer),
            Self::Pin(body) => Tagged { kind, body }.serialize(serializer),
            Self::Vote(body) => Tagged { kind, body }.serialize(serializer),
            Self::PollClosed(body) => Tagged { kind, body }.serialize(serializer),
            Self::Membership(body) => Tagged { kind, body }.serialize(serializer),
            Self::Room(body) => Tagged { kind, body }.serialize(serializer),
            Self::Unknown { body, .. } => Tagged { kind, body }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for EventBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            kind: String,
            body: serde_json::Value,
        }
        let raw = Raw::deserialize(deserializer)?;
        Self::from_json(&raw.kind, raw.body).map_err(D::Error::custom)
    }
}
