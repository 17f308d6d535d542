//! Who comes into rooms, in memory.

use super::room::Asking;
use crate::{
    error::StoreError,
    memory::{MemoryStore, State, rooms::Room},
    rooms::{
        ASK_AGAIN, AdmissionStore, AskToJoin, AskingRow, BanRow, CreateInvite, Door, Entry, InviteRow, Invited,
        MAX_ASKING, MAX_INVITES, NewInvite, Pass, PublicFilter, PublicRow, Role, Visibility, Way,
    },
    timeline::UserNote,
};
use async_trait::async_trait;
use chatlink_protocol::{InviteId, RoomId, Timestamp, UserId};
use std::{cmp::Reverse, collections::HashSet};

impl Room {
    /// The room's door as it is for `user`, by an invite of that hash or without one.
    pub(in crate::memory) fn door(&self, user: UserId, way: Way) -> Door {
        let count = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        let mut door = Door::of(self.kind, &self.settings, count);
        door.is_member = self.members.contains_key(&user);
        door.is_banned = self.banned.contains_key(&user);
        let invited = self.invited.get(&user).filter(|invited| invited.declined_at.is_none());
        door.invited_by = invited.and_then(|invited| self.members.get(&invited.by)).map(|member| member.role);
        if let Way::Invite(hash) = way {
            door.pass = self.invites.get(&hash).map(|invite| Pass {
                made_by: self.members.get(&invite.created_by).map(|member| member.role),
                max_uses: invite.max_uses,
                uses: invite.uses,
                expires_at: invite.expires_at,
            });
        }
        door
    }
}

