//! Jobs on PostgreSQL. Each verb is one statement that guards itself; of nodes that lease at once each takes another job.

use crate::{
    PostgresStore,
    error::store_error,
    rows::{Read, Statement},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    jobs::{Enqueued, JobId, JobLease, JobRow, JobState, JobStore, LeasedJob, NewJob},
    protocol::Timestamp,
};
use serde_json::Value;
use sqlx::{PgConnection, postgres::PgRow};
use uuid::Uuid;

/// A dead job of the same kind and key makes room.
const BURY: &str = "DELETE FROM jobs WHERE kind = $1 AND key = $2 AND state = 'dead'";

const ADD: &str = "INSERT INTO jobs (job_id, kind, key, payload, state, due_at, attempts, changed_at)
     VALUES ($1, $2, $3, $4, 'waiting', $5, 0, $6) ON CONFLICT (kind, key) DO NOTHING";

const DUE: &str = "SELECT 1 FROM jobs WHERE due_at <= $1 AND kind = ANY($2) ORDER BY due_at LIMIT 1";

const LEASE: &str =
    "UPDATE jobs SET state = 'running', token = $3, due_at = $4, attempts = attempts + 1, changed_at = $1
     WHERE job_id = (SELECT job_id FROM jobs WHERE due_at <= $1 AND kind = ANY($2)
                     ORDER BY due_at, job_id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING job_id, kind, key, payload, attempts, progress";

const PROGRESS: &str = "UPDATE jobs SET progress = coalesce($3, progress), due_at = $4, changed_at = $5
     WHERE job_id = $1 AND token = $2";

const AGAIN: &str = "UPDATE jobs SET state = 'waiting', token = NULL, progress = coalesce($3, progress), due_at = $4,
         changed_at = $5, attempts = 0, last_error = NULL
     WHERE job_id = $1 AND token = $2";

const REMOVE: &str = "DELETE FROM jobs WHERE job_id = $1 AND token = $2";

const FAIL: &str =
    "UPDATE jobs SET state = CASE WHEN $4::bigint IS NULL THEN 'dead' ELSE 'waiting' END, token = NULL, last_error = $3, due_at = $4,
         changed_at = $5
     WHERE job_id = $1 AND token = $2";

const RELEASE: &str =
    "UPDATE jobs SET state = 'waiting', token = NULL, due_at = $3, attempts = greatest(attempts - 1, 0),
         changed_at = $3
     WHERE job_id = $1 AND token = $2";

const LIST: &str = "SELECT job_id, kind, key, state, due_at, attempts, last_error, progress, changed_at
     FROM jobs
     WHERE $1::text IS NULL OR state = $1 ORDER BY changed_at DESC, job_id DESC LIMIT $2";

const PURGE: &str = "DELETE FROM jobs WHERE ctid = ANY (ARRAY(
     SELECT ctid FROM jobs WHERE changed_at <= $1 AND state = 'dead' ORDER BY changed_at LIMIT $2
     FOR UPDATE SKIP LOCKED))";

#[async_trait]
impl JobStore for PostgresStore {
    async fn enqueue(&self, jobs: Vec<NewJob>, now: Timestamp) -> Result<Vec<Enqueued>, StoreError> {
        self.in_tx_again((jobs, now), |tx, (jobs, now)| {
            Box::pin(async move {
                let mut outcomes = Vec::with_capacity(jobs.len());
                for job in jobs {
                    outcomes.push(add(tx, job, now).await?);
                }
                Ok(outcomes)
            })
        })
        .await
    }

