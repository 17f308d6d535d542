//! Rooms in memory.

use super::{MemoryStore, State, timeline::Logged};
use crate::{
    error::StoreError,
    rooms::{
        Authz, CreateGroup, DirectPair, History, Inbox, Member, MemberRow, NewGroup, OpenDirect, Pending, Prefs,
        PrefsChange, ReceiptMark, ReceiptsFlushed, Role, RoomKind, RoomRow, RoomStore,
    },
    timeline::{Reader, Told, UserNote},
};
use async_trait::async_trait;
use chatlink_protocol::{
    ClientId, EventBody, RoomId, Seq, Timestamp, UserId,
    frame::{Head, Receipt},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Unread is counted up to here.
const UNREAD_CAP: usize = 100;

#[derive(Default)]
pub(super) struct Tables {
    pub(super) rooms: HashMap<RoomId, Room>,
    pairs: HashMap<DirectPair, RoomId>,
    groups: HashMap<(UserId, ClientId), (RoomId, [u8; 32])>,
}

pub(super) struct Room {
    kind: RoomKind,
    pub(super) title: String,
    history: History,
    pair: Option<DirectPair>,
    pub(super) version: u64,
    pub(super) rev: u64,
    pub(super) pending: Option<Pending>,
    /// The first contact that it began with.
    pub(super) asked: Option<Asked>,
    pub(super) members: BTreeMap<UserId, MemberState>,
    pub(super) updated_at: Timestamp,
    /// The log: the event of seq n stands at n − 1.
    pub(super) log: Vec<Logged>,
}

/// A first contact: it stays known when it is answered.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    user: UserId,
    at: Timestamp,
    pub(super) wrote: bool,
}

/// First contacts that reached a person.
#[derive(Default)]
pub(super) struct Asks {
    pub(super) waiting: u32,
    pub(super) asked: u32,
    pub(super) accepted: u32,
}

pub(super) struct MemberState {
    pub(super) role: Role,
    pub(super) from_seq: Seq,
    /// The event of the joining: nothing up to it is unread. 0 for who was there from the start.
    join_seq: Seq,
    joined_at: Timestamp,
    read_seq: Seq,
    delivered_seq: Seq,
    prefs: Prefs,
    declined: bool,
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

    /// A block between these two came or went: decisions in their direct room are stale.
    pub(super) fn sever(&mut self, one: UserId, other: UserId) {
        let room = DirectPair::of(one, other).and_then(|pair| self.pairs.get(&pair));
        if let Some(room) = room.and_then(|id| self.rooms.get_mut(id)) {
            room.version += 1;
        }
    }
}

impl Room {
    pub(super) fn head(&self) -> Seq {
        Seq(self.log.len() as u64)
    }

    pub(super) fn last_at(&self) -> Timestamp {
        self.log.last().map_or(Timestamp::EPOCH, |logged| logged.event.at)
    }

    /// From where somebody added now reads, by an event at `seq`.
    pub(super) fn first_seq(&self, seq: Seq) -> Seq {
        match self.history {
            History::FromJoin => seq,
            History::All => Seq(1),
        }
    }

    fn waits_for(&self, user: UserId) -> bool {
        self.members.contains_key(&user) && self.pending.is_some_and(|pending| pending.opener != user)
    }

    fn accept(&mut self) {
        self.pending = None;
        self.version += 1;
        self.members.values_mut().for_each(|member| member.declined = false);
    }
}

impl MemberState {
    pub(super) fn new(role: Role, from_seq: Seq, join_seq: Seq, now: Timestamp) -> Self {
        Self {
            role,
            from_seq,
            join_seq,
            joined_at: now,
            read_seq: Seq(0),
            delivered_seq: Seq(0),
            prefs: Prefs::default(),
            declined: false,
        }
    }
}

impl State {
    fn severed(&self, room: &Room) -> bool {
        let gone = |user| self.identity.has_account(user) && self.identity.active_username(user).is_none();
        room.pair.is_some_and(|pair| self.people.is_blocked(pair.low, pair.high) || gone(pair.low) || gone(pair.high))
    }

