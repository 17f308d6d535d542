//! Coming in by oneself: the door was loaded under the lock, and the rule says whether it opens.

use super::{
    decide::{Head, Plan, Refused, room},
    load::Loaded,
};
use chatlink_core::{
    protocol::{EventBody, MembershipChange, RoomId, Timestamp, UserId, event::Membership},
    rooms::{Door, Entry, Way},
};

impl Plan {
    pub(super) fn join(
        &mut self,
        state: &mut Loaded,
        room_id: RoomId,
        head: Head,
        user_id: UserId,
        way: Way,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        if state.gone.contains(&user_id) {
            return Err(Refused::NoTarget);
        }
        let standing = state.standings.get(&(head.room_id, user_id)).copied().unwrap_or_default();
        let room = room(state, room_id)?;
        let mut door = Door::of(room.kind, &room.settings, room.member_count);
        door.is_member = standing.role.is_some();
        door.is_banned = standing.banned;
        if let Way::Invite(hash) = way {
            door.pass = state.passes.get(&(head.room_id, hash)).copied();
        }
        door.invited_by = state.invited.get(&(head.room_id, user_id)).copied();
        match door.lets_in(way, now) {
            Entry::Opens => {}
            Entry::Inside => return Err(Refused::Unchanged),
            Entry::Shut => return Err(Refused::Banned),
            Entry::Full => return Err(Refused::NoPlace),
        }
        if let Way::Invite(hash) = way
            && let Some(pass) = state.passes.get_mut(&(head.room_id, hash))
        {
            pass.uses += 1;
            self.used.insert(hash, pass.uses);
        }
        // Good for one coming, also for later acts of the batch.
        state.invited.remove(&(head.room_id, user_id));
        self.come(state, room_id, head, user_id)?;
        Ok(EventBody::Membership(Membership::plain(user_id, MembershipChange::Joined)))
    }
}
