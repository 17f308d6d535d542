//! Marks of delivery and reading: merged by maximum.

use super::MemberState;
use crate::{
    memory::State,
    rooms::{ReceiptMark, ReceiptsFlushed},
    timeline::UserNote,
};
use chatlink_protocol::{RoomId, UserId, frame::Receipt};
use std::collections::{BTreeMap, BTreeSet};

impl State {
    pub(super) fn flush_receipts(&mut self, marks: Vec<ReceiptMark>) -> Vec<ReceiptsFlushed> {
        let mut flushed: BTreeMap<RoomId, (BTreeSet<UserId>, Vec<UserNote>)> = BTreeMap::new();
        for ReceiptMark { room_id, receipt } in marks {
            if self.identity.is_deleted(receipt.user_id) {
                continue;
            }
            let Some(room) = self.rooms.rooms.get_mut(&room_id) else { continue };
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
            let room = self.rooms.rooms.get_mut(&room_id)?;
            room.rev += 1;
            let moved = moved.iter().filter_map(|user| Some(mark(*user, room.members.get(user)?))).collect();
            Some(ReceiptsFlushed { room_id, rev: room.rev, moved, told: self.timeline.note(notes) })
        };
        flushed.into_iter().filter_map(tell).collect()
    }
}

pub(super) fn mark(user_id: UserId, member: &MemberState) -> Receipt {
    Receipt { user_id, delivered_seq: member.delivered_seq, read_seq: member.read_seq }
}
