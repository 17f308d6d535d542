//! What may be begun anew at any time: rooms, people and the newest parts of timelines, so that a start without a network
//! shows them at once. A file of another version, or a broken one, is erased and begun anew.

use super::{
    CacheError, bytes,
    disk::{Disk, erase},
    number, text,
};
use crate::{
    Strand,
    api::{Profile, TimelinePage},
};
use chatlink_protocol::{Item, RoomId, Seq, UserId, UserSeq, room::Room};
use futures_util::FutureExt as _;
use sqlx::{Connection as _, Row as _, SqliteConnection, sqlite::SqliteSynchronous};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Another version's file is not read.
const VERSION: i64 = 2;
const SCHEMA: &str = include_str!("views.sql");
/// Timelines that are kept, those used last.
const TIMELINES: i64 = 50;
/// People that are kept, those seen last.
const PEOPLE: i64 = 1_000;

/// Where one stands: the store's lineage, the own log, and what it said of no room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) epoch: String,
    pub(crate) user_seq: UserSeq,
    pub(crate) blocked: BTreeSet<UserId>,
}

/// What was kept of the list of rooms.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) place: Place,
    pub(crate) rooms: Vec<Room>,
}

/// What changed of a timeline.
#[derive(Clone, Debug)]
pub(crate) struct TimelineChange {
    pub(crate) strand: Strand,
    pub(crate) as_of: Seq,
    pub(crate) has_before: bool,
    /// All that was kept of it goes first.
    pub(crate) anew: bool,
    pub(crate) put: Vec<Item>,
    pub(crate) remove: Vec<Seq>,
}

/// Changes that are written at once: they are true together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    pub(crate) place: Option<Place>,
    /// `None`: not any more.
    pub(crate) rooms: Vec<(RoomId, Option<Room>)>,
    pub(crate) timelines: Vec<TimelineChange>,
    /// Timelines that do not hold any more: with a main timeline all threads of its room.
    pub(crate) forget: Vec<Strand>,
    pub(crate) people: Vec<Profile>,
}

/// The file.
pub(crate) struct Views {
    path: PathBuf,
    /// `None`: it cannot be used, or nothing is kept.
    open: Option<Open>,
}

struct Open {
    disk: Disk,
    /// Proves that nobody opened the file since: what two write in turns is true of neither.
    token: i64,
}

impl Views {
    /// Opens the file of a person in this folder; without a folder, or where it cannot be used, nothing is kept.
    pub(crate) async fn open(folder: Option<&Path>, user: UserId) -> Self {
        let Some(folder) = folder else { return Self { path: PathBuf::new(), open: None } };
        let path = folder.join(format!("{user}.views.sqlite"));
        let open = match Self::prepared(&path).await {
            Ok(open) => Some(open),
            Err(error) => {
                tracing::info!(%error, "what was kept of rooms is begun anew");
                Self::fresh(&path).await
            }
        };
        Self { path, open }
    }

    async fn fresh(path: &Path) -> Option<Open> {
        let erased = erase(path).map_err(CacheError::from);
        let fresh = match erased {
            Ok(()) => Self::prepared(path).await,
            Err(error) => Err(error),
        };
        fresh.inspect_err(|error| tracing::warn!(%error, "nothing is kept of rooms")).ok()
    }

    async fn prepared(path: &Path) -> Result<Open, CacheError> {
        // A lost end is read again.
        let mut disk = Disk::open(path, SqliteSynchronous::Normal).await?;
        let prepared = disk.with(|connection| prepare(connection).boxed_local()).await;
        match prepared {
            Ok(token) => Ok(Open { disk, token }),
            Err(error) => {
                disk.close().await;
                Err(error)
            }
        }
    }

    /// Erases all, and begins anew.
    pub(crate) async fn begin_anew(&mut self) {
        if let Some(open) = self.open.take() {
            open.disk.close().await;
            self.open = Self::fresh(&self.path).await;
        }
    }

    /// Erases all, for good.
    pub(crate) async fn wipe(&mut self) -> Result<(), CacheError> {
        if let Some(open) = self.open.take() {
            open.disk.close().await;
        }
        match self.path.as_os_str().is_empty() {
            true => Ok(()),
            false => Ok(erase(&self.path)?),
        }
    }

    /// Whether anything is kept.
    pub(crate) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The list of rooms as it was kept.
    pub(crate) async fn kept(&mut self) -> Option<Kept> {
        self.read(|connection| kept(connection).boxed_local()).await.flatten()
    }

