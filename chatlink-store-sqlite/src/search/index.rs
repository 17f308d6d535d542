//! The index: which blocks are to do, doing some, and throwing away what changed.

use super::{key, swath_key};
use crate::{
    error::store_error,
    rows::{Bind, Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{Seq, Timestamp},
    timeline::search::index::{BLOCK, Block, Bucket, SWATH, block_of, due, first_of, merge, swath_of, taken},
};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Blocks of one transaction.
const SOME: u32 = 4;
/// Bytes of text of one transaction, about: folding them must not hold writers up.
const BYTES: usize = 128 * 1024;

const DROP: Many =
    Many { columns: &["block_no"], sql: "DELETE FROM search_blocks WHERE block_no IN (SELECT block_no FROM k)" };

const QUEUE: Many = Many {
    columns: &["block_no", "due_at"],
    sql: "INSERT INTO search_due (block_no, due_at) SELECT block_no, due_at FROM k WHERE block_no IS NOT NULL
          ON CONFLICT (block_no) DO UPDATE SET due_at = excluded.due_at WHERE excluded.due_at < due_at",
};

const DUE: &str = "SELECT t.block_no, r.head_seq FROM search_due t CROSS JOIN rooms r ON r.room_no = t.block_no >> 32
     WHERE t.due_at <= ?2 ORDER BY t.due_at, t.block_no LIMIT ?1";

const TEXTS: &str = "SELECT e.seq, coalesce(ed.text, e.text)
     FROM events e LEFT JOIN events ed ON ed.room_no = e.room_no AND ed.seq = e.edit_seq
     WHERE e.room_no = ?1 AND e.seq BETWEEN ?2 AND ?3 AND e.kind = 'message' AND e.text IS NOT NULL";

const KEEP: &str = "INSERT INTO search_blocks (block_no, grams, first_at)
     VALUES (?1, ?2, (SELECT at FROM events WHERE room_no = ?3 AND seq = ?4))
     ON CONFLICT (block_no) DO UPDATE SET grams = excluded.grams, first_at = excluded.first_at";

const DONE: &str = "DELETE FROM search_due WHERE block_no = ?1";

const BUCKETS: &str = "SELECT part_no & 255, grams FROM search_swaths WHERE part_no BETWEEN ?1 AND ?2";

const KEEP_BUCKETS: Many = Many {
    columns: &["part_no", "grams"],
    sql: "INSERT INTO search_swaths (part_no, grams) SELECT part_no, grams FROM k WHERE part_no IS NOT NULL
          ON CONFLICT (part_no) DO UPDATE SET grams = excluded.grams",
};

/// Throws away what the index of their blocks holds of these messages, in the transaction that changes or erases them.
/// Their swaths are not asked for a block that is noted, and hold nothing old of it once it is indexed anew.
pub(crate) async fn forget(
    tx: &mut SqliteConnection,
    messages: impl Iterator<Item = (i64, Seq)>,
) -> Result<(), StoreError> {
    let blocks: BTreeSet<i64> = messages.map(|(room_no, seq)| key(room_no, block_of(seq))).collect();
    let blocks: Vec<i64> = blocks.into_iter().collect();
    DROP.execute(tx, &blocks, |bound, block| bound.bind(*block)).await?;
    QUEUE.execute(tx, &blocks, |bound, block| bound.bind(*block).bind(0)).await
}

/// Notes the blocks that these new events stand in.
pub(crate) async fn queue(
    tx: &mut SqliteConnection,
    events: impl Iterator<Item = (i64, Seq, Timestamp)>,
) -> Result<(), StoreError> {
    let mut noted: BTreeMap<i64, Timestamp> = BTreeMap::new();
    for (room_no, seq, at) in events {
        let at = due(seq, at);
        noted.entry(key(room_no, block_of(seq))).and_modify(|due| *due = at.min(*due)).or_insert(at);
    }
    let noted: Vec<(i64, Timestamp)> = noted.into_iter().collect();
    QUEUE.execute(tx, &noted, |bound, (block, due)| bound.bind(*block).bind(due.as_micros())).await
}

/// Indexes some blocks that are due; answers how many.
pub(super) async fn some(tx: &mut SqliteConnection, now: Timestamp) -> Result<u32, StoreError> {
    let due = sqlx::query(DUE).bind(SOME).bind(now.as_micros()).fetch_all(&mut *tx).await.map_err(store_error)?;
    let mut swaths: BTreeMap<(i64, u64), Vec<(u64, Block)>> = BTreeMap::new();
    let (mut bytes, mut done) = (0, 0);
    for row in due {
        let (block_no, head): (i64, Seq) = (row.value(0)?, row.seq(1)?);
        let (room_no, block) = (block_no >> 32, (block_no & i64::from(u32::MAX)).unsigned_abs());
        let index = one(tx, room_no, block, head).await?;
        let keep = sqlx::query(KEEP).bind(block_no).bind(index.row()).bind(room_no).bind(int(first_of(block).0));
        keep.execute(&mut *tx).await.map_err(store_error)?;
        sqlx::query(DONE).bind(block_no).execute(&mut *tx).await.map_err(store_error)?;
        bytes += index.bytes();
        done += 1;
        swaths.entry((room_no, swath_of(block))).or_default().push((block % SWATH, index));
        if bytes >= BYTES {
            break;
        }
    }
    for ((room_no, swath), blocks) in swaths {
        put(tx, swath_key(room_no, swath), blocks).await?;
    }
    Ok(done)
}

/// The index of one block.
async fn one(tx: &mut SqliteConnection, room_no: i64, block: u64, head: Seq) -> Result<Block, StoreError> {
    let first = block * BLOCK;
    let texts = sqlx::query(TEXTS).bind(room_no).bind(int(first)).bind(int(first + BLOCK - 1));
    let texts = texts.fetch_all(tx).await.map_err(store_error)?;
    let mut index = Block::new(taken(block, head));
    for row in texts {
        let text: String = row.value(1)?;
        index.add(row.count(0)?.saturating_sub(first), &text);
    }
    Ok(index)
}

/// Puts blocks into the swath with that key.
async fn put(tx: &mut SqliteConnection, swath: i64, blocks: Vec<(u64, Block)>) -> Result<(), StoreError> {
    let rows = sqlx::query(BUCKETS).bind(swath).bind(swath | 255).fetch_all(&mut *tx).await.map_err(store_error)?;
    let mut buckets: Vec<Bucket> = Vec::with_capacity(rows.len());
    for row in rows {
        buckets.push((row.value(0)?, row.value(1)?));
    }
    let bind = |b: Bind, (bucket, row): &Bucket| b.bind(swath | i64::from(*bucket)).bind(row.clone());
    KEEP_BUCKETS.execute(tx, &merge(buckets, blocks), bind).await
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&DROP, &QUEUE, &KEEP_BUCKETS], single: &[DUE, TEXTS, KEEP, DONE, BUCKETS] };
