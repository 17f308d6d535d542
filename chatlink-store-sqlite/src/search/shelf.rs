//! What a search reads.

use super::{key, swath_key};
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
use data_encoding::HEXUPPER;
use sqlx::{SqliteConnection, sqlite::SqliteRow};

/// A first contact from another that waits is looked at in its list alone.
const ROOMS: &str = "SELECT r.room_no, r.room_id, r.head_seq, r.last_at, m.from_seq,
            r.pending_opener IS NOT NULL AND r.pending_opener <> m.user_id
     FROM members m CROSS JOIN rooms r ON r.room_no = m.room_no
     WHERE m.user_id = ?1 AND (?2 IS NULL OR r.room_id = ?2)";

/// When an event of a room was committed that stands so many before the end.
macro_rules! before_the_end {
    ($count:literal) => {
        concat!(
            "(SELECT e.at FROM events e WHERE e.room_no = k.room_no AND e.seq = high - ",
            $count,
            " AND high - ",
            $count,
            " >= low)"
        )
    };
}

/// Times rise with the seqs, which are dense, so that the half between two is one. First near the end: who goes on reading
/// asks for what came a moment before.
const BEGINS: Many = Many {
    columns: &["room", "room_no", "low", "high", "until"],
    sql: concat!(
        "SELECT * FROM (
              WITH RECURSIVE half (room, room_no, low, high, until) AS (
                  SELECT room, room_no,
                         CASE WHEN ",
        before_the_end!(16),
        " <= until THEN high - 15 WHEN ",
        before_the_end!(256),
        " <= until THEN high - 255 WHEN ",
        before_the_end!(4096),
        " <= until THEN high - 4095 ELSE low END, high, until FROM k
                  UNION ALL
                  SELECT room, half.room_no, iif(e.at > until, low, e.seq + 1), iif(e.at > until, e.seq, high),
                         until
                  FROM half CROSS JOIN events e ON e.room_no = half.room_no AND e.seq = (low + high) / 2
                  WHERE low < high
              ) SELECT room, low - 1 FROM half WHERE low >= high
          )"
    ),
};

const NOTED: Many = Many {
    columns: &["room", "low", "high"],
    sql: "SELECT k.room, t.block_no & 4294967295 FROM k CROSS JOIN search_due t ON t.block_no BETWEEN k.low AND k.high",
};

const BUCKETS: Many = Many {
    columns: &["at", "part_no"],
    sql: "SELECT json_group_array(json_array(k.at, hex(s.grams)))
          FROM k CROSS JOIN search_swaths s ON s.part_no = k.part_no",
};

const BLOCKS: Many = Many {
    columns: &["at", "block_no"],
    sql: "SELECT k.at, b.grams, b.first_at FROM k CROSS JOIN search_blocks b ON b.block_no = k.block_no",
};

/// Living messages that the asker did not hide, of nobody whom he blocks.
const SAID: Many = Many {
    columns: &["room", "room_no", "seq", "now", "sender_id", "reader"],
    sql: "SELECT json_group_array(json_array(k.room, e.seq, e.at, coalesce(ed.text, e.text)))
          FROM k CROSS JOIN events e ON e.room_no = k.room_no AND e.seq = k.seq
          LEFT JOIN events ed ON ed.room_no = e.room_no AND ed.seq = e.edit_seq
          WHERE e.kind = 'message' AND e.text IS NOT NULL AND coalesce(e.expires_at > k.now, 1)
            AND (k.sender_id IS NULL OR e.sender_id = k.sender_id)
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = k.reader AND b.blocked = e.sender_id)
            AND NOT EXISTS
                (SELECT 1 FROM hides h WHERE h.user_id = k.reader AND h.room_no = e.room_no AND h.seq = e.seq)",
};

const TIMES: Many = Many {
    columns: &["room", "room_no", "seq"],
    sql: "SELECT json_group_array(json_array(k.room, e.at))
          FROM k CROSS JOIN events e ON e.room_no = k.room_no AND e.seq = k.seq",
};

const ITEMS: Many = Many {
    columns: &["room", "room_no", "seq"],
    sql: concat!(
        "SELECT k.room, ",
        item_columns!(),
        " FROM k CROSS JOIN events e ON e.room_no = k.room_no AND e.seq = k.seq
          LEFT JOIN events ed ON ed.room_no = e.room_no AND ed.seq = e.edit_seq"
    ),
};

/// The asker's rooms, on a connection that reads.
pub(super) struct Rooms<'c> {
    tx: &'c mut SqliteConnection,
    /// Their numbers, by their place in the list.
    rooms: Vec<(i64, RoomId)>,
}

impl<'c> Rooms<'c> {
    pub(super) fn of(tx: &'c mut SqliteConnection) -> Self {
        Self { tx, rooms: Vec::new() }
    }

