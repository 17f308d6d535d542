//! An installation taken out of a schema, or into one: see `chatlink_core::portable`.

mod arrival;
mod snapshot;
#[cfg(test)]
mod tests;
mod words;

use crate::{PostgresStore, error::store_error};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    portable::{Lineage, Mark, PortableStore, Row, Snapshot, Standing, Table},
};
use snapshot::PostgresSnapshot;
use sqlx::ConnectOptions as _;
use uuid::Uuid;

#[async_trait]
impl PortableStore for PostgresStore {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError> {
        // A connection of its own, which ends with it: it is held for long.
        let begun = self.in_time(async {
            let mut connection = self.readers.connect_options().connect().await.map_err(store_error)?;
            let begin = sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut connection).await;
            begin.map_err(store_error)?;
            PostgresSnapshot::fix(connection).await
        });
        Ok(Box::new(begun.await?))
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
