//! The index: which blocks are to do, doing some, and throwing away what changed.

use crate::{
    error::store_error,
    locks,
    rows::{Bind, Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Seq, Timestamp},
    timeline::search::index::{BLOCK, Block, Bucket, SWATH, block_of, due, first_of, merge, swath_of, taken},
};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Blocks of one transaction.
const SOME: i64 = 4;
/// Bytes of text of one transaction, about: folding them must not hold the rooms' writers up.
const BYTES: usize = 128 * 1024;

const DROP: Many = Many {
    columns: &["room_id uuid", "block bigint"],
    sql: "DELETE FROM search_blocks WHERE (room_id, block) IN (SELECT room_id, block FROM k)",
};

const QUEUE: Many = Many {
    columns: &["room_id uuid", "block bigint", "due_at bigint"],
    sql: "INSERT INTO search_due (room_id, block, due_at) SELECT room_id, block, due_at FROM k
          ON CONFLICT (room_id, block) DO UPDATE SET due_at = excluded.due_at
          WHERE excluded.due_at < search_due.due_at",
};

const DUE: &str = "SELECT room_id, block FROM search_due WHERE due_at <= $2
     ORDER BY due_at, room_id, block LIMIT $1";

/// Those of the blocks that nobody else did meanwhile; of rooms that are locked.
const STILL: Many = Many {
    columns: &["room_id uuid", "block bigint"],
    sql: "SELECT k.room_id, k.block, r.head_seq
          FROM k CROSS JOIN LATERAL
               (SELECT 1 FROM search_due t WHERE t.room_id = k.room_id AND t.block = k.block LIMIT 1) t
          CROSS JOIN LATERAL (SELECT r.head_seq FROM rooms r WHERE r.room_id = k.room_id LIMIT 1) r",
};

const TEXTS: &str = "SELECT e.seq, coalesce(ed.text, e.text)
     FROM events e LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
     WHERE e.room_id = $1 AND e.seq BETWEEN $2 AND $3 AND e.kind = 'message' AND e.text IS NOT NULL";

const KEEP: &str = "INSERT INTO search_blocks (room_id, block, grams, first_at)
     VALUES ($1, $2, $3, (SELECT at FROM events WHERE room_id = $1 AND seq = $4))
     ON CONFLICT (room_id, block) DO UPDATE SET grams = excluded.grams, first_at = excluded.first_at";

const DONE: &str = "DELETE FROM search_due WHERE room_id = $1 AND block = $2";

const BUCKETS: &str = "SELECT bucket, grams FROM search_swaths WHERE room_id = $1 AND swath = $2";

const KEEP_BUCKETS: Many = Many {
    columns: &["room_id uuid", "swath bigint", "bucket bigint", "grams bytea"],
    sql: "INSERT INTO search_swaths (room_id, swath, bucket, grams) SELECT room_id, swath, bucket, grams FROM k
          ON CONFLICT (room_id, swath, bucket) DO UPDATE SET grams = excluded.grams",
};

/// Throws away what the index of their blocks holds of these messages, in the transaction that changes or erases them.
/// Their swaths are not asked for a block that is noted, and hold nothing old of it once it is indexed anew.
pub(crate) async fn forget(
    tx: &mut PgConnection,
    messages: impl Iterator<Item = (RoomId, Seq)>,
) -> Result<(), StoreError> {
    let blocks: BTreeSet<(RoomId, u64)> = messages.map(|(room, seq)| (room, block_of(seq))).collect();
    let blocks: Vec<(RoomId, u64)> = blocks.into_iter().collect();
    DROP.execute(tx, &blocks, at).await?;
    QUEUE.execute(tx, &blocks, |bound, block| at(bound, block).bind(0_i64)).await
}

/// Notes the blocks that these new events stand in.
pub(crate) async fn queue(
    tx: &mut PgConnection,
    events: impl Iterator<Item = (RoomId, Seq, Timestamp)>,
) -> Result<(), StoreError> {
    let mut noted: BTreeMap<(RoomId, u64), Timestamp> = BTreeMap::new();
    for (room, seq, now) in events {
        let now = due(seq, now);
        noted.entry((room, block_of(seq))).and_modify(|due| *due = now.min(*due)).or_insert(now);
    }
    let noted: Vec<((RoomId, u64), Timestamp)> = noted.into_iter().collect();
    QUEUE.execute(tx, &noted, |bound, (block, due)| at(bound, block).bind(due.as_micros())).await
}

