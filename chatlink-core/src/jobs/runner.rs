//! Leases due jobs and has them done: a bounded number at a time, each in a task of its own.

use super::{
    policy::Repeat,
    port::{JobId, LeasedJob, NewJob},
    worker::{Ended, Run, WorkError, Worker},
};
use crate::{context::Context, error::StoreError};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    task::JoinError,
    time::MissedTickBehavior,
};
use tracing::Instrument as _;

/// How often an idle node looks.
const POLL: Duration = Duration::from_secs(1);
/// How long a job may go on when the node stops.
const GRACE: Duration = Duration::from_secs(1);

/// How a runner goes about its jobs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Jobs at one time on one node.
    pub(crate) places: usize,
    /// How long a lease lasts: what a killed node was at is taken over after it.
    pub(crate) lease: Duration,
    /// How often it is renewed.
    pub(crate) renewal: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { places: 4, lease: Duration::from_secs(30), renewal: Duration::from_secs(10) }
    }
}

/// Has the jobs of its workers' kinds done.
pub(crate) struct Runner {
    context: Arc<Context>,
    pace: Pace,
    workers: HashMap<&'static str, Arc<dyn Worker>>,
    wake: Arc<Notify>,
}

/// What became of a run.
enum Outcome {
    Ended(Result<Result<Ended, WorkError>, JoinError>),
    /// Another node may have the job.
    LeaseLost,
    /// The node stops, and the worker did not.
    Stopped,
}

impl Runner {
    pub(crate) fn new(context: Arc<Context>, workers: Vec<Arc<dyn Worker>>, wake: Arc<Notify>, pace: Pace) -> Self {
        let workers = workers.into_iter().map(|worker| (worker.kind(), worker)).collect();
        Self { context, pace, workers, wake }
    }

    /// Runs until the engine stops; the jobs under way are the engine's tasks, which it waits for.
    pub(crate) async fn run(self: Arc<Self>) {
        let places = Arc::new(Semaphore::new(self.pace.places));
        let kinds: Vec<_> = self.workers.keys().copied().collect();
        let (mut enrolled, mut failing) = (false, false);
        loop {
            let place = tokio::select! {
                // Never closed.
                place = places.clone().acquire_owned() => place.ok(),
                () = self.context.stop.cancelled() => return,
            };
            let leased = match enrolled {
                true => self.lease(&kinds).await,
                false => self.enroll().await.map(|()| None),
            };
            if let (Err(error), false) = (&leased, failing) {
                tracing::warn!(error = %crate::Chain(error), "jobs cannot be looked for");
            }
            failing = leased.is_err();
            match leased {
                Ok(Some(job)) => self.start(job, place),
                // Newly enrolled: look at once.
                Ok(None) if !enrolled => enrolled = true,
                Ok(None) | Err(_) => self.rest().await,
            }
        }
    }

    /// Makes sure that there is a job of each kind that recurs.
    async fn enroll(&self) -> Result<(), StoreError> {
        let now = self.context.now();
        let recurring = |worker: &&Arc<dyn Worker>| matches!(worker.policy().repeat, Repeat::Every { .. });
        // In the order of their names: nodes that start together do not meet crosswise.
        let kinds: BTreeMap<_, _> = self.workers.values().filter(recurring).map(|worker| (worker.kind(), ())).collect();
        let job = |(kind, ()): (&'static str, ())| {
            let id = JobId(self.context.fresh_id());
            NewJob { id, kind, key: String::new(), payload: serde_json::Value::Null, run_at: now }
        };
        self.context.observe(self.context.store.enqueue(kinds.into_iter().map(job).collect(), now).await).map(drop)
    }

    async fn lease(&self, kinds: &[&'static str]) -> Result<Option<LeasedJob>, StoreError> {
        let now = self.context.now();
        let token = self.context.fresh_id();
        self.context.observe(self.context.store.lease(kinds, token, now.plus(self.pace.lease), now).await)
    }

    async fn rest(&self) {
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = self.wake.notified() => {}
            () = self.context.stop.cancelled() => {}
        }
    }

