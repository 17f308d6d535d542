//! The index: which blocks are to do, doing some, and throwing away what changed.

use super::{BLOCK, block_of, grams::Builder, key};
use crate::{
    error::store_error,
    rows::{Many, Read},
};
use chatlink_core::{StoreError, protocol::Seq};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// Blocks of one transaction.
const SOME: u32 = 8;
/// Bytes of text of one transaction, about: folding them must not hold writers up.
const BYTES: usize = 128 * 1024;

const DROP: Many =
    Many { columns: &["block_no"], sql: "DELETE FROM search_blocks WHERE block_no IN (SELECT block_no FROM k)" };

/// Those of the blocks that are full by the room's row.
const QUEUE_FULL: Many = Many {
    columns: &["block_no"],
    sql: "INSERT OR IGNORE INTO search_todo (block_no)
          SELECT k.block_no FROM k CROSS JOIN rooms r ON r.room_no = k.block_no >> 32
          WHERE r.head_seq >= ((k.block_no & 4294967295) + 1) * 64 - 1",
};

const QUEUE: Many = Many {
    columns: &["block_no"],
    sql: "INSERT OR IGNORE INTO search_todo (block_no) SELECT block_no FROM k WHERE block_no IS NOT NULL",
};

const DUE: &str = "SELECT block_no FROM search_todo WHERE block_no > 0 ORDER BY block_no LIMIT ?1";

const TEXTS: &str = "SELECT e.seq, coalesce(ed.text, e.text)
     FROM events e LEFT JOIN events ed ON ed.room_no = e.room_no AND ed.seq = e.edit_seq
     WHERE e.room_no = ?1 AND e.seq BETWEEN ?2 AND ?3 AND e.kind = 'message' AND e.text IS NOT NULL";

const KEEP: &str = "INSERT INTO search_blocks (block_no, grams) VALUES (?1, ?2)
     ON CONFLICT (block_no) DO UPDATE SET grams = excluded.grams";

const DONE: &str = "DELETE FROM search_todo WHERE block_no = ?1";

/// Throws away what the index holds of these messages, in the transaction that changes or erases them.
pub(crate) async fn forget(
    tx: &mut SqliteConnection,
    messages: impl Iterator<Item = (i64, Seq)>,
) -> Result<(), StoreError> {
    let blocks: BTreeSet<i64> = messages.map(|(room_no, seq)| key(room_no, block_of(seq))).collect();
    let blocks: Vec<i64> = blocks.into_iter().collect();
    DROP.execute(tx, &blocks, |bound, block| bound.bind(*block)).await?;
    QUEUE_FULL.execute(tx, &blocks, |bound, block| bound.bind(*block)).await
}

/// Notes the blocks that these new events fill.
pub(crate) async fn queue(
    tx: &mut SqliteConnection,
    events: impl Iterator<Item = (i64, Seq)>,
) -> Result<(), StoreError> {
    let full = events.filter(|(_, seq)| seq.0 % BLOCK == BLOCK - 1);
    let full: Vec<i64> = full.map(|(room_no, seq)| key(room_no, block_of(seq))).collect();
    QUEUE.execute(tx, &full, |bound, block| bound.bind(*block)).await
}

/// Indexes some blocks that are to do; answers how many.
pub(super) async fn some(tx: &mut SqliteConnection) -> Result<u32, StoreError> {
    let due = sqlx::query(DUE).bind(SOME).fetch_all(&mut *tx).await.map_err(store_error)?;
    let (mut bytes, mut done) = (0, 0);
    for row in due {
        let block_no: i64 = row.value(0)?;
        bytes += one(tx, block_no).await?;
        done += 1;
        if bytes >= BYTES {
            break;
        }
    }
    Ok(done)
}

/// Indexes one block; answers how much text it has.
async fn one(tx: &mut SqliteConnection, block_no: i64) -> Result<usize, StoreError> {
    let (room_no, first) = (block_no >> 32, (block_no & i64::from(u32::MAX)) * 64);
    let texts = sqlx::query(TEXTS).bind(room_no).bind(first).bind(first + 63);
    let texts = texts.fetch_all(&mut *tx).await.map_err(store_error)?;
    let (mut builder, mut bytes) = (Builder::default(), 0);
    for row in texts {
        let place = u32::try_from(row.value::<i64>(0)? - first).unwrap_or(0);
        let text: String = row.value(1)?;
        builder.add(place, &text);
        bytes += text.len();
    }
    let keep = sqlx::query(KEEP).bind(block_no).bind(builder.finish());
    keep.execute(&mut *tx).await.map_err(store_error)?;
    sqlx::query(DONE).bind(block_no).execute(tx).await.map_err(store_error)?;
    Ok(bytes)
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&DROP, &QUEUE_FULL, &QUEUE], single: &[DUE, TEXTS, KEEP, DONE] };
