//! Rooms in memory.

mod admission;
mod first_contact;
mod lists;
mod receipts;
mod room;
mod underway;

pub(super) use room::{MemberState, Room};

use super::MemoryStore;
use crate::{
    error::StoreError,
    people::{AvatarSize, AvatarVersion},
    rooms::{
        Authz, CreateGroup, DirectPair, History, Inbox, Member, MemberRow, Membership, NewGroup, OpenDirect, Pending,
        Prefs, PrefsChange, ReceiptMark, ReceiptsFlushed, Role, RoomKind, RoomPlace, RoomRow, RoomSettings, RoomStore,
    },
    timeline::{Told, UserNote},
};
use async_trait::async_trait;
use bytes::Bytes;
use chatlink_protocol::{
    ClientId, RoomId, Seq, Timestamp, UserId,
    frame::{Head, Receipt},
};
use receipts::mark;
use room::{Asked, Invited};
use std::collections::{BTreeMap, HashMap};

#[derive(Default)]
pub(super) struct Tables {
    pub(super) rooms: HashMap<RoomId, Room>,
    pairs: HashMap<DirectPair, RoomId>,
    groups: HashMap<(UserId, ClientId), (RoomId, [u8; 32])>,
}

/// First contacts that reached a person.
#[derive(Default)]
pub(super) struct Asks {
    pub(super) waiting: u32,
    pub(super) asked: u32,
    pub(super) accepted: u32,
}

impl Tables {
    /// What reached `user`: all that waits, and what was asked since an instant.
    pub(super) fn asks(&self, user: UserId, since: Timestamp) -> Asks {
        let mut asks = Asks::default();
        for room in self.rooms.values() {
            let Some(asked) = room.asked.filter(|asked| asked.user == user && asked.wrote) else { continue };
            let declined = room.members.get(&user).is_some_and(|member| member.declined);
            asks.waiting += u32::from(room.pending.is_some() && !declined);
            asks.asked += u32::from(asked.at >= since);
            asks.accepted += u32::from(asked.at >= since && room.pending.is_none());
        }
        asks
    }

    /// Forgets what a room keeps of a deleted account for itself, and makes decisions in all its rooms
    /// stale; answers which they are.
    pub(super) fn depart(&mut self, user: UserId) -> Vec<RoomId> {
        self.groups.retain(|(creator, _), _| *creator != user);
        let mut left = Vec::new();
        for (id, room) in &mut self.rooms {
            room.muted.remove(&user);
            room.banned.remove(&user);
            room.asking.remove(&user);
            room.invited.retain(|invited, by| *invited != user && by.by != user);
            room.sent.retain(|(by, invited), _| *by != user && *invited != user);
            room.invites.retain(|_, invite| invite.created_by != user);
            room.banned.values_mut().filter(|ban| ban.banned_by == Some(user)).for_each(|ban| ban.banned_by = None);
            if let Some(member) = room.members.get_mut(&user) {
                member.prefs = Prefs::default();
                room.version += 1;
                left.push(*id);
            }
        }
        left
    }

    /// A block between these two came or went: decisions in their direct room are stale.
    pub(super) fn sever(&mut self, one: UserId, other: UserId) {
        let room = DirectPair::of(one, other).and_then(|pair| self.pairs.get(&pair));
        if let Some(room) = room.and_then(|id| self.rooms.get_mut(id)) {
            room.version += 1;
        }
    }
}

