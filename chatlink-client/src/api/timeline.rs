//! A room's timeline and its log, and the log of oneself.

use super::{Api, Path};
use crate::ClientError;
use chatlink_protocol::{
    Event, Item, RoomId, Seq, UserSeq,
    frame::{Receipt, UserEvent},
};
use serde::Deserialize;

/// Events read at once: the most that the server gives.
const EVENTS: u32 = 200;

/// A snapshot of a part of a timeline.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct TimelinePage {
    /// Ascending by seq.
    pub items: Vec<Item>,
    /// The seq up to which it is true.
    pub as_of: Seq,
    /// The store's lineage.
    pub epoch: String,
    /// There is older.
    pub has_before: bool,
    /// There is newer.
    pub has_after: bool,
}

/// A part of a log, without holes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct EventsPage {
    /// Ascending, from the first one asked for on.
    pub events: Vec<Event>,
    /// It reaches the head.
    pub complete: bool,
    /// The store's lineage.
    pub epoch: String,
}

/// A part of one's own log.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct LogPage {
    /// The newest row of each kind and subject alone, ascending.
    pub items: Vec<UserEvent>,
    /// The log's head.
    pub user_seq: UserSeq,
}

/// Marks of delivery and reading in a room.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Receipts {
    /// One a member.
    pub items: Vec<Receipt>,
    /// Their version.
    pub rev: u64,
}

impl Api {
    /// The newest page, or the one before a seq.
    ///
    /// # Errors
    /// There is no such room for this caller.
    pub async fn timeline(&self, room: RoomId, before: Option<Seq>, limit: u32) -> Result<TimelinePage, ClientError> {
        let path = Path::new("/v1/rooms").then(room).then("timeline");
        self.get(path.query("before", before).query("limit", Some(limit))).await
    }

    /// What came after a seq.
    ///
    /// # Errors
    /// There is no such room for this caller.
    pub async fn events(&self, room: RoomId, after: Seq) -> Result<EventsPage, ClientError> {
        let path = Path::new("/v1/rooms").then(room).then("events");
        self.get(path.query("after", Some(after)).query("limit", Some(EVENTS))).await
    }

    /// Marks of delivery and reading.
    ///
    /// # Errors
    /// There is no such room for this caller.
    pub async fn receipts(&self, room: RoomId) -> Result<Receipts, ClientError> {
        self.get(Path::new("/v1/rooms").then(room).then("receipts")).await
    }

    /// What changed of one's own after a place in one's log.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn own_log(&self, after: UserSeq) -> Result<LogPage, ClientError> {
        self.get(Path::new("/v1/me/log").query("after", Some(after))).await
    }
}
