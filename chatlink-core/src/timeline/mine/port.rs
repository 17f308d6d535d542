//! The storage port of what members keep for themselves.

use super::DraftBody;
use crate::{
    error::StoreError,
    timeline::{ItemRow, Told, UserNote},
};
use async_trait::async_trait;
use chatlink_protocol::{EventId, RoomId, Timestamp, UserId};

/// Stars of one person at most.
pub const STARS: u32 = 2_000;
/// Messages that one person hides at most.
pub const HIDDEN: u32 = 20_000;

/// A member's own mark on a message, and what his log is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageMark {
    /// Whose.
    pub user_id: UserId,
    /// Where.
    pub room_id: RoomId,
    /// On which message.
    pub message_id: EventId,
    /// Told in the same transaction, if anything changed.
    pub note: UserNote,
}

/// What became of a mark.
#[derive(Clone, Debug, PartialEq)]
pub enum Marked {
    /// It stands now, and that is told.
    Done(Vec<Told>),
    /// It was so before.
    Unchanged,
    /// Not a room of his.
    NoRoom,
    /// No message there that he may read.
    NoMessage,
    /// The message is redacted, expired, or hidden.
    Gone,
    /// As many as there may be.
    Full,
}

/// A starred message as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct StarRow {
    /// Where.
    pub room_id: RoomId,
    /// The message.
    pub item: ItemRow,
    /// When it was starred.
    pub starred_at: Timestamp,
}

/// A place in the list of stars, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct StarPlace {
    /// When it was starred.
    pub starred_at: Timestamp,
    /// Which message.
    pub message_id: EventId,
}

/// A draft and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftRow {
    /// Where.
    pub room_id: RoomId,
    /// The draft.
    pub body: DraftBody,
}

impl StarRow {
    /// Its place.
    #[must_use]
    pub fn place(&self) -> StarPlace {
        StarPlace { starred_at: self.starred_at, message_id: self.item.id }
    }
}

/// Keeps stars, hidden messages and drafts. All of it goes when its person leaves the room or deletes the
/// account, stars and hides of a message when that is redacted or purged.
#[async_trait]
pub trait MineStore: Send + Sync {
    /// Stars a living message that the person may read; at most [`STARS`]. Atomic, idempotent.
    async fn star(&self, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError>;

    /// Takes a star off; of a message that is gone none is left. Atomic, idempotent.
    async fn unstar(&self, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError>;

    /// The person's starred messages that live and are not hidden, in rooms he is in, newest star first, strictly
    /// after `after`, at most `limit`.
    async fn list_stars(
        &self,
        user: UserId,
        after: Option<StarPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<StarRow>, StoreError>;

    /// Hides a living message for this person alone, for good, and takes his star off it; at most [`HIDDEN`].
    /// From then on every read of his has a tombstone in its place, it is not unread, nor the last item of its
    /// room, nor found. Atomic, idempotent.
    async fn hide(&self, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError>;

    /// Keeps a member's draft of a room in his own log, in place of the one before. `None`: not a member.
    async fn set_draft(&self, user: UserId, draft: DraftRow) -> Result<Option<Told>, StoreError>;

    /// The person's drafts that have a text, by room, at most `limit`.
    async fn list_drafts(&self, user: UserId, limit: u32) -> Result<Vec<DraftRow>, StoreError>;
}
