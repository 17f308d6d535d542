//! Marks of delivery and reading: merged by maximum.

use super::{MemberState, Room};
use crate::{
    memory::State,
    rooms::{DirectPair, ReceiptMark, ReceiptsFlushed, SMALL_ROOM},
    timeline::UserNote,
};
use chatlink_protocol::{RoomId, UserId, frame::Receipt};
use std::collections::{BTreeMap, BTreeSet};

/// What moves in one room.
#[derive(Default)]
struct Moved {
    users: BTreeSet<UserId>,
    notes: Vec<UserNote>,
    /// Whether others may see any of it.
    shown: bool,
}

impl State {
    /// Whether others may see how far this person read in this room.
    fn shows_reading(&self, room: &Room, user: UserId) -> bool {
        self.people.shows_reading(user) && room.members.len() <= SMALL_ROOM && !self.severed(room)
    }

    /// Others see again how far this person read, wherever he shows it.
    pub(in crate::memory) fn reveal(&mut self, user: UserId) {
        let got = |room: &Room| room.members.get(&user).is_some_and(|member| member.delivered_seq.0 > 0);
        let rooms = self.rooms.rooms.iter().filter(|(_, room)| got(room) && self.shows_reading(room, user));
        let rooms: Vec<RoomId> = rooms.map(|(id, _)| *id).collect();
        for id in rooms {
            self.raise(id);
        }
    }

    /// The same of the two of a direct room, where nothing severs it.
    pub(in crate::memory) fn reveal_pair(&mut self, (one, other): (UserId, UserId)) {
        let id = DirectPair::of(one, other).and_then(|pair| self.rooms.pairs.get(&pair)).copied();
        if let Some(id) = id.filter(|id| self.rooms.rooms.get(id).is_some_and(|room| !self.severed(room))) {
            self.raise(id);
        }
    }

    fn raise(&mut self, id: RoomId) {
        if let Some(room) = self.rooms.rooms.get_mut(&id) {
            room.rev += 1;
        }
    }

    pub(super) fn flush_receipts(&mut self, marks: Vec<ReceiptMark>) -> Vec<ReceiptsFlushed> {
        let mut flushed: BTreeMap<RoomId, Moved> = BTreeMap::new();
        for mark in marks {
            let (room_id, user_id) = (mark.room_id, mark.user_id);
            if self.identity.is_deleted(user_id) {
                continue;
            }
            let shown = self.rooms.rooms.get(&room_id).is_some_and(|room| self.shows_reading(room, user_id));
            let Some(room) = self.rooms.rooms.get_mut(&room_id) else { continue };
            let head = room.head();
            let Some(member) = room.members.get_mut(&user_id) else { continue };
            let read = member.read_seq.max(mark.read_seq.min(head));
            let delivered = member.delivered_seq.max(mark.delivered_seq.min(head));
            if (read, delivered) == (member.read_seq, member.delivered_seq) {
                continue;
            }
            let moved = flushed.entry(room_id).or_default();
            moved.users.insert(user_id);
            moved.shown |= shown;
            if read > member.read_seq {
                member.prefs.marked_unread = false;
                moved.notes.push(UserNote {
                    user_id,
                    kind: "read",
                    subject: room_id.to_string(),
                    body: serde_json::json!({ "read_seq": read }),
                });
            }
            (member.read_seq, member.delivered_seq) = (read, delivered);
        }
        let tell = |(room_id, Moved { users, notes, shown }): (RoomId, Moved)| {
            let room = self.rooms.rooms.get_mut(&room_id)?;
            room.rev += u64::from(shown);
            let moved = users.iter().filter_map(|user| Some(mark(*user, room.members.get(user)?))).collect();
            let rev = shown.then_some(room.rev);
            Some(ReceiptsFlushed { room_id, rev, moved, told: self.timeline.note(notes) })
        };
        flushed.into_iter().filter_map(tell).collect()
    }
}

pub(super) fn mark(user_id: UserId, member: &MemberState) -> Receipt {
    let MemberState { delivered_seq, read_seq, from_seq, .. } = *member;
    Receipt { user_id, delivered_seq, read_seq, from_seq }
}
