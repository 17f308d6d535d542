//! ChatLink's storage ports on SQLite: one file, the embedded default.
//!
//! WAL with `synchronous=FULL`: what was answered survives a power cut. One writing connection,
//! because SQLite has one writer; readers beside it. Every transaction runs in a task of its own,
//! so that a cancelled request cannot leave half of one. Times are INTEGER microseconds, ids are
//! BLOBs of 16 bytes, tables are STRICT.

mod error;
mod identity;
mod installation;
mod jobs;
mod notes;
mod open;
mod people;
#[cfg(test)]
mod plans;
mod rights;
mod rooms;
mod rows;
mod timeline;

pub use open::{OpenError, SqliteOptions};

use chatlink_core::StoreError;
use error::store_error;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, atomic::AtomicBool},
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
    /// How long a statement waits for another process's lock.
    busy: Duration,
}

impl SqliteStore {
    /// Runs `f` in one `BEGIN IMMEDIATE` transaction on the writing connection: committed when `f`
    /// answers `Ok`, rolled back otherwise. It runs to its end even when the caller goes away.
    pub(crate) async fn in_tx<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> TxFuture<'c, T> + Send + 'static,
    {
        let writer = self.writer.clone();
        let work = async move {
            let mut connection = writer.acquire().await.map_err(store_error)?;
            sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.map_err(store_error)?;
            match f(&mut connection).await {
                Ok(value) => match sqlx::query("COMMIT").execute(&mut *connection).await {
                    Ok(_) => Ok(value),
                    Err(error) => {
                        roll_back(connection).await;
                        Err(store_error(error))
                    }
                },
                Err(error) => {
                    roll_back(connection).await;
                    Err(error)
                }
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

    /// Closes all connections after the work under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Rolls back; a connection that cannot is closed, so that nobody meets a half-used one.
async fn roll_back(mut connection: PoolConnection<Sqlite>) {
    if sqlx::query("ROLLBACK").execute(&mut *connection).await.is_err() {
        // An error may have ended the transaction already; a connection in doubt is not reused.
        drop(connection.detach());
    }
}
