//! Threads: what is said beneath a message.

use super::{Api, Page, Path, TimelinePage};
use crate::{ClientError, Keyed, Strand, transport::Method};
use chatlink_protocol::{EventId, Item, RoomId, Seq};
use serde::Deserialize;
use serde_json::json;

/// A thread that the person follows: he wrote its first message, wrote in it or is named in it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FollowedThread {
    /// The message that it begins with; its `thread` says how much was said in it.
    pub root: Item,
    /// Up to where the person has read it.
    pub read_seq: Seq,
    /// Messages of it to read, capped at 100.
    pub unread: u32,
}

impl Keyed for FollowedThread {
    type Key = EventId;

    fn key(&self) -> EventId {
        self.root.id
    }
}

impl Api {
    /// The newest page of a timeline or a thread, or the one before a seq.
    ///
    /// # Errors
    /// There is no such room or message for this caller.
    pub async fn page(
        &self,
        strand: impl Into<Strand>,
        before: Option<Seq>,
        limit: u32,
    ) -> Result<TimelinePage, ClientError> {
        let Strand { room, root } = strand.into();
        match root {
            Some(root) => self.thread(room, root, before, limit).await,
            None => self.timeline(room, before, limit).await,
        }
    }

    /// The threads of a room that the person follows, the one in which something was said last first.
    ///
    /// # Errors
    /// There is no such room for this caller.
    pub async fn threads(&self, room: RoomId, cursor: Option<&str>) -> Result<Page<FollowedThread>, ClientError> {
        self.get(Path::new("/v1/rooms").then(room).then("threads").query("cursor", cursor)).await
    }

    /// The newest page of a message's thread, or the one before a seq: its answers alone.
    ///
    /// # Errors
    /// There is no such message for this caller.
    pub async fn thread(
        &self,
        room: RoomId,
        root: EventId,
        before: Option<Seq>,
        limit: u32,
    ) -> Result<TimelinePage, ClientError> {
        let path = Path::new("/v1/rooms").then(room).then("timeline").query("thread", Some(root));
        self.get(path.query("before", before).query("limit", Some(limit))).await
    }

    /// Everything in the thread up to this seq was read. Marks only rise.
    ///
    /// # Errors
    /// There is no such message for this caller.
    pub async fn read_thread(&self, room: RoomId, root: EventId, seq: Seq) -> Result<(), ClientError> {
        let path = Path::new("/v1/rooms").then(room).then("messages").then(root).then("thread").then("read");
        self.tell(Method::Put, path, Some(&json!({ "seq": seq }))).await
    }
}
