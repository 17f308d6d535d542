//! What a search reads. Each message is looked up by itself (`LATERAL`, one row), however many there are: what the
//! planner thinks of the length of a list must not make it read a table.

use crate::{
    error::store_error,
    rows::{Bind, Many, Read, int},
    timeline::{item, item_columns},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{Item, RoomId, Seq, Timestamp},
    timeline::search::{
        Sought,
        index::{Ceiling, Kept, RoomSought, Said, Shelf},
    },
};
use sqlx::{PgConnection, postgres::PgRow};
use uuid::Uuid;

/// A first contact from another that waits is looked at in its list alone.
const ROOMS: &str = "SELECT r.room_id, r.head_seq, r.last_at, m.from_seq,
            r.pending_opener IS NOT NULL AND r.pending_opener <> m.user_id
     FROM members m JOIN rooms r ON r.room_id = m.room_id
     WHERE m.user_id = $1 AND ($2::uuid IS NULL OR m.room_id = $2)";

/// When an event of a room was committed that stands so many before the end.
macro_rules! before_the_end {
    ($count:literal) => {
        concat!(
            "(SELECT e.at FROM events e WHERE e.room_id = k.room_id AND e.seq = k.high - ",
            $count,
            " AND k.high - ",
            $count,
            " >= k.low LIMIT 1)"
        )
    };
}

/// Times rise with the seqs, which are dense, so that the half between two is one. First near the end: who goes on reading
/// asks for what came a moment before.
const BEGINS: Many = Many {
    columns: &["room bigint", "room_id uuid", "low bigint", "high bigint", "until bigint"],
    sql: concat!(
        "SELECT begins.room, begins.low FROM (
              WITH RECURSIVE half (room, room_id, low, high, until) AS (
                  SELECT room, room_id,
                         CASE WHEN ",
        before_the_end!(16),
        " <= until THEN high - 15 WHEN ",
        before_the_end!(256),
        " <= until THEN high - 255 WHEN ",
        before_the_end!(4096),
        " <= until THEN high - 4095 ELSE low END, high, until FROM k
                  UNION ALL
                  SELECT h.room, h.room_id, CASE WHEN e.at > h.until THEN h.low ELSE e.seq + 1 END,
                         CASE WHEN e.at > h.until THEN e.seq ELSE h.high END, h.until
                  FROM half h CROSS JOIN LATERAL
                       (SELECT e.seq, e.at FROM events e WHERE e.room_id = h.room_id AND e.seq = (h.low + h.high) / 2 LIMIT 1) e
                  WHERE h.low < h.high
              ) SELECT room, low - 1 AS low FROM half WHERE low >= high
          ) begins"
    ),
};

const NOTED: Many = Many {
    columns: &["room bigint", "room_id uuid", "low bigint", "high bigint"],
    sql: "SELECT k.room, t.block FROM k CROSS JOIN LATERAL
              (SELECT t.block FROM search_due t WHERE t.room_id = k.room_id AND t.block BETWEEN k.low AND k.high
               OFFSET 0) t",
};

const BUCKETS: Many = Many {
    columns: &["place bigint", "room_id uuid", "swath bigint", "bucket bigint"],
    sql: "SELECT k.place, s.grams FROM k CROSS JOIN LATERAL
              (SELECT s.grams FROM search_swaths s
               WHERE s.room_id = k.room_id AND s.swath = k.swath AND s.bucket = k.bucket LIMIT 1) s",
};

const BLOCKS: Many = Many {
    columns: &["place bigint", "room_id uuid", "block bigint"],
    sql: "SELECT k.place, b.grams, b.first_at FROM k CROSS JOIN LATERAL
              (SELECT b.grams, b.first_at FROM search_blocks b WHERE b.room_id = k.room_id AND b.block = k.block LIMIT 1) b",
};

