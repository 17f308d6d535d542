//! The rooms that a search goes through, and where in them it begins.

use crate::{
    error::store_error,
    rows::{Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Seq, Timestamp},
    timeline::search::{Place, Sought},
};
use sqlx::PgConnection;
use std::time::Duration;

/// A first contact from another that waits is looked at in its list alone.
const ROOMS: &str = "SELECT r.room_id, r.head_seq, r.last_at, m.from_seq,
            r.pending_opener IS NOT NULL AND r.pending_opener <> m.user_id
     FROM members m JOIN rooms r ON r.room_id = m.room_id
     WHERE m.user_id = $1 AND ($2::uuid IS NULL OR m.room_id = $2)";

/// A room as the asker may read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) id: RoomId,
    pub(super) head: Seq,
    pub(super) last_at: Timestamp,
    pub(super) from: Seq,
}

/// All of them. `None`: the one that was asked for is not the asker's.
pub(super) async fn load(tx: &mut PgConnection, wanted: &Sought) -> Result<Option<Vec<Room>>, StoreError> {
    let rows = sqlx::query(ROOMS)
        .bind(*wanted.reader.as_uuid())
        .bind(wanted.room_id.map(|room| *room.as_uuid()))
        .fetch_all(tx)
        .await
        .map_err(store_error)?;
    if rows.is_empty() && wanted.room_id.is_some() {
        return Ok(None);
    }
    let mut rooms = Vec::with_capacity(rows.len());
    for row in rows {
        let room =
            Room { id: row.id(0, RoomId::from_uuid)?, head: row.seq(1)?, last_at: row.time(2)?, from: row.seq(3)? };
        if !row.value::<bool>(4)? && room.head >= room.from {
            rooms.push(room);
        }
    }
    Ok(Some(rooms))
}

/// The newest that is asked for of a room: a seq where it is known, and an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ceiling {
    pub(super) seq: Seq,
    pub(super) at: Timestamp,
}

impl Ceiling {
    /// Below the place where the last page ended and before the end of the time asked for.
    pub(super) fn of(room: &Room, wanted: &Sought) -> Self {
        let moment = Duration::from_micros(1);
        let (mut seq, mut at) = (room.head, room.last_at);
        if let Some(until) = wanted.until {
            at = at.min(until.minus(moment));
        }
        if let Some(Place { at: last, room_id, seq: below }) = wanted.before {
            at = at.min(if room.id > room_id { last.minus(moment) } else { last });
            if room.id == room_id {
                seq = seq.min(Seq(below.0.saturating_sub(1)));
            }
        }
        Self { seq, at }
    }

    /// Whether the room's newest is above it, so that its seq must be looked for.
    pub(super) fn is_below(&self, room: &Room) -> bool {
        self.at < room.last_at
    }
}

/// The last seq at or before the ceiling: times rise with the seqs, which are dense, so that the half
/// between two is one.
const LAST: &str = "WITH RECURSIVE half (low, high) AS (
        SELECT $2::bigint, $3::bigint
        UNION ALL
        SELECT CASE WHEN e.at > $4 THEN low ELSE e.seq + 1 END, CASE WHEN e.at > $4 THEN e.seq ELSE high END
        FROM half JOIN events e ON e.room_id = $1 AND e.seq = (low + high) / 2
        WHERE low < high
    ) SELECT low - 1 FROM half WHERE low >= high";

/// Where a room is begun.
pub(super) async fn begin(tx: &mut PgConnection, room: &Room, ceiling: Ceiling) -> Result<Seq, StoreError> {
    if !ceiling.is_below(room) {
        return Ok(ceiling.seq);
    }
    let query = sqlx::query(LAST).bind(*room.id.as_uuid()).bind(int(room.from.0)).bind(int(room.head.next().0));
    let row = query.bind(ceiling.at.as_micros()).fetch_optional(tx).await.map_err(store_error)?;
    let last = row.ok_or_else(|| StoreError::corrupt("a room's seqs are not dense"))?.seq(0)?;
    Ok(last.min(ceiling.seq))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements { many: &[], single: &[ROOMS, LAST] };