pub(super) fn is_over(invite: &InviteRow, now: Timestamp) -> bool {
    invite.max_uses.is_some_and(|most| invite.uses >= most) || invite.expires_at.is_some_and(|at| at <= now)
}

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
        rows.sort_unstable_by_key(|ban| Reverse(place(ban)));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn find_banned(&self, room_id: RoomId, users: &[UserId]) -> Result<HashSet<UserId>, StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok(HashSet::new()) };
        Ok(users.iter().copied().filter(|user| room.banned.contains_key(user)).collect())
    }

    async fn create_invite(&self, invite: NewInvite, now: Timestamp) -> Result<CreateInvite, StoreError> {
        let mut state = self.lock();
        let room = state.rooms.rooms.get_mut(&invite.room_id);
        let Some(room) = room.filter(|room| room.version == invite.authz_version) else {
            return Ok(CreateInvite::Stale);
        };
        room.invites.retain(|_, invite| !is_over(invite, now));
        if room.invites.len() >= MAX_INVITES as usize {
            return Ok(CreateInvite::Full);
        }
        let NewInvite { invite_id, token_hash, created_by, max_uses, expires_at, .. } = invite;
        let row = InviteRow { invite_id, created_by, created_at: now, max_uses, uses: 0, expires_at };
        room.invites.insert(token_hash, row);
        Ok(CreateInvite::Created)
    }

    async fn list_invites(&self, room_id: RoomId, now: Timestamp) -> Result<Vec<InviteRow>, StoreError> {
        let state = self.lock();
        let invites = state.rooms.rooms.get(&room_id).into_iter().flat_map(|room| room.invites.values().copied());
        let mut rows: Vec<InviteRow> = invites.filter(|invite| !is_over(invite, now)).collect();
        rows.sort_unstable_by_key(|invite| Reverse((invite.created_at, invite.invite_id)));
        Ok(rows)
    }

    async fn revoke_invite(&self, room_id: RoomId, invite_id: InviteId) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let Some(room) = state.rooms.rooms.get_mut(&room_id) else { return Ok(false) };
        let before = room.invites.len();
        room.invites.retain(|_, invite| invite.invite_id != invite_id);
        Ok(room.invites.len() < before)
    }

    async fn find_invite(&self, token_hash: [u8; 32], user: UserId) -> Result<Option<Invited>, StoreError> {
        let state = self.lock();
        let found = state.rooms.rooms.iter().find_map(|(id, room)| Some((id, room, room.invites.get(&token_hash)?)));
        Ok(found.map(|(id, room, invite)| Invited {
            room_id: *id,
            settings: room.settings.clone(),
            created_by: invite.created_by,
            door: room.door(user, Way::Invite(token_hash)),
        }))
    }

    async fn list_public(
        &self,
        user: UserId,
        filter: PublicFilter,
        after: Option<(Timestamp, RoomId)>,
        limit: u32,
    ) -> Result<Vec<PublicRow>, StoreError> {
        let state = self.lock();
        let is_wanted = |room: &Room| {
            let settings = &room.settings;
            settings.visibility == Visibility::Public
                && !room.members.contains_key(&user)
                && !room.banned.contains_key(&user)
                && filter.language.is_none_or(|language| settings.language == Some(language))
                && filter.level.is_none_or(|level| settings.level == Some(level))
        };
        let found = state.rooms.rooms.iter().filter(|(_, room)| is_wanted(room));
        let mut rows: Vec<PublicRow> = found.map(|(id, room)| state.public_row(*id, room, user)).collect();
        rows.retain(|row| after.is_none_or(|after| (row.updated_at, row.room_id) < after));
        rows.sort_unstable_by_key(|row| Reverse((row.updated_at, row.room_id)));
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn ask_to_join(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<AskToJoin, StoreError> {
        let mut state = self.lock();
        if state.identity.is_deleted(user) {
            return Ok(AskToJoin::Shut);
        }
        let Some(room) = state.rooms.rooms.get_mut(&room_id) else { return Ok(AskToJoin::Shut) };
        match room.door(user, Way::Asking).entry(Way::Asking, now) {
            Entry::Opens => {}
            Entry::Full => return Ok(AskToJoin::Full),
            Entry::Shut | Entry::Inside => return Ok(AskToJoin::Shut),
        }
        let waits = |asking: &Asking| asking.declined_at.is_none_or(|at| at.plus(ASK_AGAIN) > now);
        if let Some(asking) = room.asking.get_mut(&user).filter(|asking| waits(asking)) {
            if std::mem::take(&mut asking.taken_back) {
                asking.at = now;
            }
            return Ok(AskToJoin::Waits);
        }
        if room.asking.values().filter(|asking| asking.declined_at.is_none()).count() >= MAX_ASKING as usize {
            return Ok(AskToJoin::Full);
        }
        room.asking.insert(user, Asking { at: now, declined_at: None, taken_back: false });
        Ok(AskToJoin::Asked(state.timeline.note(notes)))
    }

    async fn list_asking(
        &self,
        room_id: RoomId,
        only: Option<UserId>,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<AskingRow>, StoreError> {
        let state = self.lock();
        let asking = state.rooms.rooms.get(&room_id).into_iter().flat_map(|room| room.asking.iter());
        let waiting = asking.filter(|(_, asking)| asking.declined_at.is_none());
        let mut rows: Vec<_> = waiting.map(|(user, asking)| (asking.at, *user)).collect();
        rows.retain(|(at, user)| {
            only.is_none_or(|only| only == *user) && after.is_none_or(|after| (*at, *user) > after)
        });
        rows.sort_unstable();
        rows.truncate(limit as usize);
        Ok(rows.into_iter().map(|(asked_at, user_id)| AskingRow { user_id, asked_at }).collect())
    }

    async fn decline_asking(&self, room_id: RoomId, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let asking = state.rooms.rooms.get_mut(&room_id).and_then(|room| room.asking.get_mut(&user));
        let Some(asking) = asking.filter(|asking| asking.declined_at.is_none()) else { return Ok(false) };
        asking.declined_at = Some(now);
        Ok(true)
    }
}

impl State {
    fn public_row(&self, room_id: RoomId, room: &Room, user: UserId) -> PublicRow {
        let owners = room
            .members
            .iter()
            .filter(|(user, member)| member.role == Role::Owner && !self.identity.is_deleted(**user));
        PublicRow {
            room_id,
            settings: room.settings.clone(),
            member_count: u32::try_from(room.members.len()).unwrap_or(u32::MAX),
            owners: owners.map(|(user, _)| *user).collect(),
            asked: room.asking.get(&user).is_some_and(|asking| !asking.taken_back),
            updated_at: room.updated_at,
        }
    }
}
