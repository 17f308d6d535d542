//! What the indexes of the SQL stores have in common: what is kept, and how a search walks through it.
//!
//! A room's messages are indexed twice. Of each *block* of 64 seqs one row says which pairs of characters stand in
//! which of its messages; it is asked for a word's pairs. Of each *swath* of 256 blocks up to 256 rows, the *buckets*,
//! say which groups of two, three, four and six characters stand in which of its blocks; they are asked for the sixes of a
//! word, or the longest that a shorter one has, so that words of Chinese are found. So a search of ten million messages
//! reads some rows a swath, and then the few blocks that may hold what is asked for.
//!
//! A job beside the requests indexes: an append *notes* the blocks that it writes into, and nothing a word. A block that is full is indexed
//! soon, one that is not when it had [some minutes](WAIT); edits and erasures note it anew. So every message is in
//! the index as it stands, or its block is noted: a block that is noted is looked into, and what its row does not know of is read. So
//! search finds at once what is committed, and whatever the index holds, a hit is a message that lives and was looked at.

mod block;
mod grams;
mod room;
mod shelf;
mod swath;
mod walk;
mod way;

pub use block::Block;
pub use room::{Ceiling, RoomSought};
pub use shelf::{Kept, Said, Shelf};
pub use swath::{Bucket, merge};
pub use walk::search;

use chatlink_protocol::{Seq, Timestamp};
use std::time::Duration;

/// Seqs of a block: as many as a number has bits.
pub const BLOCK: u64 = 64;
/// Blocks of a swath.
pub const SWATH: u64 = 256;
/// How long a block that is not full waits to be indexed, since its first message that is not. Longer: more messages of
/// busy rooms are read one by one; shorter: their swaths are written more often.
const WAIT: Duration = Duration::from_secs(300);

/// The block that a seq lies in.
#[must_use]
pub const fn block_of(seq: Seq) -> u64 {
    seq.0 / BLOCK
}

/// The first event of a block.
#[must_use]
pub const fn first_of(block: u64) -> Seq {
    Seq(if block == 0 { 1 } else { block * BLOCK })
}

/// The swath that a block lies in.
#[must_use]
pub const fn swath_of(block: u64) -> u64 {
    block / SWATH
}

/// When the block of a new event is due to be indexed, unless it was before: as soon as it is full.
#[must_use]
pub fn due(seq: Seq, at: Timestamp) -> Timestamp {
    if seq.0 % BLOCK == BLOCK - 1 { at } else { at.plus(WAIT) }
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