    /// A timeline as it was kept, of this lineage.
    pub(crate) async fn timeline(&mut self, strand: Strand, epoch: String) -> Option<TimelinePage> {
        self.read(move |connection| timeline(connection, strand, epoch).boxed_local()).await.flatten()
    }

    /// A person as he was seen last.
    pub(crate) async fn person(&mut self, id: UserId) -> Option<Profile> {
        self.read(move |connection| person(connection, id).boxed_local()).await.flatten()
    }

    /// Writes changes, all of them or none; `false`: all was begun anew, because it could not be written. What cannot be
    /// kept is no reason to stop.
    #[must_use]
    pub(crate) async fn write(&mut self, batch: Batch) -> bool {
        let Some(Open { disk, token }) = &mut self.open else { return true };
        let token = *token;
        match disk.with(move |connection| write(connection, token, batch).boxed_local()).await {
            Ok(true) => true,
            Ok(false) => {
                tracing::info!("somebody else keeps rooms in the same folder");
                self.open = None;
                true
            }
            Err(error) => {
                tracing::warn!(%error, "what is kept of rooms is begun anew");
                self.begin_anew().await;
                false
            }
        }
    }

    async fn read<T, F>(&mut self, work: F) -> Option<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> futures_util::future::LocalBoxFuture<'c, Result<T, CacheError>>
            + Send
            + 'static,
    {
        match self.open.as_mut()?.disk.with(work).await {
            Ok(read) => Some(read),
            Err(error) => {
                tracing::warn!(%error, "what was kept of rooms is begun anew");
                self.begin_anew().await;
                None
            }
        }
    }
}

