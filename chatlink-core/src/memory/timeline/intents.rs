//! Intents, in memory.

use crate::{
    error::StoreError,
    memory::MemoryStore,
    timeline::intents::{Intent, IntentEnd, IntentRow, IntentStore, RejectedIntent},
};
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Timestamp, UserId};
use std::collections::{BTreeMap, HashSet};

/// By number.
#[derive(Default)]
pub(super) struct Inbox {
    last: u64,
    waiting: BTreeMap<u64, (IntentRow, Option<Timestamp>)>,
    rejected: BTreeMap<u64, RejectedIntent>,
}

impl Inbox {
    pub(super) fn forget_person(&mut self, user: UserId) {
        self.waiting.retain(|_, (row, _)| row.sender_id != Some(user));
        self.rejected.retain(|_, row| row.sender_id != Some(user));
    }
}

#[async_trait]
impl IntentStore for MemoryStore {
    async fn post_intent(&self, intent: Intent) -> Result<(), StoreError> {
        let inbox = &mut self.lock().timeline.inbox;
        let body = serde_json::to_string(&intent.body).map_err(|error| StoreError::Corrupt(error.into()))?;
        inbox.last += 1;
        let Intent { client_id, room_id, sender_id, .. } = intent;
        let row = IntentRow { number: inbox.last, client_id, room_id, sender_id, body };
        inbox.waiting.insert(inbox.last, (row, None));
        Ok(())
    }

    async fn claim_intents(&self, limit: u32, since: Timestamp, now: Timestamp) -> Result<Vec<IntentRow>, StoreError> {
        // The relay looks all the time: that is no call of anybody's.
        let state = &mut *self.look();
        let mut held: HashSet<RoomId> = HashSet::new();
        let mut taken = Vec::new();
        for (row, claimed_at) in state.timeline.inbox.waiting.values_mut() {
            let is_held = claimed_at.is_some_and(|at| at > since);
            if is_held {
                held.insert(row.room_id);
            } else if taken.len() < limit as usize && !held.contains(&row.room_id) {
                *claimed_at = Some(now);
                taken.push(row.clone());
            }
        }
        Ok(taken)
    }

    async fn settle_intents(
        &self,
        claimed_at: Timestamp,
        ends: Vec<(u64, IntentEnd)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let inbox = &mut self.lock().timeline.inbox;
        for (number, end) in ends {
            let Some((row, claim)) = inbox.waiting.get_mut(&number).filter(|(_, at)| *at == Some(claimed_at)) else {
                continue;
            };
            if end == IntentEnd::Later {
                *claim = None;
                continue;
            }
            let IntentRow { client_id, room_id, sender_id, .. } = *row;
            inbox.waiting.remove(&number);
            if let IntentEnd::Rejected(code) = end {
                let code = code.to_owned();
                inbox.rejected.insert(number, RejectedIntent { number, client_id, room_id, sender_id, code, at: now });
            }
        }
        Ok(())
    }

    async fn list_rejected(&self, after: u64, limit: u32) -> Result<Vec<RejectedIntent>, StoreError> {
        let state = self.lock();
        let above = state.timeline.inbox.rejected.values().filter(|row| row.number > after);
        Ok(above.take(limit as usize).cloned().collect())
    }

    async fn forget_rejected(&self, numbers: Vec<u64>) -> Result<(), StoreError> {
        let inbox = &mut self.lock().timeline.inbox;
        numbers.iter().for_each(|number| drop(inbox.rejected.remove(number)));
        Ok(())
    }
}
