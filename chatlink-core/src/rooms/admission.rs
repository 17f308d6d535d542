//! The storage port of who comes into rooms: who is kept out.

use crate::error::StoreError;
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Timestamp, UserId};
use std::collections::HashSet;

/// Somebody who is kept out of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BanRow {
    /// Who.
    pub user_id: UserId,
    /// By whom; `None` once that account is deleted.
    pub banned_by: Option<UserId>,
    /// Since when.
    pub banned_at: Timestamp,
}

/// Keeps who may not come into rooms. Written by [`append`](crate::timeline::TimelineStore::append) alone.
#[async_trait]
pub trait AdmissionStore: Send + Sync {
    /// Who is kept out of the room, the newest first, then by id, descending; strictly after `after`, at
    /// most `limit`. Deleted accounts are not in it.
    async fn list_bans(
        &self,
        room_id: RoomId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<BanRow>, StoreError>;

    /// Those of these people whom the room keeps out, in one query.
    async fn find_banned(&self, room_id: RoomId, users: &[UserId]) -> Result<HashSet<UserId>, StoreError>;
}
