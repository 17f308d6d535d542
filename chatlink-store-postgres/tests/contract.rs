//! The contract on a real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say so when something is not as it must be"
)]

mod support;

use async_trait::async_trait;
use chatlink_contract::Harness;
use chatlink_core::Store;
use chatlink_store_postgres::PostgresStore;
use std::sync::Arc;

/// A schema of its own.
pub struct PostgresHarness(Arc<PostgresStore>);

#[async_trait]
impl Harness for PostgresHarness {
    async fn start() -> Self {
        Self(Arc::new(support::fresh().await))
    }

    fn store(&self) -> Arc<dyn Store> {
        self.0.clone()
    }

    async fn another(&self) -> Arc<dyn Store> {
        Arc::new(support::connect(self.0.schema()).await)
    }

    async fn reopen(self) -> Self {
        self.0.close().await;
        Self(Arc::new(support::connect(self.0.schema()).await))
    }
}

chatlink_contract::store_suite!(crate::PostgresHarness);
