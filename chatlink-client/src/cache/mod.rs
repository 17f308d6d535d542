//! What a device keeps of one person between two starts, in one SQLite file. It is wiped at logout.

use crate::queue::{Job, Write};
use chatlink_protocol::UserId;
use sqlx::{
    ConnectOptions as _, Connection as _, Row as _, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
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

/// Where it is kept.
pub(crate) enum Cache {
    /// Nowhere: what is in memory is all there is.
    Nowhere,
    /// In a file. One connection, because its owner is one task.
    File(Box<SqliteConnection>),
}

impl Cache {
    /// Opens the file of a person in this folder, made when absent; without a folder nothing is kept.
    pub(crate) async fn open(folder: Option<&Path>, user: UserId) -> Result<Self, CacheError> {
        let Some(folder) = folder else { return Ok(Self::Nowhere) };
        std::fs::create_dir_all(folder)?;
        let mut connection = SqliteConnectOptions::new()
            .filename(folder.join(format!("{user}.sqlite")))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was taken over to be sent must survive the battery, too.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF")
            .disable_statement_logging()
            .connect()
            .await?;
        MIGRATIONS.run(&mut connection).await?;
        Ok(Self::File(Box::new(connection)))
    }

    /// What waits to be sent, in its order. A row that this version cannot read is left alone.
    pub(crate) async fn jobs(&mut self) -> Result<Vec<Job>, CacheError> {
        let Self::File(connection) = self else { return Ok(Vec::new()) };
        let rows = sqlx::query("SELECT job FROM send_queue ORDER BY place").fetch_all(connection.as_mut()).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| serde_json::from_str(row.try_get("job").ok()?).ok();
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Writes changes of the queue, all of them or none.
    pub(crate) async fn write(&mut self, writes: &[Write]) -> Result<(), CacheError> {
        let Self::File(connection) = self else { return Ok(()) };
        let mut transaction = connection.begin().await?;
        for write in writes {
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
                    .execute(&mut *transaction)
                    .await?;
                }
                Write::Delete(id) => {
                    sqlx::query("DELETE FROM send_queue WHERE id = ?1")
                        .bind(id.as_uuid().as_bytes().to_vec())
                        .execute(&mut *transaction)
                        .await?;
                }
            }
        }
        Ok(transaction.commit().await?)
    }

    /// Forgets all of it, on the disk too.
    pub(crate) async fn wipe(&mut self) -> Result<(), CacheError> {
        let Self::File(connection) = self else { return Ok(()) };
        sqlx::query("DELETE FROM send_queue").execute(connection.as_mut()).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection.as_mut()).await?;
        Ok(())
    }
}
