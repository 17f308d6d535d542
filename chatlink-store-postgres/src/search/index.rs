//! The index: which blocks are to do, doing some, and throwing away what changed.

use super::{BLOCK, block_of, grams::Builder};
use crate::{
    error::store_error,
    locks,
    rows::{Bind, Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Seq},
};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Blocks of one transaction.
const SOME: i64 = 8;
/// Bytes of text of one transaction, about: folding them must not hold the rooms' writers up.
const BYTES: usize = 128 * 1024;

const DROP: Many = Many {
    columns: &["room_id uuid", "block bigint"],
    sql: "DELETE FROM search_blocks WHERE (room_id, block) IN (SELECT room_id, block FROM k)",
};

/// Those of the blocks that are full by the room's row.
const QUEUE_FULL: Many = Many {
    columns: &["room_id uuid", "block bigint"],
    sql: "INSERT INTO search_todo (room_id, block)
          SELECT k.room_id, k.block FROM k JOIN rooms r ON r.room_id = k.room_id
          WHERE r.head_seq >= (k.block + 1) * 64 - 1
          ON CONFLICT DO NOTHING",
};

const QUEUE: Many = Many {
    columns: &["room_id uuid", "block bigint"],
    sql: "INSERT INTO search_todo (room_id, block) SELECT room_id, block FROM k ON CONFLICT DO NOTHING",
};

/// Each node takes others.
const DUE: &str = "SELECT room_id, block FROM search_todo ORDER BY room_id, block LIMIT $1 FOR UPDATE SKIP LOCKED";

const TEXTS: &str = "SELECT e.seq, coalesce(ed.text, e.text)
     FROM events e LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
     WHERE e.room_id = $1 AND e.seq BETWEEN $2 AND $3 AND e.kind = 'message' AND e.text IS NOT NULL";

const KEEP: &str = "INSERT INTO search_blocks (room_id, block, grams) VALUES ($1, $2, $3)
     ON CONFLICT (room_id, block) DO UPDATE SET grams = excluded.grams";

const DONE: &str = "DELETE FROM search_todo WHERE room_id = $1 AND block = $2";

/// Throws away what the index holds of these messages, in the transaction that changes or erases them.
pub(crate) async fn forget(
    tx: &mut PgConnection,
    messages: impl Iterator<Item = (RoomId, Seq)>,
) -> Result<(), StoreError> {
    let blocks: BTreeSet<(RoomId, u64)> = messages.map(|(room, seq)| (room, block_of(seq))).collect();
    let blocks: Vec<(RoomId, u64)> = blocks.into_iter().collect();
    DROP.execute(tx, &blocks, at).await?;
    QUEUE_FULL.execute(tx, &blocks, at).await
}

/// Notes the blocks that these new events fill.
pub(crate) async fn queue(
    tx: &mut PgConnection,
    events: impl Iterator<Item = (RoomId, Seq)>,
) -> Result<(), StoreError> {
    let full = events.filter(|(_, seq)| seq.0 % BLOCK == BLOCK - 1);
    let full: Vec<(RoomId, u64)> = full.map(|(room, seq)| (room, block_of(seq))).collect();
    QUEUE.execute(tx, &full, at).await
}

/// Indexes some blocks that are to do; answers how many. Their rooms' logs stay as they are until the commit: what is
/// edited waits, and then throws the new row away.
pub(super) async fn some(tx: &mut PgConnection) -> Result<u32, StoreError> {
    let due = sqlx::query(DUE).bind(SOME).fetch_all(&mut *tx).await.map_err(store_error)?;
    let due: Vec<(Uuid, i64)> =
        due.iter().map(|row| Ok((row.value(0)?, row.value(1)?))).collect::<Result<_, StoreError>>()?;
    let rooms: BTreeSet<Uuid> = due.iter().map(|(room, _)| *room).collect();
    locks::room_logs(tx, &rooms.into_iter().collect::<Vec<_>>()).await?;
    let (mut bytes, mut done) = (0, 0);
    for (room, block) in due {
        bytes += one(tx, room, block).await?;
        done += 1;
        if bytes >= BYTES {
            break;
        }
    }
    Ok(done)
}

/// Indexes one block; answers how much text it has.
async fn one(tx: &mut PgConnection, room: Uuid, block: i64) -> Result<usize, StoreError> {
    let first = block * 64;
    let texts = sqlx::query(TEXTS).bind(room).bind(first).bind(first + 63);
    let texts = texts.fetch_all(&mut *tx).await.map_err(store_error)?;
    let (mut builder, mut bytes) = (Builder::default(), 0);
    for row in texts {
        let place = u32::try_from(row.value::<i64>(0)? - first).unwrap_or(0);
        let text: String = row.value(1)?;
        builder.add(place, &text);
        bytes += text.len();
    }
    let keep = sqlx::query(KEEP).bind(room).bind(block).bind(builder.finish());
    keep.execute(&mut *tx).await.map_err(store_error)?;
    sqlx::query(DONE).bind(room).bind(block).execute(tx).await.map_err(store_error)?;
    Ok(bytes)
}

fn at(bound: Bind, (room, block): &(RoomId, u64)) -> Bind {
    bound.bind(*room.as_uuid()).bind(int(*block))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&DROP, &QUEUE_FULL, &QUEUE], single: &[DUE, TEXTS, KEEP, DONE] };
