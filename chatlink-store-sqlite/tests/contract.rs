//! The contract on real files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say so when something is not as it must be"
)]

use async_trait::async_trait;
use chatlink_contract::Harness;
use chatlink_core::Store;
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use std::sync::Arc;

/// A file in a folder of its own, gone with the harness.
pub struct SqliteHarness {
    folder: tempfile::TempDir,
    store: Arc<SqliteStore>,
}

impl SqliteHarness {
    async fn open(folder: &tempfile::TempDir) -> Arc<SqliteStore> {
        Arc::new(SqliteOptions::new(folder.path().join("chat.db")).open().await.unwrap())
    }
}

#[async_trait]
impl Harness for SqliteHarness {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Self::open(&folder).await;
        Self { folder, store }
    }

    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    async fn another(&self) -> Arc<dyn Store> {
        Self::open(&self.folder).await
    }

    async fn reopen(self) -> Self {
        self.store.close().await;
        let store = Self::open(&self.folder).await;
        Self { store, ..self }
    }
}

chatlink_contract::store_suite!(crate::SqliteHarness);
