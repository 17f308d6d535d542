//! A SQLite file with one connection, whose owner is one task.

use super::CacheError;
use futures_util::future::LocalBoxFuture;
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{runtime::Handle, sync::oneshot, task::spawn_blocking};

/// How long a statement waits for another process's lock.
const BUSY: Duration = Duration::from_secs(5);
/// SQLite's results for a file that is broken, or none of SQLite's.
const BROKEN: [&str; 2] = ["11", "26"];
/// What SQLite puts beside its file.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// An open file. What waits for it is a blocking task: a clock that a test holds still does not run on meanwhile.
pub(super) struct Disk(Option<SqliteConnection>);

impl Disk {
    /// Opens the file, made when absent, for its owner alone.
    pub(super) async fn open(path: &Path, synchronous: SqliteSynchronous) -> Result<Self, CacheError> {
        let path = path.to_owned();
        let connection = aside(move || async move {
            make(&path)?;
            let options = SqliteConnectOptions::new()
                .filename(path)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(synchronous)
                .busy_timeout(BUSY)
                .pragma("secure_delete", "ON")
                .pragma("trusted_schema", "OFF")
                .disable_statement_logging();
            Ok(options.connect().await?)
        });
        Ok(Self(Some(connection.await?)))
    }

    /// Does something with it.
    pub(super) async fn with<T, F>(&mut self, work: F) -> Result<T, CacheError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> LocalBoxFuture<'c, Result<T, CacheError>> + Send + 'static,
    {
        let mut connection = self.0.take().ok_or(sqlx::Error::WorkerCrashed)?;
        let (connection, done) = aside(move || async move {
            let done = work(&mut connection).await;
            Ok((connection, done))
        })
        .await?;
        self.0 = Some(connection);
        done
    }

    pub(super) async fn close(mut self) {
        if let Some(connection) = self.0.take() {
            let _ = aside(move || async move { Ok(connection.close().await?) }).await;
        }
    }
}

async fn aside<T, F>(work: impl FnOnce() -> F + Send + 'static) -> Result<T, CacheError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, CacheError>>,
{
    let here = Handle::current();
    let (reply, answer) = oneshot::channel();
    // Of one type, all of it: what drives such a task is there once.
    let work: Box<dyn FnOnce() + Send> = Box::new(move || drop(reply.send(here.block_on(work()))));
    drop(spawn_blocking(work));
    answer.await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

fn make(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Whether the file is to blame.
pub(super) fn is_broken(error: &CacheError) -> bool {
    let of_sqlite = |error: &sqlx::Error| {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        code.and_then(|code| code.parse::<u32>().ok())
            .is_some_and(|code| BROKEN.contains(&(code & 0xff).to_string().as_str()))
    };
    match error {
        CacheError::Sqlite(error) | CacheError::Migrate(sqlx::migrate::MigrateError::Execute(error)) => {
            of_sqlite(error)
        }
        CacheError::Migrate(_) => true,
        CacheError::File(_) => false,
    }
}

/// Puts the file away, under a name beside it.
pub(super) fn set_aside(path: &Path) -> std::io::Result<()> {
    files(path).into_iter().try_for_each(|file| absent_is_fine(std::fs::rename(&file, aside_of(&file))))
}

/// Erases what was put away of it.
pub(super) fn erase_aside(path: &Path) -> std::io::Result<()> {
    files(path).into_iter().try_for_each(|file| absent_is_fine(std::fs::remove_file(aside_of(&file))))
}

fn aside_of(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".broken");
    PathBuf::from(name)
}

/// Erases the file.
pub(super) fn erase(path: &Path) -> std::io::Result<()> {
    files(path).into_iter().try_for_each(|file| absent_is_fine(std::fs::remove_file(file)))
}

fn files(path: &Path) -> Vec<PathBuf> {
    let beside = BESIDE.iter().map(|end| {
        let mut name = OsString::from(path);
        name.push(end);
        PathBuf::from(name)
    });
    std::iter::once(path.to_owned()).chain(beside).collect()
}

fn absent_is_fine(done: std::io::Result<()>) -> std::io::Result<()> {
    match done {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
