//! Tells the host what was committed, without ever waiting for it.

use crate::{settings::HookLimits, timeline::intents::RejectedIntent};
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

    /// An intent of the host's became no message, for the error code that it names. What is missed here is found by
    /// [`Intents::rejected`](crate::timeline::intents::Intents::rejected).
    async fn intent_rejected(&self, intent: &RejectedIntent) {
        let _ = intent;
    }

    /// So many events were passed over because this hook was slower than the rooms.
    async fn missed(&self, events: u64) {
        let _ = events;
    }
}

/// The queue to the host's hook.
pub(crate) struct Ear {
    queue: mpsc::Sender<Heard>,
    missed: Arc<AtomicU64>,
}

/// What the host hears.
enum Heard {
    Committed(Event),
    Rejected(RejectedIntent),
}

/// The hook's end of it.
struct Listener {
    hook: Arc<dyn AfterCommit>,
    limits: HookLimits,
    events: mpsc::Receiver<Heard>,
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
        if self.queue.try_send(Heard::Committed(event.clone())).is_err() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// As [`tell`](Self::tell), of an intent that became no message; one for which there is no place is found in the
    /// store.
    pub(crate) fn tell_rejected(&self, intent: RejectedIntent) {
        drop(self.queue.try_send(Heard::Rejected(intent)));
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
                Some(heard) => self.tell(heard).await,
                None => return,
            }
        }
    }

    async fn tell(&self, heard: Heard) {
        let missed = self.missed.swap(0, Ordering::Relaxed);
        if missed > 0 {
            tracing::warn!(missed, "the host's hook is too slow: events were passed over");
            let hook = self.hook.clone();
            self.call(async move { hook.missed(missed).await }).await;
        }
        let hook = self.hook.clone();
        let call = async move {
            match heard {
                Heard::Committed(event) => hook.after_commit(&event).await,
                Heard::Rejected(intent) => hook.intent_rejected(&intent).await,
            }
        };
        self.call(call).await;
    }

    /// One call, in a task of its own: its panic and its slowness end with it.
    async fn call(&self, call: impl Future<Output = ()> + Send + 'static) {
        let call = AbortOnDropHandle::new(tokio::spawn(call));
        if !matches!(timeout(self.limits.deadline, call).await, Ok(Ok(()))) {
            tracing::warn!("the host's hook failed for an event");
        }
    }
}
