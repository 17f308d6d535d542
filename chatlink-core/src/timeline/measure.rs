//! Measures: what those who lead a room do to it and to its members. Pure: stores load how things stand
//! under the room's lock, and ask here what becomes of them.

use crate::{
    people::Avatar,
    rooms::{Role, RoomSettings, RoomSettingsChange},
};
use chatlink_protocol::{EventBody, MembershipChange, Timestamp, UserId, event::Membership};

/// What somebody who leads a room does.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// Changes title, topic, who may write, the picture and so on.
    Settings(RoomSettingsChange),
    /// Gives a member another role.
    Role {
        /// Whom.
        user_id: UserId,
        /// Which.
        role: Role,
    },
    /// Makes a member the owner; the sender, who owned the room, is an admin from then on.
    HandOver {
        /// Whom.
        user_id: UserId,
    },
    /// Takes the word from a member until then; `None` gives it back.
    Mute {
        /// From whom.
        user_id: UserId,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// Takes somebody out, if he is in it, and keeps him out; what muted him ends.
    Ban {
        /// Whom.
        user_id: UserId,
    },
    /// Lets somebody in again.
    Unban {
        /// Whom.
        user_id: UserId,
    },
}

/// How somebody stands in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// As a member.
    pub role: Option<Role>,
    /// Until when he may not write.
    pub muted_until: Option<Timestamp>,
    /// Whether he is kept out.
    pub banned: bool,
}

impl Measure {
    /// Whom it is about, where it is about somebody.
    #[must_use]
    pub const fn user_id(&self) -> Option<UserId> {
        match self {
            Self::Settings(_) => None,
            Self::Role { user_id, .. }
            | Self::HandOver { user_id }
            | Self::Mute { user_id, .. }
            | Self::Ban { user_id }
            | Self::Unban { user_id } => Some(*user_id),
        }
    }

    /// What becomes of the room's picture by it, for a store to keep in the transaction of the event; `Some(None)`:
    /// it goes. `None`: it stays as it is.
    #[must_use]
    pub fn avatar(&self) -> Option<Option<&Avatar>> {
        match self {
            Self::Settings(change) => change.avatar.as_ref().map(Option::as_deref),
            _ => None,
        }
    }

    /// The event that it makes in a room that stands so, about somebody who stands so; the settings and
    /// the standing are afterwards as it leaves them. `None`: it is so already, or there is no such member.
    pub fn take(&self, settings: &mut RoomSettings, standing: &mut Standing) -> Option<EventBody> {
        let before = *standing;
        let told = match self {
            Self::Settings(change) => return settings.change(change).map(|told| EventBody::Room(Box::new(told))),
            Self::Role { user_id, role } => {
                standing.role = standing.role.and(Some(*role));
                let role = Some(role.as_str().to_owned());
                Membership { role, ..Membership::plain(*user_id, MembershipChange::RoleChanged) }
            }
            Self::HandOver { user_id } => {
                standing.role = standing.role.and(Some(Role::Owner));
                Membership::plain(*user_id, MembershipChange::HandedOver)
            }
            Self::Mute { user_id, until: Some(until) } => {
                standing.muted_until = standing.role.and(Some(*until)).or(standing.muted_until);
                let until = Some(*until);
                Membership { until, ..Membership::plain(*user_id, MembershipChange::Muted) }
            }
            Self::Mute { user_id, until: None } => {
                standing.muted_until = None;
                Membership::plain(*user_id, MembershipChange::Unmuted)
            }
            Self::Ban { user_id } => {
                *standing = Standing { role: None, muted_until: None, banned: true };
                Membership::plain(*user_id, MembershipChange::Banned)
            }
            Self::Unban { user_id } => {
                standing.banned = false;
                Membership::plain(*user_id, MembershipChange::Unbanned)
            }
        };
        (*standing != before).then_some(EventBody::Membership(told))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn take(measure: &Measure, mut standing: Standing) -> (bool, Standing) {
        let told = measure.take(&mut RoomSettings::default(), &mut standing);
        (told.is_some(), standing)
    }

    #[test]
    fn what_is_so_already_makes_no_event() {
        let user_id = UserId::from_uuid(Uuid::from_u128(1));
        let member = Standing { role: Some(Role::Member), ..Standing::default() };
        let until = Some(Timestamp::from_micros(9));
        let muted = Standing { muted_until: until, ..member };
        let banned = Standing { banned: true, ..Standing::default() };
        let stranger = Standing::default();
        let role = |role| Measure::Role { user_id, role };
        let cases = [
            (role(Role::Admin), member, true, Standing { role: Some(Role::Admin), ..member }),
            (role(Role::Member), member, false, member),
            (role(Role::Admin), stranger, false, stranger),
            (Measure::HandOver { user_id }, member, true, Standing { role: Some(Role::Owner), ..member }),
            (Measure::HandOver { user_id }, stranger, false, stranger),
            (Measure::Mute { user_id, until }, member, true, muted),
            (Measure::Mute { user_id, until }, muted, false, muted),
            (Measure::Mute { user_id, until }, stranger, false, stranger),
            (Measure::Mute { user_id, until: None }, muted, true, member),
            (Measure::Mute { user_id, until: None }, member, false, member),
            (Measure::Ban { user_id }, muted, true, banned),
            (Measure::Ban { user_id }, stranger, true, banned),
            (Measure::Ban { user_id }, banned, false, banned),
            (Measure::Unban { user_id }, banned, true, stranger),
            (Measure::Unban { user_id }, member, false, member),
        ];
        for (measure, before, makes, after) in cases {
            assert_eq!(take(&measure, before), (makes, after), "{measure:?} {before:?}");
        }
    }
}
