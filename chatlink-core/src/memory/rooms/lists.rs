//! Rooms as their members see them: rows, lists, unread counts, the badge.

use super::Room;
use crate::{
    memory::{State, rooms::MemberState, timeline::Logged},
    rooms::{Inbox, RoomKind, RoomPlace, RoomRow, asks_for_attention},
    timeline::Reader,
};
use chatlink_protocol::{EventBody, RoomId, Seq, Timestamp, UserId};

/// Unread is counted up to here.
const UNREAD_CAP: usize = 100;

impl State {
    pub(in crate::memory) fn severed(&self, room: &Room) -> bool {
        let gone = |user| self.identity.has_account(user) && self.identity.active_username(user).is_none();
        room.pair.is_some_and(|pair| self.people.is_blocked(pair.low, pair.high) || gone(pair.low) || gone(pair.high))
    }

    /// Accepts the request that waits for `user`, unless the room is severed. Whether it did.
    pub(super) fn accept(&mut self, id: RoomId, user: UserId) -> bool {
        let severed = self.rooms.rooms.get(&id).is_some_and(|room| self.severed(room));
        let waiting = self.rooms.rooms.get_mut(&id).filter(|room| !severed && room.waits_for(user));
        waiting.map(Room::accept).is_some()
    }

    /// Whether a person whose row stands in a room is a member of it: of a group nobody is whose account
    /// is deleted.
    pub(super) fn counts(&self, room: &Room, user: UserId) -> bool {
        room.kind == RoomKind::Direct || !self.identity.is_deleted(user)
    }

    fn unread(&self, room: &Room, user: UserId, member: &MemberState, now: Timestamp) -> u32 {
        let from = member.read_seq.max(member.join_seq).next();
        let counts = |logged: &&Logged| {
            matches!(logged.event.body, EventBody::Message(_))
                && logged.event.body.thread().is_none()
                && logged.event.sender_id != user
                && !logged.is_gone(now)
                && !self.people.blocks(user, logged.event.sender_id)
                && !self.hides(user, logged.event.id)
        };
        let from = usize::try_from(from.0.saturating_sub(1)).unwrap_or(usize::MAX);
        let count = room.log.iter().skip(from).filter(counts).take(UNREAD_CAP).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Messages to read that name the reader, or all.
    fn unread_mentions(&self, room: &Room, user: UserId, member: &MemberState, now: Timestamp) -> u32 {
        let from = member.read_seq.max(member.join_seq);
        let counts = |logged: &&Logged| {
            let EventBody::Message(message) = &logged.event.body else { return false };
            logged.event.seq > from
                && message.thread.is_none()
                && (message.mentions_all || message.mentions.contains(&user))
                && logged.event.sender_id != user
                && !logged.is_gone(now)
                && !self.people.blocks(user, logged.event.sender_id)
                && !self.hides(user, logged.event.id)
        };
        u32::try_from(room.log.iter().filter(counts).take(UNREAD_CAP).count()).unwrap_or(u32::MAX)
    }

    pub(super) fn row(&self, id: RoomId, user: UserId, now: Timestamp) -> Option<RoomRow> {
        let room = self.rooms.rooms.get(&id)?;
        let member = room.members.get(&user)?;
        let items = self.items(id, Reader::Member(user), now)?;
        Some(RoomRow {
            room_id: id,
            kind: room.kind,
            settings: room.settings.clone(),
            peer: room.pair.map(|pair| pair.other(user)),
            severed: self.severed(room),
            role: member.role,
            member_muted_until: room.muted.get(&user).copied().filter(|until| *until > now),
            member_count: u32::try_from(room.members.len()).unwrap_or(u32::MAX),
            head_seq: room.head(),
            read_seq: member.read_seq,
            unread: self.unread(room, user, member, now),
            unread_mentions: self.unread_mentions(room, user, member, now),
            unread_threads: self.unread_threads(id, user, now),
            last_item: items.into_iter().rfind(|item| !self.hides(user, item.id)),
            pending: room.pending,
            prefs: member.prefs,
            updated_at: room.updated_at,
        })
    }

    /// Whether the room stands in this list of the user's.
    fn is_in(room: &Room, user: UserId, inbox: Inbox) -> bool {
        let Some(member) = room.members.get(&user) else { return false };
        match (inbox, room.waits_for(user)) {
            (Inbox::Rooms, waits) => !waits && !member.prefs.archived,
            (Inbox::Archived, waits) => !waits && member.prefs.archived,
            (Inbox::Requests, waits) => waits && !member.declined && room.head() > Seq(0),
        }
    }

    pub(super) fn list_rooms(
        &self,
        user: UserId,
        inbox: Inbox,
        after: Option<RoomPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Vec<RoomRow> {
        let rooms = self.rooms.rooms.iter().filter(|(_, room)| State::is_in(room, user, inbox));
        let place = |(id, room): (&RoomId, &Room)| {
            let pinned = room.members.get(&user).is_some_and(|member| member.prefs.pinned);
            RoomPlace { pinned, updated_at: room.updated_at, room_id: *id }
        };
        let mut places: Vec<RoomPlace> = rooms.map(place).collect();
        places.retain(|place| after.is_none_or(|after| *place < after));
        places.sort_unstable_by(|a, b| b.cmp(a));
        places.truncate(limit as usize);
        places.into_iter().filter_map(|place| self.row(place.room_id, user, now)).collect()
    }

    pub(super) fn badge(&self, user: UserId, now: Timestamp) -> u32 {
        let default = self.people.notify(user);
        let counts = |room: &&Room| {
            let Some(member) = room.members.get(&user) else { return false };
            let unread = (self.unread(room, user, member, now), self.unread_mentions(room, user, member, now));
            State::is_in(room, user, Inbox::Rooms) && asks_for_attention(default, &member.prefs, room.kind, unread, now)
        };
        u32::try_from(self.rooms.rooms.values().filter(counts).count()).unwrap_or(u32::MAX)
    }
}
