//! Who knows whom, and who is invited, in memory.

use super::room::Invited;
use crate::{
    error::StoreError,
    memory::MemoryStore,
    rooms::{
        DirectPair, FirstContactStore, INVITE_AGAIN, Invitation, InvitePeople, MAX_INVITATIONS, NewInvitations, Tie,
        Way,
    },
    timeline::{Told, UserNote},
};
use async_trait::async_trait;
use chatlink_protocol::{RoomId, Timestamp, UserId};
use std::{cmp::Reverse, collections::HashMap};

#[async_trait]
impl FirstContactStore for MemoryStore {
    async fn ties(&self, user: UserId, others: &[UserId]) -> Result<HashMap<UserId, Tie>, StoreError> {
        let state = self.lock();
        let tie = |other: &UserId| {
            let room = state.rooms.rooms.get(state.rooms.pairs.get(&DirectPair::of(user, *other)?)?)?;
            let declined = room.members.get(other).is_some_and(|member| member.declined);
            let tie = match &room.pending {
                None => Tie::Settled,
                Some(pending) if pending.opener != user => Tie::Offered,
                Some(_) if declined => Tie::Declined,
                Some(_) => Tie::Opened,
            };
            Some((*other, tie))
        };
        Ok(others.iter().filter_map(tie).collect())
    }

    async fn invite(&self, new: NewInvitations, now: Timestamp) -> Result<InvitePeople, StoreError> {
        let mut state = self.lock();
        let mut notes = new.notes;
        notes.retain(|note| !state.identity.is_deleted(note.user_id));
        let Some(room) = state.rooms.rooms.get_mut(&new.room_id).filter(|room| room.version == new.authz_version)
        else {
            return Ok(InvitePeople::Stale);
        };
        room.invited.retain(|_, invited| invited.declined_at.is_none_or(|at| at.plus(INVITE_AGAIN) > now));
        let stays = |invited: &Invited| invited.declined_at.is_some() || invited.by == new.invited_by;
        notes.retain(|note| {
            !room.members.contains_key(&note.user_id) && !room.invited.get(&note.user_id).is_some_and(stays)
        });
        let fresh = notes.iter().filter(|note| !room.invited.contains_key(&note.user_id)).count();
        if room.invited.len() + fresh > MAX_INVITATIONS as usize {
            return Ok(InvitePeople::Full);
        }
        for note in &notes {
            room.invited.insert(note.user_id, Invited { by: new.invited_by, at: now, declined_at: None });
        }
        Ok(InvitePeople::Invited(state.timeline.note(notes)))
    }

    async fn list_invitations(
        &self,
        user: UserId,
        only: Option<RoomId>,
        after: Option<(Timestamp, RoomId)>,
        limit: u32,
    ) -> Result<Vec<Invitation>, StoreError> {
        let state = self.lock();
        let rooms = state.rooms.rooms.iter().filter(|(id, _)| only.is_none_or(|only| only == **id));
        let waiting = rooms.filter_map(|(id, room)| {
            let invited = room.invited.get(&user).filter(|invited| invited.declined_at.is_none())?;
            Some(Invitation {
                room_id: *id,
                settings: room.settings.clone(),
                invited_by: invited.by,
                invited_at: invited.at,
                door: room.door(user, Way::Invitation),
            })
        });
        let mut rows: Vec<Invitation> = waiting.collect();
        rows.sort_unstable_by_key(|row| Reverse((row.invited_at, row.room_id)));
        rows.retain(|row| after.is_none_or(|after| (row.invited_at, row.room_id) < after));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn decline_invitation(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<Option<Vec<Told>>, StoreError> {
        let mut state = self.lock();
        let invited = state.rooms.rooms.get_mut(&room_id).and_then(|room| room.invited.get_mut(&user));
        let Some(invited) = invited.filter(|invited| invited.declined_at.is_none()) else { return Ok(None) };
        invited.declined_at = Some(now);
        Ok(Some(state.timeline.note(notes)))
    }
}