/// Living messages that the asker did not hide, of nobody whom he blocks.
const SAID: Many = Many {
    columns: &["room bigint", "room_id uuid", "seq bigint", "now bigint", "sender_id uuid", "reader uuid"],
    sql: "SELECT k.room, e.seq, e.at, e.text FROM k CROSS JOIN LATERAL
              (SELECT e.seq, e.at, coalesce(ed.text, e.text) AS text FROM events e
               LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
               WHERE e.room_id = k.room_id AND e.seq = k.seq
                 AND e.kind = 'message' AND e.text IS NOT NULL AND coalesce(e.expires_at > k.now, true)
                 AND (k.sender_id IS NULL OR e.sender_id = k.sender_id)
                 AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = k.reader AND b.blocked = e.sender_id)
                 AND NOT EXISTS
                     (SELECT 1 FROM hides h WHERE h.user_id = k.reader AND h.room_id = e.room_id AND h.seq = e.seq)
               LIMIT 1) e",
};

const TIMES: Many = Many {
    columns: &["room bigint", "room_id uuid", "seq bigint"],
    sql: "SELECT k.room, e.at FROM k CROSS JOIN LATERAL
              (SELECT e.at FROM events e WHERE e.room_id = k.room_id AND e.seq = k.seq LIMIT 1) e",
};

const ITEMS: Many = Many {
    columns: &["room bigint", "room_id uuid", "seq bigint"],
    sql: concat!(
        "SELECT k.room, e.* FROM k CROSS JOIN LATERAL (SELECT ",
        item_columns!(),
        " FROM events e LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
          WHERE e.room_id = k.room_id AND e.seq = k.seq LIMIT 1) e"
    ),
};

/// The asker's rooms, on a connection that reads.
pub(super) struct Rooms<'c> {
    tx: &'c mut PgConnection,
    /// By their place in the list.
    rooms: Vec<RoomId>,
}

impl<'c> Rooms<'c> {
    pub(super) fn of(tx: &'c mut PgConnection) -> Self {
        Self { tx, rooms: Vec::new() }
    }

    /// The id of one in the list; that of none matches nothing.
    fn id(&self, room: usize) -> Uuid {
        self.rooms.get(room).map_or_else(Uuid::nil, |id| *id.as_uuid())
    }
}

