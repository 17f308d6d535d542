//! An installation taken from one store to another: moved, backed up, restored.
//!
//! What is kept is the same everywhere, table by table; how a store names its rows is its own. [`TABLES`] says what is
//! carried, in words that belong to no store, and [`LEFT`] what is not and why. A store that can be moved gives two
//! things: a [`Snapshot`], one state of all it holds, read in pages; and the verbs of an arrival ([`PortableStore`]),
//! which take pages in and remember how far they came, in the same transaction. [`copy`] does the rest: it goes on where
//! an earlier run was cut off, counts and sums up both sides, and only then makes the target an installation.
//!
//! A copy is of another lineage ([`Installation::epoch`](crate::Installation)): whatever clients knew of the source
//! beyond the snapshot must not meet numbers that the copy gives anew. They are told `reset` once, and read again.
//! Secrets are in no store and travel on their own.

mod copy;
mod port;
mod tables;
#[cfg(test)]
mod tests;
mod value;

pub use copy::{Copied, CopyError, Step, copy};
pub use port::{Arrival, Lineage, Mark, PortableStore, Snapshot, Standing, UnfinishedArrival};
pub use tables::{LEFT, TABLES, Table};
pub use value::{Column, Digest, Kind, Row, Value};

use crate::entropy::{Entropy, random};

/// A name for a new lineage of numbers.
pub fn fresh_epoch(entropy: &dyn Entropy) -> String {
    data_encoding::HEXLOWER.encode(&random::<16>(entropy))
}
