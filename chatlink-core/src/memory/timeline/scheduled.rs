//! Messages that wait for their time, in memory.

use super::Told;
use crate::{
    error::StoreError,
    memory::MemoryStore,
    timeline::scheduled::{SCHEDULED, Scheduled, ScheduledRow, ScheduledStore, Settling, note},
};
use async_trait::async_trait;
use chatlink_protocol::{ClientId, Timestamp, UserId};
use std::collections::HashMap;

/// By writer and name.
pub(super) type Waiting = HashMap<(UserId, ClientId), Waits>;

pub(super) struct Waits {
    row: ScheduledRow,
    /// When it was taken for being sent.
    claimed_at: Option<Timestamp>,
    /// Not to be taken before.
    not_before: Timestamp,
}

impl Waits {
    fn is_due(&self, since: Timestamp, now: Timestamp) -> bool {
        self.row.failed.is_none() && self.not_before <= now && self.claimed_at.is_none_or(|at| at <= since)
    }
}

#[async_trait]
impl ScheduledStore for MemoryStore {
    async fn schedule(&self, row: ScheduledRow) -> Result<Scheduled, StoreError> {
        let state = &mut *self.lock();
        let (user, name) = (row.user_id, (row.user_id, row.client_id));
        let waiting = &mut state.timeline.waiting;
        let known = waiting.get(&name);
        if known.is_some_and(|waits| waits.claimed_at.is_some()) {
            return Ok(Scheduled::Sending);
        }
        let full = waiting.keys().filter(|(of, _)| *of == user).count() >= SCHEDULED as usize;
        if state.identity.is_deleted(user) || (full && known.is_none()) {
            return Ok(Scheduled::Full);
        }
        waiting.insert(name, Waits { not_before: row.send_at, row, claimed_at: None });
        Ok(Scheduled::Done(state.timeline.note(vec![note(user)])))
    }

    async fn cancel_scheduled(&self, user: UserId, client_id: ClientId) -> Result<Scheduled, StoreError> {
        let state = &mut *self.lock();
        match state.timeline.waiting.get(&(user, client_id)) {
            None => Ok(Scheduled::Unknown),
            Some(Waits { claimed_at: Some(_), .. }) => Ok(Scheduled::Sending),
            Some(_) => {
                state.timeline.waiting.remove(&(user, client_id));
                Ok(Scheduled::Done(state.timeline.note(vec![note(user)])))
            }
        }
    }

    async fn list_scheduled(&self, user: UserId, limit: u32) -> Result<Vec<ScheduledRow>, StoreError> {
        let state = self.lock();
        let own = state.timeline.waiting.values().filter(|waits| waits.row.user_id == user);
        let mut rows: Vec<ScheduledRow> = own.map(|waits| waits.row.clone()).collect();
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
        let waiting = state.timeline.waiting.values_mut();
        let mut due: Vec<&mut Waits> = waiting.filter(|waits| waits.is_due(since, now)).collect();
        due.sort_by_key(|waits| (waits.row.send_at, waits.row.client_id));
        let take = |waits: &mut Waits| {
            waits.claimed_at = Some(now);
            waits.row.clone()
        };
        Ok(due.into_iter().take(limit as usize).map(take).collect())
    }

    async fn settle_scheduled(
        &self,
        user: UserId,
        client_id: ClientId,
        claimed_at: Timestamp,
        settling: Settling,
    ) -> Result<Vec<Told>, StoreError> {
        let state = &mut *self.lock();
        let name = (user, client_id);
        let waits = state.timeline.waiting.get_mut(&name).filter(|waits| waits.claimed_at == Some(claimed_at));
        let Some(waits) = waits else { return Ok(Vec::new()) };
        waits.claimed_at = None;
        match settling {
            Settling::Later(until) => {
                waits.not_before = until;
                return Ok(Vec::new());
            }
            Settling::Failed(code) => waits.row.failed = Some(code.to_owned()),
            Settling::Sent => drop(state.timeline.waiting.remove(&name)),
        }
        Ok(state.timeline.note(vec![note(user)]))
    }
}