    async fn lease(
        &self,
        kinds: &[&'static str],
        token: Uuid,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<LeasedJob>, StoreError> {
        self.in_time(async {
            let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
            // Nodes ask each second: an idle one begins no transaction.
            let mut reader = self.reader().await?;
            let due = sqlx::query(DUE).bind(now.as_micros()).bind(kinds.clone()).fetch_optional(&mut *reader).await;
            if due.map_err(store_error)?.is_none() {
                return Ok(None);
            }
            drop(reader);
            self.in_tx(move |tx| Box::pin(lease(tx, kinds, token, until, now))).await
        })
        .await
    }

    async fn progress(
        &self,
        lease: JobLease,
        progress: Option<Value>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let bound = held(PROGRESS, lease).bind(json(progress)).bind(until.as_micros()).bind(now.as_micros());
        self.change(bound).await
    }

    async fn finish(
        &self,
        lease: JobLease,
        progress: Option<Value>,
        again: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.change(match again {
            Some(again) => held(AGAIN, lease).bind(json(progress)).bind(again.as_micros()).bind(now.as_micros()),
            None => held(REMOVE, lease),
        })
        .await
    }

    async fn fail(
        &self,
        lease: JobLease,
        error: String,
        retry_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let retry_at = retry_at.map(Timestamp::as_micros);
        self.change(held(FAIL, lease).bind(error.replace('\0', "")).bind(retry_at).bind(now.as_micros())).await
    }

    async fn release(&self, lease: JobLease, now: Timestamp) -> Result<bool, StoreError> {
        self.change(held(RELEASE, lease).bind(now.as_micros())).await
    }

    async fn list_jobs(&self, state: Option<JobState>, limit: u32) -> Result<Vec<JobRow>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let asked = sqlx::query(LIST).bind(state.map(JobState::as_str)).bind(i64::from(limit));
            let rows = asked.fetch_all(&mut *reader).await.map_err(store_error)?;
            rows.iter().map(row).collect()
        })
        .await
    }

    async fn purge_dead(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move {
                let gone = sqlx::query(PURGE).bind(before.as_micros()).bind(i64::from(limit)).execute(tx).await;
                Ok(u32::try_from(gone.map_err(store_error)?.rows_affected()).unwrap_or(limit))
            })
        })
        .await
    }
}

impl PostgresStore {
    /// Runs one statement that changes one job, if the lease that guards it is good.
    async fn change(&self, statement: Statement) -> Result<bool, StoreError> {
        self.in_tx(move |tx| {
            Box::pin(async move { Ok(statement.execute(tx).await.map_err(store_error)?.rows_affected() == 1) })
        })
        .await
    }
}

/// A statement whose first places are the lease.
fn held(sql: &'static str, lease: JobLease) -> Statement {
    sqlx::query(sql).bind(lease.job.0).bind(lease.token)
}

pub(crate) async fn add(tx: &mut PgConnection, job: NewJob, now: Timestamp) -> Result<Enqueued, StoreError> {
    sqlx::query(BURY).bind(job.kind).bind(job.key.clone()).execute(&mut *tx).await.map_err(store_error)?;
    let added = sqlx::query(ADD)
        .bind(job.id.0)
        .bind(job.kind)
        .bind(job.key)
        .bind(job.payload.to_string())
        .bind(job.run_at.as_micros())
        .bind(now.as_micros())
        .execute(tx)
        .await
        .map_err(store_error)?;
    Ok(if added.rows_affected() == 1 { Enqueued::Added } else { Enqueued::Known })
}

async fn lease(
    tx: &mut PgConnection,
    kinds: Vec<String>,
    token: Uuid,
    until: Timestamp,
    now: Timestamp,
) -> Result<Option<LeasedJob>, StoreError> {
    let statement = sqlx::query(LEASE).bind(now.as_micros()).bind(kinds).bind(token).bind(until.as_micros());
    let Some(row) = statement.fetch_optional(tx).await.map_err(store_error)? else { return Ok(None) };
    Ok(Some(LeasedJob {
        lease: JobLease { job: row.id(0, JobId)?, token },
        kind: row.value(1)?,
        key: row.value(2)?,
        payload: parse(Some(row.value(3)?))?.unwrap_or_default(),
        attempts: row.small(4)?,
        progress: parse(row.value(5)?)?,
    }))
}

fn row(row: &PgRow) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        id: row.id(0, JobId)?,
        kind: row.value(1)?,
        key: row.value(2)?,
        state: row.name(3)?,
        due_at: row.maybe_time(4)?,
        attempts: row.small(5)?,
        last_error: row.value(6)?,
        progress: parse(row.value(7)?)?,
        changed_at: row.time(8)?,
    })
}

fn json(value: Option<Value>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn parse(text: Option<String>) -> Result<Option<Value>, StoreError> {
    let parsed = text.map(|text| serde_json::from_str(&text)).transpose();
    parsed.map_err(|error| StoreError::Corrupt(error.into()))
}

#[cfg(test)]
pub(crate) const STATEMENTS: crate::sql::Statements = crate::sql::Statements {
    many: &[],
    single: &[BURY, ADD, DUE, LEASE, PROGRESS, AGAIN, REMOVE, FAIL, RELEASE, PURGE],
};
