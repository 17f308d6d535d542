//! What a search reads of a store.

use super::{Ceiling, RoomSought};
use crate::{error::StoreError, timeline::search::Sought};
use async_trait::async_trait;
use chatlink_protocol::{Item, Seq, Timestamp};

/// A message that may be what is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// In which room of the list.
    pub room: usize,
    /// Its seq there.
    pub seq: Seq,
    /// When it was committed.
    pub at: Timestamp,
    /// The words that stand now.
    pub text: String,
}

/// What is kept of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its [row](super::Block::row).
    pub row: Vec<u8>,
    /// When the first of its events was committed. `None`: a version before did not keep it.
    pub first_at: Option<Timestamp>,
}

/// What the walk reads of a store: each call is one question about many rooms, and all calls of a search see one state
/// of the store. Rooms are named by their place in the list of [`rooms`](Self::rooms).
#[async_trait]
pub trait Shelf: Send {
    /// The asker's rooms, or the one that is asked for; not a first contact that waits for him. `None`: the one is not his.
    async fn rooms(&mut self, wanted: &Sought) -> Result<Option<Vec<RoomSought>>, StoreError>;

    /// Of each room the last seq that is not later than the ceiling's instant, in the room's readable part; the seq before that part, where none is.
    async fn begins(&mut self, rooms: &[(usize, RoomSought, Ceiling)]) -> Result<Vec<(usize, Seq)>, StoreError>;

    /// Of these rooms, from the first to the last block, the blocks that are noted as to be indexed.
    async fn noted(&mut self, ranges: &[(usize, u64, u64)]) -> Result<Vec<(usize, u64)>, StoreError>;

    /// The rows of these rooms' swaths' buckets, as far as there are any.
    async fn buckets(&mut self, keys: &[(usize, u64, u8)]) -> Result<Vec<((usize, u64, u8), Vec<u8>)>, StoreError>;

    /// What is kept of these rooms' blocks, as far as there is anything.
    async fn blocks(&mut self, keys: &[(usize, u64)]) -> Result<Vec<((usize, u64), Kept)>, StoreError>;

    /// Of these messages those that live and that the asker may find: from the person that he asks for, of nobody whom he blocks, not hidden by him.
    async fn said(&mut self, keys: &[(usize, Seq)], wanted: &Sought, now: Timestamp) -> Result<Vec<Said>, StoreError>;

    /// When these events were committed.
    async fn times(&mut self, keys: &[(usize, Seq)]) -> Result<Vec<(usize, Timestamp)>, StoreError>;

    /// These messages.
    async fn items(&mut self, keys: &[(usize, Seq)], now: Timestamp) -> Result<Vec<(usize, Item)>, StoreError>;
}
