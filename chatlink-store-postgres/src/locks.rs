//! What verbs lock before they look. In this order, everywhere: pairs of people, rooms by id, the store's clock,
//! persons; so that two transactions never wait for each other.
//!
//! Rooms are locked by their rows. A pair, and a person (who may have no account where a host brings its own), are
//! locked by an advisory lock that ends with the transaction. Its number is a hash: two persons of one number wait for
//! each other without need, and nothing else.

use crate::{
    error::store_error,
    rows::{Many, Read as _},
};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, UserId},
    rooms::DirectPair,
};
use sqlx::PgConnection;
use uuid::Uuid;

const ADVISORY: &str = "SELECT pg_advisory_xact_lock($1)";

/// Against everybody who writes: also a decision in the room waits.
const WRITE: &str = "SELECT 1 FROM rooms WHERE room_id = $1 FOR NO KEY UPDATE";

/// Against those who append: what a room's log says stays, others may look with the same lock.
const READ: &str = "SELECT 1 FROM rooms WHERE room_id = $1 FOR SHARE";

const WRITE_MANY: Many = Many {
    columns: &["room_id uuid"],
    sql: "SELECT r.room_id FROM rooms r WHERE r.room_id IN (SELECT room_id FROM k) ORDER BY r.room_id FOR NO KEY UPDATE",
};

const OF_PERSON: &str = "SELECT 1 FROM rooms WHERE room_id IN (SELECT room_id FROM members WHERE user_id = $1)
     ORDER BY room_id FOR NO KEY UPDATE";

/// Locks a room for writing.
pub(crate) async fn room(tx: &mut PgConnection, room: RoomId) -> Result<(), StoreError> {
    sqlx::query(WRITE).bind(*room.as_uuid()).execute(tx).await.map(drop).map_err(store_error)
}

/// Locks a room's log as it is.
pub(crate) async fn room_log(tx: &mut PgConnection, room: RoomId) -> Result<(), StoreError> {
    sqlx::query(READ).bind(*room.as_uuid()).execute(tx).await.map(drop).map_err(store_error)
}

/// As [`room`], of several.
pub(crate) async fn rooms(tx: &mut PgConnection, rooms: &[Uuid]) -> Result<(), StoreError> {
    for row in WRITE_MANY.fetch(tx, rooms, |bound, room| bound.bind(*room)).await? {
        row.value::<Uuid>(0)?;
    }
    Ok(())
}

/// Locks the rooms that a person is in, for writing.
pub(crate) async fn rooms_of(tx: &mut PgConnection, user: UserId) -> Result<(), StoreError> {
    sqlx::query(OF_PERSON).bind(*user.as_uuid()).execute(tx).await.map(drop).map_err(store_error)
}

/// Locks what is a person's own: settings, marks, what waits to be sent.
pub(crate) async fn person(tx: &mut PgConnection, user: UserId) -> Result<(), StoreError> {
    advisory(tx, b"person", &[user.as_uuid()]).await
}

/// Locks the inbox for whoever takes of it; hosts insert beside.
pub(crate) async fn inbox(tx: &mut PgConnection) -> Result<(), StoreError> {
    advisory(tx, b"inbox", &[]).await
}

/// Locks the list of webhooks for whoever adds one.
pub(crate) async fn webhooks(tx: &mut PgConnection) -> Result<(), StoreError> {
    advisory(tx, b"webhooks", &[]).await
}

/// Locks a pair: whether they have a room, and whether one blocks the other.
pub(crate) async fn pair(tx: &mut PgConnection, pair: DirectPair) -> Result<(), StoreError> {
    advisory(tx, b"pair", &[pair.low.as_uuid(), pair.high.as_uuid()]).await
}

/// Locks a creator's own name for a room.
pub(crate) async fn name(tx: &mut PgConnection, creator: UserId, name: &Uuid) -> Result<(), StoreError> {
    advisory(tx, b"name", &[creator.as_uuid(), name]).await
}

async fn advisory(tx: &mut PgConnection, what: &[u8], ids: &[&Uuid]) -> Result<(), StoreError> {
    let bytes = ids.iter().flat_map(|id| id.as_bytes());
    let number = hash(what.iter().chain(bytes));
    sqlx::query(ADVISORY).bind(number).execute(tx).await.map(drop).map_err(store_error)
}

/// FNV-1a of 64 bits.
fn hash<'a>(bytes: impl Iterator<Item = &'a u8>) -> i64 {
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    i64::from_le_bytes(hash.to_le_bytes())
}

#[cfg(test)]
pub(crate) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&WRITE_MANY], single: &[ADVISORY, WRITE, READ, OF_PERSON] };
