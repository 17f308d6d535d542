//! Jobs in memory.

use super::MemoryStore;
use crate::{
    error::StoreError,
    jobs::{Enqueued, JobId, JobLease, JobRow, JobState, JobStore, LeasedJob, NewJob},
};
use async_trait::async_trait;
use chatlink_protocol::Timestamp;
use serde_json::Value;
use std::{cmp::Reverse, collections::BTreeMap};
use uuid::Uuid;

#[derive(Default)]
pub(super) struct Tables {
    jobs: BTreeMap<JobId, Job>,
}

struct Job {
    row: JobRow,
    payload: Value,
    token: Option<Uuid>,
}

impl Tables {
    /// The job, if the lease is good.
    fn leased(&mut self, lease: JobLease) -> Option<&mut Job> {
        let job = self.jobs.get_mut(&lease.job)?;
        (job.row.state == JobState::Running && job.token == Some(lease.token)).then_some(job)
    }

    /// Whether the lease is good.
    pub(super) fn is_leased(&mut self, lease: JobLease) -> bool {
        self.leased(lease).is_some()
    }

    /// Forgets the job of this kind and key.
    pub(super) fn forget(&mut self, kind: &str, key: &str) {
        self.jobs.retain(|_, job| job.row.kind != kind || job.row.key != key);
    }

    /// Adds a job, unless one of its kind and key is there and not dead.
    pub(super) fn enqueue(&mut self, new: NewJob, now: Timestamp) -> Enqueued {
        let same = |job: &&Job| job.row.kind == new.kind && job.row.key == new.key;
        if let Some(known) = self.jobs.values().find(same).map(|job| (job.row.id, job.row.state)) {
            match known {
                (id, JobState::Dead) => drop(self.jobs.remove(&id)),
                (_, JobState::Waiting | JobState::Running) => return Enqueued::Known,
            }
        }
        let row = JobRow {
            id: new.id,
            kind: new.kind.to_owned(),
            key: new.key,
            state: JobState::Waiting,
            due_at: Some(new.run_at),
            attempts: 0,
            last_error: None,
            progress: None,
            changed_at: now,
        };
        self.jobs.insert(new.id, Job { row, payload: new.payload, token: None });
        Enqueued::Added
    }
}

#[async_trait]
impl JobStore for MemoryStore {
    async fn enqueue(&self, jobs: Vec<NewJob>, now: Timestamp) -> Result<Vec<Enqueued>, StoreError> {
        let tables = &mut self.lock().jobs;
        Ok(jobs.into_iter().map(|job| tables.enqueue(job, now)).collect())
    }

    async fn lease(
        &self,
        kinds: &[&'static str],
        token: Uuid,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<LeasedJob>, StoreError> {
        let tables = &mut self.lock().jobs;
        let due = |job: &&mut Job| {
            kinds.contains(&job.row.kind.as_str()) && job.row.due_at.is_some_and(|due_at| due_at <= now)
        };
        let Some(job) = tables.jobs.values_mut().filter(due).min_by_key(|job| (job.row.due_at, job.row.id)) else {
            return Ok(None);
        };
        job.token = Some(token);
        job.row.state = JobState::Running;
        job.row.due_at = Some(until);
        job.row.attempts += 1;
        job.row.changed_at = now;
        Ok(Some(LeasedJob {
            lease: JobLease { job: job.row.id, token },
            kind: job.row.kind.clone(),
            key: job.row.key.clone(),
            payload: job.payload.clone(),
            attempts: job.row.attempts,
            progress: job.row.progress.clone(),
        }))
    }

    async fn progress(
        &self,
        lease: JobLease,
        progress: Option<Value>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tables = &mut self.lock().jobs;
        let Some(job) = tables.leased(lease) else { return Ok(false) };
        job.row.progress = progress.or(job.row.progress.take());
        job.row.due_at = Some(until);
        job.row.changed_at = now;
        Ok(true)
    }

    async fn finish(
        &self,
        lease: JobLease,
        progress: Option<Value>,
        again: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tables = &mut self.lock().jobs;
        let Some(job) = tables.leased(lease) else { return Ok(false) };
        if again.is_none() {
            tables.jobs.remove(&lease.job);
            return Ok(true);
        }
        let progress = progress.or(job.row.progress.take());
        job.token = None;
        job.row = JobRow {
            state: JobState::Waiting,
            due_at: again,
            attempts: 0,
            last_error: None,
            progress,
            changed_at: now,
            ..job.row.clone()
        };
        Ok(true)
    }

    async fn fail(
        &self,
        lease: JobLease,
        error: String,
        retry_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tables = &mut self.lock().jobs;
        let Some(job) = tables.leased(lease) else { return Ok(false) };
        job.token = None;
        job.row.state = if retry_at.is_some() { JobState::Waiting } else { JobState::Dead };
        job.row.due_at = retry_at;
        job.row.last_error = Some(error);
        job.row.changed_at = now;
        Ok(true)
    }

    async fn release(&self, lease: JobLease, now: Timestamp) -> Result<bool, StoreError> {
        let tables = &mut self.lock().jobs;
        let Some(job) = tables.leased(lease) else { return Ok(false) };
        job.token = None;
        job.row.state = JobState::Waiting;
        job.row.due_at = Some(now);
        job.row.attempts = job.row.attempts.saturating_sub(1);
        job.row.changed_at = now;
        Ok(true)
    }

    async fn list_jobs(&self, state: Option<JobState>, limit: u32) -> Result<Vec<JobRow>, StoreError> {
        let jobs = &self.lock().jobs.jobs;
        let asked = |row: &&JobRow| state.is_none_or(|state| row.state == state);
        let mut rows: Vec<_> = jobs.values().map(|job| &job.row).filter(asked).cloned().collect();
        rows.sort_by_key(|row| Reverse((row.changed_at, row.id)));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn purge_dead(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let tables = &mut self.lock().jobs;
        let old = |row: &JobRow| row.state == JobState::Dead && row.changed_at <= before;
        let dead: Vec<_> = tables
            .jobs
            .values()
            .map(|job| &job.row)
            .filter(|row| old(row))
            .map(|row| row.id)
            .take(limit as usize)
            .collect();
        for id in &dead {
            tables.jobs.remove(id);
        }
        Ok(u32::try_from(dead.len()).unwrap_or(limit))
    }
}
