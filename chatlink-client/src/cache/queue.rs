//! What must not be lost: what waits to be sent, and how far one has read.

use super::{
    CacheError, bytes,
    disk::{Disk, erase_aside, is_broken, set_aside},
    number, text,
};
use crate::{
    Strand,
    queue::{Job, Write},
};
use chatlink_protocol::{EventId, RoomId, Seq, UserId};
use futures_util::FutureExt as _;
use sqlx::{
    Connection as _, Row as _,
    migrate::Migrator,
    sqlite::{SqliteRow, SqliteSynchronous},
};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// What is to be written at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writes {
    /// Of the send queue.
    pub(crate) jobs: Vec<Write>,
    /// Of the marks of reading; `None`: no more.
    pub(crate) marks: Vec<(Strand, Option<Seq>)>,
}

impl Writes {
    pub(crate) const fn is_empty(&self) -> bool {
        self.jobs.is_empty() && self.marks.is_empty()
    }
}

/// The file; `None`: nothing is kept.
pub(crate) struct QueueFile(Option<(Disk, PathBuf)>);

impl QueueFile {
    /// Opens the file of a person in this folder; without a folder nothing is kept. A file that is broken is put aside and
    /// begun anew: nobody is locked out by it.
    pub(crate) async fn open(folder: Option<&Path>, user: UserId) -> Result<Self, CacheError> {
        let Some(folder) = folder else { return Ok(Self(None)) };
        let path = folder.join(format!("{user}.sqlite"));
        let disk = match Self::migrated(&path).await {
            Err(error) if is_broken(&error) => {
                tracing::error!(%error, "the send queue's file is broken: it is put aside, and another is begun");
                set_aside(&path)?;
                Self::migrated(&path).await?
            }
            opened => opened?,
        };
        Ok(Self(Some((disk, path))))
    }

    async fn migrated(path: &Path) -> Result<Disk, CacheError> {
        // What was taken over to be sent must survive the battery, too.
        let mut disk = Disk::open(path, SqliteSynchronous::Full).await?;
        let mut migrations: Migrator = sqlx::migrate!();
        // A file of a later version has all that this one needs.
        migrations.set_ignore_missing(true);
        disk.with(move |connection| async move { Ok(migrations.run(connection).await?) }.boxed_local()).await?;
        // Looked through once: it is broken now, or not found to be later.
        disk.with(|connection| {
            async move {
                for statement in [
                    "SELECT sum(length(job)) FROM send_queue",
                    "SELECT sum(seq) FROM read_marks",
                    "SELECT sum(seq) FROM thread_marks",
                ] {
                    sqlx::query(statement).fetch_one(&mut *connection).await?;
                }
                Ok(())
            }
            .boxed_local()
        })
        .await?;
        Ok(disk)
    }

    /// What waits to be sent, in its order. A row that this version cannot read is left alone.
    pub(crate) async fn jobs(&mut self) -> Result<Vec<Job>, CacheError> {
        let Some((disk, _)) = &mut self.0 else { return Ok(Vec::new()) };
        let rows = disk.with(|connection| {
            async move { Ok(sqlx::query("SELECT job FROM send_queue ORDER BY place").fetch_all(connection).await?) }
                .boxed_local()
        });
        let read = |row: &SqliteRow| serde_json::from_str(row.try_get("job").ok()?).ok();
        Ok(rows.await?.iter().filter_map(read).collect())
    }

    /// How far one has read, where the server may not know it.
    pub(crate) async fn marks(&mut self) -> Result<Vec<(Strand, Seq)>, CacheError> {
        let Some((disk, _)) = &mut self.0 else { return Ok(Vec::new()) };
        let rows = disk.with(|connection| {
            let all = "SELECT room_id, NULL AS root, seq FROM read_marks
                       UNION ALL SELECT room_id, root, seq FROM thread_marks";
            async move { Ok(sqlx::query(all).fetch_all(connection).await?) }.boxed_local()
        });
        let id = |row: &SqliteRow, column: &str| Uuid::from_slice(row.try_get(column).ok()?).ok();
        let read = |row: &SqliteRow| {
            let strand =
                Strand { room: RoomId::from_uuid(id(row, "room_id")?), root: id(row, "root").map(EventId::from_uuid) };
            Some((strand, Seq(u64::try_from(row.try_get::<i64, _>("seq").ok()?).ok()?)))
        };
        Ok(rows.await?.iter().filter_map(read).collect())
    }

    /// Writes changes, all of them or none.
    pub(crate) async fn write(&mut self, writes: &Writes) -> Result<(), CacheError> {
        let Some((disk, _)) = &mut self.0 else { return Ok(()) };
        let writes = writes.clone();
        disk.with(move |connection| {
            async move {
                let mut transaction = connection.begin().await?;
                for write in &writes.jobs {
                    write_job(&mut transaction, write).await?;
                }
                for (strand, seq) in &writes.marks {
                    write_mark(&mut transaction, *strand, *seq).await?;
                }
                Ok(transaction.commit().await?)
            }
            .boxed_local()
        })
        .await
    }

    /// Forgets all of it, on the disk too, and what was put aside.
    pub(crate) async fn wipe(&mut self) -> Result<(), CacheError> {
        let Some((disk, path)) = &mut self.0 else { return Ok(()) };
        disk.with(|connection| {
            async move {
                for statement in [
                    "DELETE FROM send_queue",
                    "DELETE FROM read_marks",
                    "DELETE FROM thread_marks",
                    "PRAGMA wal_checkpoint(TRUNCATE)",
                ] {
                    sqlx::query(statement).execute(&mut *connection).await?;
                }
                Ok(())
            }
            .boxed_local()
        })
        .await?;
        Ok(erase_aside(path)?)
    }
}

async fn write_job(connection: &mut sqlx::SqliteConnection, write: &Write) -> Result<(), CacheError> {
    let query = match write {
        Write::Put(job) => sqlx::query(
            "INSERT INTO send_queue (id, place, job) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET place = excluded.place, job = excluded.job",
        )
        .bind(bytes(job.id.as_uuid()))
        .bind(number(job.place))
        .bind(text(job)?),
        Write::Delete(id) => sqlx::query("DELETE FROM send_queue WHERE id = ?1").bind(bytes(id.as_uuid())),
    };
    query.execute(connection).await?;
    Ok(())
}

async fn write_mark(
    connection: &mut sqlx::SqliteConnection,
    strand: Strand,
    seq: Option<Seq>,
) -> Result<(), CacheError> {
    let statement = match (strand.root, seq) {
        (None, Some(_)) => {
            "INSERT INTO read_marks (room_id, seq) VALUES (?1, ?2) ON CONFLICT (room_id) DO UPDATE SET seq = excluded.seq"
        }
        (None, None) => "DELETE FROM read_marks WHERE room_id = ?1",
        (Some(_), Some(_)) => {
            "INSERT INTO thread_marks (room_id, seq, root) VALUES (?1, ?2, ?3)
             ON CONFLICT (room_id, root) DO UPDATE SET seq = excluded.seq"
        }
        (Some(_), None) => "DELETE FROM thread_marks WHERE room_id = ?1 AND root = ?2",
    };
    let query = sqlx::query(statement).bind(bytes(strand.room.as_uuid()));
    let query = seq.into_iter().fold(query, |query, seq| query.bind(number(seq.0)));
    let query = strand.root.into_iter().fold(query, |query, root| query.bind(bytes(root.as_uuid())));
    query.execute(connection).await?;
    Ok(())
}