    fn unread(&self, room: &Room, user: UserId, member: &MemberState, now: Timestamp) -> u32 {
        let from = member.read_seq.max(member.join_seq).next();
        let counts = |logged: &&Logged| {
            matches!(logged.event.body, EventBody::Message(_))
                && logged.event.sender_id != user
                && !logged.is_gone(now)
                && !self.people.blocks(user, logged.event.sender_id)
                && !self.people.blocks(user, logged.event.sender_id)
        };
        let from = usize::try_from(from.0.saturating_sub(1)).unwrap_or(usize::MAX);
        let count = room.log.iter().skip(from).filter(counts).take(UNREAD_CAP).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn row(&self, id: RoomId, user: UserId, now: Timestamp) -> Option<RoomRow> {
        let room = self.rooms.rooms.get(&id)?;
        let member = room.members.get(&user)?;
        let items = self.items(id, Reader::Member(user), now)?;
        Some(RoomRow {
            room_id: id,
            kind: room.kind,
            title: room.title.clone(),
            peer: room.pair.map(|pair| pair.other(user)),
            severed: self.severed(room),
            role: member.role,
            member_count: u32::try_from(room.members.len()).unwrap_or(u32::MAX),
            head_seq: room.head(),
            read_seq: member.read_seq,
            unread: self.unread(room, user, member, now),
            last_item: items.into_iter().next_back(),
            pending: room.pending,
            prefs: member.prefs,
            updated_at: room.updated_at,
        })
    }

    /// Whether the room stands in this list of the user's.
    fn is_in(room: &Room, user: UserId, inbox: Inbox) -> bool {
        let Some(member) = room.members.get(&user) else { return false };
        match (inbox, room.waits_for(user)) {
            (Inbox::Rooms, waits) => !waits,
            (Inbox::Requests, waits) => waits && !member.declined && room.head() > Seq(0),
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
            let Some(room) = state.rooms.rooms.get_mut(&found).filter(|room| room.waits_for(opener)) else {
                return Ok(OpenDirect::Found(found));
            };
            room.accept();
            return Ok(OpenDirect::Accepted(found, state.timeline.note(about(accepted, found))));
        }
        let member = || MemberState::new(Role::Member, Seq(1), Seq(0), now);
        let room = Room {
            kind: RoomKind::Direct,
            title: String::new(),
            history: History::All,
            pair: Some(pair),
            version: 1,
            rev: 0,
            pending: Some(Pending { opener, sent: 0 }),
            asked: Some(Asked { user: if pair.low == opener { pair.high } else { pair.low }, at: now, wrote: false }),
            members: BTreeMap::from([(pair.low, member()), (pair.high, member())]),
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
        let member = |role| MemberState::new(role, Seq(1), Seq(0), now);
        let mut members: BTreeMap<_, _> = group.members.iter().map(|user| (*user, member(Role::Member))).collect();
        members.insert(group.creator, member(Role::Owner));
        let room = Room {
            kind: RoomKind::Group,
            title: group.title.as_str().to_owned(),
            history: group.history,
            pair: None,
            version: 1,
            rev: 0,
            pending: None,
            asked: None,
            members,
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
        let members = room.members.iter();
        Ok(Some(Authz {
            room_id,
            kind: room.kind,
            version: room.version,
            title: room.title.clone(),
            history: room.history,
            members: members.map(|(id, m)| (*id, Member { role: m.role, from_seq: m.from_seq })).collect(),
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
        let Some(room) = state.rooms.rooms.get_mut(&room_id).filter(|room| room.waits_for(user)) else {
            return Ok(None);
        };
        room.accept();
        Ok(Some(state.timeline.note(notes)))
    }

    async fn decline(&self, room_id: RoomId, user: UserId, _now: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let Some(room) = state.rooms.rooms.get_mut(&room_id).filter(|room| room.waits_for(user)) else {
            return Ok(false);
        };
        room.version += 1;
        if let Some(member) = room.members.get_mut(&user) {
            member.declined = true;
        }
        Ok(true)
    }

    async fn list_rooms(
        &self,
        user: UserId,
        inbox: Inbox,
        after: Option<(Timestamp, RoomId)>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<RoomRow>, StoreError> {
        let state = self.lock();
        let rooms = state.rooms.rooms.iter().filter(|(_, room)| State::is_in(room, user, inbox));
        let mut places: Vec<_> = rooms.map(|(id, room)| (room.updated_at, *id)).collect();
        places.retain(|place| after.is_none_or(|after| *place < after));
        places.sort_unstable_by(|a, b| b.cmp(a));
        places.truncate(limit as usize);
        Ok(places.into_iter().filter_map(|(_, id)| state.row(id, user, now)).collect())
    }

    async fn find_room(&self, user: UserId, room_id: RoomId, now: Timestamp) -> Result<Option<RoomRow>, StoreError> {
        Ok(self.lock().row(room_id, user, now))
    }

    async fn badge(&self, user: UserId, now: Timestamp) -> Result<u32, StoreError> {
        let state = self.lock();
        let counts = |room: &&Room| {
            let Some(member) = room.members.get(&user) else { return false };
            let quiet = member.prefs.archived || member.prefs.muted_until.is_some_and(|until| until > now);
            State::is_in(room, user, Inbox::Rooms)
                && !quiet
                && (member.prefs.marked_unread || state.unread(room, user, member, now) > 0)
        };
        Ok(u32::try_from(state.rooms.rooms.values().filter(counts).count()).unwrap_or(u32::MAX))
    }

    async fn list_members(
        &self,
        room_id: RoomId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberRow>, StoreError> {
        let state = self.lock();
        let members = state.rooms.rooms.get(&room_id).into_iter().flat_map(|room| &room.members);
        let rest = members.filter(|(id, _)| after.is_none_or(|after| **id > after)).take(limit as usize);
        Ok(rest.map(|(id, m)| MemberRow { user_id: *id, role: m.role, joined_at: m.joined_at }).collect())
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
        let mut state = self.lock();
        let state = &mut *state;
        let mut flushed: BTreeMap<RoomId, (BTreeSet<UserId>, Vec<UserNote>)> = BTreeMap::new();
        for ReceiptMark { room_id, receipt } in marks {
            let Some(room) = state.rooms.rooms.get_mut(&room_id) else { continue };
            let head = room.head();
            let Some(member) = room.members.get_mut(&receipt.user_id) else { continue };
            let read = member.read_seq.max(receipt.read_seq.min(head));
            let delivered = member.delivered_seq.max(receipt.delivered_seq.min(head));
            if (read, delivered) == (member.read_seq, member.delivered_seq) {
                continue;
            }
            let (moved, notes) = flushed.entry(room_id).or_default();
            moved.insert(receipt.user_id);
            if read > member.read_seq {
                member.prefs.marked_unread = false;
                notes.push(UserNote {
                    user_id: receipt.user_id,
                    kind: "read",
                    subject: room_id.to_string(),
                    body: serde_json::json!({ "read_seq": read }),
                });
            }
            (member.read_seq, member.delivered_seq) = (read, delivered);
        }
        let tell = |(room_id, (moved, notes)): (RoomId, (BTreeSet<UserId>, Vec<UserNote>))| {
            let room = state.rooms.rooms.get_mut(&room_id)?;
            room.rev += 1;
            let moved = moved.iter().filter_map(|user| Some(mark(*user, room.members.get(user)?))).collect();
            Some(ReceiptsFlushed { room_id, rev: room.rev, moved, told: state.timeline.note(notes) })
        };
        Ok(flushed.into_iter().filter_map(tell).collect())
    }

    async fn list_receipts(&self, room_id: RoomId, limit: u32) -> Result<(u64, Vec<Receipt>), StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok((0, Vec::new())) };
        Ok((room.rev, room.members.iter().take(limit as usize).map(|(user, member)| mark(*user, member)).collect()))
    }

    async fn memberships(&self, user: UserId) -> Result<Vec<(RoomId, Head, Seq)>, StoreError> {
        let state = self.lock();
        let rooms = state.rooms.rooms.iter();
        let mut mine: Vec<_> = rooms
            .filter_map(|(id, room)| {
                let member = room.members.get(&user)?;
                Some((room.updated_at, *id, Head { seq: room.head(), rev: room.rev }, member.from_seq))
            })
            .collect();
        mine.sort_unstable_by_key(|(at, id, ..)| std::cmp::Reverse((*at, *id)));
        Ok(mine.into_iter().map(|(_, id, head, from)| (id, head, from)).collect())
    }
}

fn mark(user_id: UserId, member: &MemberState) -> Receipt {
    Receipt { user_id, delivered_seq: member.delivered_seq, read_seq: member.read_seq }
}
