//! ChatLink's storage ports on SQLite: one file, the embedded default.
//!
//! WAL with `synchronous=FULL`: what was answered survives a power cut. One writing connection,
//! because SQLite has one writer; readers beside it. Every transaction runs in a task of its own,
//! so that a cancelled request cannot leave half of one. Times are INTEGER microseconds, ids are
//! BLOBs of 16 bytes, tables are STRICT.

mod error;
mod identity;
mod installation;
mod intents;
mod jobs;
mod mine;
mod notes;
mod open;
mod people;
#[cfg(test)]
mod plans;
mod portable;
mod rights;
mod rooms;
mod rows;
mod scheduled;
mod search;
mod services;
mod timeline;
mod webhooks;

pub use intents::{PostError, post_intent};
pub use open::{OpenError, SqliteOptions};
pub use portable::{BackupError, Scratch, backup, restore, unused};

use chatlink_core::{StoreError, metrics::PoolUse};
use error::store_error;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// A boxed future that borrows its connection: what [`SqliteStore::in_tx`] runs.
type TxFuture<'c, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'c>>;

/// All storage ports on one SQLite file. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Words were erased since the write-ahead log was last emptied. True at first: nobody knows
    /// what was erased before a crash.
    unclean: Arc<AtomicBool>,
    /// The disk did not keep a write. What the kernel holds of the file is not what the disk holds, and the
    /// next sync that succeeds would not tell: nothing is written any more until the process starts anew.
    lost: Arc<AtomicBool>,
    /// How long a statement waits for another process's lock.
    busy: Duration,
}

impl SqliteStore {
    /// Runs `f` in one `BEGIN IMMEDIATE` transaction on the writing connection: committed when `f`
    /// answers `Ok`, rolled back otherwise. It runs to its end even when the caller goes away. Once a write
    /// was lost every later one is, unasked.
    pub(crate) async fn in_tx<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> TxFuture<'c, T> + Send + 'static,
    {
        let (writer, lost) = (self.writer.clone(), self.lost.clone());
        let work = async move {
            let mut connection = writer.acquire().await.map_err(store_error)?;
            // Asked while holding the one connection that writes: whoever lost a write has said so by now.
            refuse_lost(&lost)?;
            sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.map_err(store_error)?;
            match f(&mut connection).await {
                Ok(value) => match sqlx::query("COMMIT").execute(&mut *connection).await {
                    Ok(_) => Ok(value),
                    Err(error) => Err(give_up(connection, store_error(error), &lost).await),
                },
                Err(error) => Err(give_up(connection, error, &lost).await),
            }
        };
        tokio::spawn(work).await.unwrap_or_else(|panic| Err(StoreError::Corrupt(panic.into())))
    }

    /// A connection to read from. A read of several statements must begin its own `BEGIN DEFERRED`
    /// through [`in_read`](Self::in_read) to see one state.
    pub(crate) async fn reader(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.readers.acquire().await.map_err(store_error)
    }

    /// Runs `f` in one reading transaction: all its statements see one state.
    pub(crate) async fn in_read<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> TxFuture<'c, T> + Send + 'static,
    {
        let readers = self.readers.clone();
        let work = async move {
            let mut connection = readers.acquire().await.map_err(store_error)?;
            sqlx::query("BEGIN DEFERRED").execute(&mut *connection).await.map_err(store_error)?;
            let answer = f(&mut connection).await;
            roll_back(connection).await;
            answer
        };
        tokio::spawn(work).await.unwrap_or_else(|panic| Err(StoreError::Corrupt(panic.into())))
    }

    /// The connections that write and those that read, as they are used now.
    pub fn pools(&self) -> [(&'static str, PoolUse); 2] {
        [("write", &self.writer), ("read", &self.readers)].map(|(name, pool)| (name, pool_use(pool)))
    }

    /// Closes all connections after the work under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn pool_use(pool: &SqlitePool) -> PoolUse {
    let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
    PoolUse { open: pool.size(), idle, most: pool.options().get_max_connections() }
}

/// Ends a transaction that failed, and answers why it did.
async fn give_up(connection: PoolConnection<Sqlite>, error: StoreError, lost: &AtomicBool) -> StoreError {
    let error = noted(error, lost);
    roll_back(connection).await;
    error
}

/// The error, after whoever writes next can know of a lost write.
pub(crate) fn noted(error: StoreError, lost: &AtomicBool) -> StoreError {
    if matches!(error, StoreError::Lost(_)) {
        lost.store(true, Ordering::Release);
    }
    error
}

/// Nothing is written after a lost write.
pub(crate) fn refuse_lost(lost: &AtomicBool) -> Result<(), StoreError> {
    if lost.load(Ordering::Acquire) { Err(StoreError::Lost(Box::new(LostBefore))) } else { Ok(()) }
}

/// Why a write is refused that the disk was not even asked to keep.
#[derive(Debug, thiserror::Error)]
#[error("the disk did not keep a write before")]
struct LostBefore;

/// Rolls back; a connection that cannot is closed, so that nobody meets a half-used one.
async fn roll_back(mut connection: PoolConnection<Sqlite>) {
    if sqlx::query("ROLLBACK").execute(&mut *connection).await.is_err() {
        // An error may have ended the transaction already; a connection in doubt is not reused.
        drop(connection.detach());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_core::{protocol::Timestamp, timeline::TimelineStore as _};

    #[tokio::test]
    #[allow(clippy::unwrap_used, reason = "a panic is how a test says no")]
    async fn after_a_lost_write_nothing_of_any_kind_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteOptions::new(folder.path().join("chat.db")).open().await.unwrap();
        let work = || store.in_tx::<(), _>(|_| Box::pin(async { Ok(()) }));
        work().await.unwrap();
        let fails = store.in_tx::<(), _>(|_| Box::pin(async { Err(StoreError::Lost("fsync".into())) })).await;
        assert!(matches!(fails, Err(StoreError::Lost(_))));
        assert!(matches!(work().await, Err(StoreError::Lost(_))), "whatever it was about");
        let clone = store.clone();
        let erased = clone.purge_expired(Timestamp::EPOCH, 1).await;
        assert!(matches!(erased, Err(StoreError::Lost(_))), "nor is the log emptied");
        store.in_read::<(), _>(|_| Box::pin(async { Ok(()) })).await.unwrap();
    }
}
