//! Threads, in memory.

use super::Told;
use crate::{
    error::StoreError,
    memory::{MemoryStore, State, rooms::Room},
    timeline::{
        Reader, TimelinePage, Window,
        threads::{MAX_FOLLOWED, ThreadRow, ThreadStore, read_note},
    },
};
use async_trait::async_trait;
use chatlink_protocol::{Event, EventBody, EventId, Item, RoomId, Seq, Timestamp, UserId};
use std::{cmp::Reverse, collections::HashMap};

/// Who follows which thread, and has read it up to where.
pub(super) type Marks = HashMap<(UserId, RoomId, EventId), Seq>;

/// Messages of a thread to read, and threads with some, are counted up to here.
const UNREAD_CAP: usize = 100;

impl State {
    /// Lets follow a thread whoever takes part in it by this event; `author` wrote its first message.
    pub(super) fn follow(&mut self, event: &Event, author: Option<UserId>) {
        let EventBody::Message(message) = &event.body else { return };
        let Some(root) = message.thread else { return };
        let named = message.mentions.iter().copied().chain(author).map(|user| (user, Seq(0)));
        for (user, read) in named.chain([(event.sender_id, event.seq)]) {
            let room = self.rooms.rooms.get(&event.room_id);
            if room.is_some_and(|room| room.members.contains_key(&user)) && !self.identity.is_deleted(user) {
                let mark = self.timeline.threads.entry((user, event.room_id, root)).or_default();
                *mark = read.max(*mark);
                self.let_go(user, event.room_id, root);
            }
        }
    }

    /// Lets go of the threads that began longest ago, beyond [`MAX_FOLLOWED`], but not of the one just `followed`.
    fn let_go(&mut self, user: UserId, room: RoomId, followed: EventId) {
        let marks = self.timeline.threads.keys().filter(|(of, place, _)| (*of, *place) == (user, room));
        let mut roots: Vec<_> = marks.map(|(_, _, root)| *root).collect();
        roots.sort_unstable_by_key(|root| Reverse(*root));
        for root in roots.into_iter().skip(MAX_FOLLOWED).filter(|root| *root != followed) {
            self.timeline.threads.remove(&(user, room, root));
        }
    }

    /// The threads that somebody follows in a room where he is a member.
    fn threads(&self, user: UserId, room_id: RoomId, now: Timestamp) -> Vec<ThreadRow> {
        let Some(room) = self.rooms.rooms.get(&room_id) else { return Vec::new() };
        let items = self.items(room_id, Reader::Member(user), now).unwrap_or_default();
        let follows = |root: Item| {
            let read_seq = *self.timeline.threads.get(&(user, room_id, root.id))?;
            let unread = self.unread_of(room, user, root.id, read_seq, now);
            Some(ThreadRow { root, read_seq, unread })
        };
        items.into_iter().filter_map(follows).collect()
    }

    fn unread_of(&self, room: &Room, user: UserId, root: EventId, read_seq: Seq, now: Timestamp) -> u32 {
        let from = room.members.get(&user).map_or(read_seq, |member| read_seq.max(member.join_seq));
        let counts = |logged: &&super::Logged| {
            logged.event.body.thread() == Some(root)
                && logged.event.seq > from
                && logged.event.sender_id != user
                && !logged.is_gone(now)
                && !self.people.blocks(user, logged.event.sender_id)
                && !self.hides(user, logged.event.id)
        };
        u32::try_from(room.log.iter().filter(counts).take(UNREAD_CAP).count()).unwrap_or(u32::MAX)
    }

    /// In how many threads there is something to read.
    pub(in crate::memory) fn unread_threads(&self, room_id: RoomId, user: UserId, now: Timestamp) -> u32 {
        let unread = self.threads(user, room_id, now).iter().filter(|row| row.unread > 0).take(UNREAD_CAP).count();
        u32::try_from(unread).unwrap_or(u32::MAX)
    }
}

#[async_trait]
impl ThreadStore for MemoryStore {
    async fn thread(
        &self,
        room_id: RoomId,
        reader: Reader,
        root: EventId,
        window: Window,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<TimelinePage>, StoreError> {
        let state = self.lock();
        let Some(items) = state.items_of(room_id, reader, Some(root), now) else { return Ok(None) };
        Ok(Some(state.page(room_id, &items, window, limit)))
    }

    async fn list_threads(
        &self,
        user: UserId,
        room_id: RoomId,
        before: Option<Seq>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<Vec<ThreadRow>>, StoreError> {
        let state = self.lock();
        let is_member = state.rooms.rooms.get(&room_id).is_some_and(|room| room.members.contains_key(&user));
        if !is_member {
            return Ok(None);
        }
        let last = |row: &ThreadRow| row.root.thread.map(|thread| thread.last_seq);
        let mut rows = state.threads(user, room_id, now);
        rows.retain(|row| before.is_none_or(|before| last(row).is_some_and(|last| last < before)));
        rows.sort_unstable_by_key(|row| Reverse(last(row)));
        rows.truncate(limit as usize);
        Ok(Some(rows))
    }

    async fn read_thread(
        &self,
        user: UserId,
        room_id: RoomId,
        root: EventId,
        seq: Seq,
    ) -> Result<Vec<Told>, StoreError> {
        let state = &mut *self.lock();
        let Some(head) = state.rooms.rooms.get(&room_id).map(Room::head) else { return Ok(Vec::new()) };
        let seq = seq.min(head);
        match state.timeline.threads.get_mut(&(user, room_id, root)) {
            Some(mark) if *mark < seq => *mark = seq,
            _ => return Ok(Vec::new()),
        }
        Ok(state.timeline.note(vec![read_note(user, room_id, root, seq)]))
    }
}
