//! The group committer: acts that arrive together commit together, and are told in commit order, by a task of its own:
//! while a batch is told the next one is committed.

use super::{Act, Appended, Outcome};
use crate::{context::Context, error::StoreError, metrics::Meter, realtime::Hub, rooms::AuthzCache};
use chatlink_protocol::{Event, RoomId};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};
use tracing::{Instrument as _, Span};

/// The most acts of one transaction. Above it latency grows and throughput does not.
const BATCH: usize = 512;
/// Acts that may wait; one more waits for a place.
const WAITING: usize = 8_192;
/// How long an act waits for a place and its commit, together with the store's own deadline.
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(7);
/// Batches that are committed and wait to be told; the lane waits when one more is.
const UNTOLD: usize = 1;

/// One lane: hands acts to the store, batch after batch, in one order.
pub(crate) struct Committer {
    lane: mpsc::Sender<Job>,
    counts: Arc<Counts>,
}

/// What went through a committer so far, for whoever watches or measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommitStats {
    /// Batches that were committed.
    pub batches: u64,
    /// Acts in them, refused ones too.
    pub acts: u64,
}

#[derive(Default)]
struct Counts {
    batches: AtomicU64,
    acts: AtomicU64,
}

struct Job {
    act: Act,
    /// What waits for it, for traces.
    asker: Span,
    reply: Reply,
}

/// Who waits for an act, and since when.
struct Reply {
    handed_in: Instant,
    to: oneshot::Sender<Result<Outcome, StoreError>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the committer did not answer in time")]
struct Overdue;

impl Committer {
    pub(crate) fn start(context: Arc<Context>, hub: Arc<Hub>, cache: Arc<AuthzCache>) -> Self {
        let (lane, jobs) = mpsc::channel(WAITING);
        let tasks = context.tasks.clone();
        let counts = Arc::new(Counts::default());
        let (untold, told) = mpsc::channel(UNTOLD);
        tasks.spawn(run(Lane { context: context.clone(), untold }, jobs, counts.clone()));
        tasks.spawn(tell(Teller { context, hub, cache }, told));
        Self { lane, counts }
    }

    pub(crate) fn stats(&self) -> CommitStats {
        let Counts { batches, acts } = &*self.counts;
        CommitStats { batches: batches.load(Ordering::Relaxed), acts: acts.load(Ordering::Relaxed) }
    }

    /// Commits an act with whatever arrives beside it. Acknowledged means committed. A caller that
    /// goes away changes nothing: what was handed in is committed or refused all the same.
    pub(crate) async fn commit(&self, act: Act) -> Result<Outcome, StoreError> {
        let work = async { self.hand_in(act).await.outcome().await };
        work.instrument(tracing::debug_span!("act")).await
    }

    /// As [`commit`](Self::commit), for acts that are handed in one after the other before the first is
    /// waited for. An outcome an act; the first failure is the answer for all, though others may be committed.
    pub(crate) async fn commit_all(&self, acts: Vec<Act>) -> Result<Vec<Outcome>, StoreError> {
        let work = async {
            let mut answers = Vec::with_capacity(acts.len());
            for act in acts {
                answers.push(self.hand_in(act).await);
            }
            let mut outcomes = Vec::with_capacity(answers.len());
            for answer in answers {
                outcomes.push(answer.outcome().await?);
            }
            Ok(outcomes)
        };
        work.instrument(tracing::debug_span!("act")).await
    }

    /// Hands an act in, behind all that were handed in before. Its outcome is waited for by itself.
    pub(crate) async fn hand_in(&self, act: Act) -> Answer {
        let (to, from) = oneshot::channel();
        // Waiting for a place in the lane counts.
        let reply = Reply { handed_in: Instant::now(), to };
        let deadline = reply.handed_in + DEADLINE;
        let job = Job { act, asker: Span::current(), reply };
        // Without a place the job is dropped, and its answer says so.
        let _ = timeout_at(deadline, self.lane.send(job)).await;
        Answer { from, deadline }
    }
}

/// What comes of an act that was handed in.
pub(crate) struct Answer {
    from: oneshot::Receiver<Result<Outcome, StoreError>>,
    deadline: Instant,
}

impl Answer {
    pub(crate) async fn outcome(self) -> Result<Outcome, StoreError> {
        timeout_at(self.deadline, self.from).await.map_err(|_| overdue())?.map_err(|_| overdue())?
    }
}

fn overdue() -> StoreError {
    StoreError::Unavailable(Box::new(Overdue))
}

/// What a lane works with.
struct Lane {
    context: Arc<Context>,
    untold: mpsc::Sender<Committed>,
}

/// A batch that is committed.
struct Committed {
    appended: Appended,
    /// Rooms whose members or rights it changed.
    changed: Vec<RoomId>,
    replies: Replies,
    /// The commit's, for traces.
    span: Span,
}

/// Who tells of what was committed.
struct Teller {
    context: Arc<Context>,
    hub: Arc<Hub>,
    cache: Arc<AuthzCache>,
}

async fn run(lane: Lane, mut jobs: mpsc::Receiver<Job>, counts: Arc<Counts>) {
    let mut waiting = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            biased;
            count = jobs.recv_many(&mut waiting, BATCH) => if count == 0 { return },
            // Stopping: finish what was handed in, take nothing new.
            () = lane.context.stop.cancelled(), if !jobs.is_closed() => { jobs.close(); continue }
        }
        let span =
            tracing::debug_span!(parent: None, "commit", acts = i64::try_from(waiting.len()).unwrap_or(i64::MAX));
        if !span.is_disabled() {
            for job in &waiting {
                span.follows_from(&job.asker);
            }
        }
        let (acts, replies): (Vec<_>, Vec<_>) = waiting.drain(..).map(|job| (job.act, job.reply)).unzip();
        counts.batches.fetch_add(1, Ordering::Relaxed);
        counts.acts.fetch_add(acts.len() as u64, Ordering::Relaxed);
        lane.context.meter.batch.add(acts.len() as f64);
        commit(&lane, acts, replies).instrument(span).await;
    }
}

