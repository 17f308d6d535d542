//! Who was shown in the first pages of lists of matches: gathered in memory, counted together. What a
//! kill loses of it was only a few seconds of fairness.

use crate::context::Context;
use chatlink_protocol::UserId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// People that wait to be counted; more are not remembered.
const WAITING: usize = 50_000;
/// People counted in one transaction.
const AT_ONCE: usize = 500;

/// The showings of this node that are not in the store yet.
#[derive(Default)]
pub(super) struct Showings(Mutex<HashMap<UserId, u32>>);

impl Showings {
    pub(super) fn start(context: &Arc<Context>) -> Arc<Self> {
        let showings = Arc::new(Self::default());
        context.tasks.spawn(showings.clone().run(context.clone()));
        showings
    }

    pub(super) fn count(&self, users: impl Iterator<Item = UserId>) {
        let mut waiting = self.waiting();
        for user in users {
            if waiting.len() < WAITING || waiting.contains_key(&user) {
                let times = waiting.entry(user).or_default();
                *times = times.saturating_add(1);
            }
        }
    }

    async fn run(self: Arc<Self>, context: Arc<Context>) {
        loop {
            let stopped = tokio::select! {
                () = tokio::time::sleep(context.settings.matching.count_showings) => false,
                () = context.stop.cancelled() => true,
            };
            self.flush(&context).await;
            if stopped {
                return;
            }
        }
    }

    /// What the store does not take is dropped: it is not worth a second try.
    pub(super) async fn flush(&self, context: &Context) {
        let taken: Vec<_> = std::mem::take(&mut *self.waiting()).into_iter().collect();
        for shown in taken.chunks(AT_ONCE) {
            if let Err(error) = context.observe(context.store.count_shown(shown, context.now()).await) {
                tracing::warn!(error = %crate::Chain(&error), "showings were not counted");
                return;
            }
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<UserId, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
