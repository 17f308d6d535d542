//! Opening a file: pragmas, version, migrations.

use crate::SqliteStore;
use sqlx::{
    ConnectOptions as _, Row as _, SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The oldest SQLite that is safe: older ones can corrupt a WAL file.
const OLDEST: (u32, u32, u32) = (3, 51, 3);

/// The page cache of the connection that writes, in KiB and negative as SQLite wants it: a batch of the largest size fits,
/// so that none of its pages is written before its end.
const WRITER_CACHE: &str = "-8192";

/// That of a connection that reads, which grows as far as pages are asked for: the last messages of hundreds of rooms.
const READER_CACHE: &str = "-16384";

/// Pages of the log after which they go into the database: a page that many batches change goes there once.
const CHECKPOINT: &str = "4000";

/// Rows that the thread of a connection reads ahead of who takes them: with few the two wait for each other in turns.
const ROWS_AHEAD: usize = 1_024;

/// How a file is opened.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    path: PathBuf,
    readers: u32,
    busy: Duration,
}

/// Why a file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or the file cannot be used.
    #[error("the database file cannot be used")]
    File(#[from] std::io::Error),
    /// SQLite said no.
    #[error("the database cannot be opened")]
    Sqlite(#[from] sqlx::Error),
    /// A migration did not run.
    #[error("the database cannot be brought to this version's schema")]
    Migrate(#[from] MigrateError),
    /// The library in this process is too old.
    #[error("SQLite {0} is too old: 3.51.3 is the oldest without the WAL corruption bug")]
    TooOld(String),
    /// A pragma did not take.
    #[error("SQLite did not take the setting {0}")]
    Pragma(&'static str),
}

impl SqliteOptions {
    /// A file at `path`, made when absent, its folder too.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), readers: 4, busy: Duration::from_secs(5) }
    }

    /// How many connections read beside the one that writes; default 4.
    #[must_use]
    pub fn readers(mut self, readers: u32) -> Self {
        self.readers = readers.max(1);
        self
    }

    /// How long a statement waits for another process's lock; default 5 s.
    #[must_use]
    pub fn busy_timeout(mut self, busy: Duration) -> Self {
        self.busy = busy;
        self
    }

    /// Opens the file, checks SQLite and its settings, and brings the schema up to date. Processes
    /// that open a file together take turns.
    ///
    /// # Errors
    /// The file, SQLite, a setting or a migration.
    pub async fn open(self) -> Result<SqliteStore, OpenError> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        let options = self.connect_options();
        let writer = options.clone().pragma("cache_size", WRITER_CACHE).pragma("wal_autocheckpoint", CHECKPOINT);
        let writer = pool(1, writer).await?;
        check(&writer).await?;
        migrate(&writer, &self.path).await?;
        // What a statement may have to undo stays in memory: a batch would write each page once more, into a file of its
        // own that nothing overwrites. Not before here: a migration that makes an index would sort it there.
        sqlx::query("PRAGMA temp_store = MEMORY").execute(&writer).await?;
        let reader = options.read_only(true).create_if_missing(false).pragma("cache_size", READER_CACHE);
        let readers = pool(self.readers, reader).await?;
        Ok(SqliteStore {
            writer,
            readers,
            unclean: Arc::new(AtomicBool::new(true)),
            lost: Arc::default(),
            busy: self.busy,
        })
    }

    /// How ChatLink's own connections to the file are opened: for a host that keeps its tables in the same file and
    /// [posts messages](crate::post_intent) with its own rows.
    #[must_use]
    pub fn connect_options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(self.busy)
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF")
            .row_buffer_size(ROWS_AHEAD)
            .disable_statement_logging()
    }
}

async fn pool(size: u32, options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(Duration::from_secs(7))
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
}

/// Reads the settings back: a promise rests on them, and a pragma that did not take says nothing.
async fn check(writer: &SqlitePool) -> Result<(), OpenError> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(writer).await?;
    if parse(&version) < OLDEST {
        return Err(OpenError::TooOld(version));
    }
    let journal: String = sqlx::query("PRAGMA journal_mode").fetch_one(writer).await?.try_get(0)?;
    let synchronous: i64 = sqlx::query("PRAGMA synchronous").fetch_one(writer).await?.try_get(0)?;
    let secure: i64 = sqlx::query("PRAGMA secure_delete").fetch_one(writer).await?.try_get(0)?;
    match (journal.as_str(), synchronous, secure) {
        ("wal", 2, 1) => Ok(()),
        ("wal", 2, _) => Err(OpenError::Pragma("secure_delete")),
        ("wal", ..) => Err(OpenError::Pragma("synchronous")),
        _ => Err(OpenError::Pragma("journal_mode")),
    }
}

fn parse(version: &str) -> (u32, u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

/// Runs the migrations under a lock file: sqlx takes none on SQLite.
async fn migrate(writer: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(name)?;
    let lock =
        tokio::task::spawn_blocking(move || lock.lock().map(|()| lock)).await.map_err(std::io::Error::other)??;
    MIGRATIONS.run(writer).await?;
    lock.unlock()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refused(change: impl Fn(SqliteConnectOptions) -> SqliteConnectOptions) -> &'static str {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(folder.path().join("chat.db")).connect_options();
        match check(&pool(1, change(options)).await.unwrap()).await {
            Err(OpenError::Pragma(name)) => name,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn settings_that_did_not_take_are_refused() {
        assert_eq!(refused(|options| options.synchronous(SqliteSynchronous::Normal)).await, "synchronous");
        assert_eq!(refused(|options| options.journal_mode(SqliteJournalMode::Delete)).await, "journal_mode");
        assert_eq!(refused(|options| options.pragma("secure_delete", "OFF")).await, "secure_delete");
        assert_eq!(refused(|options| options.pragma("secure_delete", "FAST")).await, "secure_delete");
    }

    #[tokio::test]
    async fn a_database_in_memory_is_refused() {
        let opened = SqliteOptions::new(":memory:").open().await;
        assert!(matches!(opened, Err(OpenError::Pragma("journal_mode"))), "{opened:?}");
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(parse("3.51.3") >= OLDEST && parse("3.100.0") >= OLDEST);
        assert!(parse("3.51.2") < OLDEST && parse("3.9.9") < OLDEST && parse("") < OLDEST);
    }
}
