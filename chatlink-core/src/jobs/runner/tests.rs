//! Engines with a worker of the test's own, on one store in memory.

use super::super::{Enqueued, JobRow, JobState, JobStore as _, Policy};
use super::*;
use crate::{
    ChatLink, Keys,
    clock::{Clock as _, ManualClock},
    memory::MemoryStore,
};
use async_trait::async_trait;
use chatlink_protocol::Timestamp;
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};
use tokio::sync::watch;
use uuid::Uuid;

const KIND: &str = "test.work";

/// What the worker does in a run.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Plan {
    Succeed,
    Fail,
    FailForEver,
    Panic,
    /// Until it is broken off.
    Hang,
    /// Until it is asked to stop.
    HangPolitely,
}

/// Does what it is told, run by run, and succeeds after that.
struct Scripted {
    plans: Mutex<VecDeque<Plan>>,
    repeat: Repeat,
    /// Runs that began, and runs that are under way.
    runs: watch::Sender<(u32, u32)>,
}

impl Scripted {
    fn of(repeat: Repeat, plans: &[Plan]) -> Arc<Self> {
        let plans = Mutex::new(plans.iter().copied().collect());
        Arc::new(Self { plans, repeat, runs: watch::Sender::new((0, 0)) })
    }

    async fn wait_for(&self, runs: u32) {
        self.runs.subscribe().wait_for(|(begun, _)| *begun >= runs).await.unwrap();
    }

    fn begun(&self) -> u32 {
        self.runs.borrow().0
    }
}

/// Counts a run as under way for as long as its future lives.
struct UnderWay<'a>(&'a Scripted);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.runs.send_modify(|runs| runs.1 -= 1);
    }
}

#[async_trait]
impl Worker for Scripted {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        let second = Duration::from_secs(1);
        Policy { repeat: self.repeat, first_wait: second, longest_wait: second * 10 }
    }

    async fn work(&self, run: &Run) -> Result<Ended, WorkError> {
        self.runs.send_modify(|runs| *runs = (runs.0 + 1, runs.1 + 1));
        let _under_way = UnderWay(self);
        assert_eq!(self.runs.borrow().1, 1, "one job, two runs at once");
        let plan = self.plans.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        run.note(json!(self.begun()));
        match plan.unwrap_or(Plan::Succeed) {
            Plan::Succeed => Ok(Ended::Done),
            Plan::Fail => Err(WorkError::Passing("not today".into())),
            Plan::FailForEver => Err(WorkError::Lasting("never".into())),
            Plan::Panic => panic!("on purpose"),
            Plan::Hang => std::future::pending().await,
            Plan::HangPolitely => {
                while !run.is_stopping() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Ok(Ended::Interrupted)
            }
        }
    }
}

struct Node {
    chat: ChatLink,
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
}

impl Node {
    async fn start(worker: Arc<Scripted>) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_763_800_000_000_000)));
        Self::on(Arc::new(MemoryStore::new()), clock, worker).await
    }

    async fn on(store: Arc<MemoryStore>, clock: Arc<ManualClock>, worker: Arc<Scripted>) -> Self {
        let keys = Keys::new(vec![vec![7; 32]]).unwrap();
        let builder = ChatLink::builder().store(store.clone()).keys(keys).clock(clock.clone());
        Self { chat: builder.worker(worker).build().await.unwrap(), store, clock }
    }

    async fn enqueue(&self) -> Enqueued {
        self.chat.jobs().enqueue(KIND, "a", Value::Null, Duration::ZERO).await.unwrap()
    }

    /// A job as nodes leave it that were killed while they were at it, the last one just now.
    async fn leave_leased(&self, times: u128) {
        let now = self.clock.now();
        let job = NewJob {
            id: JobId(Uuid::from_u128(1)),
            kind: KIND,
            key: "a".to_owned(),
            payload: Value::Null,
            run_at: now,
        };
        self.store.enqueue(vec![job], now).await.unwrap();
        for token in 1..=times {
            let until = if token == times { now.plus(Pace::default().lease) } else { now };
            self.store.lease(&[KIND], Uuid::from_u128(token), until, now).await.unwrap().unwrap();
        }
    }

    async fn row(&self) -> Option<JobRow> {
        self.chat.jobs().list(None).await.unwrap().into_iter().find(|row| row.kind == KIND)
    }

    /// Lets time go by, on the wall and for who waits, until the job is as asked.
    async fn until(&self, asked: impl Fn(Option<&JobRow>) -> bool) -> Option<JobRow> {
        for _ in 0..10_000 {
            let row = self.row().await;
            if asked(row.as_ref()) {
                return row;
            }
            self.clock.advance(Duration::from_millis(100));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it never was: {:?}", self.row().await)
    }
}

const ONCE: Repeat = Repeat::Once { tries: 3 };

