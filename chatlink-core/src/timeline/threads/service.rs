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

/// A part of a thread.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreadPart {
    /// What is said in it, from the reader's first seq on.
    pub page: TimelinePage,
    /// Whether its first message is one that he may read: what is said beneath an older one is his to read, the message
    /// itself is not.
    pub root_readable: bool,
}

impl Timeline {
    /// A snapshot of a part of a thread.
    ///
    /// # Errors
    /// Not a member, neither its first message nor anything beneath it is there for `me`, too fast, or the store.
    pub async fn thread(
        &self,
        me: UserId,
        room: RoomId,
        root: EventId,
        window: Window,
        limit: u32,
    ) -> Result<ThreadPart, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let root_readable = match self.facts(room, root, me).await {
            Ok(_) => true,
            Err(TalkError::NoMessage) => false,
            Err(error) => return Err(error),
        };
        let page = self.beneath(me, room, root, window, limit.clamp(1, ITEMS_LIMIT)).await?;
        // Who reads what is said beneath a message knows of it by that. Of another one that he may not read nothing is
        // told, not even that much was said about it.
        let known = root_readable
            || !page.items.is_empty()
            || !self.beneath(me, room, root, Window::Newest, 1).await?.items.is_empty();
        if known { Ok(ThreadPart { page, root_readable }) } else { Err(TalkError::NoMessage) }
    }

    async fn beneath(
        &self,
        me: UserId,
        room: RoomId,
        root: EventId,
        window: Window,
        limit: u32,
    ) -> Result<TimelinePage, TalkError> {
        let read = self.context.store.thread(room, Reader::Member(me), root, window, limit, self.context.now()).await;
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
