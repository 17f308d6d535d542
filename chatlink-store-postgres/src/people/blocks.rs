//! Blocks.

use super::profiles::read_brief;
use crate::{PostgresStore, error::store_error, locks, notes, rooms::receipts, rows::Read as _};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    people::{Block, BlockRow, BlockStore, Blocked, MAX_BLOCKS},
    protocol::{Timestamp, UserId},
    rooms::DirectPair,
    timeline::Told,
};
use sqlx::{PgConnection, Row as _, postgres::PgRow};

const ROOM: &str = "SELECT 1 FROM rooms WHERE room_id = (SELECT room_id FROM direct_rooms WHERE low = $1 AND high = $2)
     FOR NO KEY UPDATE";

#[async_trait]
impl BlockStore for PostgresStore {
    async fn block(&self, block: Block, now: Timestamp) -> Result<Blocked, StoreError> {
        self.in_tx(move |tx| Box::pin(insert(tx, block, now))).await
    }

    async fn unblock(&self, block: Block, _now: Timestamp) -> Result<Vec<Told>, StoreError> {
        self.in_tx(move |tx| Box::pin(delete(tx, block))).await
    }

    async fn list_blocks(
        &self,
        blocker: UserId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<BlockRow>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let rows = sqlx::query(
                "SELECT b.blocked, a.username, p.display_name, p.avatar, b.blocked_at FROM blocks b
             LEFT JOIN accounts a ON a.user_id = b.blocked AND a.state = 'active'
                 AND NOT EXISTS (SELECT 1 FROM blocks back WHERE back.blocker = b.blocked AND back.blocked = b.blocker)
             LEFT JOIN profiles p ON p.user_id = a.user_id
             WHERE b.blocker = $1 AND ($2::bigint IS NULL OR (b.blocked_at, b.blocked) < ($2, $3))
             ORDER BY b.blocked_at DESC, b.blocked DESC LIMIT $4",
            )
            .bind(blocker.as_uuid())
            .bind(after.map(|(at, _)| at.as_micros()))
            .bind(after.map(|(_, id)| *id.as_uuid()))
            .bind(i64::from(limit))
            .fetch_all(&mut *reader)
            .await
            .map_err(store_error)?;
            rows.iter().map(read_row).collect()
        })
        .await
    }
}

async fn insert(tx: &mut PgConnection, block: Block, now: Timestamp) -> Result<Blocked, StoreError> {
    lock(tx, &block).await?;
    let row = sqlx::query(
        "SELECT EXISTS (SELECT 1 FROM accounts WHERE user_id = $2)
                    AND NOT EXISTS (SELECT 1 FROM accounts WHERE user_id = $1 AND state = 'deleted'),
                EXISTS (SELECT 1 FROM blocks WHERE blocker = $1 AND blocked = $2),
                (SELECT count(*) FROM blocks WHERE blocker = $1)",
    )
    .bind(block.blocker.as_uuid())
    .bind(block.blocked.as_uuid())
    .fetch_one(&mut *tx)
    .await
    .map_err(store_error)?;
    let known: bool = row.try_get(0).map_err(store_error)?;
    let already: bool = row.try_get(1).map_err(store_error)?;
    let count = row.small(2)?;
    match (known, already) {
        (false, _) => return Ok(Blocked::NoUser),
        (true, true) => return Ok(Blocked::Already),
        (true, false) if count >= MAX_BLOCKS => return Ok(Blocked::TooMany),
        (true, false) => {}
    }
    sqlx::query("INSERT INTO blocks (blocker, blocked, blocked_at) VALUES ($1, $2, $3)")
        .bind(block.blocker.as_uuid())
        .bind(block.blocked.as_uuid())
        .bind(now.as_micros())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    sever(tx, block).await.map(Blocked::Done)
}

async fn delete(tx: &mut PgConnection, block: Block) -> Result<Vec<Told>, StoreError> {
    lock(tx, &block).await?;
    let deleted = sqlx::query("DELETE FROM blocks WHERE blocker = $1 AND blocked = $2")
        .bind(block.blocker.as_uuid())
        .bind(block.blocked.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    match deleted.rows_affected() {
        0 => Ok(Vec::new()),
        _ => {
            if let Some(pair) = DirectPair::of(block.blocker, block.blocked) {
                receipts::reveal_pair(tx, pair).await?;
            }
            sever(tx, block).await
        }
    }
}

/// Locks the pair, so that their room is opened before or after; the room, before the person; and the person, who has so
/// many blocks and a living account until the commit.
async fn lock(tx: &mut PgConnection, block: &Block) -> Result<(), StoreError> {
    if let Some(pair) = DirectPair::of(block.blocker, block.blocked) {
        locks::pair(tx, pair).await?;
        let room = sqlx::query(ROOM).bind(*pair.low.as_uuid()).bind(*pair.high.as_uuid());
        room.execute(&mut *tx).await.map_err(store_error)?;
    }
    locks::person(tx, block.blocker).await
}

/// A block came or went: decisions in the pair's direct room are stale, the blocker's devices are told.
async fn sever(tx: &mut PgConnection, block: Block) -> Result<Vec<Told>, StoreError> {
    sqlx::query(
        "UPDATE rooms SET authz_version = authz_version + 1
         WHERE room_id = (SELECT room_id FROM direct_rooms WHERE low = least($1, $2) AND high = greatest($1, $2))",
    )
    .bind(block.blocker.as_uuid())
    .bind(block.blocked.as_uuid())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    notes::write(tx, &[block.note]).await
}

fn read_row(row: &PgRow) -> Result<BlockRow, StoreError> {
    let username: Option<&str> = row.try_get(1).map_err(store_error)?;
    let at: i64 = row.try_get(4).map_err(store_error)?;
    Ok(BlockRow {
        user_id: UserId::from_uuid(row.try_get(0).map_err(store_error)?),
        brief: username.map(|_| read_brief(row)).transpose()?,
        blocked_at: Timestamp::from_micros(at),
    })
}