/// Indexes some blocks that are due; answers how many. Their rooms are locked until the commit, and before anything else, as
/// whoever writes does: what is edited waits, and then throws the new row away; and another node that does other blocks of
/// a swath adds to what was put into it.
pub(super) async fn some(tx: &mut PgConnection, now: Timestamp) -> Result<u32, StoreError> {
    let due = sqlx::query(DUE).bind(SOME).bind(now.as_micros()).fetch_all(&mut *tx).await.map_err(store_error)?;
    let due: Vec<(Uuid, i64)> =
        due.iter().map(|row| Ok((row.value(0)?, row.value(1)?))).collect::<Result<_, StoreError>>()?;
    let rooms: BTreeSet<Uuid> = due.iter().map(|(room, _)| *room).collect();
    locks::rooms(tx, &rooms.into_iter().collect::<Vec<_>>()).await?;
    let still = STILL.fetch(tx, &due, |bound, (room, block)| bound.bind(*room).bind(*block)).await?;
    let mut swaths: BTreeMap<(Uuid, u64), Vec<(u64, Block)>> = BTreeMap::new();
    let (mut bytes, mut done) = (0, 0);
    for row in still {
        let (room, block, head): (Uuid, u64, Seq) = (row.value(0)?, row.count(1)?, row.seq(2)?);
        let index = one(tx, room, block, head).await?;
        let keep = sqlx::query(KEEP).bind(room).bind(int(block)).bind(index.row()).bind(int(first_of(block).0));
        keep.execute(&mut *tx).await.map_err(store_error)?;
        sqlx::query(DONE).bind(room).bind(int(block)).execute(&mut *tx).await.map_err(store_error)?;
        bytes += index.bytes();
        done += 1;
        swaths.entry((room, swath_of(block))).or_default().push((block % SWATH, index));
        if bytes >= BYTES {
            break;
        }
    }
    for ((room, swath), blocks) in swaths {
        put(tx, room, swath, blocks).await?;
    }
    // Another node did them: more may be left.
    Ok(if done == 0 { u32::try_from(due.len()).unwrap_or(u32::MAX) } else { done })
}

/// The index of one block.
async fn one(tx: &mut PgConnection, room: Uuid, block: u64, head: Seq) -> Result<Block, StoreError> {
    let first = block * BLOCK;
    let texts = sqlx::query(TEXTS).bind(room).bind(int(first)).bind(int(first + BLOCK - 1));
    let texts = texts.fetch_all(tx).await.map_err(store_error)?;
    let mut index = Block::new(taken(block, head));
    for row in texts {
        let text: String = row.value(1)?;
        index.add(row.count(0)?.saturating_sub(first), &text);
    }
    Ok(index)
}

/// Puts blocks into their swath.
async fn put(tx: &mut PgConnection, room: Uuid, swath: u64, blocks: Vec<(u64, Block)>) -> Result<(), StoreError> {
    let rows = sqlx::query(BUCKETS).bind(room).bind(int(swath)).fetch_all(&mut *tx).await.map_err(store_error)?;
    let mut buckets: Vec<Bucket> = Vec::with_capacity(rows.len());
    for row in rows {
        let bucket = u8::try_from(row.count(0)?).map_err(|_| StoreError::corrupt("a bucket out of range"))?;
        buckets.push((bucket, row.value(1)?));
    }
    let bind =
        |b: Bind, (bucket, row): &Bucket| b.bind(room).bind(int(swath)).bind(i64::from(*bucket)).bind(row.clone());
    KEEP_BUCKETS.execute(tx, &merge(buckets, blocks), bind).await
}

fn at(bound: Bind, (room, block): &(RoomId, u64)) -> Bind {
    bound.bind(*room.as_uuid()).bind(int(*block))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements {
    many: &[&DROP, &QUEUE, &STILL, &KEEP_BUCKETS],
    single: &[DUE, TEXTS, KEEP, DONE, BUCKETS],
};
