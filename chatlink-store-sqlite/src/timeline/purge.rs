//! Erasing what has expired, and making the disk forget what was erased.

use super::{decide::Place, write};
use crate::{SqliteStore, error::store_error, noted, refuse_lost, rows::Read};
use chatlink_core::{StoreError, protocol::Timestamp};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};
use std::{sync::atomic::Ordering, time::Duration};

/// Messages a transaction: a chunk of the longest texts stays below 20 ms.
const CHUNK: u32 = 64;

/// How long emptying the write-ahead log waits for readers.
const CHECKPOINT_PATIENCE: Duration = Duration::from_millis(20);

const DUE: &str = "SELECT room_no, seq FROM events
         WHERE kind = 'message' AND text IS NOT NULL AND expires_at IS NOT NULL AND expires_at <= ?1
         ORDER BY expires_at LIMIT ?2";

impl SqliteStore {
    /// Erases up to `limit` expired messages, a chunk a transaction, and then empties the
    /// write-ahead log if anything was erased since it was last emptied.
    pub(super) async fn purge(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut erased = 0;
        while erased < limit {
            let chunk = CHUNK.min(limit - erased);
            let count = self.in_tx(move |tx| Box::pin(erase_chunk(tx, now, chunk))).await?;
            erased += count;
            if count > 0 {
                self.unclean.store(true, Ordering::SeqCst);
            }
            if count < chunk {
                break;
            }
        }
        self.empty_log().await?;
        Ok(erased)
    }

    /// Old pages with erased words stand in the write-ahead log until it is emptied. A reader at
    /// work can forbid that: it is waited for a moment, since writers wait meanwhile; then the next
    /// call tries again.
    async fn empty_log(&self) -> Result<(), StoreError> {
        if !self.unclean.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let (writer, busy, lost) = (self.writer.clone(), self.busy, self.lost.clone());
        let work = async move {
            let mut connection = writer.acquire().await.map_err(store_error)?;
            refuse_lost(&lost)?;
            let done = checkpoint(&mut connection).await.map_err(|error| noted(store_error(error), &lost));
            // A connection that keeps the short patience would fail its next writers early.
            if let Err(error) = patience(&mut connection, busy).await {
                drop(connection.detach());
                return Err(store_error(error));
            }
            done
        };
        let done = tokio::spawn(work).await.unwrap_or_else(|panic| Err(StoreError::Corrupt(panic.into())));
        match done {
            Ok(0) => Ok(()),
            Ok(_) => {
                self.unclean.store(true, Ordering::SeqCst);
                Ok(())
            }
            Err(error) => {
                self.unclean.store(true, Ordering::SeqCst);
                Err(error)
            }
        }
    }
}

/// Answers 0, or 1 when a reader was in the way.
async fn checkpoint(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    patience(connection, CHECKPOINT_PATIENCE).await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(connection).await?.try_get(0)
}

/// How long this connection's statements wait for a lock.
async fn patience(connection: &mut SqliteConnection, busy: Duration) -> Result<(), sqlx::Error> {
    // A pragma takes no places; this is a number of ours.
    let pragma = format!("PRAGMA busy_timeout = {}", busy.as_millis());
    sqlx::query(AssertSqlSafe(pragma)).execute(connection).await.map(drop)
}

async fn erase_chunk(tx: &mut SqliteConnection, now: Timestamp, chunk: u32) -> Result<u32, StoreError> {
    let rows = sqlx::query(DUE).bind(now.as_micros()).bind(chunk).fetch_all(&mut *tx).await.map_err(store_error)?;
    let due = rows.iter().map(|row| Ok((row.value(0)?, row.seq(1)?))).collect::<Result<Vec<Place>, StoreError>>()?;
    write::erase(tx, &due).await?;
    Ok(u32::try_from(due.len()).unwrap_or(chunk))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements = crate::plans::Statements { many: &[], single: &[DUE] };