    fn start(self: &Arc<Self>, job: LeasedJob, place: Option<OwnedSemaphorePermit>) {
        let runner = self.clone();
        let span = tracing::debug_span!(parent: None, "job", otel.name = job.kind.as_str());
        let work = async move {
            runner.one(job).await;
            drop(place);
        };
        self.context.tasks.spawn(work.instrument(span));
    }

    /// One job from its lease to its end.
    async fn one(&self, job: LeasedJob) {
        let Some(worker) = self.workers.get(job.kind.as_str()).cloned() else { return };
        let run = Arc::new(Run::new(job, self.context.stop.clone()));
        // Leased, and never ended, more often than it may fail: whoever took it died of it.
        let poisoned = worker.policy().is_spent(run.job().attempts.saturating_sub(1));
        let outcome = if poisoned {
            Outcome::Ended(Ok(Err(WorkError::Lasting("its tries never came to an end".into()))))
        } else {
            self.watch(&run, worker.clone()).await
        };
        if let Err(error) = self.settle(&run, worker.as_ref(), outcome).await {
            // It is due again when its lease has ended.
            tracing::warn!(kind = worker.kind(), error = %crate::Chain(&error), "a job's end could not be noted");
        }
    }

    /// Lets the worker work while the lease is renewed.
    async fn watch(&self, run: &Arc<Run>, worker: Arc<dyn Worker>) -> Outcome {
        let running = run.clone();
        // In a task of its own: a worker that panics ends its run and no more.
        let mut work = tokio::spawn(async move { worker.work(&running).await }.in_current_span());
        let mut renewals = tokio::time::interval_at(tokio::time::Instant::now() + self.pace.renewal, self.pace.renewal);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stopped = async {
            self.context.stop.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::pin!(stopped);
        let outcome = loop {
            tokio::select! {
                ended = &mut work => return Outcome::Ended(ended),
                () = &mut stopped => break Outcome::Stopped,
                _ = renewals.tick() => if !self.renew(run).await { break Outcome::LeaseLost },
            }
        };
        work.abort();
        // Gone before anybody else is told that the job is free.
        let _ = work.await;
        outcome
    }

    /// `false`: the job is not ours any more. A store that cannot be asked says nothing about that.
    async fn renew(&self, run: &Run) -> bool {
        let now = self.context.now();
        let renewed = self.context.store.progress(run.job().lease, run.noted(), now.plus(self.pace.lease), now).await;
        self.context.observe(renewed).unwrap_or(true)
    }

    async fn settle(&self, run: &Run, worker: &dyn Worker, outcome: Outcome) -> Result<(), StoreError> {
        let (store, lease, now) = (&self.context.store, run.job().lease, self.context.now());
        let (policy, entropy) = (worker.policy(), self.context.entropy.as_ref());
        let error = match outcome {
            Outcome::Ended(Ok(Ok(ended @ (Ended::Done | Ended::Nothing)))) => {
                let again = policy.again(ended == Ended::Done, entropy).map(|wait| now.plus(wait));
                return self.context.observe(store.finish(lease, run.noted(), again, now).await).map(drop);
            }
            Outcome::Ended(Ok(Ok(Ended::Interrupted))) | Outcome::Stopped => {
                return self.context.observe(store.release(lease, now).await).map(drop);
            }
            Outcome::LeaseLost => {
                tracing::warn!(kind = worker.kind(), "a job's lease was lost: another node has it");
                return Ok(());
            }
            Outcome::Ended(Ok(Err(error))) => error,
            Outcome::Ended(Err(panic)) => WorkError::Passing(panic.into()),
        };
        let attempts = run.job().attempts;
        let ends = matches!(policy.repeat, Repeat::Once { .. });
        let retry = policy.retry(attempts, entropy).filter(|_| !(ends && error.lasts()));
        let line = error.line();
        match retry {
            Some(wait) => {
                tracing::warn!(kind = worker.kind(), attempts, wait = wait.as_secs(), error = %line, "a job failed");
            }
            None => tracing::error!(kind = worker.kind(), attempts, error = %line, "a job is given up"),
        }
        let retry_at = retry.map(|wait| now.plus(wait));
        self.context.observe(store.fail(lease, line, retry_at, now).await).map(drop)
    }
}

#[cfg(test)]
mod tests;
