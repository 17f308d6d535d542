//! The storage port of corrections. What they write goes through `append`; this reads.

use crate::error::StoreError;
use async_trait::async_trait;
use chatlink_protocol::{Correction, CorrectionState, EventId, RoomId, Seq, Timestamp, UserId};

/// A correction as a decision on it needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrectionFacts {
    /// Who proposed it.
    pub sender_id: UserId,
    /// Where it stands; withdrawn ones are found, too.
    pub state: CorrectionState,
}

/// A place in a person's list of corrections, which has the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CorrectionPlace {
    /// When it was proposed.
    pub at: Timestamp,
    /// Which one.
    pub id: EventId,
}

/// A correction of one's own message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectionRow {
    /// Where.
    pub room_id: RoomId,
    /// The message.
    pub message_id: EventId,
    /// Its place in the room.
    pub message_seq: Seq,
    /// Its version now; above the correction's own it was edited since.
    pub version: u32,
    /// When the message is gone, and this with it.
    pub expires_at: Option<Timestamp>,
    /// The correction.
    pub correction: Correction,
    /// Whether the room is direct and severed: the proposer shows as a deleted account.
    pub severed: bool,
}

/// Reads corrections.
#[async_trait]
pub trait CorrectionStore: Send + Sync {
    /// The correction of this message of this room, as a decision on it needs it. `None`: none of this message,
    /// or gone with it.
    async fn find_correction(
        &self,
        room_id: RoomId,
        message_id: EventId,
        correction_id: EventId,
        now: Timestamp,
    ) -> Result<Option<CorrectionFacts>, StoreError>;

    /// Corrections of the author's messages that stand, by their `at` and then their id, the newest first, strictly
    /// after `after`, at most `limit`; with `state` only those in it. Of rooms that the author is a member of, and
    /// of messages that he may read there.
    async fn list_corrections(
        &self,
        author: UserId,
        state: Option<CorrectionState>,
        after: Option<CorrectionPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<CorrectionRow>, StoreError>;
}

impl CorrectionRow {
    /// Its place in the list.
    #[must_use]
    pub const fn place(&self) -> CorrectionPlace {
        CorrectionPlace { at: self.correction.at, id: self.correction.id }
    }
}
