//! WebSocket frames of subprotocol `chatlink.v1`: JSON texts, one object each.
//!
//! A client frame may carry an `id`; then it is answered by a [`Reply`] with the same `id`. Unknown
//! members and unknown server frames are ignored by clients, so that version 1 can grow.

mod name;

use crate::{AskedPoll, ClientId, Event, EventId, Problem, RoomId, Seq, Timestamp, UserId, UserSeq, room::RoomPage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The WebSocket subprotocol that both sides name.
pub const SUBPROTOCOL: &str = "chatlink.v1";

/// The largest frame either side sends, in bytes.
pub const FRAME_BYTES: usize = 128 * 1024;

/// The longest text of a message, in bytes of UTF-8.
pub const TEXT_BYTES: usize = 16 * 1024;

/// The most rooms that one `resume` may name; the others are read on demand.
pub const RESUME_ROOMS: usize = 200;

/// The most rooms that a `hello` shows; the others are read on demand.
pub const HELLO_ROOMS: u32 = 20;

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientFrame {
    /// The client's number for this frame, if it wants an answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<u64>,
    /// What it asks.
    #[serde(flatten)]
    pub command: Command,
}

/// What a client asks for on its connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// First frame of a connection without header or cookie; later: a fresh token for the same user.
    Auth {
        /// A bearer token.
        token: String,
    },
    /// Send a message.
    Send {
        /// Where to.
        room_id: RoomId,
        /// The sender's name for it; the same name again answers the same event.
        client_id: ClientId,
        /// The words; none where another message is passed on.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        text: Option<String>,
        /// The message it answers.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reply_to: Option<EventId>,
        /// Seconds until it is gone, 1 to 31,536,000.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        expires_in: Option<u64>,
        /// The message whose words are passed on.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        forward: Option<ForwardOf>,
        /// Members who are named in it, at most 50.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        mentions: Vec<UserId>,
        /// Whether it names all members.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        mentions_all: bool,
        /// Makes a poll of it: the text is its question.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        poll: Option<AskedPoll>,
        /// The message in whose thread it is said; absent: in the main timeline.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        thread: Option<EventId>,
    },
    /// Replace the text of one's own message.
    Edit {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
        /// The new words.
        text: String,
    },
    /// Take a message back for all.
    Redact {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
    },
    /// Give, change or (without `key`) take back one's reaction, whichever it is.
    React {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
        /// The reaction.
        #[serde(default)]
        key: Option<String>,
    },
    /// Take back one's reaction if it is this one.
    Unreact {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
        /// The reaction.
        key: String,
    },
    /// Give or change one's one vote on a poll; without choices take it back.
    Vote {
        /// Its room.
        room_id: RoomId,
        /// The message that it stands in.
        message_id: EventId,
        /// The places of the options chosen, from 0 on.
        #[serde(default)]
        choices: Vec<u32>,
    },
    /// Close a poll: it takes no more votes.
    ClosePoll {
        /// Its room.
        room_id: RoomId,
        /// The message that it stands in.
        message_id: EventId,
    },
    /// Propose an improved text of a partner's message.
    Correct {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
        /// The sender's name for the correction; the same name again answers the same event.
        client_id: ClientId,
        /// The improved text.
        text: String,
        /// Words about it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        note: Option<String>,
        /// `spelling`, `grammar`, `word_choice` or `style`.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        kind: Option<String>,
        /// The version that the sender saw; another one by now is refused. Absent: whichever it is.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        version: Option<u32>,
    },
    /// Accept a correction of one's own message.
    AcceptCorrection {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
        /// The correction.
        correction_id: EventId,
    },
    /// Decline a correction of one's own message.
    DeclineCorrection {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
        /// The correction.
        correction_id: EventId,
    },
    /// Take a correction back that one proposed.
    WithdrawCorrection {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
        /// The correction.
        correction_id: EventId,
    },
    /// Pin a message for all in the room.
    Pin {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
    },
    /// Take a pin off.
    Unpin {
        /// Its room.
        room_id: RoomId,
        /// The message.
        message_id: EventId,
    },
    /// Everything up to `seq` has reached this device.
    Delivered {
        /// The room.
        room_id: RoomId,
        /// The last event that came.
        seq: Seq,
    },
    /// Everything up to `seq` was read.
    Read {
        /// The room.
        room_id: RoomId,
        /// The last event read.
        seq: Seq,
    },
    /// Everything up to `seq` was read in a thread.
    ReadThread {
        /// Its room.
        room_id: RoomId,
        /// The message that it begins with.
        message_id: EventId,
        /// The last event read of it.
        seq: Seq,
    },
    /// The user is typing there now.
    Typing {
        /// The room.
        room_id: RoomId,
    },
    /// Tell me the presence of these people from now on, and of nobody else.
    Watch {
        /// The people.
        user_ids: Vec<UserId>,
    },
    /// Tell me how many are there in this room from now on, where it is a large one, and of no other room.
    WatchRoom {
        /// The room; absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room_id: Option<RoomId>,
    },
    /// Replay what was missed: `event` frames after each named seq.
    Resume {
        /// The epoch of the numbers that follow.
        epoch: String,
        /// The last change of the own log that is known.
        #[serde(default)]
        user_seq: UserSeq,
        /// The last seq known of each room, at most [`RESUME_ROOMS`].
        #[serde(default)]
        rooms: BTreeMap<RoomId, Seq>,
    },
    /// Are you there?
    Ping,
}

