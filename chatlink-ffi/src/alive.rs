//! How many objects of this library are held from outside.

use std::sync::atomic::{AtomicU64, Ordering};

static ALIVE: AtomicU64 = AtomicU64::new(0);

/// Counts its owner as long as it lives.
#[derive(Debug)]
pub(crate) struct Alive(());

impl Alive {
    pub(crate) fn new() -> Self {
        ALIVE.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many objects of this library live, the tasks of subscriptions included: for tests that look for leaks.
#[uniffi::export]
pub fn alive_objects() -> u64 {
    ALIVE.load(Ordering::Relaxed)
}
