//! What people have under way at the doors of rooms, in memory.

use super::admission::is_over;
use crate::{
    error::StoreError,
    memory::MemoryStore,
    rooms::{OwnAsking, OwnInvite, SentInvitation, UnderwayStore},
    timeline::{Told, UserNote},
};
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Timestamp, UserId};
use std::cmp::Reverse;

#[async_trait]
impl UnderwayStore for MemoryStore {
    async fn own_asking(&self, user: UserId, limit: u32) -> Result<Vec<OwnAsking>, StoreError> {
        let state = self.lock();
        let asking = state.rooms.rooms.iter().filter_map(|(id, room)| Some((*id, room.asking.get(&user)?)));
        let standing = asking.filter(|(_, asking)| !asking.taken_back);
        let mut rows: Vec<_> = standing.map(|(room_id, asking)| OwnAsking { room_id, asked_at: asking.at }).collect();
        rows.sort_unstable_by_key(|row| Reverse((row.asked_at, row.room_id)));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn take_back_asking(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
    ) -> Result<Vec<Told>, StoreError> {
        let state = &mut *self.lock();
        let Some(room) = state.rooms.rooms.get_mut(&room_id) else { return Ok(Vec::new()) };
        match room.asking.get_mut(&user) {
            None => Ok(Vec::new()),
            Some(asking) if asking.declined_at.is_some() => {
                asking.taken_back = true;
                Ok(Vec::new())
            }
            Some(_) => {
                room.asking.remove(&user);
                Ok(state.timeline.note(notes))
            }
        }
    }

    async fn remember_invited(
        &self,
        room_id: RoomId,
        by: UserId,
        users: &[UserId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let state = &mut *self.lock();
        let gone = |user: &UserId| state.identity.is_deleted(*user);
        let users: Vec<UserId> = users.iter().copied().filter(|user| !gone(user) && !gone(&by)).collect();
        let Some(room) = state.rooms.rooms.get_mut(&room_id) else { return Ok(()) };
        for user in users.into_iter().filter(|user| !room.members.contains_key(user)) {
            room.sent.entry((by, user)).or_insert(now);
        }
        Ok(())
    }

    async fn sent_invitations(
        &self,
        by: UserId,
        only: Option<RoomId>,
        limit: u32,
    ) -> Result<Vec<SentInvitation>, StoreError> {
        let state = self.lock();
        let rooms = state.rooms.rooms.iter().filter(|(id, _)| only.is_none_or(|only| only == **id));
        let sent = rooms.flat_map(|(id, room)| room.sent.iter().map(|(who, at)| (*id, *who, *at)));
        let mine = sent.filter(|(_, (maker, _), _)| *maker == by);
        let row = |(room_id, (_, user_id), invited_at)| SentInvitation { room_id, user_id, invited_at };
        let mut rows: Vec<_> = mine.map(row).collect();
        rows.sort_unstable_by_key(|row| Reverse((row.invited_at, row.room_id, row.user_id)));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn take_back_invitation(
        &self,
        room_id: RoomId,
        user: UserId,
        by: UserId,
        notes: Vec<UserNote>,
    ) -> Result<Vec<Told>, StoreError> {
        let state = &mut *self.lock();
        let Some(room) = state.rooms.rooms.get_mut(&room_id) else { return Ok(Vec::new()) };
        room.sent.remove(&(by, user));
        match room.invited.get(&user).is_some_and(|invited| invited.by == by && invited.declined_at.is_none()) {
            false => Ok(Vec::new()),
            true => {
                room.invited.remove(&user);
                Ok(state.timeline.note(notes))
            }
        }
    }

    async fn own_invites(&self, user: UserId, now: Timestamp, limit: u32) -> Result<Vec<OwnInvite>, StoreError> {
        let state = self.lock();
        let invites = state.rooms.rooms.iter().flat_map(|(id, room)| room.invites.values().map(|invite| (*id, invite)));
        let mine = invites.filter(|(_, invite)| invite.created_by == user && !is_over(invite, now));
        let mut rows: Vec<_> = mine.map(|(room_id, invite)| OwnInvite { room_id, invite: *invite }).collect();
        rows.sort_unstable_by_key(|row| Reverse((row.invite.created_at, row.invite.invite_id)));
        rows.truncate(limit as usize);
        Ok(rows)
    }
}
