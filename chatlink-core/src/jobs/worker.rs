//! Who does a kind of job.

use super::{policy::Policy, port::LeasedJob};
use crate::{
    error::{Source, StoreError},
    words::mended,
};
use async_trait::async_trait;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// Does one kind of job. A run may be broken off at any await, when its lease is lost or the process
/// ends, and a job may be run again after it was done: do each step whole, and bear a repetition.
#[async_trait]
pub trait Worker: Send + Sync + 'static {
    /// The kind; its name in the store for ever. Kinds of ChatLink's own begin with `chatlink.`.
    fn kind(&self) -> &'static str;

    /// How it is repeated.
    fn policy(&self) -> Policy;

    /// Does the job. Long work is done in steps, asks [`Run::is_stopping`] between them, and notes how
    /// far it got.
    async fn work(&self, run: &Run) -> Result<Ended, WorkError>;
}

/// How a run ended, if it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Done.
    Done,
    /// Done, and there was nothing to do: a job that recurs may wait longer.
    Nothing,
    /// Broken off because the node stops; goes on from the start at once, here or elsewhere.
    Interrupted,
}

/// Why a run failed. The text is kept with the job and logged: no secrets, nothing that people wrote.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// It may work later.
    #[error("it may work later")]
    Passing(#[source] Source),
    /// It never will: a job that ends is dead at once.
    #[error("it never will work")]
    Lasting(#[source] Source),
}

/// A job under way, as its worker sees it.
#[derive(Debug)]
pub struct Run {
    job: LeasedJob,
    noted: Mutex<Option<Value>>,
    stop: CancellationToken,
}

impl Run {
    pub(crate) fn new(job: LeasedJob, stop: CancellationToken) -> Self {
        Self { job, noted: Mutex::default(), stop }
    }

    /// The job, with what an earlier run noted.
    #[must_use]
    pub fn job(&self) -> &LeasedJob {
        &self.job
    }

    /// Notes how far the work got. Written with the next renewal of the lease, and at the end.
    pub fn note(&self, progress: Value) {
        *self.noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }

    /// Whether the node stops: end soon, with [`Ended::Interrupted`].
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// What was noted in this run.
    pub(crate) fn noted(&self) -> Option<Value> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl WorkError {
    pub(crate) fn lasts(&self) -> bool {
        matches!(self, Self::Lasting(_))
    }

    /// The cause in one line, cut to what a row keeps.
    pub(crate) fn line(&self) -> String {
        let (Self::Passing(source) | Self::Lasting(source)) = self;
        let line: String = crate::error::Chain(source.as_ref()).to_string().chars().take(300).collect();
        mended(&line).into_owned()
    }
}

impl From<StoreError> for WorkError {
    fn from(error: StoreError) -> Self {
        Self::Passing(error.into())
    }
}
