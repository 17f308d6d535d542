//! The storage port of threads.

use crate::{
    error::StoreError,
    timeline::{Reader, TimelinePage, Told, UserNote, Window},
};
use async_trait::async_trait;
use chatlink_protocol::{EventId, Item, RoomId, Seq, Timestamp, UserId};

/// Threads of one page at most.
pub const THREADS_LIMIT: u32 = 50;

/// Threads of one room that somebody follows at most; of more, those that began longest ago are let go.
pub const MAX_FOLLOWED: usize = 200;

/// A thread as one who follows it sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreadRow {
    /// The message that it begins with, which says how much was said in it.
    pub root: Item,
    /// Up to where he has read it.
    pub read_seq: Seq,
    /// Messages of it that he has not read: not his own, not gone, from nobody whom he blocks, not hidden; capped at 100.
    pub unread: u32,
}

/// The note that somebody has read a thread up to a seq.
#[must_use]
pub fn read_note(user_id: UserId, room_id: RoomId, root: EventId, read_seq: Seq) -> UserNote {
    let body = serde_json::json!({ "room_id": room_id, "read_seq": read_seq });
    UserNote { user_id, kind: "thread", subject: root.to_string(), body }
}

/// Keeps threads. Their messages are written by [`append`](crate::timeline::TimelineStore::append), and with each of them
/// in the same transaction who follows: who wrote it, and has read the thread up to it; whom it names; who wrote the
/// thread's first message. At most [`MAX_FOLLOWED`] of a room each: the one just followed stays, of the others those that
/// began longest ago go.
#[async_trait]
pub trait ThreadStore: Send + Sync {
    /// A snapshot of a part of the thread of `root`: its messages alone. `None`: the room is not to be read by this
    /// reader. A thread of a message that is not there is empty.
    async fn thread(
        &self,
        room_id: RoomId,
        reader: Reader,
        root: EventId,
        window: Window,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<TimelinePage>, StoreError>;

    /// The threads of the room that `user` follows and whose first message he may read, the one in which something was
    /// said last first; strictly below `before`, the last seq of the page before; at most `limit`. `None`: no member.
    async fn list_threads(
        &self,
        user: UserId,
        room_id: RoomId,
        before: Option<Seq>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<Vec<ThreadRow>>, StoreError>;

    /// Notes that somebody has read a thread that he follows up to `seq`, merged by maximum, at most the room's head, and
    /// tells his other devices. Told is nobody where nothing moved. Atomic, idempotent.
    async fn read_thread(
        &self,
        user: UserId,
        room_id: RoomId,
        root: EventId,
        seq: Seq,
    ) -> Result<Vec<Told>, StoreError>;
}
