//! The installation on SQLite.

use crate::{SqliteStore, error::store_error, rows::Read as _};
use async_trait::async_trait;
use chatlink_core::{Installation, InstallationStore, StoreError, portable::UnfinishedArrival, protocol::Timestamp};
use sqlx::{Row as _, SqliteConnection};

#[async_trait]
impl InstallationStore for SqliteStore {
    async fn installation(&self, fresh: Installation) -> Result<Installation, StoreError> {
        self.in_tx(move |tx| Box::pin(claim(tx, fresh))).await
    }

    async fn adopt(&self, fingerprints: Vec<[u8; 16]>) -> Result<(), StoreError> {
        self.in_tx(move |tx| Box::pin(async move { insert_fingerprints(tx, &fingerprints).await })).await
    }

    async fn ping(&self) -> Result<Option<String>, StoreError> {
        let mut reader = self.reader().await?;
        let epoch = sqlx::query_scalar("SELECT epoch FROM installation").fetch_optional(&mut *reader).await;
        epoch.map_err(store_error)
    }

    async fn last_seen(&self) -> Result<Timestamp, StoreError> {
        let mut reader = self.reader().await?;
        let row =
            sqlx::query("SELECT last_seen FROM store_clock").fetch_one(&mut *reader).await.map_err(store_error)?;
        row.time(0)
    }
}

async fn claim(tx: &mut SqliteConnection, fresh: Installation) -> Result<Installation, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO installation (singleton, id, epoch) SELECT 1, ?, ? WHERE NOT EXISTS (SELECT 1 FROM arrival)
             ON CONFLICT DO NOTHING",
    )
    .bind(fresh.id)
    .bind(fresh.epoch)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if inserted.rows_affected() == 1 {
        insert_fingerprints(tx, &fresh.fingerprints).await?;
    }
    let row = sqlx::query("SELECT id, epoch FROM installation").fetch_optional(&mut *tx).await.map_err(store_error)?;
    let Some(row) = row else { return Err(StoreError::Unavailable(Box::new(UnfinishedArrival))) };
    let prints: Vec<Vec<u8>> = sqlx::query_scalar("SELECT fingerprint FROM secret_fingerprints")
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
    let prints = prints.into_iter().map(|print| print.try_into().map_err(|_| StoreError::corrupt("fingerprint")));
    Ok(Installation {
        id: row.try_get(0).map_err(store_error)?,
        epoch: row.try_get(1).map_err(store_error)?,
        fingerprints: prints.collect::<Result<_, _>>()?,
    })
}

async fn insert_fingerprints(tx: &mut SqliteConnection, fingerprints: &[[u8; 16]]) -> Result<(), StoreError> {
    for print in fingerprints {
        sqlx::query("INSERT INTO secret_fingerprints (fingerprint) VALUES (?) ON CONFLICT DO NOTHING")
            .bind(&print[..])
            .execute(&mut *tx)
            .await
            .map_err(store_error)?;
    }
    Ok(())
}
