//! Messages that wait for their time, in memory.

use super::Told;
use crate::{
    error::StoreError,
    memory::MemoryStore,
    timeline::scheduled::{SCHEDULED, Scheduled, ScheduledRow, ScheduledStore, note},
};
use async_trait::async_trait;
use chatlink_protocol::{ClientId, Timestamp, UserId};
use std::collections::HashMap;

/// By writer and name; with when it was taken for being sent.
pub(super) type Waiting = HashMap<(UserId, ClientId), (ScheduledRow, Option<Timestamp>)>;

#[async_trait]
impl ScheduledStore for MemoryStore {
    async fn schedule(&self, row: ScheduledRow) -> Result<Scheduled, StoreError> {
        let state = &mut *self.lock();
        let (user, name) = (row.user_id, (row.user_id, row.client_id));
        let waiting = &mut state.timeline.waiting;
        let known = waiting.get(&name);
        if known.is_some_and(|(_, taken)| taken.is_some()) {
            return Ok(Scheduled::Sending);
        }
        let full = waiting.keys().filter(|(of, _)| *of == user).count() >= SCHEDULED as usize;
        if state.identity.is_deleted(user) || (full && known.is_none()) {
            return Ok(Scheduled::Full);
        }
        waiting.insert(name, (row, None));
        Ok(Scheduled::Done(state.timeline.note(vec![note(user)])))
    }

    async fn cancel_scheduled(&self, user: UserId, client_id: ClientId) -> Result<Scheduled, StoreError> {
        let state = &mut *self.lock();
        match state.timeline.waiting.get(&(user, client_id)) {
            None => Ok(Scheduled::Unknown),
            Some((_, Some(_))) => Ok(Scheduled::Sending),
            Some((_, None)) => {
                state.timeline.waiting.remove(&(user, client_id));
                Ok(Scheduled::Done(state.timeline.note(vec![note(user)])))
            }
        }
    }

    async fn list_scheduled(&self, user: UserId, limit: u32) -> Result<Vec<ScheduledRow>, StoreError> {
        let state = self.lock();
        let own = state.timeline.waiting.values().filter(|(row, _)| row.user_id == user);
        let mut rows: Vec<ScheduledRow> = own.map(|(row, _)| row.clone()).collect();
        rows.sort_by_key(|row| (row.send_at, row.client_id));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn claim_scheduled(
        &self,
        limit: u32,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<ScheduledRow>, StoreError> {
        let state = &mut *self.lock();
        let due = |(row, taken): &&mut (ScheduledRow, Option<Timestamp>)| {
            row.failed.is_none() && row.send_at <= now && taken.is_none_or(|at| at <= since)
        };
        let mut due: Vec<_> = state.timeline.waiting.values_mut().filter(due).collect();
        due.sort_by_key(|(row, _)| (row.send_at, row.client_id));
        let take = |(row, taken): &mut (ScheduledRow, Option<Timestamp>)| {
            *taken = Some(now);
            row.clone()
        };
        Ok(due.into_iter().take(limit as usize).map(take).collect())
    }

    async fn settle_scheduled(
        &self,
        user: UserId,
        client_id: ClientId,
        failed: Option<&'static str>,
    ) -> Result<Vec<Told>, StoreError> {
        let state = &mut *self.lock();
        let name = (user, client_id);
        let Some((row, taken)) = state.timeline.waiting.get_mut(&name) else { return Ok(Vec::new()) };
        match failed {
            Some(code) => (row.failed, *taken) = (Some(code.to_owned()), None),
            None => drop(state.timeline.waiting.remove(&name)),
        }
        Ok(state.timeline.note(vec![note(user)]))
    }
}
