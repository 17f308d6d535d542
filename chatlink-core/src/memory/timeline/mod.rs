//! Timelines in memory. Snapshots are made by the protocol's own reducer from the whole log: slow,
//! and the law of the reducer holds by construction.

mod append;
mod corrections;
mod intents;
mod log;
mod mine;
mod pins;
mod polls;
mod scheduled;
mod search;
mod threads;

pub(super) use log::Logged;

use super::{MemoryStore, rooms::Room};
use crate::{
    error::StoreError,
    timeline::{
        Act, Appended, EventsPage, Heads, MessageFacts, Outcome, Reader, TimelinePage, TimelineStore, Told, UserNote,
        Window,
    },
};
use async_trait::async_trait;
use chatlink_protocol::{
    EventId, Item, RoomId, Seq, Timestamp, UserId, UserSeq,
    frame::{Head, UserEvent},
};
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Default)]
pub(super) struct Tables {
    logs: HashMap<UserId, UserLog>,
    /// Who has no log any more.
    departed: HashSet<UserId>,
    marks: mine::Marks,
    waiting: scheduled::Waiting,
    inbox: intents::Inbox,
    threads: threads::Marks,
}

#[derive(Default)]
struct UserLog {
    head: UserSeq,
    rows: BTreeMap<(&'static str, String), UserEvent>,
}

impl Tables {
    /// Forgets the log of a deleted account, for good.
    pub(super) fn forget(&mut self, user: UserId) {
        self.logs.remove(&user);
        self.marks.forget_person(user);
        self.waiting.retain(|(of, _), _| *of != user);
        self.inbox.forget_person(user);
        self.threads.retain(|(of, ..), _| *of != user);
        self.departed.insert(user);
    }

    /// Forgets what somebody kept of a room that he is no member of any more.
    pub(super) fn leave(&mut self, room: RoomId, user: UserId) {
        self.marks.forget_member(room, user);
        self.threads.retain(|(of, at, _), _| (*of, *at) != (user, room));
    }

    /// Writes notes into users' own logs; a deleted account has none.
    pub(super) fn note(&mut self, notes: Vec<UserNote>) -> Vec<Told> {
        let write = |note: UserNote| {
            let log = self.logs.entry(note.user_id).or_default();
            log.head = log.head.next();
            let event = UserEvent {
                user_seq: log.head,
                kind: note.kind.to_owned(),
                subject: note.subject.clone(),
                body: note.body,
            };
            log.rows.insert((note.kind, note.subject), event.clone());
            Told { user_id: note.user_id, event }
        };
        notes.into_iter().filter(|note| !self.departed.contains(&note.user_id)).map(write).collect()
    }
}

#[async_trait]
impl TimelineStore for MemoryStore {
    async fn append(&self, batch: Vec<Act>, now: Timestamp) -> Result<Appended, StoreError> {
        let mut state = self.lock();
        let mut appended = Appended::default();
        for act in batch {
            let (outcome, told) = state.append(act, now);
            if let Outcome::Appended(event) = &outcome {
                state.webhooks.note(event.room_id);
            }
            appended.outcomes.push(outcome);
            appended.told.extend(told);
        }
        Ok(appended)
    }

    async fn events(
        &self,
        room_id: RoomId,
        reader: Reader,
        after: Seq,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<EventsPage>, StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok(None) };
        let Some(events) = state.readable(room, reader, now) else { return Ok(None) };
        let events = events.into_iter().filter(|event| event.seq > after).take(limit as usize).collect();
        Ok(Some(EventsPage { events, head: room.head() }))
    }

    async fn timeline(
        &self,
        room_id: RoomId,
        reader: Reader,
        window: Window,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<TimelinePage>, StoreError> {
        let state = self.lock();
        let Some(items) = state.items(room_id, reader, now) else { return Ok(None) };
        Ok(Some(state.page(room_id, &items, window, limit)))
    }

    async fn find_message(
        &self,
        room_id: RoomId,
        message_id: EventId,
        now: Timestamp,
    ) -> Result<Option<MessageFacts>, StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok(None) };
        Ok(room.message(message_id).map(|logged| MessageFacts {
            sender_id: logged.event.sender_id,
            version: logged.version,
            gone: logged.is_gone(now),
            seq: logged.event.seq,
            at: logged.event.at,
            poll: room.poll(logged),
            thread: logged.event.body.thread(),
        }))
    }

    async fn purge_expired(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut state = self.lock();
        let mut erased = 0;
        for room in state.rooms.rooms.values_mut() {
            let due = room.log.iter().filter(|logged| logged.is_message() && !logged.redacted && logged.is_gone(now));
            let due: Vec<_> = due.map(|logged| logged.event.id).take((limit - erased) as usize).collect();
            erased += u32::try_from(due.len()).unwrap_or(u32::MAX);
            due.into_iter().for_each(|id| room.erase_message(id));
        }
        Ok(erased)
    }

    async fn heads(&self, rooms: &[RoomId], users: &[UserId]) -> Result<Heads, StoreError> {
        let state = self.lock();
        let head = |id: &RoomId| {
            let room = state.rooms.rooms.get(id)?;
            Some((*id, Head { seq: room.head(), rev: room.rev }))
        };
        let user = |id: &UserId| (*id, state.timeline.logs.get(id).map(|log| log.head).unwrap_or_default());
        Ok(Heads {
            rooms: rooms.iter().filter_map(head).collect(),
            users: users.iter().map(user).collect(),
            gone: users.iter().copied().filter(|user| state.identity.is_deleted(*user)).collect(),
        })
    }

    async fn note(&self, notes: Vec<UserNote>, _now: Timestamp) -> Result<Vec<Told>, StoreError> {
        Ok(self.lock().timeline.note(notes))
    }

    async fn user_log(
        &self,
        user: UserId,
        after: UserSeq,
        limit: u32,
    ) -> Result<(Vec<UserEvent>, UserSeq), StoreError> {
        let state = self.lock();
        let Some(log) = state.timeline.logs.get(&user) else { return Ok((Vec::new(), UserSeq(0))) };
        let mut rows: Vec<_> = log.rows.values().filter(|row| row.user_seq > after).cloned().collect();
        rows.sort_unstable_by_key(|row| row.user_seq);
        rows.truncate(limit as usize);
        Ok((rows, log.head))
    }
}

impl super::State {
    /// The part of these items that a window shows.
    fn page(&self, room_id: RoomId, items: &[Item], window: Window, limit: u32) -> TimelinePage {
        let limit = limit as usize;
        let below = |seq: Seq| items.partition_point(|item| item.seq < seq);
        let (start, end) = match window {
            Window::Newest => (items.len().saturating_sub(limit), items.len()),
            Window::Before(seq) => (below(seq).saturating_sub(limit), below(seq)),
            Window::After(seq) => (below(seq.next()), (below(seq.next()) + limit).min(items.len())),
            Window::Around(seq) => {
                let start = below(seq).saturating_sub(limit / 2);
                (start, (start + limit).min(items.len()))
            }
            Window::From(at) => {
                let start = items.partition_point(|item| item.at < at);
                (start, (start + limit).min(items.len()))
            }
        };
        TimelinePage {
            as_of: self.rooms.rooms.get(&room_id).map(Room::head).unwrap_or_default(),
            has_before: start > 0,
            has_after: end < items.len(),
            items: items[start..end].to_vec(),
        }
    }
}
