//! The storage port of the contact list.

use super::KeptNote;
use crate::{
    error::StoreError,
    people::Brief,
    timeline::{Told, UserNote},
};
use async_trait::async_trait;
use chatlink_protocol::{Timestamp, UserId};

/// Somebody to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Keep {
    /// Whose list.
    pub owner: UserId,
    /// Whom; never the owner himself.
    pub user_id: UserId,
    /// The owner's own words.
    pub note: KeptNote,
    /// What the owner's devices are told.
    pub told: UserNote,
}

/// What [`ContactListStore::keep`] did.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// Kept now, or with other words.
    Done(Vec<Told>),
    /// Kept before with these words.
    Already,
    /// No such account, or a block stands between the two, whichever.
    NoUser,
    /// [`MAX_KEPT`](super::MAX_KEPT) are kept.
    TooMany,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRow {
    /// Who is kept.
    pub brief: Brief,
    /// The owner's own words; may be empty.
    pub note: String,
    /// Since when.
    pub kept_at: Timestamp,
}

/// Keeps contact lists. A deleted account's list is erased, and the account from every list. Who blocks or is blocked
/// by the owner is in the list and not seen there, as long as that is so.
#[async_trait]
pub trait ContactListStore: Send + Sync {
    /// Keeps somebody whose account is active, or changes the words about one who is kept; in one transaction,
    /// idempotent. The first time stays the time since when. The owner's account is not deleted.
    async fn keep(&self, keep: Keep, now: Timestamp) -> Result<Kept, StoreError>;

    /// Takes somebody off the list and tells `told`, whether he was on it or not: silence would tell who blocks from who
    /// is gone. Nothing is left of the words.
    async fn let_go(&self, owner: UserId, user_id: UserId, told: UserNote) -> Result<Vec<Told>, StoreError>;

    /// All whom the owner keeps and sees, in no particular order; or of these that one alone. At most
    /// [`MAX_KEPT`](super::MAX_KEPT).
    async fn list_kept(&self, owner: UserId, only: Option<UserId>) -> Result<Vec<KeptRow>, StoreError>;
}
