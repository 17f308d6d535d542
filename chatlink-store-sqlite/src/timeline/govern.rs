//! Measures of those who lead a room: how things stand was loaded, the rule says what becomes of them, and
//! what it left is written.

use super::{
    decide::{Head, Plan, Refused, room},
    load::Loaded,
};
use chatlink_core::{
    protocol::{EventBody, RoomId, UserId},
    rooms::Role,
    timeline::{Measure, Standing},
};

impl Plan {
    pub(super) fn govern(
        &mut self,
        state: &mut Loaded,
        room_id: RoomId,
        head: Head,
        sender: UserId,
        measure: &Measure,
    ) -> Result<EventBody, Refused> {
        let place = measure.user_id().map(|user| (head.room_no, user));
        let before = place.and_then(|place| state.standings.get(&place)).copied().unwrap_or_default();
        let mut after = before;
        let room = room(state, room_id)?;
        let told = measure.take(&mut room.settings, &mut after).ok_or(Refused::Unchanged)?;
        room.version += 1;
        if let Some(avatar) = measure.avatar() {
            self.avatars.insert(head.room_no, avatar.cloned());
        }
        let Some(place) = place else { return Ok(told) };
        if before.role.is_some() && after.role.is_none() {
            self.take_out(room, place.1);
        }
        self.keep(place, before, after, (sender, head));
        state.standings.insert(place, after);
        if matches!(measure, Measure::HandOver { .. }) {
            self.roles.insert((head.room_no, sender), Role::Admin);
            state.standings.entry((head.room_no, sender)).or_default().role = Some(Role::Admin);
        }
        Ok(told)
    }

    fn keep(&mut self, place: (i64, UserId), before: Standing, after: Standing, (sender, head): (UserId, Head)) {
        if let Some(role) = after.role.filter(|role| before.role != Some(*role)) {
            self.roles.insert(place, role);
        }
        if before.muted_until != after.muted_until {
            self.mutes.insert(place, after.muted_until);
        }
        if before.banned != after.banned {
            self.bans.insert(place, after.banned.then_some((sender, head.at)));
            self.settled.insert(place);
        }
        self.governed.insert(head.room_no, head.at);
    }
}
