//! Webhooks in memory.

use super::MemoryStore;
use crate::{
    error::StoreError,
    jobs::{JobLease, NewJob},
    webhooks::{
        Begun, DueRoom, Failing, JOB, SealedSecrets, WEBHOOKS, WebhookId, WebhookRow, WebhookState, WebhookStore,
    },
};
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Seq};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Tables {
    rows: BTreeMap<WebhookId, WebhookRow>,
    cursors: BTreeMap<(WebhookId, RoomId), Cursor>,
    due: BTreeSet<(WebhookId, RoomId)>,
}

/// How far a webhook was told of a room; of one that has none, nothing was told.
#[derive(Clone, Copy, Default)]
struct Cursor {
    sent: Seq,
    until: Option<Seq>,
}

impl Tables {
    /// Notes that the room is due for all webhooks.
    pub(super) fn note(&mut self, room: RoomId) {
        self.due.extend(self.rows.keys().map(|id| (*id, room)));
    }

    fn cursor(&self, id: WebhookId, room: RoomId) -> Cursor {
        self.cursors.get(&(id, room)).copied().unwrap_or_default()
    }

    fn active(&mut self, id: WebhookId) -> Option<&mut WebhookRow> {
        self.rows.get_mut(&id).filter(|row| row.webhook.state == WebhookState::Active)
    }
}

#[cfg(test)]
impl MemoryStore {
    /// As if appends had noted nothing.
    pub(crate) fn forget_what_is_due(&self) {
        self.look().webhooks.due.clear();
    }
}

#[async_trait]
impl WebhookStore for MemoryStore {
    async fn create_webhook(&self, row: WebhookRow, job: NewJob) -> Result<bool, StoreError> {
        let state = &mut *self.lock();
        if state.webhooks.rows.len() >= WEBHOOKS as usize {
            return Ok(false);
        }
        let id = row.webhook.id;
        for (room_id, room) in &state.rooms.rooms {
            state.webhooks.cursors.insert((id, *room_id), Cursor { sent: room.head(), until: None });
        }
        state.jobs.enqueue(job, row.webhook.created_at);
        state.webhooks.rows.insert(id, row);
        Ok(true)
    }

    async fn find_webhook(&self, id: WebhookId) -> Result<Option<WebhookRow>, StoreError> {
        Ok(self.look().webhooks.rows.get(&id).cloned())
    }

    async fn list_webhooks(&self) -> Result<Vec<WebhookRow>, StoreError> {
        let mut rows: Vec<_> = self.lock().webhooks.rows.values().cloned().collect();
        rows.sort_by_key(|row| (row.webhook.created_at, row.webhook.id));
        Ok(rows)
    }

    async fn set_webhook_state(&self, id: WebhookId, to: WebhookState) -> Result<bool, StoreError> {
        let state = &mut *self.lock();
        let Some(row) = state.webhooks.rows.get_mut(&id) else { return Ok(false) };
        row.webhook.state = to;
        row.webhook.failing = Failing::default();
        Ok(true)
    }

    async fn note_webhook(&self, id: WebhookId, failing: Failing, to: WebhookState) -> Result<bool, StoreError> {
        let state = &mut *self.lock();
        let Some(row) = state.webhooks.active(id) else { return Ok(false) };
        row.webhook.failing = failing;
        row.webhook.state = to;
        Ok(true)
    }

    async fn replace_webhook_secrets(
        &self,
        id: WebhookId,
        before: Vec<u8>,
        secrets: SealedSecrets,
    ) -> Result<bool, StoreError> {
        let state = &mut *self.lock();
        let row = state.webhooks.rows.get_mut(&id).filter(|row| row.secrets.current == before);
        let Some(row) = row else { return Ok(false) };
        row.secrets = secrets;
        Ok(true)
    }

    async fn delete_webhook(&self, id: WebhookId) -> Result<bool, StoreError> {
        let state = &mut *self.lock();
        state.webhooks.cursors.retain(|(of, _), _| *of != id);
        state.webhooks.due.retain(|(of, _)| *of != id);
        state.jobs.forget(JOB, &id.to_string());
        Ok(state.webhooks.rows.remove(&id).is_some())
    }

    async fn due_rooms(&self, id: WebhookId, after: Option<RoomId>, limit: u32) -> Result<Vec<DueRoom>, StoreError> {
        let state = &*self.look();
        let behind = |room: &RoomId| after.is_none_or(|after| *room > after);
        let due = state.webhooks.due.iter().filter(|(of, room)| *of == id && behind(room));
        let due = due.map(|(_, room_id)| {
            let Cursor { sent, until } = state.webhooks.cursor(id, *room_id);
            DueRoom { room_id: *room_id, sent, until }
        });
        Ok(due.take(limit as usize).collect())
    }

    async fn begin_deliveries(&self, id: WebhookId, lease: JobLease, begun: Vec<Begun>) -> Result<bool, StoreError> {
        let state = &mut *self.lock();
        if state.webhooks.active(id).is_none() || !state.jobs.is_leased(lease) {
            return Ok(false);
        }
        for Begun { room_id, until } in begun {
            state.webhooks.cursors.entry((id, room_id)).or_default().until.get_or_insert(until);
        }
        Ok(true)
    }

    async fn settle_deliveries(&self, id: WebhookId, taken: Vec<Begun>) -> Result<(), StoreError> {
        let state = &mut *self.lock();
        for Begun { room_id, until } in taken {
            let begun = state.webhooks.cursors.get_mut(&(id, room_id)).filter(|cursor| cursor.until == Some(until));
            if let Some(cursor) = begun {
                *cursor = Cursor { sent: until, until: None };
            }
            let head = state.rooms.rooms.get(&room_id).map(super::rooms::Room::head).unwrap_or_default();
            if head <= state.webhooks.cursor(id, room_id).sent {
                state.webhooks.due.remove(&(id, room_id));
            }
        }
        Ok(())
    }

    async fn sweep_webhook(
        &self,
        id: WebhookId,
        after: Option<RoomId>,
        limit: u32,
    ) -> Result<Option<RoomId>, StoreError> {
        let state = &mut *self.look();
        let mut rooms: Vec<_> = state.rooms.rooms.iter().map(|(room_id, room)| (*room_id, room.head())).collect();
        rooms.retain(|(room, _)| after.is_none_or(|after| *room > after));
        rooms.sort_unstable();
        let more = rooms.len() > limit as usize;
        rooms.truncate(limit as usize);
        let is_there = state.webhooks.rows.contains_key(&id);
        let last = rooms.last().map(|(room, _)| *room);
        for (room, head) in rooms {
            if is_there && head > state.webhooks.cursor(id, room).sent {
                state.webhooks.due.insert((id, room));
            }
        }
        Ok(last.filter(|_| more))
    }

    async fn count_due(&self, id: WebhookId, most: u32) -> Result<u32, StoreError> {
        let due = self.lock().webhooks.due.iter().filter(|(of, _)| *of == id).count();
        Ok(u32::try_from(due).unwrap_or(most).min(most))
    }
}
