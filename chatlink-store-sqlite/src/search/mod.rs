//! Search on SQLite: the [index] of blocks and swaths in two tables, and what the walk through it asks for.
//!
//! Why no FTS5: its rows are not kept by room, so a word that many rooms know would be walked through for
//! a room that does not; and its erasing leaves segments behind.
//!
//! [index]: chatlink_core::timeline::search::index

mod index;
mod shelf;

pub(crate) use index::{forget, queue};

use crate::SqliteStore;
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::Timestamp,
    timeline::search::{Found, SearchStore, Sought, index::search},
};
use shelf::Rooms;

#[async_trait]
impl SearchStore for SqliteStore {
    async fn search(&self, wanted: Sought, now: Timestamp) -> Result<Option<Found>, StoreError> {
        self.in_read(move |tx| Box::pin(async move { search(&mut Rooms::of(tx), &wanted, now).await })).await
    }

    async fn index_messages(&self, limit: u32, now: Timestamp) -> Result<u32, StoreError> {
        let mut indexed = 0;
        while indexed < limit {
            match self.in_tx(move |tx| Box::pin(index::some(tx, now))).await? {
                0 => break,
                count => indexed += count,
            }
        }
        Ok(indexed)
    }
}

/// A block's key: blocks of a room in their order, none of another between them.
fn key(room_no: i64, block: u64) -> i64 {
    (room_no << 32) | i64::try_from(block).unwrap_or(i64::from(u32::MAX))
}

/// The first of a swath's 256 keys.
fn swath_key(room_no: i64, swath: u64) -> i64 {
    (room_no << 28) | (i64::try_from(swath).unwrap_or(i64::from(u32::MAX)) << 8)
}

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::plans::Statements] = &[index::STATEMENTS, shelf::STATEMENTS];

#[cfg(test)]
mod tests;
