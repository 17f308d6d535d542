//! Timeline items: what a screen shows for an event, with all that later events did to it.

use crate::{ClientId, Correction, Event, EventBody, EventId, Seq, Tally, Timestamp, UserId, event};
use serde::{Deserialize, Serialize};

/// One place of a timeline snapshot: a message with its current text, version and reactions, a
/// tombstone, or another event as it is. Every seq has its item; the law of the
/// [reducer](crate::reducer) says how events change items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Item {
    /// Its place in the room.
    pub seq: Seq,
    /// The event's id.
    pub id: EventId,
    /// The event's kind and its body as it is now.
    #[serde(flatten)]
    pub body: EventBody,
    /// Whose act made it.
    pub sender_id: UserId,
    /// When it was committed.
    pub at: Timestamp,
    /// The sender's own name for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_id: Option<ClientId>,
    /// The text's version: 1, and one more with each edit.
    pub version: u32,
    /// When the last edit was committed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edited_at: Option<Timestamp>,
    /// Whether the content was taken back or has expired: a tombstone.
    pub redacted: bool,
    /// Whether it is pinned in the room.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub pinned: bool,
    /// How often each reaction stands on it, most frequent first, then by key.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub reactions: Vec<ReactionCount>,
    /// Corrections that stand on it, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub corrections: Vec<Correction>,
    /// How the votes stand, of a poll.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tally: Option<Tally>,
    /// What was said in its thread; absent: nothing yet. It stays when the message goes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thread: Option<Thread>,
    /// The reader's own reaction: depends on who reads, filled at the edge.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub my_reaction: Option<String>,
    /// What the reader chose of a poll, by place, ascending: depends on who reads, as `my_reaction` does.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<u32>, required = false))]
    pub my_vote: Vec<u8>,
    /// Whether the reader starred it: depends on who reads, as `my_reaction` does.
    #[serde(skip_serializing_if = "event::is_false", default)]
    pub starred: bool,
}

/// The item's body is an event's body, kept current.
pub type ItemBody = EventBody;

/// How many people gave a reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReactionCount {
    /// The emoji or name.
    pub key: String,
    /// Persons, one each.
    pub count: u32,
}

/// What was said in the thread of a message: its answers, those that are gone by now included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Thread {
    /// How many.
    pub replies: u32,
    /// The last one's place in the room.
    pub last_seq: Seq,
    /// When that was.
    pub last_at: Timestamp,
}

impl Thread {
    /// The thread after one more answer.
    #[must_use]
    pub fn after(before: Option<Self>, event: &Event) -> Self {
        let replies = before.map_or(0, |thread| thread.replies).saturating_add(1);
        Self { replies, last_seq: event.seq, last_at: event.at }
    }
}

impl Item {
    /// The item of an event that nothing has changed yet.
    #[must_use]
    pub fn of(event: Event) -> Self {
        let tombstone = matches!(&event.body, EventBody::Message(event::Message { text: None, .. }));
        let hidden = matches!(&event.body, EventBody::Message(event::Message { hidden: true, .. }));
        let tally = match &event.body {
            EventBody::Message(event::Message { poll: Some(poll), .. }) => Some(Tally::of(poll)),
            _ => None,
        };
        let mut item = Self {
            seq: event.seq,
            id: event.id,
            body: event.body,
            sender_id: event.sender_id,
            at: event.at,
            client_id: event.client_id,
            version: 1,
            edited_at: None,
            redacted: false,
            pinned: false,
            reactions: Vec::new(),
            corrections: Vec::new(),
            tally,
            thread: None,
            my_reaction: None,
            my_vote: Vec::new(),
            starred: false,
        };
        match tombstone {
            true if hidden => item.hide(),
            true => item.redact(),
            false => {}
        }
        item
    }

    /// Makes a tombstone of it: the seq stays, the words, the reactions, the votes, the corrections and the pin go.
    pub fn redact(&mut self) {
        let EventBody::Message(message) = &mut self.body else { return };
        *message = message.tombstone();
        self.redacted = true;
        self.edited_at = None;
        self.pinned = false;
        self.reactions.clear();
        self.corrections.clear();
        self.tally = None;
        self.my_reaction = None;
        self.my_vote.clear();
        self.starred = false;
    }

    /// Makes the tombstone of it that who hid it for himself sees.
    pub fn hide(&mut self) {
        if self.redacted {
            return;
        }
        self.redact();
        if let EventBody::Message(message) = &mut self.body {
            message.hidden = true;
        }
    }

    /// Whether it is a tombstone because the reader hid it.
    #[must_use]
    pub const fn is_hidden(&self) -> bool {
        matches!(&self.body, EventBody::Message(event::Message { hidden: true, .. }))
    }

    /// When it will be gone, for a message with a timer.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Timestamp> {
        match &self.body {
            EventBody::Message(message) => message.expires_at,
            _ => None,
        }
    }
}
