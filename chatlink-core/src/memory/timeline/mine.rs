//! What members keep for themselves, in memory.

use super::Told;
use crate::{
    error::StoreError,
    memory::{MemoryStore, State},
    timeline::{
        Reader, UserNote,
        mine::{DRAFT, DraftBody, DraftRow, HIDDEN, Marked, MessageMark, MineStore, STARS, StarPlace, StarRow},
    },
};
use async_trait::async_trait;
use chatlink_protocol::{EventId, RoomId, Timestamp, UserId};
use std::{cmp::Reverse, collections::HashMap};

#[derive(Default)]
pub(super) struct Marks {
    stars: HashMap<(UserId, EventId), (RoomId, Timestamp)>,
    hidden: HashMap<(UserId, EventId), RoomId>,
}

impl Marks {
    pub(super) fn is_hidden(&self, user: UserId, message: EventId) -> bool {
        self.hidden.contains_key(&(user, message))
    }

    pub(super) fn stars_of(&self, user: UserId) -> impl Iterator<Item = EventId> {
        self.stars.keys().filter(move |(of, _)| *of == user).map(|(_, message)| *message)
    }

    pub(super) fn forget_message(&mut self, message: EventId) {
        self.stars.retain(|(_, of), _| *of != message);
        self.hidden.retain(|(_, of), _| *of != message);
    }

    pub(super) fn forget_member(&mut self, room: RoomId, user: UserId) {
        self.stars.retain(|(of, _), (place, _)| *of != user || *place != room);
        self.hidden.retain(|(of, _), place| *of != user || *place != room);
    }

    pub(super) fn forget_person(&mut self, user: UserId) {
        self.stars.retain(|(of, _), _| *of != user);
        self.hidden.retain(|(of, _), _| *of != user);
    }
}

impl State {
    /// Whether the person hid this message for himself.
    pub(in crate::memory) fn hides(&self, user: UserId, message: EventId) -> bool {
        self.timeline.marks.is_hidden(user, message)
    }

    /// Whether the message is gone for this person; `Err`: it is none that he may mark.
    fn markable(&self, mark: &MessageMark, now: Timestamp) -> Result<bool, Marked> {
        let room = self.rooms.rooms.get(&mark.room_id).ok_or(Marked::NoRoom)?;
        let member = room.members.get(&mark.user_id).filter(|_| !self.identity.is_deleted(mark.user_id));
        let from_seq = member.ok_or(Marked::NoRoom)?.from_seq;
        let message = room.message(mark.message_id).filter(|logged| logged.event.seq >= from_seq);
        Ok(message.ok_or(Marked::NoMessage)?.is_gone(now))
    }
}

#[async_trait]
impl MineStore for MemoryStore {
    async fn star(&self, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
        let state = &mut *self.lock();
        let gone = match state.markable(&mark, now) {
            Ok(gone) => gone,
            Err(refused) => return Ok(refused),
        };
        let name = (mark.user_id, mark.message_id);
        if gone || state.hides(mark.user_id, mark.message_id) {
            return Ok(Marked::Gone);
        }
        if state.timeline.marks.stars.contains_key(&name) {
            return Ok(Marked::Unchanged);
        }
        if state.timeline.marks.stars_of(mark.user_id).count() >= STARS as usize {
            return Ok(Marked::Full);
        }
        state.timeline.marks.stars.insert(name, (mark.room_id, now));
        Ok(Marked::Done(state.timeline.note(vec![mark.note])))
    }

    async fn unstar(&self, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
        let state = &mut *self.lock();
        if let Err(refused) = state.markable(&mark, now) {
            return Ok(refused);
        }
        Ok(match state.timeline.marks.stars.remove(&(mark.user_id, mark.message_id)) {
            Some(_) => Marked::Done(state.timeline.note(vec![mark.note])),
            None => Marked::Unchanged,
        })
    }

    async fn list_stars(
        &self,
        user: UserId,
        after: Option<StarPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<StarRow>, StoreError> {
        let state = self.lock();
        let mine = state.timeline.marks.stars.iter().filter(|((of, _), _)| *of == user);
        let row = |((_, message), (room_id, starred_at)): (&(UserId, EventId), &(RoomId, Timestamp))| {
            let item = state.item_of(*room_id, Reader::Member(user), *message, now)?;
            Some(StarRow { room_id: *room_id, item, starred_at: *starred_at })
        };
        let mut rows: Vec<StarRow> = mine.filter_map(row).collect();
        rows.retain(|row| after.is_none_or(|after| row.place() < after));
        rows.sort_by_key(|row| Reverse(row.place()));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn hide(&self, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
        let state = &mut *self.lock();
        let gone = match state.markable(&mark, now) {
            Ok(gone) => gone,
            Err(refused) => return Ok(refused),
        };
        if state.hides(mark.user_id, mark.message_id) {
            return Ok(Marked::Unchanged);
        }
        if gone {
            return Ok(Marked::Gone);
        }
        let marks = &mut state.timeline.marks;
        if marks.hidden.keys().filter(|(of, _)| *of == mark.user_id).count() >= HIDDEN as usize {
            return Ok(Marked::Full);
        }
        marks.hidden.insert((mark.user_id, mark.message_id), mark.room_id);
        marks.stars.remove(&(mark.user_id, mark.message_id));
        Ok(Marked::Done(state.timeline.note(vec![mark.note])))
    }

    async fn set_draft(&self, user: UserId, draft: DraftRow) -> Result<Option<Told>, StoreError> {
        let mut state = self.lock();
        let room = state.rooms.rooms.get(&draft.room_id);
        if !room.is_some_and(|room| room.members.contains_key(&user)) {
            return Ok(None);
        }
        let body = serde_json::to_value(&draft.body).map_err(|error| StoreError::Corrupt(error.into()))?;
        let note = UserNote { user_id: user, kind: DRAFT, subject: draft.room_id.to_string(), body };
        Ok(state.timeline.note(vec![note]).pop())
    }

    async fn list_drafts(&self, user: UserId, limit: u32) -> Result<Vec<DraftRow>, StoreError> {
        let state = self.lock();
        let Some(log) = state.timeline.logs.get(&user) else { return Ok(Vec::new()) };
        let drafts = log.rows.iter().filter(|((kind, _), _)| *kind == DRAFT);
        let row = |((_, subject), event): (&(&str, String), &chatlink_protocol::frame::UserEvent)| {
            let body: DraftBody = serde_json::from_value(event.body.clone()).ok()?;
            Some(DraftRow { room_id: subject.parse().ok()?, body }).filter(|draft| draft.body.text.is_some())
        };
        Ok(drafts.filter_map(row).take(limit as usize).collect())
    }
}
