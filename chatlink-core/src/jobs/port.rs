//! The storage port of jobs.

use crate::error::StoreError;
use async_trait::async_trait;
use chatlink_protocol::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// Names a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub Uuid);

/// A job to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Fresh.
    pub id: JobId,
    /// Which worker does it.
    pub kind: &'static str,
    /// What it is about: of each kind there is one job a key at most.
    pub key: String,
    /// What the worker needs to know.
    pub payload: Value,
    /// Not before then.
    pub run_at: Timestamp,
}

/// What [`JobStore::enqueue`] did with a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It waits; a dead one of its kind and key made room.
    Added,
    /// There is one already, waiting or running: it stays as it is.
    Known,
}

/// The right to do a job, until somebody else has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct JobLease {
    /// The job.
    pub job: JobId,
    /// Fresh for each lease.
    pub token: Uuid,
}

/// A job that is being done.
#[derive(Clone, Debug, PartialEq)]
pub struct LeasedJob {
    /// The right to it.
    pub lease: JobLease,
    /// Which worker does it.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// What the worker needs to know.
    pub payload: Value,
    /// Leases since it last ended well, this one included.
    pub attempts: u32,
    /// How far it got, as the worker noted it.
    pub progress: Option<Value>,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Until its time comes.
    Waiting,
    /// Leased.
    Running,
    /// It failed too often and is not tried any more.
    Dead,
}

/// A job as operators see it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    /// It.
    pub id: JobId,
    /// Which worker does it.
    pub kind: String,
    /// What it is about.
    pub key: String,
    /// Where it stands.
    pub state: JobState,
    /// When it is due, or when its lease ends; none for a dead one.
    pub due_at: Option<Timestamp>,
    /// Leases since it last ended well.
    pub attempts: u32,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// How far it got.
    pub progress: Option<Value>,
    /// When it was last touched.
    pub changed_at: Timestamp,
}

impl JobState {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }
}

impl std::str::FromStr for JobState {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        match text {
            "waiting" => Ok(Self::Waiting),
            "running" => Ok(Self::Running),
            "dead" => Ok(Self::Dead),
            _ => Err(StoreError::corrupt("a job's state")),
        }
    }
}

/// Keeps jobs. A job whose lease has ended is due again. Verbs that take a lease answer `false`, and
/// do nothing, when the job is leased under another token, waits, or is gone.
#[async_trait]
pub trait JobStore: Send + Sync {
    /// Adds jobs, all or none; one outcome each, in order.
    async fn enqueue(&self, jobs: Vec<NewJob>, now: Timestamp) -> Result<Vec<Enqueued>, StoreError>;

    /// Leases the job of these kinds that is due the longest, until then, and counts the attempt in
    /// the statement that leases: one job goes to one caller, however many ask at once. `None`: none
    /// is due.
    async fn lease(
        &self,
        kinds: &[&'static str],
        token: Uuid,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<LeasedJob>, StoreError>;

    /// Renews the lease until then and notes how far the work got; `None` leaves the note.
    async fn progress(
        &self,
        lease: JobLease,
        progress: Option<Value>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Ends the job well: it is gone, or, with `again`, waits until then with a clean slate. The note
    /// stays as the work left it.
    async fn finish(
        &self,
        lease: JobLease,
        progress: Option<Value>,
        again: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Notes a failure: the job waits until `retry_at`, or is dead from now on.
    async fn fail(
        &self,
        lease: JobLease,
        error: String,
        retry_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Gives the lease back: the job is due at once, and the attempt does not count.
    async fn release(&self, lease: JobLease, now: Timestamp) -> Result<bool, StoreError>;

    /// Jobs in that state, or all, the last touched first, at most `limit`.
    async fn list_jobs(&self, state: Option<JobState>, limit: u32) -> Result<Vec<JobRow>, StoreError>;

    /// Forgets at most `limit` dead jobs that were not touched since then. Answers how many.
    async fn purge_dead(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError>;
}
