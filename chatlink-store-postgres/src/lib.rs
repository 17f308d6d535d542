//! ChatLink's storage ports on PostgreSQL 15 or newer: for whoever outgrows one machine.
//!
//! ```no_run
//! # async fn example() -> Result<(), chatlink_store_postgres::OpenError> {
//! use chatlink_store_postgres::{PostgresOptions, PostgresStore};
//!
//! let store = PostgresStore::connect("postgres://chat@db.example/app", PostgresOptions::new()).await?;
//! store.migrate().await?;
//! # Ok(())
//! # }
//! ```
//!
//! **Where it lives.** Everything is in one schema (`chatlink`, or [another name](PostgresOptions::schema)): tables,
//! two functions, and a list of the migrations that ran. It fits beside the tables of a host, needs no extension and no
//! superuser, only the right to create in its schema. One schema is one community.
//!
//! **Migrations.** [`PostgresStore::migrate`] is a step of its own, so that a deployment can run it apart from the
//! service, or print the SQL first ([`PostgresStore::script`]); the service needs no right to create then. It holds an
//! advisory lock: of two nodes that start at once one migrates and the other finds it done. A table that somebody reads for
//! long, as a backup does, is tried for again and again, and for a second at a time: whoever needs it meanwhile goes on.
//!
//! **How writes stay right.** Transactions run at READ COMMITTED and lock what they decide on: a room's row before
//! anything of the room, a person's before anything of the person. Each such lock is the transaction's first look, and
//! each later statement sees all that was committed before the lock was granted, so that what is read stays true until
//! the commit. Locks are taken in one order: pairs, rooms by id, the store's clock, persons. The seq of an event comes
//! from its room's locked row: no sequence could be dense and in the order of commits. A deadlock, which that order
//! leaves to deletions that meet somebody just coming into a room, is tried again.
//!
//! **Cancelled requests.** Every transaction runs in a task of its own: sqlx 0.9 can give a connection back to its
//! pool with a transaction open when the future that begins it is dropped.
//!
//! **Connections.** A node holds up to 16 that write and 16 that read, each a [setting](PostgresOptions): all nodes together
//! must stay below the server's `max_connections`. Those that read cannot write. A lock, a place in a pool, a statement and a
//! whole transaction are waited for a few seconds at most; then the answer is
//! [`Unavailable`](chatlink_core::StoreError::Unavailable), and the same call, repeated, finds what became of it. So it is
//! when a connection is dead and nobody was told, as after a firewall that forgot it: whoever waits on it is answered, it is
//! closed, and what it had locked is given free by the server. Settings are
//! sent when a connection starts, so that a pooler in between must hand sessions out, not transactions.
//!
//! **Erasing.** What is redacted or expires is overwritten by NULL in its row at once. PostgreSQL keeps the old version
//! of a row until a vacuum, which this schema asks for early, and in its write-ahead log until that is recycled.

mod address;
mod error;
mod identity;
mod installation;
mod intents;
mod jobs;
mod lent;
mod locks;
mod migrate;
mod mine;
mod notes;
mod open;
mod people;
mod portable;
mod rights;
mod rooms;
mod rows;
mod scheduled;
mod search;
mod services;
#[cfg(test)]
mod sql;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]
mod support;
mod timeline;
mod transport;
mod webhooks;

// The tests' support names this crate as everybody does.
#[cfg(test)]
extern crate self as chatlink_store_postgres;

pub use address::is_exposed;
pub use intents::{PostError, post_intent};
pub use migrate::{Holder, MigrateError, Migration, migrations};
pub use open::{OpenError, PostgresOptions, is_schema};
pub use transport::PostgresTransport;

use chatlink_core::{StoreError, metrics::PoolUse};
use error::{is_again, store_error};
use lent::Lent;
use sqlx::{PgConnection, PgPool};
use std::{future::Future, pin::Pin, time::Duration};
use tokio::time::timeout;

/// A boxed future that borrows its connection: what [`PostgresStore::in_tx`] runs.
type TxFuture<'c, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'c>>;

/// How often a transaction is tried that another one deadlocked with.
const TRIES: u32 = 4;

/// All storage ports on one schema of a PostgreSQL database. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    writers: PgPool,
    readers: PgPool,
    schema: String,
    answer_within: Duration,
    end_within: Duration,
    migrate_within: Duration,
}

/// Why a call was answered before its transaction ended.
#[derive(Debug, thiserror::Error)]
#[error("the transaction takes too long")]
struct TooLong;

impl PostgresStore {
    /// Runs `f` in one transaction: committed when it answers `Ok`, rolled back otherwise. It runs to its end even when
    /// the caller goes away.
    pub(crate) async fn in_tx<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> TxFuture<'c, T> + Send + 'static,
    {
        self.in_task(self.writers.clone(), "BEGIN", f).await
    }

    /// Runs a transaction in a task of its own, which neither a caller that goes away nor one that waits no longer stops.
    async fn in_task<T, F>(&self, pool: PgPool, begin: &'static str, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> TxFuture<'c, T> + Send + 'static,
    {
        let end_within = self.end_within;
        let work = async move {
            let mut connection = begun(&pool, begin).await?;
            match timeout(end_within, transact(&mut connection, f)).await {
                Ok(done) => done.map_err(|error| given_up(connection, error)),
                // The server ends what takes long: this one is not there any more.
                Err(_) => Err(given_up(connection, (too_long(), false))),
            }
        };
        match timeout(self.answer_within, tokio::spawn(work)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => Err(StoreError::Corrupt(panic.into())),
            Err(_) => Err(too_long()),
        }
    }

    /// The work of a read, which is given up when it takes too long: also one on a connection that is dead and does not
    /// say so.
    pub(crate) async fn in_time<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        timeout(self.answer_within, work).await.unwrap_or_else(|_| Err(too_long()))
    }