#[async_trait]
impl RoomStore for MemoryStore {
    async fn open_direct(
        &self,
        room_id: RoomId,
        pair: DirectPair,
        opener: UserId,
        created: Vec<UserNote>,
        accepted: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<OpenDirect, StoreError> {
        let mut state = self.lock();
        let about = |notes: Vec<UserNote>, id: RoomId| {
            notes.into_iter().map(|note| UserNote { subject: id.to_string(), ..note }).collect()
        };
        if let Some(found) = state.rooms.pairs.get(&pair).copied() {
            if !state.accept(found, opener) {
                return Ok(OpenDirect::Found(found));
            }
            return Ok(OpenDirect::Accepted(found, state.timeline.note(about(accepted, found))));
        }
        if [pair.low, pair.high].iter().any(|user| state.identity.is_deleted(*user)) {
            return Ok(OpenDirect::NoUser);
        }
        let member = || MemberState::new(Role::Member, Seq(1), Seq(0), now);
        let room = Room {
            kind: RoomKind::Direct,
            settings: RoomSettings::default(),
            avatar: None,
            history: History::All,
            pair: Some(pair),
            version: 1,
            rev: 0,
            pending: Some(Pending { opener, sent: 0 }),
            asked: Some(Asked { user: if pair.low == opener { pair.high } else { pair.low }, at: now, wrote: false }),
            members: BTreeMap::from([(pair.low, member()), (pair.high, member())]),
            muted: HashMap::new(),
            banned: HashMap::new(),
            invites: HashMap::new(),
            asking: HashMap::new(),
            invited: HashMap::new(),
            sent: BTreeMap::new(),
            updated_at: now,
            log: Vec::new(),
        };
        state.rooms.pairs.insert(pair, room_id);
        state.rooms.rooms.insert(room_id, room);
        Ok(OpenDirect::Created(room_id, state.timeline.note(about(created, room_id))))
    }

    async fn create_group(
        &self,
        group: NewGroup,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<CreateGroup, StoreError> {
        let mut state = self.lock();
        let name = (group.creator, group.client_id);
        if let Some((room, request)) = state.rooms.groups.get(&name) {
            let same = *request == group.request;
            return Ok(if same { CreateGroup::Repeated(*room) } else { CreateGroup::Conflict });
        }
        if state.identity.is_deleted(group.creator) {
            return Ok(CreateGroup::NoCreator);
        }
        let member = |role| MemberState::new(role, Seq(1), Seq(0), now);
        let there = group.members.iter().filter(|user| !state.identity.is_deleted(**user));
        let mut members: BTreeMap<_, _> = there.map(|user| (*user, member(Role::Member))).collect();
        members.insert(group.creator, member(Role::Owner));
        let invited = group.invited.iter().filter(|user| !state.identity.is_deleted(**user));
        let fresh = Invited { by: group.creator, at: now, declined_at: None };
        let invited = invited.map(|user| (*user, fresh)).collect();
        let room = Room {
            kind: RoomKind::Group,
            settings: RoomSettings::of(&group.title),
            avatar: None,
            history: group.history,
            pair: None,
            version: 1,
            rev: 0,
            pending: None,
            asked: None,
            members,
            muted: HashMap::new(),
            banned: HashMap::new(),
            invites: HashMap::new(),
            asking: HashMap::new(),
            invited,
            sent: BTreeMap::new(),
            updated_at: now,
            log: Vec::new(),
        };
        state.rooms.groups.insert(name, (group.room_id, group.request));
        state.rooms.rooms.insert(group.room_id, room);
        Ok(CreateGroup::Created(state.timeline.note(notes)))
    }

    async fn load_authz(&self, room_id: RoomId) -> Result<Option<Authz>, StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok(None) };
        let members = room.members.iter().filter(|(user, _)| state.counts(room, **user));
        Ok(Some(Authz {
            room_id,
            kind: room.kind,
            version: room.version,
            settings: room.settings.clone(),
            history: room.history,
            members: members.map(|(id, m)| (*id, Member { role: m.role, from_seq: m.from_seq })).collect(),
            muted: room.muted.clone(),
            pending: room.pending,
            severed: state.severed(room),
        }))
    }

    async fn accept(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        _now: Timestamp,
    ) -> Result<Option<Vec<Told>>, StoreError> {
        let mut state = self.lock();
        let accepted = state.accept(room_id, user);
        Ok(accepted.then(|| state.timeline.note(notes)))
    }

    async fn decline(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        _now: Timestamp,
    ) -> Result<Option<Vec<Told>>, StoreError> {
        let mut state = self.lock();
        let Some(room) = state.rooms.rooms.get_mut(&room_id).filter(|room| room.waits_for(user)) else {
            return Ok(None);
        };
        room.version += 1;
        if let Some(member) = room.members.get_mut(&user) {
            member.declined = true;
        }
        Ok(Some(state.timeline.note(notes)))
    }

