//! The pure decisions of those who lead a room: whom they may add, take out, keep out, mute, raise.

use super::{
    Deed, Measure,
    decide::{Decided, room_note},
    mine::no_draft,
};
use crate::rooms::{Authz, MAX_MEMBERS, Refusal, Right, Role, RoomSettingsChange};
use chatlink_protocol::{MembershipChange, Timestamp, UserId};
use std::collections::HashSet;

impl From<Measure> for Decided {
    fn from(measure: Measure) -> Self {
        Deed::Govern(measure).into()
    }
}

/// Whether `me` may add these people, all of them; a decision each for those who are no members, in order.
///
/// # Errors
/// Why not.
pub(crate) fn add(authz: &Authz, me: UserId, users: &[UserId], now: Timestamp) -> Result<Vec<Decided>, Refusal> {
    authz.allow(me, Right::Add, now)?;
    let mut seen = HashSet::new();
    let new = users.iter().filter(|user| !authz.members.contains_key(user) && seen.insert(**user));
    let new: Vec<UserId> = new.copied().collect();
    if authz.members.len() + new.len() > MAX_MEMBERS {
        return Err(Refusal::Full);
    }
    let decided =
        |user_id| Decided { deed: Deed::Add { user_id }, notes: vec![room_note(user_id, authz.room_id, "joined")] };
    Ok(new.into_iter().map(decided).collect())
}

/// Whether `me` may take this person out: one of a lower role. `None`: he is not in it.
///
/// # Errors
/// Why not.
pub(crate) fn remove(authz: &Authz, me: UserId, user_id: UserId, now: Timestamp) -> Result<Option<Decided>, Refusal> {
    authz.allow_over(me, Right::Remove, user_id, now)?;
    let deed = Deed::Remove { user_id, change: MembershipChange::Removed, heir: None };
    let notes = vec![room_note(user_id, authz.room_id, "left"), no_draft(user_id, authz.room_id)];
    let decided = || Decided { deed, notes };
    Ok(authz.members.contains_key(&user_id).then(decided))
}

/// Whether `me` may change the room so: of two people either says how long messages stay, once they are in
/// contact, and nothing else. `None`: it is so already.
///
/// # Errors
/// Why not.
pub(crate) fn change(
    authz: &Authz,
    me: UserId,
    change: &RoomSettingsChange,
    now: Timestamp,
) -> Result<Option<Decided>, Refusal> {
    authz.allow(me, if change.is_timer() { Right::SetTimer } else { Right::Change }, now)?;
    if authz.pending.is_some() {
        return Err(Refusal::RequestPending);
    }
    let differs = authz.settings.clone().change(change).is_some();
    Ok(differs.then(|| Measure::Settings(change.clone()).into()))
}

/// Whether `me` may give this member that role: to one of a lower role, and no higher one than his own. His
/// own he may lower, unless the room had no owner then. `None`: he has it already.
///
/// # Errors
/// Why not.
pub(crate) fn set_role(
    authz: &Authz,
    me: UserId,
    user_id: UserId,
    role: Role,
    now: Timestamp,
) -> Result<Option<Decided>, Refusal> {
    let mine = match user_id == me {
        true => authz.member(me)?,
        false => authz.allow_over(me, Right::SetRole, user_id, now)?,
    };
    let theirs = authz.members.get(&user_id).ok_or(Refusal::NoUser)?;
    if role > mine.role {
        return Err(Refusal::NoRight);
    }
    if theirs.role == Role::Owner && role < Role::Owner && !authz.has_owner_beside(user_id) {
        return Err(Refusal::LastOwner);
    }
    Ok((theirs.role != role).then(|| Measure::Role { user_id, role }.into()))
}

/// Whether `me` may make this member the owner in his own place. `None`: he owns the room already.
///
/// # Errors
/// Why not.
pub(crate) fn hand_over(
    authz: &Authz,
    me: UserId,
    user_id: UserId,
    now: Timestamp,
) -> Result<Option<Decided>, Refusal> {
    authz.allow(me, Right::HandOver, now)?;
    let theirs = authz.members.get(&user_id).ok_or(Refusal::NoUser)?;
    Ok((theirs.role != Role::Owner).then(|| Measure::HandOver { user_id }.into()))
}