#[tokio::test(start_paused = true)]
async fn a_job_is_done_and_gone() {
    let worker = Scripted::of(ONCE, &[]);
    let node = Node::start(worker.clone()).await;
    assert_eq!(node.enqueue().await, Enqueued::Added);
    node.until(|row| row.is_none()).await;
    assert_eq!(worker.begun(), 1);
    assert_eq!(node.enqueue().await, Enqueued::Added, "another of its key may come");
    node.until(|row| row.is_none()).await;
    assert_eq!(worker.begun(), 2);
    node.chat.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_tried_again_and_a_panic_is_one() {
    let worker = Scripted::of(ONCE, &[Plan::Fail, Plan::Panic]);
    let node = Node::start(worker.clone()).await;
    node.enqueue().await;
    let failed = node.until(|row| row.is_some_and(|row| row.last_error.is_some())).await.unwrap();
    assert_eq!((failed.state, failed.last_error.as_deref()), (JobState::Waiting, Some("not today")));
    node.until(|row| row.is_none()).await;
    assert_eq!(worker.begun(), 3);
    node.chat.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn after_its_tries_a_job_is_dead() {
    for plans in [&[Plan::Fail; 9][..], &[Plan::FailForEver]] {
        let worker = Scripted::of(ONCE, plans);
        let node = Node::start(worker.clone()).await;
        node.enqueue().await;
        node.until(|row| row.is_some_and(|row| row.state == JobState::Dead)).await;
        assert_eq!(worker.begun(), if plans.len() > 1 { 3 } else { 1 });
        node.chat.shutdown().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_recurring_job_goes_on_after_every_failure() {
    let repeat = Repeat::Every { busy: Duration::from_secs(60), idle: Duration::from_secs(60) };
    let worker = Scripted::of(repeat, &[Plan::Fail, Plan::Fail, Plan::Fail, Plan::FailForEver, Plan::Panic]);
    let node = Node::start(worker.clone()).await;
    node.until(|_| worker.begun() >= 8).await;
    let row = node.until(|row| row.is_some_and(|row| row.state == JobState::Waiting)).await.unwrap();
    assert_eq!((row.last_error, row.attempts), (None, 0));
    node.chat.shutdown().await;
}

/// A node that is long at a job renews its lease, and no other takes the job until it ends.
#[tokio::test(start_paused = true)]
async fn a_job_has_one_runner_however_long_it_takes() {
    let worker = Scripted::of(ONCE, &[Plan::Hang]);
    let one = Node::start(worker.clone()).await;
    one.enqueue().await;
    worker.wait_for(1).await;
    let other = Node::on(one.store.clone(), one.clock.clone(), worker.clone()).await;
    for _ in 0..1_000 {
        one.clock.advance(Duration::from_millis(100));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(worker.begun(), 1, "it was renewed for 100 s");
    one.chat.shutdown().await;
    assert_eq!(worker.runs.borrow().1, 0, "broken off");
    other.until(|row| row.is_none()).await;
    assert_eq!(worker.begun(), 2);
    other.chat.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn a_stopping_node_gives_its_jobs_back() {
    for plan in [Plan::Hang, Plan::HangPolitely] {
        let worker = Scripted::of(ONCE, &[plan]);
        let node = Node::start(worker.clone()).await;
        node.enqueue().await;
        worker.wait_for(1).await;
        node.chat.shutdown().await;
        let row = node.store.list_jobs(None, 100).await.unwrap().into_iter().find(|row| row.kind == KIND).unwrap();
        assert_eq!((row.state, row.attempts), (JobState::Waiting, 0), "{plan:?}");
    }
}

/// What a killed node was at is done when its lease has ended.
#[tokio::test(start_paused = true)]
async fn a_killed_runners_job_is_taken_over() {
    let worker = Scripted::of(ONCE, &[]);
    let node = Node::start(worker.clone()).await;
    node.leave_leased(1).await;
    for _ in 0..290 {
        node.clock.advance(Duration::from_millis(100));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(worker.begun(), 0, "its lease still is good");
    node.until(|row| row.is_none()).await;
    assert_eq!(worker.begun(), 1);
    node.chat.shutdown().await;
}

/// Whoever took it died of it: it does not kill for ever.
#[tokio::test(start_paused = true)]
async fn a_job_that_kills_is_given_up() {
    let worker = Scripted::of(ONCE, &[]);
    let node = Node::start(worker.clone()).await;
    node.leave_leased(3).await;
    node.until(|row| row.is_some_and(|row| row.state == JobState::Dead)).await;
    assert_eq!(worker.begun(), 0);
    node.chat.shutdown().await;
}

#[tokio::test]
async fn two_workers_of_one_kind_are_refused() {
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    let builder = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(keys);
    let built = builder.worker(Scripted::of(ONCE, &[])).worker(Scripted::of(ONCE, &[])).build().await;
    assert!(matches!(built.err(), Some(crate::BuildError::TwoWorkers(KIND))));
}