    async fn list_rooms(
        &self,
        user: UserId,
        inbox: Inbox,
        after: Option<RoomPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<RoomRow>, StoreError> {
        Ok(self.lock().list_rooms(user, inbox, after, limit, now))
    }

    async fn find_room(&self, user: UserId, room_id: RoomId, now: Timestamp) -> Result<Option<RoomRow>, StoreError> {
        Ok(self.lock().row(room_id, user, now))
    }

    async fn badge(&self, user: UserId, now: Timestamp) -> Result<u32, StoreError> {
        Ok(self.lock().badge(user, now))
    }

    async fn find_room_avatar(
        &self,
        room_id: RoomId,
        version: AvatarVersion,
        size: AvatarSize,
    ) -> Result<Option<Bytes>, StoreError> {
        let state = self.lock();
        let room = state.rooms.rooms.get(&room_id).filter(|room| room.settings.avatar == Some(version));
        Ok(room.and_then(|room| room.avatar.as_ref()).map(|avatar| avatar.of_size(size).clone()))
    }

    async fn list_members(
        &self,
        room_id: RoomId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberRow>, StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok(Vec::new()) };
        let members = room.members.iter().filter(|(user, _)| state.counts(room, **user));
        let rest = members.filter(|(id, _)| after.is_none_or(|after| **id > after)).take(limit as usize);
        let row = |(id, m): (&UserId, &MemberState)| {
            let muted_until = room.muted.get(id).copied();
            MemberRow { user_id: *id, role: m.role, joined_at: m.joined_at, muted_until }
        };
        Ok(rest.map(row).collect())
    }

    async fn set_prefs(
        &self,
        user: UserId,
        room_id: RoomId,
        change: PrefsChange,
        _now: Timestamp,
    ) -> Result<Option<Told>, StoreError> {
        let mut state = self.lock();
        let member = state.rooms.rooms.get_mut(&room_id).and_then(|room| room.members.get_mut(&user));
        let Some(member) = member else { return Ok(None) };
        member.prefs = member.prefs.with(change);
        let body = serde_json::to_value(member.prefs).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
        let note = UserNote { user_id: user, kind: "prefs", subject: room_id.to_string(), body };
        Ok(state.timeline.note(vec![note]).pop())
    }

    async fn flush_receipts(
        &self,
        marks: Vec<ReceiptMark>,
        _now: Timestamp,
    ) -> Result<Vec<ReceiptsFlushed>, StoreError> {
        Ok(self.lock().flush_receipts(marks))
    }

    async fn list_receipts(
        &self,
        room_id: RoomId,
        only: Option<UserId>,
        limit: u32,
    ) -> Result<(u64, Vec<Receipt>), StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok((0, Vec::new())) };
        let members = room.members.iter().filter(|(user, _)| only.is_none_or(|only| only == **user));
        Ok((room.rev, members.take(limit as usize).map(|(user, member)| mark(*user, member)).collect()))
    }

    async fn memberships_of(&self, users: &[UserId]) -> Result<HashMap<UserId, Vec<Membership>>, StoreError> {
        let state = self.lock();
        let of = |user: UserId| {
            let rooms = state.rooms.rooms.iter();
            let mut mine: Vec<_> = rooms
                .filter_map(|(id, room)| {
                    let member = room.members.get(&user)?;
                    let (head, declined) =
                        (Head { seq: room.head(), rev: room.rev }, member.declined && room.waits_for(user));
                    Some((room.updated_at, Membership { room_id: *id, head, from_seq: member.from_seq, declined }))
                })
                .collect();
            mine.sort_unstable_by_key(|(at, room)| std::cmp::Reverse((*at, room.room_id)));
            (user, mine.into_iter().map(|(_, room)| room).collect::<Vec<_>>())
        };
        Ok(users.iter().map(|user| of(*user)).filter(|(_, rooms)| !rooms.is_empty()).collect())
    }
}
