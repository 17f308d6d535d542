//! Jobs, for the engine's domains, hosts and operators.

use super::port::{Enqueued, JobId, JobRow, JobState, NewJob};
use crate::{context::Context, error::StoreError, words::mended};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// The most that a list answers.
const PAGE: u32 = 500;

/// The use cases of jobs.
pub struct Jobs {
    context: Arc<Context>,
    /// Wakes this node's runner; others look each second.
    wake: Arc<Notify>,
}

impl Jobs {
    pub(crate) fn new(context: Arc<Context>, wake: Arc<Notify>) -> Self {
        Self { context, wake }
    }

    /// Adds a job that is due after `wait`; there is one of its kind and key at most.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn enqueue(
        &self,
        kind: &'static str,
        key: &str,
        payload: Value,
        wait: Duration,
    ) -> Result<Enqueued, StoreError> {
        let now = self.context.now();
        let id = JobId(self.context.fresh_id());
        let job = NewJob { id, kind, key: mended(key).into_owned(), payload, run_at: now.plus(wait) };
        let enqueued = self.context.observe(self.context.store.enqueue(vec![job], now).await)?;
        self.wake.notify_one();
        enqueued.first().copied().ok_or_else(|| StoreError::corrupt("a job without an outcome"))
    }

    /// Jobs in that state, or all, the last touched first, at most 500.
    ///
    /// # Errors
    /// The store's failure.
    pub async fn list(&self, state: Option<JobState>) -> Result<Vec<JobRow>, StoreError> {
        self.context.observe(self.context.store.list_jobs(state, PAGE).await)
    }
}
