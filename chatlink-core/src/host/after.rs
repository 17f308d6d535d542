//! Tells the host what was committed, without ever waiting for it.

use crate::settings::HookLimits;
use async_trait::async_trait;
use chatlink_protocol::Event;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle, task::TaskTracker};

/// Hears the events that this node committed: for search, notifications, statistics, bots.
///
/// A hint, not a log: each event is told at most once, in commit order within a room, after it was
/// acknowledged and delivered. What overflows the queue
/// ([`HookLimits::waiting`](crate::settings::HookLimits)), what a call loses by panicking or exceeding
/// its deadline, and what waits when the process dies is not told again. Who needs every event reads
/// the log ([`Timeline::events`](crate::timeline::Timeline::events)), by the seq it knows.
#[async_trait]
pub trait AfterCommit: Send + Sync + 'static {
    /// This was committed.
    async fn after_commit(&self, event: &Event);

    /// So many events were passed over because this hook was slower than the rooms.
    async fn missed(&self, events: u64) {
        let _ = events;
    }
}

/// The queue to the host's hook.
pub(crate) struct Ear {
    queue: mpsc::Sender<Event>,
    missed: Arc<AtomicU64>,
}

/// The hook's end of it.
struct Listener {
    hook: Arc<dyn AfterCommit>,
    limits: HookLimits,
    events: mpsc::Receiver<Event>,
    missed: Arc<AtomicU64>,
}

impl Ear {
    pub(crate) fn start(
        hook: Arc<dyn AfterCommit>,
        limits: HookLimits,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let (queue, events) = mpsc::channel(limits.waiting.max(1));
        let missed = Arc::new(AtomicU64::new(0));
        tasks.spawn(Listener { hook, limits, events, missed: missed.clone() }.run(stop));
        Self { queue, missed }
    }

    /// Puts an event into the queue. Never waits: the committer calls it.
    pub(crate) fn tell(&self, event: &Event) {
        if self.queue.try_send(event.clone()).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Listener {
    async fn run(mut self, stop: CancellationToken) {
        loop {
            let event = tokio::select! {
                biased;
                // Stopping waits for one call's deadline at most, not for a whole queue.
                () = stop.cancelled() => return,
                event = self.events.recv() => event,
            };
            match event {
                Some(event) => self.tell(event).await,
                None => return,
            }
        }
    }

    async fn tell(&self, event: Event) {
        let missed = self.missed.swap(0, Ordering::Relaxed);
        if missed > 0 {
            tracing::warn!(missed, "the host's hook is too slow: events were passed over");
            let hook = self.hook.clone();
            self.call(async move { hook.missed(missed).await }).await;
        }
        let hook = self.hook.clone();
        self.call(async move { hook.after_commit(&event).await }).await;
    }

    /// One call, in a task of its own: its panic and its slowness end with it.
    async fn call(&self, call: impl Future<Output = ()> + Send + 'static) {
        let call = AbortOnDropHandle::new(tokio::spawn(call));
        if !matches!(timeout(self.limits.deadline, call).await, Ok(Ok(()))) {
            tracing::warn!("the host's hook failed for an event");
        }
    }
}
