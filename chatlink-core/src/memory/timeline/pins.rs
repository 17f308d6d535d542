//! Pins and earlier words in memory: found in the log.

use crate::{
    error::StoreError,
    memory::{MemoryStore, State, rooms::Room},
    timeline::{ItemRow, MessageStore, Reader, Version, VoteRow},
};
use async_trait::async_trait;
use chatlink_protocol::{EventBody, EventId, RoomId, Timestamp, UserId};

#[async_trait]
impl MessageStore for MemoryStore {
    async fn list_pins(
        &self,
        room_id: RoomId,
        user: UserId,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<Vec<ItemRow>>, StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id).filter(|room| room.members.contains_key(&user)) else {
            return Ok(None);
        };
        let pins = room.pins(now).into_iter().rev();
        let pinned = pins.filter_map(|id| state.item_of(room_id, Reader::Member(user), id, now));
        Ok(Some(pinned.take(limit as usize).collect()))
    }

    async fn list_versions(
        &self,
        room_id: RoomId,
        user: UserId,
        message_id: EventId,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<Version>, StoreError> {
        Ok(self.lock().versions(room_id, user, message_id, limit, now))
    }

    async fn list_votes(
        &self,
        room_id: RoomId,
        user: UserId,
        message_id: EventId,
        after: Option<UserId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<VoteRow>, StoreError> {
        let state = self.lock();
        let Some(room) = state.reads(room_id, user, message_id, now) else { return Ok(Vec::new()) };
        let mut rows = room.votes(message_id);
        rows.retain(|row| after.is_none_or(|after| row.user_id > after));
        rows.truncate(limit as usize);
        Ok(rows)
    }
}

impl State {
    /// The newest versions of a message that this member may read, ascending.
    pub(in crate::memory) fn versions(
        &self,
        room_id: RoomId,
        user: UserId,
        message_id: EventId,
        limit: u32,
        now: Timestamp,
    ) -> Vec<Version> {
        let Some(room) = self.reads(room_id, user, message_id, now) else { return Vec::new() };
        let version = |event: &chatlink_protocol::Event| {
            let (version, text) = match &event.body {
                EventBody::Message(message) if event.id == message_id => (1, message.text.clone()?),
                EventBody::Edit(edit) if edit.target == message_id => (edit.version, edit.text.clone()?),
                _ => return None,
            };
            Some(Version { version, text, at: event.at })
        };
        let mut versions: Vec<_> = room.log.iter().filter_map(|logged| version(&logged.event)).collect();
        let above = versions.len().saturating_sub(limit as usize);
        versions.split_off(above)
    }

    /// The room, if this member reads that message in it, and it stands.
    fn reads(&self, room_id: RoomId, user: UserId, message_id: EventId, now: Timestamp) -> Option<&Room> {
        let room = self.rooms.rooms.get(&room_id)?;
        let member = room.members.get(&user)?;
        let message = room.message(message_id)?;
        let stands = !message.is_gone(now) && message.event.seq >= member.from_seq;
        (stands && !self.hides(user, message_id)).then_some(room)
    }
}

impl Room {
    /// The messages that are pinned, in the order in which they were.
    pub(super) fn pins(&self, now: Timestamp) -> Vec<EventId> {
        let mut pins = Vec::new();
        for logged in &self.log {
            let EventBody::Pin(pin) = &logged.event.body else { continue };
            pins.retain(|id| *id != pin.target);
            if pin.pinned {
                pins.push(pin.target);
            }
        }
        pins.retain(|id| self.message(*id).is_some_and(|message| !message.is_gone(now)));
        pins
    }
}
