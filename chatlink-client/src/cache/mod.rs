//! What a device keeps of one person between two starts, in two SQLite files: what must not be lost, and beside it what may
//! be begun anew at any time. Both are erased at logout.

mod disk;
mod queue;
mod views;

pub(crate) use queue::{QueueFile, Writes};
pub(crate) use views::{Batch, Place, TimelineChange, Views};

/// The device's own store failed.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The folder or the file cannot be used.
    #[error("the cache's folder cannot be used")]
    File(#[from] std::io::Error),
    /// SQLite said no.
    #[error("the cache's database failed")]
    Sqlite(#[from] sqlx::Error),
    /// A migration did not run.
    #[error("the cache cannot be brought to this version's schema")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// An id as 16 bytes.
fn bytes(id: &uuid::Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

/// Numbers of the wire stay below 2^53.
fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn text(value: &impl serde::Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
