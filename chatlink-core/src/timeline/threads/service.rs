//! The use cases of threads.

use super::{THREADS_LIMIT, ThreadRow};
use crate::{
    limiter::Cost,
    timeline::{ITEMS_LIMIT, Reader, TalkError, Timeline, TimelinePage, Window},
};
use chatlink_protocol::{EventId, RoomId, Seq, UserId};

/// Threads that somebody follows.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreadPage {
    /// The one in which something was said last first.
    pub rows: Vec<ThreadRow>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Seq>,
}

impl Timeline {
    /// A snapshot of a part of a thread.
    ///
    /// # Errors
    /// Not a member, no such message, too fast, or the store.
    pub async fn thread(
        &self,
        me: UserId,
        room: RoomId,
        root: EventId,
        window: Window,
        limit: u32,
    ) -> Result<TimelinePage, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        // Of a message that one may not read nothing is told, not even that much was said about it.
        self.facts(room, root, me).await?;
        let (limit, now) = (limit.clamp(1, ITEMS_LIMIT), self.context.now());
        let read = self.context.store.thread(room, Reader::Member(me), root, window, limit, now).await;
        self.context.observe(read)?.ok_or(TalkError::NoRoom)
    }

    /// The threads of a room that `me` follows, below that seq.
    ///
    /// # Errors
    /// Not a member, too fast, or the store.
    pub async fn threads(
        &self,
        me: UserId,
        room: RoomId,
        before: Option<Seq>,
        limit: u32,
    ) -> Result<ThreadPage, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let limit = limit.clamp(1, THREADS_LIMIT);
        let rows = self.context.store.list_threads(me, room, before, limit, self.context.now()).await;
        let rows = self.context.observe(rows)?.ok_or(TalkError::NoRoom)?;
        let last = rows.last().filter(|_| rows.len() >= limit as usize).and_then(|row| row.root.thread);
        Ok(ThreadPage { rows, next: last.map(|thread| thread.last_seq) })
    }

    /// Notes that `me` has read a thread up to `seq`.
    ///
    /// # Errors
    /// Not a member, no such message, too fast, or the store.
    pub async fn read_thread(&self, me: UserId, room: RoomId, root: EventId, seq: Seq) -> Result<(), TalkError> {
        // Other than the room's mark it is written at once.
        self.spend(me)?;
        self.facts(room, root, me).await?;
        let told = self.context.observe(self.context.store.read_thread(me, room, root, seq).await)?;
        self.tell(told);
        Ok(())
    }
}
