//! A file's backup, and the way back: whole files, each checked before it gets its name.

use super::Scratch;
use crate::{OpenError, SqliteOptions};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    ffi::OsString,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long another process's lock is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no backup, or nothing was restored. What was there before still is.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no such file.
    #[error("there is no file {}", .0.display())]
    Missing(PathBuf),
    /// Nothing is overwritten.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// The file is damaged.
    #[error("{} is damaged: {what}", file.display())]
    Damaged {
        /// Which.
        file: PathBuf,
        /// How.
        what: String,
    },
    /// The file is no ChatLink database, or a move into it has not ended.
    #[error("{} holds no whole ChatLink installation", .0.display())]
    Nobodys(PathBuf),
    /// A server uses the file.
    #[error("{} is in use: stop the server first", .0.display())]
    InUse(PathBuf),
    /// The folder or a file cannot be used.
    #[error("a file cannot be used")]
    File(#[from] std::io::Error),
    /// SQLite said no.
    #[error("SQLite could not do it")]
    Sqlite(#[from] sqlx::Error),
    /// The copy cannot be brought to this version's schema.
    #[error("the copy cannot be used")]
    Open(#[from] OpenError),
}

/// Writes what the database at `from` holds now into the new file `into`, for its owner's eyes alone. One state, taken
/// while a server goes on writing; what was erased is in no corner of it. The copy is of the lineage `epoch`, so that
/// clients of the original are told `reset` by whoever serves it.
///
/// # Errors
/// See [`BackupError`]; then there is no file.
pub async fn backup(from: &Path, into: &Path, epoch: &str) -> Result<(), BackupError> {
    absent(into)?;
    let folder = Scratch::beside(into)?;
    let part = copied(from, &folder, epoch).await?;
    named(&part, into)
}

/// Makes the database at `into` of a backup: checked, brought to this version's schema, of the lineage `epoch`. A
/// database that is there is put `aside` under that name; without one to put it, it is left alone, and this is an
/// error.
///
/// # Errors
/// See [`BackupError`]; then all is as it was.
pub async fn restore(backup: &Path, into: &Path, aside: Option<&Path>, epoch: &str) -> Result<(), BackupError> {
    if aside.is_none() {
        absent(into)?;
    }
    if let Some(folder) = into.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let scratch = Scratch::beside(into)?;
    let part = copied(backup, &scratch, epoch).await?;
    place(&part, into, aside).await
}

/// Whether nobody uses the database at `file`: a server that does holds it open.
///
/// # Errors
/// [`InUse`](BackupError::InUse), or the file.
pub async fn unused(file: &Path) -> Result<(), BackupError> {
    leave_log(file).await
}

async fn place(part: &Path, into: &Path, aside: Option<&Path>) -> Result<(), BackupError> {
    // A backup of a later version, or one that was edited, is found out before anything is touched.
    SqliteOptions::new(part).open().await?.close().await;
    if let Some(aside) = aside
        && into.exists()
    {
        absent(aside)?;
        leave_log(into).await?;
        fs::rename(into, aside)?;
    }
    named(part, into)
}

/// A checked copy of a database in this folder.
async fn copied(from: &Path, folder: &Scratch, epoch: &str) -> Result<PathBuf, BackupError> {
    if !from.is_file() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    let part = folder.path().join("part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&part)?;
    fill(from, &part, epoch).await?;
    Ok(part)
}

async fn fill(from: &Path, part: &Path, epoch: &str) -> Result<(), BackupError> {
    let options = SqliteConnectOptions::new().filename(from).busy_timeout(PATIENCE).disable_statement_logging();
    let mut source = options.clone().read_only(true).connect().await?;
    let target = part.to_str().ok_or_else(|| std::io::Error::from(ErrorKind::InvalidFilename))?;
    let vacuum = sqlx::query("VACUUM INTO ?").bind(target).execute(&mut source).await;
    source.close().await?;
    vacuum.map_err(|error| damaged(from, error))?;
    let mut copy = options.filename(part).pragma("secure_delete", "ON").connect().await?;
    check(&mut copy, from).await?;
    let renamed = sqlx::query("UPDATE installation SET epoch = ?").bind(epoch).execute(&mut copy).await?;
    copy.close().await?;
    if renamed.rows_affected() == 0 {
        return Err(BackupError::Nobodys(from.to_owned()));
    }
    Ok(fs::File::open(part)?.sync_all()?)
}

/// Every page, every index, every reference.
async fn check(copy: &mut SqliteConnection, from: &Path) -> Result<(), BackupError> {
    let said: String = sqlx::query("PRAGMA integrity_check(1)").fetch_one(&mut *copy).await?.try_get(0)?;
    if said != "ok" {
        return Err(BackupError::Damaged { file: from.to_owned(), what: said });
    }
    let known = "SELECT count(*) FROM sqlite_master WHERE name IN ('installation', 'events', 'rooms')";
    let known: i64 = sqlx::query_scalar(known).fetch_one(&mut *copy).await?;
    if known != 3 {
        return Err(BackupError::Nobodys(from.to_owned()));
    }
    let broken = sqlx::query("PRAGMA foreign_key_check").fetch_optional(copy).await?;
    match broken {
        Some(row) => {
            let what = format!("a row of {} points at nothing", row.try_get::<String, _>(0)?);
            Err(BackupError::Damaged { file: from.to_owned(), what })
        }
        None => Ok(()),
    }
}

/// What SQLite says of a file that is none of its own, or not any more.
fn damaged(from: &Path, error: sqlx::Error) -> BackupError {
    // https://sqlite.org/rescode.html: CORRUPT, NOTADB
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    match code.map(|code| code & 0xff) {
        Some(11 | 26) => BackupError::Damaged { file: from.to_owned(), what: error.to_string() },
        _ => BackupError::Sqlite(error),
    }
}

/// Takes a database out of its write-ahead log, which only its last user can: after that one file is all of it.
async fn leave_log(file: &Path) -> Result<(), BackupError> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(Duration::ZERO).disable_statement_logging();
    let mut connection = options.connect().await?;
    let left = sqlx::query("PRAGMA journal_mode = DELETE").fetch_one(&mut connection).await;
    connection.close().await?;
    match left {
        Ok(row) if row.try_get::<String, _>(0)? == "delete" => Ok(()),
        Err(error) if error.as_database_error().is_none() => Err(error.into()),
        _ => Err(BackupError::InUse(file.to_owned())),
    }
}

/// Gives the copy its name, and never the place of something that is there.
fn named(part: &Path, into: &Path) -> Result<(), BackupError> {
    match fs::hard_link(part, into) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(BackupError::Exists(into.to_owned())),
        linked => linked?,
    }
    let folder = into.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(fs::File::open(folder)?.sync_all()?)
}

/// Neither the file nor the log of one: SQLite would take the log for the new file's.
fn absent(file: &Path) -> Result<(), BackupError> {
    let there =
        [file.to_owned(), beside(file, "-wal"), beside(file, "-journal")].into_iter().find(|file| file.exists());
    there.map_or(Ok(()), |file| Err(BackupError::Exists(file)))
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
