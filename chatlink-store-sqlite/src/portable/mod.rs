//! An installation taken out of a file, or into one: see `chatlink_core::portable`.

mod arrival;
mod backup;
mod scratch;
mod snapshot;
#[cfg(test)]
mod tests;
mod words;

pub use backup::{BackupError, backup, restore, unused};
pub use scratch::Scratch;

use crate::{SqliteStore, error::store_error};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    portable::{Lineage, Mark, PortableStore, Row, Snapshot, Standing, Table},
};
use snapshot::SqliteSnapshot;
use uuid::Uuid;

#[async_trait]
impl PortableStore for SqliteStore {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        let readers = self.readers.clone();
        // In a task of its own: a caller that goes away leaves no reader with a transaction open.
        let begin = tokio::spawn(async move {
            let connection = readers.acquire().await.map_err(store_error)?;
            SqliteSnapshot::begin(connection.detach()).await
        });
        let snapshot = begin.await.unwrap_or_else(|panic| Err(StoreError::Corrupt(panic.into())))?;
        Ok(Box::new(snapshot))
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        self.in_read(|tx| Box::pin(arrival::standing(tx))).await
    }

    async fn arrive(&self, source: Uuid) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(arrival::begin(tx, source))).await
    }

    async fn take_in(
        &self,
        table: &'static Table,
        rows: Vec<Row>,
        before: Option<Mark>,
        mark: Mark,
    ) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(arrival::take_in(tx, table, rows, before, mark))).await
    }

    async fn discard(&self) -> Result<bool, StoreError> {
        self.in_tx(|tx| Box::pin(arrival::discard(tx))).await
    }

    async fn settle(&self, mark: Option<Mark>, lineage: Lineage) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(arrival::settle(tx, mark, lineage))).await
    }
}