/// Whether `me` may take the word from this member until then, or with `None` give it back, to whom has left,
/// too. `None`: it is so already.
///
/// # Errors
/// Why not.
pub(crate) fn mute(
    authz: &Authz,
    me: UserId,
    user_id: UserId,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Decided>, Refusal> {
    authz.allow_over(me, Right::Mute, user_id, now)?;
    if until.is_some() && !authz.members.contains_key(&user_id) {
        return Err(Refusal::NoUser);
    }
    let differs = authz.muted.get(&user_id).copied() != until;
    Ok(differs.then(|| Measure::Mute { user_id, until }.into()))
}

/// Whether `me` may keep this person out: a member of a lower role, or somebody whom he `knows`.
///
/// # Errors
/// Why not.
pub(crate) fn ban(authz: &Authz, me: UserId, user_id: UserId, knows: bool, now: Timestamp) -> Result<Decided, Refusal> {
    authz.allow_over(me, Right::Ban, user_id, now)?;
    let is_member = authz.members.contains_key(&user_id);
    if !is_member && !knows {
        return Err(Refusal::NoUser);
    }
    let left = || [room_note(user_id, authz.room_id, "left"), no_draft(user_id, authz.room_id)];
    let notes = is_member.then(left).into_iter().flatten().collect();
    Ok(Decided { notes, ..Measure::Ban { user_id }.into() })
}

/// Whether `me` may let this person in again.
///
/// # Errors
/// Why not.
pub(crate) fn unban(authz: &Authz, me: UserId, user_id: UserId, now: Timestamp) -> Result<Decided, Refusal> {
    authz.allow(me, Right::Ban, now)?;
    Ok(Measure::Unban { user_id }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rooms::{Pending, RoomKind},
        timeline::{
            Life,
            decide::tests::{NOW, room, user},
        },
    };
    use Refusal::{LastOwner, NoRight, NoUser, NotMember, RequestPending};
    use Role::{Admin, Member, Moderator, Owner};
    use proptest::prelude::*;
    use std::time::Duration;

    /// 1 owns, 2 and 3 are admins, 4 moderates, 5 and 6 are members; 9 is nobody here.
    fn group() -> Authz {
        room(RoomKind::Group, &[(1, Owner), (2, Admin), (3, Admin), (4, Moderator), (5, Member), (6, Member)])
    }

    fn did<T>(decided: Result<Option<T>, Refusal>) -> Result<bool, Refusal> {
        decided.map(|decided| decided.is_some())
    }

    #[test]
    fn roles_reach_downwards_only() {
        let group = group();
        let out = |me, other| did(remove(&group, user(me), user(other), NOW));
        assert_eq!((out(2, 5), out(2, 4), out(1, 2)), (Ok(true), Ok(true), Ok(true)));
        assert_eq!((out(2, 3), out(2, 1), out(4, 5)), (Err(NoRight), Err(NoRight), Err(NoRight)));
        assert_eq!((out(1, 9), out(9, 5)), (Ok(false), Err(NotMember)));
        let ban = |me, other, knows| ban(&group, user(me), user(other), knows, NOW).map(|it| it.notes.len());
        assert_eq!((ban(2, 5, false), ban(2, 9, true), ban(2, 9, false)), (Ok(2), Ok(0), Err(NoUser)));
        assert_eq!((ban(2, 3, true), ban(2, 2, true), ban(4, 5, true)), (Err(NoRight), Err(NoRight), Err(NoRight)));
        let until = Some(NOW.plus(Duration::from_secs(9)));
        let mute = |me, other| did(mute(&group, user(me), user(other), until, NOW));
        assert_eq!((mute(4, 5), mute(4, 9), mute(5, 6)), (Ok(true), Err(NoUser), Err(NoRight)));
        assert_eq!((mute(4, 2), mute(4, 4)), (Err(NoRight), Err(NoRight)));
    }

    #[test]
    fn a_word_is_given_back_to_whom_has_left() {
        let mut group = group();
        group.muted.insert(user(9), NOW.plus(Duration::from_secs(9)));
        assert_eq!(did(mute(&group, user(4), user(9), None, NOW)), Ok(true));
        assert_eq!(did(mute(&group, user(4), user(5), None, NOW)), Ok(false));
    }

    #[test]
    fn nobody_raises_above_himself() {
        let group = group();
        let set = |me, other, role| did(set_role(&group, user(me), user(other), role, NOW));
        assert_eq!((set(2, 5, Admin), set(2, 5, Member)), (Ok(true), Ok(false)));
        assert_eq!(
            (set(2, 5, Owner), set(2, 3, Member), set(4, 5, Moderator)),
            (Err(NoRight), Err(NoRight), Err(NoRight))
        );
        assert_eq!((set(2, 2, Owner), set(2, 2, Member), set(5, 5, Moderator)), (Err(NoRight), Ok(true), Err(NoRight)));
        assert_eq!((set(1, 9, Admin), set(9, 5, Member)), (Err(NoUser), Err(NotMember)));
        assert_eq!(set(1, 5, Owner), Ok(true), "a room may have several owners");
    }

    #[test]
    fn the_last_owner_stays_one_until_somebody_else_is() {
        let mut group = group();
        let lower = |group: &Authz| did(set_role(group, user(1), user(1), Admin, NOW));
        assert_eq!(lower(&group), Err(LastOwner));
        let give = |group: &Authz, me, other| did(hand_over(group, user(me), user(other), NOW));
        assert_eq!((give(&group, 1, 5), give(&group, 1, 9), give(&group, 2, 5)), (Ok(true), Err(NoUser), Err(NoRight)));
        group.members.get_mut(&user(2)).unwrap().role = Owner;
        assert_eq!(lower(&group), Ok(true));
        assert_eq!(give(&group, 1, 2), Ok(false));
    }

    #[test]
    fn a_full_room_takes_nobody_more() {
        let roles: Vec<_> = (1..=MAX_MEMBERS as u128).map(|n| (n, Admin)).collect();
        let full = room(RoomKind::Group, &roles);
        let add = |authz: &Authz, users: &[u128]| {
            let users: Vec<_> = users.iter().map(|n| user(*n)).collect();
            add(authz, user(2), &users, NOW).map(|decided| decided.len())
        };
        assert_eq!(add(&full, &[20_000]), Err(Refusal::Full));
        assert_eq!(add(&full, &[3, 4]), Ok(0), "they are in it");
        let almost = room(RoomKind::Group, &roles[1..]);
        assert_eq!((add(&almost, &[20_000, 20_000, 3]), add(&almost, &[20_000, 20_001])), (Ok(1), Err(Refusal::Full)));
        assert_eq!(super::add(&group(), user(4), &[user(9)], NOW), Err(NoRight));
    }

    #[test]
    fn either_of_two_says_how_long_words_stay_once_they_are_in_contact() {
        let mut two = room(RoomKind::Direct, &[(1, Member), (2, Member)]);
        let timer = RoomSettingsChange { expires_in: Some(Life::from_secs(60).ok()), ..RoomSettingsChange::default() };
        let set = |authz: &Authz, me, timer: &RoomSettingsChange| did(change(authz, user(me), timer, NOW));
        assert_eq!(
            (set(&two, 1, &timer), set(&two, 2, &timer), set(&two, 3, &timer)),
            (Ok(true), Ok(true), Err(NotMember))
        );
        let more = RoomSettingsChange { topic: "Verbs".parse().ok(), ..timer.clone() };
        assert_eq!(set(&two, 1, &more), Err(NoRight));
        two.pending = Some(Pending { opener: user(1), sent: 1 });
        assert_eq!((set(&two, 1, &timer), set(&two, 2, &timer)), (Err(RequestPending), Err(RequestPending)));
        assert_eq!((set(&group(), 2, &timer), set(&group(), 4, &timer)), (Ok(true), Err(NoRight)));
    }

    #[test]
    fn two_people_are_governed_by_nobody() {
        let two = room(RoomKind::Direct, &[(1, Member), (2, Member)]);
        assert_eq!(did(remove(&two, user(1), user(2), NOW)), Err(NoRight));
        assert_eq!(did(set_role(&two, user(1), user(2), Admin, NOW)), Err(NoRight));
        assert_eq!(did(set_role(&two, user(1), user(1), Admin, NOW)), Err(NoRight));
        assert_eq!(did(hand_over(&two, user(1), user(2), NOW)), Err(NoRight));
        assert_eq!(did(mute(&two, user(1), user(2), Some(NOW), NOW)), Err(NoRight));
        assert_eq!(ban(&two, user(1), user(2), true, NOW).err(), Some(NoRight));
        assert_eq!(unban(&two, user(1), user(2), NOW).err(), Some(NoRight));
        assert_eq!(did(change(&two, user(1), &RoomSettingsChange::default(), NOW)), Err(NoRight));
    }

    /// Takes a decision in as a store does.
    fn take(authz: &mut Authz, sender: UserId, deed: &Deed) {
        match deed {
            Deed::Govern(Measure::Role { user_id, role }) => authz.members.get_mut(user_id).unwrap().role = *role,
            Deed::Govern(Measure::HandOver { user_id }) => {
                authz.members.get_mut(user_id).unwrap().role = Owner;
                authz.members.get_mut(&sender).unwrap().role = Admin;
            }
            Deed::Govern(Measure::Ban { user_id }) => drop(authz.members.remove(user_id)),
            Deed::Remove { user_id, heir, .. } => {
                authz.members.remove(user_id);
                if let Some(heir) = heir {
                    authz.members.get_mut(heir).unwrap().role = Owner;
                }
            }
            _ => {}
        }
    }

    proptest! {
        /// Whatever members do to each other, a room with members has an owner, and nobody does anything to
        /// his equals or to those above him.
        #[test]
        fn a_room_with_members_has_an_owner(steps in prop::collection::vec((0..5_u8, 1..7_u128, 1..7_u128, 0..4_u8), 1..80)) {
            let mut authz = group();
            for (what, me, other, role) in steps {
                let (sender, over) = (user(me), user(other));
                let before = authz.members.clone();
                let decided = match what {
                    0 => remove(&authz, sender, over, NOW),
                    1 => set_role(&authz, sender, over, [Member, Moderator, Admin, Owner][usize::from(role)], NOW),
                    2 => hand_over(&authz, sender, over, NOW),
                    3 => ban(&authz, sender, over, true, NOW).map(Some),
                    _ => crate::timeline::decide::leave(&authz, sender, NOW).map(Some),
                };
                let Ok(Some(decided)) = decided else { continue };
                take(&mut authz, sender, &decided.deed);
                prop_assert!(authz.members.is_empty() || authz.members.values().any(|member| member.role == Owner));
                if what < 4 && sender != over && what != 2 && let Some(theirs) = before.get(&over) {
                    prop_assert!(theirs.role < before[&sender].role);
                    prop_assert!(authz.members.get(&over).is_none_or(|now| now.role <= before[&sender].role));
                }
            }
        }
    }
}
