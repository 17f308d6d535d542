//! Second factors and the security log in memory.

use super::{Tables, attempts::forget};
use crate::{
    error::StoreError,
    identity::{
        FAILURES_FORGOTTEN, Factor, FactorAdmission, FactorState, FactorStatus, FactorStore, Origin, RecoveryHash,
        SECURITY_ROWS, SecurityEvent, SecurityKind, SecurityLog, Settled, Shown, ShownFactor, WonLogin, next_login,
    },
    memory::MemoryStore,
    settings::CodeLimits,
};
use async_trait::async_trait;
use chatlink_protocol::{Timestamp, UserId};
use std::collections::HashSet;

pub(super) struct FactorRow {
    factor: Factor,
    changed_at: Timestamp,
    recovery: HashSet<RecoveryHash>,
}

#[async_trait]
impl FactorStore for MemoryStore {
    async fn find_factor(&self, user_id: UserId) -> Result<Option<FactorStatus>, StoreError> {
        let state = self.lock();
        let row = state.identity.factors.get(&user_id).filter(|row| row.factor.state == FactorState::On);
        Ok(row.map(|row| FactorStatus {
            since: row.changed_at,
            recovery_codes_left: u32::try_from(row.recovery.len()).unwrap_or(u32::MAX),
        }))
    }

    async fn admit_factor(
        &self,
        user_id: UserId,
        trace: [u8; 32],
        origin: Origin,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<FactorAdmission, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let failures = match tables.count_failure(trace, limits, now) {
            Ok(failures) => failures,
            Err(until) => return Ok(FactorAdmission::Limited(until)),
        };
        let factor = tables.factors.get(&user_id).map(|row| row.factor.clone());
        let on = factor.as_ref().is_some_and(|factor| factor.state == FactorState::On);
        if on && failures == limits.free_login_failures + 1 {
            tables.note_security(user_id, SecurityKind::FactorsFailed, &origin, now);
        }
        Ok(FactorAdmission::Admitted(factor))
    }

    async fn offer_factor(
        &self,
        login: WonLogin,
        seed: Vec<u8>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Settled<()>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        if tables.asks_for_factor(login.user_id) {
            return Ok(Settled::FactorUsed);
        }
        let settled = tables.settle(&login, now);
        if settled == Settled::Done(()) {
            let factor = Factor { seed, state: FactorState::Pending(until), last_step: 0 };
            tables.factors.insert(login.user_id, FactorRow { factor, changed_at: now, recovery: HashSet::new() });
        }
        Ok(settled)
    }

    async fn confirm_factor(
        &self,
        user_id: UserId,
        shown: ShownFactor,
        recovery: Vec<RecoveryHash>,
        origin: Origin,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let Shown::Step { seed, step, .. } = shown.what else { return Ok(false) };
        let waits = |row: &&mut FactorRow| {
            matches!(row.factor.state, FactorState::Pending(until) if now < until) && row.factor.seed == seed
        };
        let Some(row) = tables.factors.get_mut(&user_id).filter(waits) else { return Ok(false) };
        row.factor = Factor { seed, state: FactorState::On, last_step: step };
        row.changed_at = now;
        row.recovery = recovery.into_iter().collect();
        tables.end_ceremonies_of(user_id);
        tables.failures.remove(&shown.trace);
        tables.note_security(user_id, SecurityKind::FactorOn, &origin, now);
        Ok(true)
    }

    async fn remove_factor(&self, login: WonLogin, now: Timestamp) -> Result<Settled<()>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let settled = tables.settle(&login, now);
        if settled == Settled::Done(()) {
            tables.factors.remove(&login.user_id);
            if login.factor.is_some() {
                tables.note_security(login.user_id, SecurityKind::FactorOff, &login.origin, now);
            }
        }
        Ok(settled)
    }

    async fn renew_recovery(
        &self,
        login: WonLogin,
        recovery: Vec<RecoveryHash>,
        now: Timestamp,
    ) -> Result<Settled<()>, StoreError> {
        let tables = &mut self.lock().identity;
        let now = tables.tick(now);
        let settled = tables.settle(&login, now);
        if let (Settled::Done(()), Some(row)) = (&settled, tables.factors.get_mut(&login.user_id)) {
            row.recovery = recovery.into_iter().collect();
            tables.note_security(login.user_id, SecurityKind::RecoveryRenewed, &login.origin, now);
        }
        Ok(settled)
    }
}

