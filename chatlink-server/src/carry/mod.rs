//! `chatlink backup`, `restore` and `move`: an installation written down, taken back, carried to another database.

mod progress;

use crate::{
    database::{Database, Opened},
    print,
};
use anyhow::{Context as _, bail, ensure};
use chatlink_core::{
    clock::{Clock as _, SystemClock},
    entropy::OsEntropy,
    portable::{Copied, copy, fresh_epoch},
};
use chatlink_store_sqlite::{Scratch, SqliteOptions};
use progress::Progress;
use std::path::{Path, PathBuf};
use tokio::signal::unix::{SignalKind, signal};

/// What is said at the end of each: the one thing that is in no database.
const SECRET: &str =
    "The secret is not in it: keep CHATLINK_SECRET, or the file `secret` of the data folder, and take it along.";

/// Writes all that the database holds into a new file.
pub(crate) fn backup(database: &Database, file: &Path) -> anyhow::Result<()> {
    block_on(async {
        match database {
            Database::Sqlite(path) => chatlink_store_sqlite::backup(path, file, &epoch()).await?,
            Database::Postgres(_) => backup_server(database, file).await?,
        }
        let bytes = std::fs::metadata(file)?.len();
        print(&format!(
            "{}: {bytes} bytes. Accounts and messages are in it as they are in the database: keep it as safe.\n{SECRET}\n",
            file.display()
        ))
    })
}

/// A server's data by way of a file of its own beside the backup.
async fn backup_server(database: &Database, file: &Path) -> anyhow::Result<()> {
    ensure!(!file.exists(), "{} is there already", file.display());
    let folder = beside(file)?;
    let path = folder.path().join("chatlink.db");
    let (from, to) = (database.open_as_it_is().await?, SqliteOptions::new(&path).open().await?);
    let to = Opened::Sqlite(to);
    let copied = carry(&from, &to).await;
    to.close().await;
    from.close().await;
    copied?;
    Ok(chatlink_store_sqlite::backup(&path, file, &epoch()).await?)
}

/// Makes the database of a backup. `replace` puts a file that is there aside; a server's database must be empty.
pub(crate) fn restore(database: &Database, file: &Path, replace: bool) -> anyhow::Result<()> {
    block_on(async {
        match database {
            Database::Sqlite(path) => restore_file(path, file, replace).await?,
            Database::Postgres(_) => {
                ensure!(!replace, "--replace is for a file: give PostgreSQL an empty database, or drop the schema");
                restore_server(database, file).await?;
            }
        }
        print(&format!(
            "Restored. Every client that was connected before reads its rooms again.\n{SECRET}\n\
             With another secret start once with `chatlink secret adopt`.\n"
        ))
    })
}

async fn restore_file(path: &Path, file: &Path, replace: bool) -> anyhow::Result<()> {
    let aside = replace.then(|| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".replaced-{}", SystemClock.now().as_secs()));
        PathBuf::from(name)
    });
    let restored = chatlink_store_sqlite::restore(file, path, aside.as_deref(), &epoch()).await;
    restored.with_context(|| format!("restoring {}", path.display()))?;
    match aside.filter(|aside| aside.exists()) {
        Some(aside) => print(&format!("What was there is now {}.\n", aside.display())),
        None => Ok(()),
    }
}

async fn restore_server(database: &Database, file: &Path) -> anyhow::Result<()> {
    let folder = beside(file)?;
    let path = folder.path().join("chatlink.db");
    // The backup stays as it is; this copy of it is brought to this version.
    chatlink_store_sqlite::restore(file, &path, None, &epoch()).await?;
    let from = Opened::Sqlite(SqliteOptions::new(&path).open().await?);
    let to = database.open_for_long().await?;
    let copied = carry(&from, &to).await;
    from.close().await;
    to.close().await;
    copied.map(drop)
}

/// Carries an installation from one database to another, or goes on where an earlier run was cut off.
///
/// A database that a server uses is carried `while_running` alone: what is written meanwhile stays behind.
pub(crate) fn between(from: (&str, Option<&str>), to: (&str, Option<&str>), while_running: bool) -> anyhow::Result<()> {
    let (from, to) = (named("--from", from)?, named("--to", to)?);
    ensure!(from != to, "--from and --to are the same database");
    if let Database::Sqlite(path) = &from {
        ensure!(path.is_file(), "--from: there is no file {}", path.display());
    }
    block_on(async {
        if !while_running {
            let is_used = from.is_used().await.context("--from")?;
            ensure!(!is_used, "--from is in use (--while-running carries it all the same, as it is at this moment)");
        }
        let from = from.open_for_long().await.context("--from")?;
        let to = to.open_for_long().await.context("--to")?;
        let copied = carry(&from, &to).await;
        from.close().await;
        to.close().await;
        let rows: u64 = copied?.tables.iter().map(|(_, digest)| digest.rows).sum();
        print(&format!(
            "Moved {rows} rows. What the source was written since it began is not among them: it is to be served no more.\n\
             {SECRET}\nSet CHATLINK_DATABASE_URL to the new database and start.\n"
        ))
    })
}

/// A folder for a copy on its way, which goes with this process or with the next one.
fn beside(file: &Path) -> anyhow::Result<Scratch> {
    Scratch::beside(file).with_context(|| format!("making a folder beside {}", file.display()))
}

fn named(flag: &str, (url, schema): (&str, Option<&str>)) -> anyhow::Result<Database> {
    let database = Database::parse(Some(url), Path::new("")).with_context(|| flag.to_owned())?;
    database.in_schema(&format!("{flag}-schema"), schema)
}

async fn carry(from: &Opened, to: &Opened) -> anyhow::Result<Copied> {
    let mut progress = Progress::on_standard_error();
    let copied = copy(from.portable(), to.portable(), epoch(), &mut |step| progress.tell(step)).await;
    progress.end();
    Ok(copied?)
}

fn epoch() -> String {
    fresh_epoch(&OsEntropy)
}

fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let done = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            done = work => done,
            // What is half done is taken away, or gone on with by the next run.
            _ = interrupt.recv() => bail!("interrupted"),
            _ = terminate.recv() => bail!("interrupted"),
        }
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    done
}
