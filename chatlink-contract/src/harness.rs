//! How a suite gets at a store.

use async_trait::async_trait;
use chatlink_core::{Store, memory::MemoryStore};
use std::sync::Arc;

/// Opens a store on fresh data, and more handles on the same data.
#[async_trait]
pub trait Harness: Send + Sync + Sized + 'static {
    /// Runs of the registration model.
    const MODEL_RUNS: u32 = 64;

    /// Fresh, empty data.
    async fn start() -> Self;

    /// The first handle on it: always the same.
    fn store(&self) -> Arc<dyn Store>;

    /// A further handle with connections of its own, as another process would have; memory gives
    /// the same one again.
    async fn another(&self) -> Arc<dyn Store>;

    /// The same data after everything was closed and opened again, as a restart does; memory has
    /// nothing to close.
    async fn reopen(self) -> Self {
        self
    }
}

/// The reference adapter.
pub struct MemoryHarness(Arc<MemoryStore>);

#[async_trait]
impl Harness for MemoryHarness {
    const MODEL_RUNS: u32 = 256;

    async fn start() -> Self {
        Self(Arc::new(MemoryStore::new()))
    }

    fn store(&self) -> Arc<dyn Store> {
        self.0.clone()
    }

    async fn another(&self) -> Arc<dyn Store> {
        self.0.clone()
    }
}