#[async_trait]
impl SecurityLog for MemoryStore {
    async fn list_security(
        &self,
        user_id: UserId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<SecurityEvent>, StoreError> {
        let state = self.lock();
        let all = state.identity.security.get(&user_id).into_iter().flatten().rev();
        let older = all.filter(|event| before.is_none_or(|before| event.number < before));
        Ok(older.take(limit as usize).cloned().collect())
    }
}

impl Tables {
    /// Whether the account asks for a second factor.
    pub(super) fn asks_for_factor(&self, user: UserId) -> bool {
        self.factors.get(&user).is_some_and(|row| row.factor.state == FactorState::On)
    }

    /// Uses a second factor up; without one, whether none is asked for.
    pub(super) fn use_factor(
        &mut self,
        user: UserId,
        shown: Option<&ShownFactor>,
        origin: &Origin,
        now: Timestamp,
    ) -> bool {
        let on = self.factors.get_mut(&user).filter(|row| row.factor.state == FactorState::On);
        let (Some(row), Some(shown)) = (on, shown) else { return shown.is_none() && !self.asks_for_factor(user) };
        let used = match &shown.what {
            Shown::Step { seed, step, renewed } => {
                let good = row.factor.seed == *seed && row.factor.last_step < *step;
                if good {
                    row.factor.last_step = *step;
                    row.factor.seed = renewed.as_ref().unwrap_or(seed).clone();
                }
                good
            }
            Shown::Recovery(hash) => row.recovery.remove(hash),
        };
        if used {
            self.failures.remove(&shown.trace);
            if matches!(shown.what, Shown::Recovery(_)) {
                self.note_security(user, SecurityKind::RecoveryUsed, origin, now);
            }
        }
        used
    }

    /// Counts a failure where one is admitted; answers how many there are in a row. `Err`: not before
    /// then.
    pub(super) fn count_failure(
        &mut self,
        trace: [u8; 32],
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<u32, Timestamp> {
        let remembered = |(_, failed_at): &(u32, Timestamp)| *failed_at > now.minus(FAILURES_FORGOTTEN);
        let (failures, failed_at) = self.failures.get(&trace).copied().filter(remembered).unwrap_or((0, now));
        let free_at = next_login(failures, failed_at, limits);
        if now < free_at {
            return Err(free_at);
        }
        self.failures.insert(trace, (failures + 1, now));
        Ok(failures + 1)
    }

    /// Writes an event into a person's security log.
    pub(super) fn note_security(&mut self, user: UserId, kind: SecurityKind, origin: &Origin, now: Timestamp) {
        if self.active_username(user).is_none() {
            return;
        }
        let log = self.security.entry(user).or_default();
        let number = log.back().map_or(1, |last| last.number + 1);
        log.push_back(SecurityEvent { number, kind, at: now, origin: origin.clone() });
        if log.len() > SECURITY_ROWS as usize {
            log.pop_front();
        }
    }

    /// Forgets offers that are over; answers how many.
    pub(super) fn forget_offers(&mut self, most: usize, now: Timestamp) -> usize {
        let over = |row: &FactorRow| matches!(row.factor.state, FactorState::Pending(until) if until <= now);
        forget(&mut self.factors, most, over)
    }

    /// Forgets old events; answers how many.
    pub(super) fn forget_events(&mut self, most: usize, before: Timestamp) -> usize {
        let mut gone = 0;
        for log in self.security.values_mut() {
            while gone < most && log.pop_front_if(|event| event.at <= before).is_some() {
                gone += 1;
            }
        }
        self.security.retain(|_, log| !log.is_empty());
        gone
    }
}