/// A message that is passed on to another room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ForwardOf {
    /// Its room.
    pub room_id: RoomId,
    /// The message.
    pub message_id: EventId,
}

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ServerFrame {
    /// The answer to a client frame.
    Reply(Reply),
    /// Everything else.
    Push(Push),
}

/// The answer to the client frame with the same `id`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The client's number.
    pub id: u64,
    /// How it went.
    #[serde(flatten)]
    pub result: ReplyResult,
}

/// `{"ok":{…}}` or `{"error":{problem}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyResult {
    /// Done.
    Ok(Ack),
    /// Refused.
    Error(Box<Problem>),
}

/// What a done command answers: the event's place for an act, nothing for the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Ack {
    /// The event's place in its room.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seq: Option<Seq>,
    /// The event's id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<EventId>,
    /// When it was committed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<Timestamp>,
}

/// What the server tells by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Push {
    /// The first frame.
    Hello(Hello),
    /// A room has a new event.
    Event {
        /// The event.
        event: Event,
    },
    /// Something of the user's own changed, on this or another device.
    UserEvent(UserEvent),
    /// Marks of delivery and reading moved.
    Receipts {
        /// The room.
        room_id: RoomId,
        /// The marks' own version, rising with each flush.
        rev: u64,
        /// The marks that moved.
        items: Vec<Receipt>,
    },
    /// Somebody is typing; valid for 6 seconds.
    Typing {
        /// Where.
        room_id: RoomId,
        /// Who.
        user_id: UserId,
    },
    /// A watched person came or went.
    Presence(Presence),
    /// How many are there in a large room that is watched.
    RoomPresence {
        /// The room.
        room_id: RoomId,
        /// Members who are there and show it.
        online: u32,
    },
    /// The heartbeat: what moved since the last one, so that a lost event is noticed.
    Heads {
        /// Heads of the rooms that moved.
        rooms: BTreeMap<RoomId, Head>,
        /// The head of the user's own log.
        user_seq: UserSeq,
    },
    /// `from` to `to` are not replayed here: take a new snapshot.
    Gap {
        /// The room.
        room_id: RoomId,
        /// First seq left out.
        from: Seq,
        /// Last seq left out.
        to: Seq,
    },
    /// Your cursors are of another lineage: load all anew and send your queue again.
    Reset {
        /// The epoch in force.
        epoch: String,
    },
    /// You were too slow and frames were dropped: resume from your cursors.
    Resync,
    /// The session is over.
    Bye {
        /// Why.
        code: crate::ErrorCode,
    },
}

/// The first frame of a connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// The store's lineage; a cursor is good for its own epoch only.
    pub epoch: String,
    /// Who is logged in.
    pub user_id: UserId,
    /// The head of the user's own log.
    pub user_seq: UserSeq,
    /// The limits in force.
    pub limits: Limits,
    /// The heads of the rooms with the newest activity, at most [`RESUME_ROOMS`].
    pub heads: BTreeMap<RoomId, Head>,
    /// The first page of the user's rooms, at most [`HELLO_ROOMS`] and as many as fit, each with its last item; absent
    /// where the client asked for none, or has read so much that it must wait.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rooms: Option<RoomPage>,
}

/// Limits that a client should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The longest text, bytes of UTF-8.
    pub text_bytes: usize,
    /// The largest frame, bytes.
    pub frame_bytes: usize,
    /// The most rooms in one `resume`.
    pub resume_rooms: usize,
    /// How many seconds after it was sent a message may be edited; absent: for ever.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edit_seconds: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { text_bytes: TEXT_BYTES, frame_bytes: FRAME_BYTES, resume_rooms: RESUME_ROOMS, edit_seconds: None }
    }
}

/// Where a room stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its last event.
    pub seq: Seq,
    /// The version of its receipts.
    pub rev: u64,
}

/// One person's marks in a room. State, not an event; both only rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// Whose.
    pub user_id: UserId,
    /// Everything up to here reached a device of theirs.
    pub delivered_seq: Seq,
    /// Everything up to here was read.
    pub read_seq: Seq,
    /// Their first event: what is said before it never reaches them, and is neither delivered to them nor read. Absent: 1.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub from_seq: Seq,
}

const fn first() -> Seq {
    Seq(1)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_first(seq: &Seq) -> bool {
    seq.0 <= 1
}

/// Whether a person is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Who.
    pub user_id: UserId,
    /// Connected now.
    pub online: bool,
    /// When they were last, if they are not and tell it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_seen_at: Option<Timestamp>,
}

/// One row of a user's own log: what changed, the newest row of each (kind, subject) alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UserEvent {
    /// Its place in the log.
    pub user_seq: UserSeq,
    /// `room`, `read`, `prefs`, `block`, `settings` …
    pub kind: String,
    /// The id of what it is about; empty where the kind has one subject only.
    pub subject: String,
    /// How that stands now.
    pub body: serde_json::Value,
}

impl Push {
    /// The frame's text. Encoded once, the same bytes go to every socket.
    ///
    /// # Errors
    /// None for frames of this version; the type stays so that callers need no panic.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}
