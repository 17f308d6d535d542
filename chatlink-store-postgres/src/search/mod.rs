//! Search on PostgreSQL.
//!
//! A room's messages are indexed in blocks of 64 seqs, one row a block: the pairs of neighbouring
//! characters of its words, each with a bit a message. Two characters are enough to ask it, so that words
//! of Chinese or Thai are found; longer words ask it for all their pairs. A block is indexed once, when it
//! is full, by a job beside the requests: an append writes a row of [`search_todo`](index) a block and
//! nothing a word. Newer messages, and blocks whose index was thrown away since a message of it was
//! edited or erased, are read as they stand. So search finds at once what is committed, and whatever the
//! index holds, a hit is a message that lives and was looked at.
//!
//! Why no trigram index: it takes an extension, which not every database may create; it finds nothing of two characters;
//! and it keeps no rooms, so that a word that many rooms know would be walked through for a room that does not.

mod grams;
mod index;
mod rooms;
mod walk;

pub(crate) use index::{forget, queue};

use crate::PostgresStore;
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{Seq, Timestamp},
    timeline::search::{Found, SearchStore, Sought},
};

#[async_trait]
impl SearchStore for PostgresStore {
    async fn search(&self, wanted: Sought, now: Timestamp) -> Result<Option<Found>, StoreError> {
        self.in_read(move |tx| Box::pin(async move { walk::search(tx, &wanted, now).await })).await
    }

    async fn index_messages(&self, limit: u32) -> Result<u32, StoreError> {
        let mut indexed = 0;
        while indexed < limit {
            match self.in_tx(|tx| Box::pin(index::some(tx))).await? {
                0 => break,
                count => indexed += count,
            }
        }
        Ok(indexed)
    }
}

/// Seqs of a block: as many as a number has bits.
const BLOCK: u64 = 64;

/// The block that a seq lies in.
const fn block_of(seq: Seq) -> u64 {
    seq.0 / BLOCK
}

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::sql::Statements] = &[index::STATEMENTS, rooms::STATEMENTS, walk::STATEMENTS];

#[cfg(test)]
mod tests;
