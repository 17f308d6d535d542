//! The storage port of search.

use super::{Pattern, Span};
use crate::error::StoreError;
use async_trait::async_trait;
use chatlink_protocol::{Event, RoomId, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is looked for, by whom, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Sought {
    /// Who asks: only what he may read is found.
    pub reader: UserId,
    /// The words.
    pub pattern: Pattern,
    /// In this room alone.
    pub room_id: Option<RoomId>,
    /// From this person alone.
    pub sender_id: Option<UserId>,
    /// Committed then or later.
    pub from: Option<Timestamp>,
    /// Committed before then.
    pub until: Option<Timestamp>,
    /// Older than this place: where the last page ended.
    pub before: Option<Place>,
    /// How many at most; at least 1.
    pub limit: u32,
    /// How long it may take. A page that takes longer ends early, but never before it came a step further.
    pub budget: Duration,
}

/// A message's place among all that one person may read. The order of search is from the highest down:
/// newest first, messages of one instant by room, and in a room by seq.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// When it was committed.
    pub at: Timestamp,
    /// Where.
    pub room_id: RoomId,
    /// Its seq there.
    pub seq: Seq,
}

/// A message that holds what was looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The message, with the words that stand now.
    pub event: Event,
    /// Where in them, in code points.
    pub highlights: Vec<Span>,
}

/// A page of hits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Newest first.
    pub hits: Vec<Hit>,
    /// Where to go on; `None`: everything was looked at.
    pub next: Option<Place>,
    /// Whether time was up before the page was full.
    pub cut_short: bool,
}

impl Hit {
    /// Its place.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { at: self.event.at, room_id: self.event.room_id, seq: self.event.seq }
    }
}

/// Finds messages by their words. Found is what is committed, at once: an index may come later, and
/// nothing may hang on it but time.
#[async_trait]
pub trait SearchStore: Send + Sync {
    /// Messages of the reader's rooms that hold the pattern, in the order of [`Place`], each once over
    /// the pages. Looked through are rooms that he is a member of, from his first seq on; not a first
    /// contact that waits for him, which is seen in its list alone. Not found are messages that are
    /// redacted, or expired by `now`, and those of people whom he blocks. Of an edited message the words
    /// that stand now. `None`: `room_id` is not a room of his.
    async fn search(&self, wanted: Sought, now: Timestamp) -> Result<Option<Found>, StoreError>;

    /// Indexes at most about `limit` pieces of what was written since, and of what changed, as far as they are due by
    /// `now`. Answers how many it did; fewer than `limit`: nothing is left. A store without an index answers 0.
    async fn index_messages(&self, limit: u32, now: Timestamp) -> Result<u32, StoreError>;
}
