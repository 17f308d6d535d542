//! The storage port of timelines and of users' own logs.

use super::{
    act::{Act, Outcome},
    polls::PollFacts,
};
use crate::error::StoreError;
use async_trait::async_trait;
use chatlink_protocol::{
    Event, EventId, Item, RoomId, Seq, Timestamp, UserId, UserSeq,
    frame::{Head, UserEvent},
};
use std::collections::{HashMap, HashSet};

/// A change to be told in a user's own log: the newest row of each (user, kind, subject) stays.
#[derive(Clone, Debug, PartialEq)]
pub struct UserNote {
    /// Whose log.
    pub user_id: UserId,
    /// What kind of change.
    pub kind: &'static str,
    /// What it is about.
    pub subject: String,
    /// How it stands now.
    pub body: serde_json::Value,
}

/// A note that is committed, with its place in the user's log.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Whose log.
    pub user_id: UserId,
    /// The row.
    pub event: UserEvent,
}

/// What a batch did: an outcome an act, in the batch's order, and the notes that were committed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Appended {
    /// One an act.
    pub outcomes: Vec<Outcome>,
    /// Of the acts that made an event.
    pub told: Vec<Told>,
}

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A person: must be a member now, and reads from his first seq on.
    Member(UserId),
    /// The node itself, to fill its own holes: reads all.
    Node,
}

/// A page of the log, ascending and contiguous.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventsPage {
    /// `after + 1`, `after + 2` … or from the reader's first seq, whichever is later.
    pub events: Vec<Event>,
    /// The room's head when the page was read.
    pub head: Seq,
}

/// Which part of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The newest items.
    Newest,
    /// The newest items below that seq.
    Before(Seq),
    /// The first items above that seq.
    After(Seq),
    /// Half of the page before that seq, the seq itself, and the rest after it.
    Around(Seq),
    /// The first items committed at or after that instant.
    From(Timestamp),
}

/// A snapshot of a part of a timeline. Shown are messages that stand in no thread, memberships, room changes and unknown
/// kinds; edits, redactions, reactions, votes and the like are folded into their targets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimelinePage {
    /// Ascending by seq.
    pub items: Vec<ItemRow>,
    /// The head of the room in the same read: the snapshot is true up to here.
    pub as_of: Seq,
    /// Older items can be read.
    pub has_before: bool,
    /// Newer items can be read.
    pub has_after: bool,
}

/// An item, `my_reaction` filled for a [`Reader::Member`].
pub type ItemRow = Item;

/// A message as decisions see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageFacts {
    /// Whose.
    pub sender_id: UserId,
    /// Its version.
    pub version: u32,
    /// Redacted, or expired at the `now` of the question.
    pub gone: bool,
    /// Where it stands.
    pub seq: Seq,
    /// When it was sent.
    pub at: Timestamp,
    /// Of a poll: what decisions need of it.
    pub poll: Option<PollFacts>,
    /// The message in whose thread it stands.
    pub thread: Option<EventId>,
}

/// Where things stand, for a node that wants to know what it missed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heads {
    /// Of the rooms asked for; absent rooms are left out.
    pub rooms: HashMap<RoomId, Head>,
    /// Of the users asked for: the head of their own log.
    pub users: HashMap<UserId, UserSeq>,
    /// Of the users asked for: those whose account is deleted.
    pub gone: HashSet<UserId>,
}

/// Keeps timelines. Promises: a room's seqs are dense from 1 and equal to commit order; what
/// [`append`](Self::append) answered survives a power cut; a text is gone from every answer when it
/// is redacted, or at its `expires_at` by the `now` that is handed in.
#[async_trait]
pub trait TimelineStore: Send + Sync {
    /// Writes a batch in one transaction, in its order. Each act by itself: compared with its
    /// room's version under the room's lock, given the next seq and `at = max(now, room.last_at)`,
    /// or refused with an [`Outcome`] that takes no seq and fails no neighbour. An act whose key is
    /// known answers `Repeated` or `Conflict` before anything else is asked (an act repeated within
    /// the batch too). `Err`: the batch failed whole; whether it was committed is known to the
    /// store alone, and a repetition settles it.
    async fn append(&self, batch: Vec<Act>, now: Timestamp) -> Result<Appended, StoreError>;

    /// The log after `after`, at most `limit` events, of texts that are gone only tombstones.
    /// `None`: no such room, or not one for this reader.
    async fn events(
        &self,
        room_id: RoomId,
        reader: Reader,
        after: Seq,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<EventsPage>, StoreError>;

    /// A snapshot of a part of the timeline, at most `limit` items. `None` as in
    /// [`events`](Self::events).
    async fn timeline(
        &self,
        room_id: RoomId,
        reader: Reader,
        window: Window,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<TimelinePage>, StoreError>;

    /// The message, as a decision on it needs it. `None`: not a message of this room.
    async fn find_message(
        &self,
        room_id: RoomId,
        message_id: EventId,
        now: Timestamp,
    ) -> Result<Option<MessageFacts>, StoreError>;

    /// Erases up to `limit` messages whose time has come by `now`, with all their derivatives.
    /// Answers how many were erased; fewer than `limit` means that none is left.
    async fn purge_expired(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError>;

    /// Where these rooms and users stand, in one query.
    async fn heads(&self, rooms: &[RoomId], users: &[UserId]) -> Result<Heads, StoreError>;

    /// Writes notes into users' own logs, in one transaction.
    async fn note(&self, notes: Vec<UserNote>, now: Timestamp) -> Result<Vec<Told>, StoreError>;

    /// The user's own log after `after`, ascending, at most `limit`, and its head.
    async fn user_log(&self, user: UserId, after: UserSeq, limit: u32)
    -> Result<(Vec<UserEvent>, UserSeq), StoreError>;
}
