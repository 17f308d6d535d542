//! What the indexes of the SQL stores have in common: what is kept, and how a search walks through it.
//!
//! A room's messages are indexed twice. Of each *block* of 64 seqs one row says which pairs of characters stand in
//! which of its messages; it is asked for a word's pairs. Of each *swath* of 256 blocks up to 128 rows, the *buckets*,
//! say which pairs and triples stand in which of its blocks; they are asked for a word's triples, for its pair where
//! it has but two characters, so that words of Chinese are found. So a search of ten million messages reads some rows a swath, and
//! then the few blocks that may hold what is asked for.
//!
//! A job beside the requests indexes: an append notes a block at every eighth of its messages and nothing a word. A
//! block goes into its swath once it is full; of one that is not, messages that came since are read as they stand, and so
//! are those of full blocks that are noted, since a message of theirs was edited or erased. So search finds at once what is committed, and
//! whatever the index holds, a hit is a message that lives and was looked at.

mod block;
mod grams;
mod room;
mod shelf;
mod swath;
mod walk;
mod way;

pub use block::Block;
pub use room::{Ceiling, RoomSought};
pub use shelf::{Said, Shelf};
pub use swath::{Bucket, merge};
pub use walk::search;

use chatlink_protocol::Seq;

/// Seqs of a block: as many as a number has bits.
pub const BLOCK: u64 = 64;
/// Blocks of a swath.
pub const SWATH: u64 = 256;
/// Of so many new events of a block one notes it.
const NOTED: u64 = 8;

/// The block that a seq lies in.
#[must_use]
pub const fn block_of(seq: Seq) -> u64 {
    seq.0 / BLOCK
}

/// The swath that a block lies in.
#[must_use]
pub const fn swath_of(block: u64) -> u64 {
    block / SWATH
}

/// Whether an append of this event notes its block as to be indexed.
#[must_use]
pub const fn is_noted(seq: Seq) -> bool {
    seq.0 % NOTED == NOTED - 1
}

/// How many seqs of a block are taken in a room with this head.
#[must_use]
pub const fn taken(block: u64, head: Seq) -> u64 {
    let taken = (head.0 + 1).saturating_sub(block * BLOCK);
    if taken < BLOCK { taken } else { BLOCK }
}

/// A number that doubles from turn to turn.
#[derive(Clone, Copy, Debug)]
struct Doubling {
    least: u64,
    most: u64,
}

impl Doubling {
    const fn at(self, turn: u32) -> u64 {
        let doubled = self.least << if turn < 32 { turn } else { 32 };
        if doubled < self.most { doubled } else { self.most }
    }
}