    /// With the number of their room; one that is not in the list matches nothing.
    fn numbered<T: Copy>(&self, keys: &[(usize, T)]) -> Vec<(usize, i64, T)> {
        let number = |(room, rest): &(usize, T)| (*room, self.rooms.get(*room).map_or(0, |(no, _)| *no), *rest);
        keys.iter().map(number).collect()
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
            let id = row.id(1, RoomId::from_uuid)?;
            let room = RoomSought { id, head: row.seq(2)?, last_at: row.time(3)?, from: row.seq(4)? };
            if !row.value::<bool>(5)? && room.head >= room.from {
                self.rooms.push((row.value(0)?, id));
                rooms.push(room);
            }
        }
        Ok(Some(rooms))
    }

    async fn begins(&mut self, rooms: &[(usize, RoomSought, Ceiling)]) -> Result<Vec<(usize, Seq)>, StoreError> {
        let rooms: Vec<_> = rooms.iter().map(|(room, sought, ceiling)| (*room, (*sought, *ceiling))).collect();
        let bind = |b: Bind, (room, no, (sought, ceiling)): &(usize, i64, (RoomSought, Ceiling))| {
            let b = b.bind(place(*room)).bind(*no).bind(int(sought.from.0)).bind(int(sought.head.next().0));
            b.bind(ceiling.at.as_micros())
        };
        let rows = BEGINS.fetch(self.tx, &self.numbered(&rooms), bind).await?;
        rows.iter().map(|row| Ok((room(row)?, row.seq(1)?))).collect()
    }

    async fn noted(&mut self, ranges: &[(usize, u64, u64)]) -> Result<Vec<(usize, u64)>, StoreError> {
        let ranges: Vec<_> = ranges.iter().map(|(room, low, high)| (*room, (*low, *high))).collect();
        let bind = |b: Bind, (room, no, (low, high)): &(usize, i64, (u64, u64))| {
            b.bind(place(*room)).bind(key(*no, *low)).bind(key(*no, *high))
        };
        let rows = NOTED.fetch(self.tx, &self.numbered(&ranges), bind).await?;
        rows.iter().map(|row| Ok((room(row)?, row.count(1)?))).collect()
    }

    async fn buckets(&mut self, keys: &[(usize, u64, u8)]) -> Result<Vec<((usize, u64, u8), Vec<u8>)>, StoreError> {
        let parts: Vec<_> = keys.iter().map(|(room, swath, bucket)| (*room, (*swath, *bucket))).collect();
        let parts: Vec<_> = self.numbered(&parts).into_iter().enumerate().collect();
        let bind = |b: Bind, (at, (_, no, (swath, bucket))): &(usize, (usize, i64, (u64, u8)))| {
            b.bind(place(*at)).bind(swath_key(*no, *swath) | i64::from(*bucket))
        };
        let rows: Vec<(usize, String)> = BUCKETS.gather(self.tx, &parts, bind).await?;
        let mut told = Vec::with_capacity(rows.len());
        for (at, row) in rows {
            let row =
                HEXUPPER.decode(row.as_bytes()).map_err(|_| StoreError::corrupt("bytes that are not hexadecimal"))?;
            told.extend(keys.get(at).map(|key| (*key, row)));
        }
        Ok(told)
    }

    async fn blocks(&mut self, keys: &[(usize, u64)]) -> Result<Vec<((usize, u64), Kept)>, StoreError> {
        let blocks: Vec<_> = self.numbered(keys).into_iter().enumerate().collect();
        let bind =
            |b: Bind, (at, (_, no, block)): &(usize, (usize, i64, u64))| b.bind(place(*at)).bind(key(*no, *block));
        let rows = BLOCKS.fetch(self.tx, &blocks, bind).await?;
        let mut told = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(key) = keys.get(room(row)?) {
                told.push((*key, Kept { row: row.value(1)?, first_at: row.maybe_time(2)? }));
            }
        }
        Ok(told)
    }

    async fn said(&mut self, keys: &[(usize, Seq)], wanted: &Sought, now: Timestamp) -> Result<Vec<Said>, StoreError> {
        let (reader, sender) = (*wanted.reader.as_uuid(), wanted.sender_id.map(|sender| *sender.as_uuid()));
        let bind =
            |b: Bind, key: &(usize, i64, Seq)| bind_event(b, key).bind(now.as_micros()).bind(sender).bind(reader);
        let rows: Vec<(usize, u64, i64, String)> = SAID.gather(self.tx, &self.numbered(keys), bind).await?;
        let said = |(room, seq, at, text)| Said { room, seq: Seq(seq), at: Timestamp::from_micros(at), text };
        Ok(rows.into_iter().map(said).collect())
    }

    async fn times(&mut self, keys: &[(usize, Seq)]) -> Result<Vec<(usize, Timestamp)>, StoreError> {
        let rows: Vec<(usize, i64)> = TIMES.gather(self.tx, &self.numbered(keys), bind_event).await?;
        Ok(rows.into_iter().map(|(room, at)| (room, Timestamp::from_micros(at))).collect())
    }

    async fn items(&mut self, keys: &[(usize, Seq)], now: Timestamp) -> Result<Vec<(usize, Item)>, StoreError> {
        let rows = ITEMS.fetch(self.tx, &self.numbered(keys), bind_event).await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            let room = room(row)?;
            let (_, id) = self.rooms.get(room).ok_or_else(|| StoreError::corrupt("a room that was not asked for"))?;
            items.push((room, item(row, 1, *id, now)?));
        }
        Ok(items)
    }
}

fn bind_event(b: Bind, (room, no, seq): &(usize, i64, Seq)) -> Bind {
    b.bind(place(*room)).bind(*no).bind(int(seq.0))
}

/// A place in a list as it goes into a statement, and as it comes back in the first column.
fn place(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

fn room(row: &SqliteRow) -> Result<usize, StoreError> {
    Ok(usize::try_from(row.count(0)?).unwrap_or(usize::MAX))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&BEGINS, &NOTED, &BUCKETS, &BLOCKS, &SAID, &TIMES, &ITEMS], single: &[ROOMS] };
