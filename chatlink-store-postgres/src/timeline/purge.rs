//! Erasing what has expired.

use super::{decide::Place, write};
use crate::{
    PostgresStore,
    error::store_error,
    rows::{Many, Read},
};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Timestamp},
};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Messages a transaction: rooms are locked for a short time.
const CHUNK: u32 = 64;

const DUE: &str = "SELECT room_id, seq FROM events
         WHERE kind = 'message' AND text IS NOT NULL AND expires_at IS NOT NULL AND expires_at <= $1
         ORDER BY expires_at LIMIT $2";

/// Rooms that nobody writes to: what is due in the others is another node's, or the next call's.
const FREE: Many = Many {
    columns: &["room_id uuid"],
    sql: "SELECT r.room_id FROM rooms r WHERE r.room_id IN (SELECT room_id FROM k)
          ORDER BY r.room_id FOR NO KEY UPDATE SKIP LOCKED",
};

/// As [`FREE`], after waiting for those that write.
const ALL: Many = Many {
    columns: &["room_id uuid"],
    sql: "SELECT r.room_id FROM rooms r WHERE r.room_id IN (SELECT room_id FROM k)
          ORDER BY r.room_id FOR NO KEY UPDATE",
};

/// What of it is still due under the lock.
const STILL: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "SELECT e.room_id, e.seq FROM k JOIN events e ON e.room_id = k.room_id AND e.seq = k.seq
          WHERE e.text IS NOT NULL",
};

impl PostgresStore {
    /// Erases up to `limit` expired messages, a chunk a transaction. Nodes that erase at once each take what lies in
    /// other rooms.
    pub(super) async fn purge(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut erased = 0;
        let mut locks = &FREE;
        while erased < limit {
            let chunk = CHUNK.min(limit - erased);
            let count = self.in_tx(move |tx| Box::pin(erase_chunk(tx, locks, now, chunk))).await?;
            erased += count;
            match (count < chunk, std::ptr::eq(locks, &FREE)) {
                (false, _) => {}
                // Fewer than asked for means that none is left: those in busy rooms are waited for.
                (true, true) => locks = &ALL,
                (true, false) => break,
            }
        }
        Ok(erased)
    }
}

async fn erase_chunk(
    tx: &mut PgConnection,
    locks: &'static Many,
    now: Timestamp,
    chunk: u32,
) -> Result<u32, StoreError> {
    let rows = sqlx::query(DUE).bind(now.as_micros()).bind(i64::from(chunk)).fetch_all(&mut *tx).await;
    let due: Vec<Place> = rows.map_err(store_error)?.iter().map(place).collect::<Result<_, _>>()?;
    let rooms: BTreeSet<RoomId> = due.iter().map(|(room, _)| *room).collect();
    let rooms: Vec<RoomId> = rooms.into_iter().collect();
    let locked = locks.fetch(tx, &rooms, |bound, room| bound.bind(*room.as_uuid())).await?;
    let locked = locked.iter().map(|row| row.id(0, RoomId::from_uuid)).collect::<Result<BTreeSet<_>, _>>()?;
    let due: Vec<Place> = due.into_iter().filter(|(room, _)| locked.contains(room)).collect();
    let still = STILL.fetch(tx, &due, write::at).await?;
    let due: Vec<Place> = still.iter().map(place).collect::<Result<_, _>>()?;
    write::erase(tx, &due).await?;
    Ok(u32::try_from(due.len()).unwrap_or(chunk))
}

fn place(row: &sqlx::postgres::PgRow) -> Result<Place, StoreError> {
    Ok((row.id(0, RoomId::from_uuid)?, row.seq(1)?))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&FREE, &ALL, &STILL], single: &[DUE] };
