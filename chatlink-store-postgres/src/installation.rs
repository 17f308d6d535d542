//! The installation on PostgreSQL.

use crate::{PostgresStore, error::store_error, lent::Lent, rows::Read as _};
use async_trait::async_trait;
use chatlink_core::{
    Installation, InstallationStore, StoreError, clock::Answer, portable::UnfinishedArrival, protocol::Timestamp,
};
use sqlx::PgConnection;
use tokio::time::Instant;

#[async_trait]
impl InstallationStore for PostgresStore {
    async fn installation(&self, fresh: Installation) -> Result<Installation, StoreError> {
        self.in_tx(move |tx| Box::pin(claim(tx, fresh))).await
    }

    async fn adopt(&self, fingerprints: Vec<[u8; 16]>) -> Result<(), StoreError> {
        self.in_tx(move |tx| Box::pin(async move { insert_fingerprints(tx, &fingerprints).await })).await
    }

    async fn ping(&self) -> Result<Option<String>, StoreError> {
        self.in_time(async {
            // Where one writes to: a reader would do on a standby, too.
            let mut writer = Lent::by(&self.writers).await?;
            let row = sqlx::query(PING).fetch_optional(&mut *writer).await.map_err(store_error)?;
            let Some(row) = row else { return Ok(None) };
            // A standby writes no timeline, and begins one of its own when it takes over.
            if row.value(0)? {
                return Err(StoreError::Unavailable("the server is a standby".into()));
            }
            Ok(Some(epoch(row.value(1)?, row.value(2)?, row.value(3)?)))
        })
        .await
    }

    async fn last_seen(&self) -> Result<Timestamp, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let row =
                sqlx::query("SELECT last_seen FROM store_clock").fetch_one(&mut *reader).await.map_err(store_error)?;
            row.time(0)
        })
        .await
    }
}

impl PostgresStore {
    /// What the server's own clock shows, for a [`FollowingClock`](chatlink_core::clock::FollowingClock): nodes that share a
    /// database judge by its time.
    ///
    /// # Errors
    /// The server is away.
    pub async fn tell_time(&self) -> Result<Answer, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let asked_at = Instant::now();
            let row = sqlx::query(TIME).fetch_one(&mut *reader).await.map_err(store_error)?;
            Ok(Answer { told: row.time(0)?, asked_at, came_at: Instant::now() })
        })
        .await
    }
}

/// The recovery first: a server that is none at that moment tells the timeline that it writes from then on.
const PING: &str = "SELECT pg_is_in_recovery(), epoch, timeline, wal_timeline() FROM installation";

/// The one statement that asks for the time: everywhere else it is a parameter.
const TIME: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

async fn claim(tx: &mut PgConnection, fresh: Installation) -> Result<Installation, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO installation (singleton, id, epoch, timeline) SELECT 1, $1, $2, wal_timeline()
             WHERE NOT EXISTS (SELECT 1 FROM arrival) ON CONFLICT DO NOTHING",
    )
    .bind(fresh.id)
    .bind(fresh.epoch)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if inserted.rows_affected() == 1 {
        insert_fingerprints(tx, &fresh.fingerprints).await?;
    }
    let row = sqlx::query("SELECT id, epoch, timeline, wal_timeline() FROM installation")
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Err(StoreError::Unavailable(Box::new(UnfinishedArrival))) };
    let prints: Vec<Vec<u8>> = sqlx::query_scalar("SELECT fingerprint FROM secret_fingerprints")
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
    let prints = prints.into_iter().map(|print| print.try_into().map_err(|_| StoreError::corrupt("fingerprint")));
    Ok(Installation {
        id: row.value(0)?,
        epoch: epoch(row.value(1)?, row.value(2)?, row.value(3)?),
        fingerprints: prints.collect::<Result<_, _>>()?,
    })
}

/// The epoch on the timeline that is written now. Where neither was told, it is the installation's.
pub(crate) fn epoch(first: String, began: i64, now: i64) -> String {
    if began == now || began == 0 || now == 0 { first } else { format!("{first}.{now}") }
}

async fn insert_fingerprints(tx: &mut PgConnection, fingerprints: &[[u8; 16]]) -> Result<(), StoreError> {
    for print in fingerprints {
        sqlx::query("INSERT INTO secret_fingerprints (fingerprint) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(&print[..])
            .execute(&mut *tx)
            .await
            .map_err(store_error)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_timeline_is_another_epoch() {
        let first = || "e".to_owned();
        assert_eq!(epoch(first(), 1, 1), "e");
        assert_eq!(epoch(first(), 1, 2), "e.2");
        assert_eq!((epoch(first(), 0, 2), epoch(first(), 1, 0)), (first(), first()));
    }
}
