//! What a store gives that can be moved.

use super::{
    tables::Table,
    value::{Row, Value},
};
use crate::error::StoreError;
use async_trait::async_trait;
use chatlink_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whose a snapshot is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// The installation's id: issuer and audience of its tokens. The same for ever, wherever it goes.
    pub id: Uuid,
    /// The lineage of its numbers.
    pub epoch: String,
    /// The highest time that the store was told.
    pub last_seen: Timestamp,
}

/// How far an arrival came: the last row that was taken in. Every table before is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The table.
    pub table: String,
    /// What names the row in it.
    pub key: Vec<Value>,
}

/// An installation on its way into a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Which.
    pub source: Uuid,
    /// How far it came; none: nothing was taken in.
    pub mark: Option<Mark>,
}

/// What a store is before anything is moved into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody's.
    Empty,
    /// On its way.
    Arriving(Arrival),
    /// This installation's.
    Settled(Uuid),
}

/// Why a store that an installation is on its way into cannot be used.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a move into this database has not ended: run it again to its end, or take an empty database")]
pub struct UnfinishedArrival;

/// One state of all that a store holds: what is written meanwhile is not seen.
#[async_trait]
pub trait Snapshot: Send {
    /// Whose it is; `None` where it is nobody's, or not whole.
    async fn lineage(&mut self) -> Result<Option<Lineage>, StoreError>;

    /// How many rows a table has.
    async fn count(&mut self, table: &'static Table) -> Result<u64, StoreError>;

    /// Up to `table.page` rows behind the one that `after` names, or the first ones, in an order of the store's own that
    /// never changes. None: there are no more.
    async fn page(&mut self, table: &'static Table, after: Option<&[Value]>) -> Result<Vec<Row>, StoreError>;
}

/// A store that can be moved from and into. Beside [`Store`](crate::Store): a host's own need not be.
#[async_trait]
pub trait PortableStore: Send + Sync {
    /// One state of everything, for as long as it is held. Others go on writing.
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>, StoreError>;

    /// What the store is.
    async fn standing(&self) -> Result<Standing, StoreError>;

    /// Begins an arrival in a store that is nobody's; false where it is somebody's by now. From here until
    /// [`settle`](Self::settle) the store refuses to be opened as an installation.
    async fn arrive(&self, source: Uuid) -> Result<bool, StoreError>;

    /// Takes rows of a table in, and the arrival from `before` to `mark`, both or neither; false, and nothing, where it is
    /// not at `before`: somebody else is at it.
    async fn take_in(
        &self,
        table: &'static Table,
        rows: Vec<Row>,
        before: Option<Mark>,
        mark: Mark,
    ) -> Result<bool, StoreError>;

    /// Throws away what an arrival took in: it is at its beginning again. False where none is under way.
    async fn discard(&self) -> Result<bool, StoreError>;

    /// Ends an arrival that stands at `mark`: what follows from the rows is made, and the store is the installation of
    /// `lineage`. False where the arrival is elsewhere.
    async fn settle(&self, mark: Option<Mark>, lineage: Lineage) -> Result<bool, StoreError>;
}