    /// As [`in_tx`](Self::in_tx), for verbs that lock many rows: tried again, on the same input, when another
    /// transaction was in the way.
    pub(crate) async fn in_tx_again<I, T>(
        &self,
        input: I,
        f: for<'c> fn(&'c mut PgConnection, I) -> TxFuture<'c, T>,
    ) -> Result<T, StoreError>
    where
        I: Clone + Send + 'static,
        T: Send + 'static,
    {
        let mut tries = 1;
        loop {
            let once = input.clone();
            match self.in_tx(move |tx| f(tx, once)).await {
                Err(error) if tries < TRIES && is_again(&error) => tries += 1,
                answer => return answer,
            }
        }
    }

    /// A connection to read from by single statements, [in time](Self::in_time). A read of several goes through
    /// [`in_read`](Self::in_read) to see one state.
    pub(crate) async fn reader(&self) -> Result<Lent, StoreError> {
        Lent::by(&self.readers).await
    }

    /// Runs `f` in one reading transaction: all its statements see one state.
    pub(crate) async fn in_read<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> TxFuture<'c, T> + Send + 'static,
    {
        self.in_task(self.readers.clone(), "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", f).await
    }

    /// The schema that everything is in.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The connections that write and those that read, as they are used now.
    pub fn pools(&self) -> [(&'static str, PoolUse); 2] {
        [("write", &self.writers), ("read", &self.readers)].map(|(name, pool)| (name, pool_use(pool)))
    }

    /// Closes all connections after the work under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

fn pool_use(pool: &PgPool) -> PoolUse {
    let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
    PoolUse { open: pool.size(), idle, most: pool.options().get_max_connections() }
}

fn too_long() -> StoreError {
    StoreError::Unavailable(Box::new(TooLong))
}

/// A connection on which a transaction has begun. One of a server that went away meanwhile is closed, and another one is
/// taken: nothing was done on it.
async fn begun(pool: &PgPool, begin: &'static str) -> Result<Lent, StoreError> {
    // After so many the pool holds none any more that it held before.
    let mut most = pool.options().get_max_connections();
    loop {
        let mut connection = Lent::by(pool).await?;
        // It waits for no lock: a server that does not answer is not there.
        let patience = pool.options().get_acquire_timeout();
        let error = match timeout(patience, sqlx::query(begin).execute(&mut *connection)).await {
            Ok(Ok(_)) => return Ok(connection),
            Ok(Err(error)) => store_error(error),
            Err(_) => too_long(),
        };
        match given_up(connection, (error, false)) {
            StoreError::Unavailable(_) if most > 0 => most -= 1,
            error => return Err(error),
        }
    }
}

/// Works, and ends what was begun; an error of the end itself counts. Answers with an error whether the transaction was
/// rolled back.
async fn transact<T, F>(connection: &mut PgConnection, f: F) -> Result<T, (StoreError, bool)>
where
    F: for<'c> FnOnce(&'c mut PgConnection) -> TxFuture<'c, T> + Send,
{
    match f(&mut *connection).await {
        Ok(value) => match sqlx::query("COMMIT").execute(connection).await {
            Ok(_) => Ok(value),
            Err(error) => Err((store_error(error), false)),
        },
        Err(error) => Err((error, sqlx::query("ROLLBACK").execute(connection).await.is_ok())),
    }
}

/// Why a transaction failed. A connection in doubt is not reused, so that nobody meets a half-used one.
fn given_up(connection: Lent, (error, is_clean): (StoreError, bool)) -> StoreError {
    if !is_clean {
        connection.close();
    }
    error
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test says no")]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A transaction that lost against another one is tried again from its beginning, and not for ever.
    #[tokio::test]
    async fn a_deadlock_is_tried_again() {
        static TRIED: AtomicU32 = AtomicU32::new(0);
        let store = support::fresh().await;
        let lose_times = |times: u32| {
            TRIED.store(0, Ordering::SeqCst);
            store.in_tx_again(times, |tx, times| {
                Box::pin(async move {
                    sqlx::query("INSERT INTO text_breakers VALUES ('ES', 1, 1)")
                        .execute(&mut *tx)
                        .await
                        .map_err(store_error)?;
                    if TRIED.fetch_add(1, Ordering::SeqCst) < times {
                        let lost = "DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$";
                        sqlx::raw_sql(lost).execute(tx).await.map_err(store_error)?;
                    }
                    Ok(())
                })
            })
        };
        assert!(matches!(lose_times(TRIES).await, Err(StoreError::Unavailable(_))));
        assert_eq!(TRIED.load(Ordering::SeqCst), TRIES);
        lose_times(TRIES - 1).await.unwrap();
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let store = support::fresh().await;
        let mut reader = store.reader().await.unwrap();
        let write = sqlx::query("INSERT INTO text_breakers VALUES ('ES', 1, 1)").execute(&mut *reader).await;
        assert!(matches!(store_error(write.unwrap_err()), StoreError::Unavailable(_)));
        let read = store.in_read::<(), _>(|tx| {
            Box::pin(async move {
                let write = sqlx::query("DELETE FROM text_breakers").execute(tx).await;
                write.map(drop).map_err(store_error)
            })
        });
        assert!(read.await.is_err());
    }
}
