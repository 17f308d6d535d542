//! The store of the custom_store example keeps every promise of a store.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests say so when something is not as it must be")]

use async_trait::async_trait;
use chatlink::{Store, memory::MemoryStore};
use chatlink_contract::Harness;
use journal::JournalStore;
use std::sync::Arc;

#[path = "../examples/custom_store/journal/mod.rs"]
mod journal;

/// Memory inside, and a journal that nobody reads.
pub(crate) struct JournalHarness(Arc<JournalStore>);

#[async_trait]
impl Harness for JournalHarness {
    async fn start() -> Self {
        Self(Arc::new(JournalStore::new(Arc::new(MemoryStore::new()), std::io::sink())))
    }

    fn store(&self) -> Arc<dyn Store> {
        self.0.clone()
    }

    async fn another(&self) -> Arc<dyn Store> {
        self.0.clone()
    }
}

chatlink_contract::store_suite!(crate::JournalHarness);