type Replies = Vec<Reply>;

async fn commit(lane: &Lane, acts: Vec<Act>, replies: Replies) {
    let context = &lane.context;
    if let Some(failed) = context.failure() {
        return refuse(replies, || failed.refusal());
    }
    // What nobody would tell of is not committed.
    if lane.untold.is_closed() {
        return refuse(replies, overdue);
    }
    let changed: Vec<_> = acts.iter().filter(|act| act.deed.bumps_version()).map(|act| act.room_id).collect();
    // Kept for the second try only; one act needs none.
    let again = (acts.len() > 1).then(|| acts.clone());
    let begin = Instant::now();
    let append = context.store.append(acts, context.now()).instrument(tracing::debug_span!("append"));
    let appended = context.observe(append.await);
    context.meter.commit.add(begin.elapsed().as_secs_f64());
    match (appended, again) {
        (Ok(appended), _) => lane.hand_on(appended, changed, replies).await,
        (Err(StoreError::Corrupt(source)), Some(acts)) => {
            // One of them is poison: alone, it fails no neighbour.
            tracing::error!(error = %source, acts = acts.len(), "a batch failed whole and is tried item by item");
            for (act, reply) in acts.into_iter().zip(replies) {
                // After a lost write nothing is acknowledged any more, not even within a batch.
                if let Some(failed) = context.failure() {
                    drop(reply.to.send(Err(failed.refusal())));
                    continue;
                }
                match context.observe(context.store.append(vec![act], context.now()).await) {
                    Ok(appended) => lane.hand_on(appended, changed.clone(), vec![reply]).await,
                    Err(error) => {
                        Meter::one(&context.meter.failed);
                        drop(reply.to.send(Err(error)));
                    }
                }
            }
        }
        (Err(error), _) => {
            tracing::warn!(error = %crate::Chain(&error), acts = replies.len(), "a batch was not committed");
            replies.iter().for_each(|_| Meter::one(&context.meter.failed));
            refuse(replies, || error.shared());
        }
    }
}

impl Lane {
    /// The teller ends after the lane.
    async fn hand_on(&self, appended: Appended, changed: Vec<RoomId>, replies: Replies) {
        drop(self.untold.send(Committed { appended, changed, replies, span: Span::current() }).await);
    }
}

async fn tell(teller: Teller, mut committed: mpsc::Receiver<Committed>) {
    while let Some(mut committed) = committed.recv().await {
        let span = std::mem::replace(&mut committed.span, Span::none());
        teller.tell(committed).instrument(span).await;
    }
}

impl Teller {
    /// Tells what was committed. What was known of a room whose members or rights changed is forgotten
    /// here, not by the caller, who may have gone away.
    async fn tell(&self, Committed { appended, changed, replies, .. }: Committed) {
        for room in changed {
            self.cache.forget(room);
        }
        for outcome in &appended.outcomes {
            Meter::one(self.context.meter.of(outcome));
        }
        self.hub.deliver(&self.context, events(&appended.outcomes)).await;
        if let Some(ear) = &self.context.ear {
            events(&appended.outcomes).for_each(|event| ear.tell(event));
        }
        if events(&appended.outcomes).next().is_some() {
            self.context.committed.send_replace(());
        }
        self.hub.tell(appended.told);
        for (outcome, reply) in appended.outcomes.into_iter().zip(replies) {
            self.context.meter.act.add(reply.handed_in.elapsed().as_secs_f64());
            // A caller that went away is none of our business.
            let _ = reply.to.send(Ok(outcome));
        }
    }
}

fn events(outcomes: &[Outcome]) -> impl Iterator<Item = &Event> {
    outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Appended(event) => Some(event),
        _ => None,
    })
}

fn refuse(replies: Replies, error: impl Fn() -> StoreError) {
    for reply in replies {
        let _ = reply.to.send(Err(error()));
    }
}