#[async_trait]
impl Shelf for Rooms<'_> {
    async fn rooms(&mut self, wanted: &Sought) -> Result<Option<Vec<RoomSought>>, StoreError> {
        let query = sqlx::query(ROOMS).bind(*wanted.reader.as_uuid());
        let query = query.bind(wanted.room_id.map(|room| *room.as_uuid()));
        let rows = query.fetch_all(&mut *self.tx).await.map_err(store_error)?;
        if rows.is_empty() && wanted.room_id.is_some() {
            return Ok(None);
        }
        let mut rooms = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id(0, RoomId::from_uuid)?;
            let room = RoomSought { id, head: row.seq(1)?, last_at: row.time(2)?, from: row.seq(3)? };
            if !row.value::<bool>(4)? && room.head >= room.from {
                self.rooms.push(id);
                rooms.push(room);
            }
        }
        Ok(Some(rooms))
    }

    async fn begins(&mut self, rooms: &[(usize, RoomSought, Ceiling)]) -> Result<Vec<(usize, Seq)>, StoreError> {
        let bind = |b: Bind, (room, sought, ceiling): &(usize, RoomSought, Ceiling)| {
            let b = b.bind(place(*room)).bind(*sought.id.as_uuid());
            b.bind(int(sought.from.0)).bind(int(sought.head.next().0)).bind(ceiling.at.as_micros())
        };
        let rows = BEGINS.fetch(self.tx, rooms, bind).await?;
        rows.iter().map(|row| Ok((room(row)?, row.seq(1)?))).collect()
    }

    async fn noted(&mut self, ranges: &[(usize, u64, u64)]) -> Result<Vec<(usize, u64)>, StoreError> {
        let ranges: Vec<_> = ranges.iter().map(|range| (self.id(range.0), *range)).collect();
        let bind = |b: Bind, (id, (room, low, high)): &(Uuid, (usize, u64, u64))| {
            b.bind(place(*room)).bind(*id).bind(int(*low)).bind(int(*high))
        };
        let rows = NOTED.fetch(self.tx, &ranges, bind).await?;
        rows.iter().map(|row| Ok((room(row)?, row.count(1)?))).collect()
    }

    async fn buckets(&mut self, keys: &[(usize, u64, u8)]) -> Result<Vec<((usize, u64, u8), Vec<u8>)>, StoreError> {
        let parts: Vec<_> = keys.iter().enumerate().map(|(at, key)| (at, self.id(key.0), *key)).collect();
        let bind = |b: Bind, (at, id, (_, swath, bucket)): &(usize, Uuid, (usize, u64, u8))| {
            b.bind(place(*at)).bind(*id).bind(int(*swath)).bind(i64::from(*bucket))
        };
        let rows = BUCKETS.fetch(self.tx, &parts, bind).await?;
        told(keys, &rows, |row| row.value(1))
    }

    async fn blocks(&mut self, keys: &[(usize, u64)]) -> Result<Vec<((usize, u64), Kept)>, StoreError> {
        let blocks: Vec<_> = keys.iter().enumerate().map(|(at, key)| (at, self.id(key.0), key.1)).collect();
        let bind = |b: Bind, (at, id, block): &(usize, Uuid, u64)| b.bind(place(*at)).bind(*id).bind(int(*block));
        let rows = BLOCKS.fetch(self.tx, &blocks, bind).await?;
        told(keys, &rows, |row| Ok(Kept { row: row.value(1)?, first_at: row.maybe_time(2)? }))
    }

    async fn said(&mut self, keys: &[(usize, Seq)], wanted: &Sought, now: Timestamp) -> Result<Vec<Said>, StoreError> {
        let keys = self.events(keys);
        let (reader, sender) = (*wanted.reader.as_uuid(), wanted.sender_id.map(|sender| *sender.as_uuid()));
        let bind = |b: Bind, key: &Event| bind_event(b, key).bind(now.as_micros()).bind(sender).bind(reader);
        let rows = SAID.fetch(self.tx, &keys, bind).await?;
        let said = |row| Ok(Said { room: room(row)?, seq: row.seq(1)?, at: row.time(2)?, text: row.value(3)? });
        rows.iter().map(said).collect()
    }

    async fn times(&mut self, keys: &[(usize, Seq)]) -> Result<Vec<(usize, Timestamp)>, StoreError> {
        let keys = self.events(keys);
        let rows = TIMES.fetch(self.tx, &keys, bind_event).await?;
        rows.iter().map(|row| Ok((room(row)?, row.time(1)?))).collect()
    }

    async fn items(&mut self, keys: &[(usize, Seq)], now: Timestamp) -> Result<Vec<(usize, Item)>, StoreError> {
        let keys = self.events(keys);
        let rows = ITEMS.fetch(self.tx, &keys, bind_event).await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            let room = room(row)?;
            let id = self.rooms.get(room).ok_or_else(|| StoreError::corrupt("a room that was not asked for"))?;
            items.push((room, item(row, 1, *id, now)?));
        }
        Ok(items)
    }
}

type Event = (usize, Uuid, Seq);

impl Rooms<'_> {
    fn events(&self, keys: &[(usize, Seq)]) -> Vec<Event> {
        keys.iter().map(|(room, seq)| (*room, self.id(*room), *seq)).collect()
    }
}

/// What rows tell of the keys whose places they name.
fn told<K: Copy, T>(
    keys: &[K],
    rows: &[PgRow],
    read: impl Fn(&PgRow) -> Result<T, StoreError>,
) -> Result<Vec<(K, T)>, StoreError> {
    let mut told = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(key) = keys.get(room(row)?) {
            told.push((*key, read(row)?));
        }
    }
    Ok(told)
}

fn bind_event(b: Bind, (room, id, seq): &Event) -> Bind {
    b.bind(place(*room)).bind(*id).bind(int(seq.0))
}

/// A place in a list as it goes into a statement, and as it comes back in the first column.
fn place(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

fn room(row: &PgRow) -> Result<usize, StoreError> {
    Ok(usize::try_from(row.count(0)?).unwrap_or(usize::MAX))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&BEGINS, &NOTED, &BUCKETS, &BLOCKS, &SAID, &TIMES, &ITEMS], single: &[ROOMS] };