/// Makes the file ready and answers the proof of who opened it.
async fn prepare(connection: &mut SqliteConnection) -> Result<i64, CacheError> {
    let version: i64 = sqlx::query("PRAGMA user_version").fetch_one(&mut *connection).await?.try_get(0)?;
    let tables: i64 =
        sqlx::query("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *connection).await?.try_get(0)?;
    match (version, tables) {
        (VERSION, _) => {}
        (0, 0) => {
            sqlx::raw_sql(SCHEMA).execute(&mut *connection).await?;
        }
        _ => return Err(sqlx::Error::Protocol(format!("a file of version {version}")).into()),
    }
    let row = sqlx::query("UPDATE owner SET token = token + 1 RETURNING token").fetch_one(connection).await?;
    Ok(row.try_get("token")?)
}

async fn kept(connection: &mut SqliteConnection) -> Result<Option<Kept>, CacheError> {
    let place = sqlx::query("SELECT epoch, user_seq, blocked FROM place").fetch_optional(&mut *connection).await?;
    let Some(place) = place else { return Ok(None) };
    let user_seq: i64 = place.try_get("user_seq")?;
    let place = Place {
        epoch: place.try_get("epoch")?,
        user_seq: UserSeq(u64::try_from(user_seq).unwrap_or(0)),
        blocked: read(place.try_get("blocked")?)?,
    };
    let rows = sqlx::query("SELECT room FROM rooms").fetch_all(connection).await?;
    let rooms = rows.iter().map(|row| read(row.try_get("room")?)).collect::<Result<_, sqlx::Error>>()?;
    Ok(Some(Kept { place, rooms }))
}

async fn timeline(
    connection: &mut SqliteConnection,
    strand: Strand,
    epoch: String,
) -> Result<Option<TimelinePage>, CacheError> {
    let (room, root) = key(strand);
    let row = sqlx::query("SELECT as_of, has_before FROM timelines WHERE room_id = ?1 AND root = ?2");
    let row = row.bind(room.clone()).bind(root.clone()).fetch_optional(&mut *connection).await?;
    let Some(row) = row else { return Ok(None) };
    let items = sqlx::query("SELECT item FROM items WHERE room_id = ?1 AND root = ?2 ORDER BY seq");
    let items = items.bind(room).bind(root).fetch_all(connection).await?;
    let as_of: i64 = row.try_get("as_of")?;
    Ok(Some(TimelinePage {
        items: items.iter().map(|row| read(row.try_get("item")?)).collect::<Result<_, sqlx::Error>>()?,
        as_of: Seq(u64::try_from(as_of).unwrap_or(0)),
        epoch,
        has_before: row.try_get("has_before")?,
        has_after: false,
    }))
}

/// The columns of a timeline's name: the room, and of a thread its first message.
fn key(strand: Strand) -> (Vec<u8>, Vec<u8>) {
    (bytes(strand.room.as_uuid()), strand.root.map(|root| bytes(root.as_uuid())).unwrap_or_default())
}

async fn person(connection: &mut SqliteConnection, id: UserId) -> Result<Option<Profile>, CacheError> {
    let row = sqlx::query("SELECT profile FROM people WHERE id = ?1").bind(bytes(id.as_uuid()));
    let row = row.fetch_optional(connection).await?;
    Ok(row.map(|row| read(row.try_get("profile")?)).transpose()?)
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// `false`: somebody opened the file since, and nothing was written.
async fn write(connection: &mut SqliteConnection, token: i64, batch: Batch) -> Result<bool, CacheError> {
    let mut transaction = connection.begin().await?;
    let mine = sqlx::query("UPDATE owner SET token = token WHERE token = ?1").bind(token);
    if mine.execute(&mut *transaction).await?.rows_affected() == 0 {
        return Ok(false);
    }
    if let Some(place) = &batch.place {
        sqlx::query("INSERT OR REPLACE INTO place (one, epoch, user_seq, blocked) VALUES (1, ?1, ?2, ?3)")
            .bind(&place.epoch)
            .bind(number(place.user_seq.0))
            .bind(text(&place.blocked)?)
            .execute(&mut *transaction)
            .await?;
    }
    for (id, room) in &batch.rooms {
        let query = match room {
            Some(room) => sqlx::query("INSERT OR REPLACE INTO rooms (id, room) VALUES (?1, ?2)")
                .bind(bytes(id.as_uuid()))
                .bind(text(room)?),
            None => sqlx::query("DELETE FROM rooms WHERE id = ?1").bind(bytes(id.as_uuid())),
        };
        query.execute(&mut *transaction).await?;
    }
    for strand in &batch.forget {
        let (room, root) = key(*strand);
        sqlx::query("DELETE FROM timelines WHERE room_id = ?1 AND (root = ?2 OR ?2 = x'')")
            .bind(room)
            .bind(root)
            .execute(&mut *transaction)
            .await?;
    }
    for change in &batch.timelines {
        write_timeline(&mut transaction, change).await?;
    }
    for profile in &batch.people {
        sqlx::query(
            "INSERT OR REPLACE INTO people (id, seen, profile)
             VALUES (?1, (SELECT coalesce(max(seen), 0) + 1 FROM people), ?2)",
        )
        .bind(bytes(profile.id.as_uuid()))
        .bind(text(profile)?)
        .execute(&mut *transaction)
        .await?;
    }
    if !batch.people.is_empty() {
        sqlx::query("DELETE FROM people WHERE seen <= (SELECT max(seen) FROM people) - ?1")
            .bind(PEOPLE)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(true)
}

async fn write_timeline(connection: &mut SqliteConnection, change: &TimelineChange) -> Result<(), CacheError> {
    let (room, root) = key(change.strand);
    sqlx::query(
        "INSERT INTO timelines (room_id, root, as_of, has_before, used)
         VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(used), 0) + 1 FROM timelines))
         ON CONFLICT (room_id, root) DO UPDATE
         SET as_of = excluded.as_of, has_before = excluded.has_before, used = excluded.used",
    )
    .bind(room.clone())
    .bind(root.clone())
    .bind(number(change.as_of.0))
    .bind(change.has_before)
    .execute(&mut *connection)
    .await?;
    if change.anew {
        let query = sqlx::query("DELETE FROM items WHERE room_id = ?1 AND root = ?2");
        query.bind(room.clone()).bind(root.clone()).execute(&mut *connection).await?;
    }
    for seq in &change.remove {
        let query = sqlx::query("DELETE FROM items WHERE room_id = ?1 AND root = ?2 AND seq = ?3");
        query.bind(room.clone()).bind(root.clone()).bind(number(seq.0)).execute(&mut *connection).await?;
    }
    for item in &change.put {
        sqlx::query("INSERT OR REPLACE INTO items (room_id, root, seq, item) VALUES (?1, ?2, ?3, ?4)")
            .bind(room.clone())
            .bind(root.clone())
            .bind(number(item.seq.0))
            .bind(text(item)?)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("DELETE FROM timelines WHERE used NOT IN (SELECT used FROM timelines ORDER BY used DESC LIMIT ?1)")
        .bind(TIMELINES)
        .execute(connection)
        .await?;
    Ok(())
}
