//! How somebody comes into a room by himself: the pure rule. Stores load the door under the room's lock and
//! ask here whether it opens.

use super::{Join, MAX_MEMBERS, Right, Role, RoomKind, RoomSettings, Visibility};
use chatlink_protocol::Timestamp;

/// The way that somebody takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the invite whose token has this hash; it costs a use.
    Invite([u8; 32]),
    /// Through the open door of a public room.
    Open,
    /// By the invitation of somebody who leads the room, which waits for him.
    Invitation,
    /// By asking those who lead a public room. Lets nobody in; the asking itself waits.
    Asking,
}

/// An invite as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The role that whoever made it has now; `None`: no member any more.
    pub made_by: Option<Role>,
    /// How often it lets somebody in; `None`: without end.
    pub max_uses: Option<u32>,
    /// How often it did.
    pub uses: u32,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// What stands between a room and somebody who wants in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// Direct rooms have none.
    pub kind: RoomKind,
    /// Whether it can be found.
    pub visibility: Visibility,
    /// Whether it stands open.
    pub join: Join,
    /// How many are inside.
    pub member_count: u32,
    /// He is inside already.
    pub is_member: bool,
    /// The room keeps him out.
    pub is_banned: bool,
    /// The invite that he shows, if the room has such a one.
    pub pass: Option<Pass>,
    /// The role that whoever invited him has now, if an invitation waits; `None`, too: no member any more.
    pub invited_by: Option<Role>,
}

/// What the door does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Opens.
    Opens,
    /// He is inside already.
    Inside,
    /// Stays shut, as if there were none.
    Shut,
    /// Would open, were there a place.
    Full,
}

impl Door {
    /// The door of a room of these settings.
    #[must_use]
    pub const fn of(kind: RoomKind, settings: &RoomSettings, member_count: u32) -> Self {
        let RoomSettings { visibility, join, .. } = settings;
        Self {
            kind,
            visibility: *visibility,
            join: *join,
            member_count,
            is_member: false,
            is_banned: false,
            pass: None,
            invited_by: None,
        }
    }

    /// What it does for somebody who comes by that way at `now`.
    #[must_use]
    pub fn entry(&self, way: Way, now: Timestamp) -> Entry {
        if self.is_member {
            return Entry::Inside;
        }
        let is_public = self.kind == RoomKind::Group && self.visibility == Visibility::Public;
        let leads = match way {
            Way::Invite(_) => self.kind == RoomKind::Group && self.pass.is_some_and(|pass| pass.holds(now)),
            Way::Invitation => self.kind == RoomKind::Group && self.invited_by.is_some_and(may_bring),
            Way::Open => is_public && self.join == Join::Open,
            Way::Asking => is_public && self.join == Join::Request,
        };
        match leads && !self.is_banned {
            false => Entry::Shut,
            true if self.member_count as usize >= MAX_MEMBERS => Entry::Full,
            true => Entry::Opens,
        }
    }
}

impl Door {
    /// Whether it lets him in at `now`: as [`entry`](Self::entry), but by asking nobody comes in.
    #[must_use]
    pub fn lets_in(&self, way: Way, now: Timestamp) -> Entry {
        match self.entry(way, now) {
            Entry::Opens | Entry::Full if way == Way::Asking => Entry::Shut,
            entry => entry,
        }
    }
}

impl Pass {
    /// Whether it still lets somebody in: uses are left, its time is not over, and whoever made it may bring
    /// people in.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.max_uses.is_none_or(|most| self.uses < most)
            && self.expires_at.is_none_or(|at| at > now)
            && self.made_by.is_some_and(may_bring)
    }
}

/// Whether this role may bring people into a group.
fn may_bring(role: Role) -> bool {
    Right::Add.needs(RoomKind::Group, super::Posting::Everyone).is_some_and(|least| role >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_000);
    const PASS: Pass = Pass { made_by: Some(Role::Admin), max_uses: Some(2), uses: 1, expires_at: None };

    fn door() -> Door {
        Door::of(RoomKind::Group, &RoomSettings::default(), 5)
    }

    fn public(join: Join) -> Door {
        Door { visibility: Visibility::Public, join, ..door() }
    }

    #[test]
    fn an_invite_holds_while_uses_time_and_right_last() {
        let cases = [
            (PASS, true),
            (Pass { uses: 2, ..PASS }, false),
            (Pass { max_uses: None, uses: 9_999, ..PASS }, true),
            (Pass { expires_at: Some(Timestamp::from_micros(1_001)), ..PASS }, true),
            (Pass { expires_at: Some(NOW), ..PASS }, false),
            (Pass { made_by: Some(Role::Moderator), ..PASS }, false),
            (Pass { made_by: None, ..PASS }, false),
            (Pass { made_by: Some(Role::Owner), ..PASS }, true),
        ];
        for (pass, holds) in cases {
            let entry = Door { pass: Some(pass), ..door() }.entry(Way::Invite([0; 32]), NOW);
            assert_eq!(entry, if holds { Entry::Opens } else { Entry::Shut }, "{pass:?}");
        }
    }

    #[test]
    fn a_door_opens_for_its_own_way_alone() {
        let ways = [Way::Invite([0; 32]), Way::Open, Way::Asking, Way::Invitation];
        let table = [
            (door(), [Entry::Shut; 4]),
            (Door { pass: Some(PASS), ..door() }, [Entry::Opens, Entry::Shut, Entry::Shut, Entry::Shut]),
            (public(Join::Open), [Entry::Shut, Entry::Opens, Entry::Shut, Entry::Shut]),
            (public(Join::Request), [Entry::Shut, Entry::Shut, Entry::Opens, Entry::Shut]),
            (Door { invited_by: Some(Role::Admin), ..door() }, [Entry::Shut, Entry::Shut, Entry::Shut, Entry::Opens]),
            (Door { invited_by: Some(Role::Moderator), ..door() }, [Entry::Shut; 4]),
            (Door { invited_by: Some(Role::Owner), is_banned: true, ..door() }, [Entry::Shut; 4]),
            (Door { pass: Some(PASS), kind: RoomKind::Direct, ..public(Join::Open) }, [Entry::Shut; 4]),
            (Door { is_member: true, ..door() }, [Entry::Inside; 4]),
            (Door { is_banned: true, pass: Some(PASS), ..public(Join::Open) }, [Entry::Shut; 4]),
            (Door { is_banned: true, ..public(Join::Request) }, [Entry::Shut; 4]),
            (
                Door { member_count: MAX_MEMBERS as u32, ..public(Join::Open) },
                [Entry::Shut, Entry::Full, Entry::Shut, Entry::Shut],
            ),
        ];
        for (door, expected) in table {
            assert_eq!(ways.map(|way| door.entry(way, NOW)), expected, "{door:?}");
            assert!(matches!(door.lets_in(Way::Asking, NOW), Entry::Shut | Entry::Inside), "{door:?}");
        }
    }
}
