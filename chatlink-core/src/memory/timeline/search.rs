//! Search in memory: every message that the reader may see is looked at. Slow, and right.

use crate::{
    error::StoreError,
    memory::{MemoryStore, State, rooms::Room},
    timeline::search::{Found, Hit, SearchStore, Sought},
};
use async_trait::async_trait;
use chatlink_protocol::{Event, EventBody, Timestamp};
use std::cmp::Reverse;

#[async_trait]
impl SearchStore for MemoryStore {
    async fn search(&self, wanted: Sought, now: Timestamp) -> Result<Option<Found>, StoreError> {
        let state = self.lock();
        let is_mine = |room: &&Room| room.members.contains_key(&wanted.reader);
        let rooms: Vec<&Room> = match wanted.room_id {
            None => state.rooms.rooms.values().filter(is_mine).collect(),
            Some(id) => match state.rooms.rooms.get(&id).filter(is_mine) {
                Some(room) => vec![room],
                None => return Ok(None),
            },
        };
        let mut hits: Vec<Hit> = rooms.into_iter().flat_map(|room| state.hits(room, &wanted, now)).collect();
        hits.sort_by_key(|hit| Reverse(hit.place()));
        let limit = wanted.limit.max(1) as usize;
        let more = hits.len() > limit;
        hits.truncate(limit);
        let next = hits.last().filter(|_| more).map(Hit::place);
        Ok(Some(Found { hits, next, cut_short: false }))
    }

    async fn index_messages(&self, _limit: u32, _now: Timestamp) -> Result<u32, StoreError> {
        Ok(0)
    }
}

impl State {
    fn hits(&self, room: &Room, wanted: &Sought, now: Timestamp) -> Vec<Hit> {
        let Some(from_seq) = room.members.get(&wanted.reader).map(|member| member.from_seq) else { return Vec::new() };
        if room.waits_for(wanted.reader) {
            return Vec::new();
        }
        let living = room.log.iter().filter(|logged| !logged.is_gone(now)).map(|logged| &logged.event);
        let asked = living.filter(|event| {
            event.seq >= from_seq
                && wanted.sender_id.is_none_or(|sender| event.sender_id == sender)
                && wanted.from.is_none_or(|from| event.at >= from)
                && wanted.until.is_none_or(|until| event.at < until)
                && !self.people.blocks(wanted.reader, event.sender_id)
                && !self.hides(wanted.reader, event.id)
        });
        let hits = asked.filter_map(|event| {
            let EventBody::Message(message) = &event.body else { return None };
            let text = room.text(event.id)?;
            let highlights = wanted.pattern.find(text)?;
            let mut message = message.clone();
            message.text = Some(text.clone());
            Some(Hit { event: Event { body: EventBody::Message(message), ..event.clone() }, highlights })
        });
        hits.filter(|hit| wanted.before.is_none_or(|before| hit.place() < before)).collect()
    }
}
