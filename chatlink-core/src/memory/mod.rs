//! The reference adapters: every port in memory, written to be read. The contract suite holds the
//! databases to what these do.

mod contact_list;
mod identity;
mod installation;
mod jobs;
mod mailbox;
mod people;
mod rights;
mod rooms;
mod services;
mod timeline;
mod transport;
mod webhooks;

pub use mailbox::{Letter, Mailbox};
pub use transport::MemoryBus;

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

/// All storage ports in memory. One lock: each verb is a transaction because it holds the lock
/// from its first look to its last write.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    calls: AtomicU64,
}

/// The tables, a struct a domain.
#[derive(Default)]
struct State {
    installation: installation::Tables,
    identity: identity::Tables,
    people: people::Tables,
    rooms: rooms::Tables,
    timeline: timeline::Tables,
    jobs: jobs::Tables,
    webhooks: webhooks::Tables,
    services: services::Tables,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many verbs were called so far: what nobody may tell apart must cost the same.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.look()
    }

    /// As [`lock`](Self::lock), for what nobody called: work that looks by itself.
    fn look(&self) -> MutexGuard<'_, State> {
        // A verb that panicked left whatever it had written; tests see the panic itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
