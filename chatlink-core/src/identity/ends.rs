//! Sessions that ended lately: known without a query, told to whoever holds connections.

use crate::{context::Context, error::StoreError, realtime::Hub};
use chatlink_protocol::{SessionId, Timestamp};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::sync::broadcast;

/// Ends are followed this often, so that each is known within a second, the query included.
const PERIOD: Duration = Duration::from_millis(500);
/// Ends are remembered a little longer than the longest access token lives.
const MARGIN: Duration = Duration::from_secs(60);
/// Stores tell ends to other nodes for this long: longer than any of them needs to ask.
pub const ENDS_TOLD: Duration = Duration::from_secs(2 * 3600);
/// Ends asked for at once.
const PAGE: u32 = 1_000;
/// An access token lives no longer than this, so that no end is forgotten before it.
pub(crate) const LONGEST_ACCESS: Duration = Duration::from_secs(3600);

/// The sessions that ended within the life of an access token, on all nodes, a second late at most.
pub(crate) struct Ends {
    lately: Mutex<HashMap<SessionId, Timestamp>>,
    told: broadcast::Sender<SessionId>,
    followed: AtomicI64,
    hub: Arc<Hub>,
}

impl Ends {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        Self { lately: Mutex::default(), told: broadcast::Sender::new(1024), followed: AtomicI64::new(0), hub }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<SessionId> {
        self.told.subscribe()
    }

    pub(crate) fn contains(&self, session: SessionId) -> bool {
        self.lately.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&session)
    }

    /// Takes ends of this node in at once, before the acting call is answered, and rings the other nodes.
    pub(crate) fn note(&self, sessions: &[SessionId], now: Timestamp) {
        if !sessions.is_empty() {
            self.hub.tell_ends(sessions);
        }
        self.take(sessions, now);
    }

    /// Takes in ends, on whatever node they were made.
    pub(crate) fn take(&self, sessions: &[SessionId], now: Timestamp) {
        for session in sessions {
            let known = self.lately.lock().unwrap_or_else(PoisonError::into_inner).insert(*session, now).is_some();
            if !known {
                // Nobody listening is fine: there are no connections then.
                let _ = self.told.send(*session);
            }
        }
    }

    /// Takes in what ended since the last time, on any node.
    pub(crate) async fn follow(&self, context: &Context) -> Result<(), StoreError> {
        loop {
            let after = self.followed.load(Ordering::Acquire);
            let ends = context.observe(context.store.ended_since(after, PAGE).await)?;
            for end in &ends {
                self.take(&[end.session_id], end.ended_at);
            }
            if let Some(last) = ends.last() {
                self.followed.fetch_max(last.ended_seq, Ordering::AcqRel);
            }
            if ends.len() < PAGE as usize {
                return Ok(());
            }
        }
    }

    /// Follows for as long as the engine runs.
    pub(crate) async fn run(self: Arc<Self>, context: Arc<Context>) {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = context.stop.cancelled() => return,
            }
            let followed = self.follow(&context).await;
            if let (Err(error), false) = (&followed, failing) {
                tracing::warn!(error = %crate::Chain(error), "ended sessions cannot be followed");
            }
            failing = followed.is_err();
            self.forget(context.now());
        }
    }

    fn forget(&self, now: Timestamp) {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.retain(|_, ended_at| now.minus(LONGEST_ACCESS + MARGIN) < *ended_at);
    }
}
