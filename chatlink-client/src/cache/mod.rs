//! What a device keeps of one person between two starts, in one SQLite file. It is wiped at logout.

use crate::queue::{Job, Write};
use chatlink_protocol::UserId;
use sqlx::{
    ConnectOptions as _, Row as _, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long a statement waits for another process's lock.
const BUSY: Duration = Duration::from_secs(5);

/// The device's own store failed.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The folder or the file cannot be used.
    #[error("the cache's folder cannot be used")]
    File(#[from] std::io::Error),
    /// SQLite said no.
    #[error("the cache's database failed")]
    Sqlite(#[from] sqlx::Error),
    /// A migration did not run.
    #[error("the cache cannot be brought to this version's schema")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// One person's file. One connection: SQLite has one writer, and an app has one reader.
#[derive(Clone, Debug)]
pub(crate) struct Cache(SqlitePool);

impl Cache {
    /// Opens the file of a person in this folder, made when absent; without a folder it is kept in memory.
    pub(crate) async fn open(folder: Option<&Path>, user: UserId) -> Result<Self, CacheError> {
        let options = match folder {
            None => SqliteConnectOptions::new().in_memory(true),
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                SqliteConnectOptions::new().filename(folder.join(format!("{user}.sqlite"))).create_if_missing(true)
            }
        };
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            // What was taken over to be sent must survive the battery, too.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF")
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        MIGRATIONS.run(&pool).await?;
        Ok(Self(pool))
    }

    /// What waits to be sent, in its order. A row that this version cannot read is left alone.
    pub(crate) async fn jobs(&self) -> Result<Vec<Job>, CacheError> {
        let rows = sqlx::query("SELECT job FROM send_queue ORDER BY place").fetch_all(&self.0).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| serde_json::from_str(row.try_get("job").ok()?).ok();
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Writes one change of the queue, whole or not at all: each is one statement.
    pub(crate) async fn write(&self, write: &Write) -> Result<(), CacheError> {
        match write {
            Write::Put(job) => {
                let text = serde_json::to_string(job).map_err(|error| sqlx::Error::Encode(error.into()))?;
                let place = i64::try_from(job.place).unwrap_or(i64::MAX);
                sqlx::query(
                    "INSERT INTO send_queue (id, place, job) VALUES (?1, ?2, ?3)
                     ON CONFLICT (id) DO UPDATE SET place = excluded.place, job = excluded.job",
                )
                .bind(job.id.as_uuid().as_bytes().to_vec())
                .bind(place)
                .bind(text)
                .execute(&self.0)
                .await?;
            }
            Write::Delete(id) => {
                sqlx::query("DELETE FROM send_queue WHERE id = ?1")
                    .bind(id.as_uuid().as_bytes().to_vec())
                    .execute(&self.0)
                    .await?;
            }
        }
        Ok(())
    }

    /// Forgets all of it, on the disk too.
    pub(crate) async fn wipe(&self) -> Result<(), CacheError> {
        sqlx::query("DELETE FROM send_queue").execute(&self.0).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.0).await?;
        Ok(())
    }
}
