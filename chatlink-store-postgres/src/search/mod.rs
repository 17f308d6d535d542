//! Search on PostgreSQL: the [index] of blocks and swaths in two tables, and what the walk through it asks for.
//!
//! Why no trigram index: it takes an extension, which not every database may create; it finds nothing of two characters;
//! and it keeps no rooms, so that a word that many rooms know would be walked through for a room that does not.
//!
//! [index]: chatlink_core::timeline::search::index

mod index;
mod shelf;

pub(crate) use index::{forget, queue};

use crate::PostgresStore;
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::Timestamp,
    timeline::search::{Found, SearchStore, Sought, index::search},
};
use shelf::Rooms;

#[async_trait]
impl SearchStore for PostgresStore {
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

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::sql::Statements] = &[index::STATEMENTS, shelf::STATEMENTS];

#[cfg(test)]
mod tests;
