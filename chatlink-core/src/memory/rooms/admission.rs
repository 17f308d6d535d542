//! Who comes into rooms, in memory.

use crate::{
    error::StoreError,
    memory::MemoryStore,
    rooms::{AdmissionStore, BanRow},
};
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Timestamp, UserId};
use std::collections::HashSet;

#[async_trait]
impl AdmissionStore for MemoryStore {
    async fn list_bans(
        &self,
        room_id: RoomId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<BanRow>, StoreError> {
        let state = self.lock();
        let bans = state.rooms.rooms.get(&room_id).into_iter().flat_map(|room| room.banned.values().copied());
        let place = |ban: &BanRow| (ban.banned_at, ban.user_id);
        let mut rows: Vec<BanRow> = bans.filter(|ban| after.is_none_or(|after| place(ban) < after)).collect();
        rows.sort_unstable_by_key(|ban| std::cmp::Reverse(place(ban)));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn find_banned(&self, room_id: RoomId, users: &[UserId]) -> Result<HashSet<UserId>, StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok(HashSet::new()) };
        Ok(users.iter().copied().filter(|user| room.banned.contains_key(user)).collect())
    }
}
