//! The pure decisions: whether an act may be, and what it does beside its event.

use super::{Deed, Extras, FirstContact, MessageFacts, Named, ReactionChange, Target, UserNote, mine::no_draft};
use crate::rooms::{Authz, Refusal, Right, RoomKind};
use chatlink_protocol::{EventId, MembershipChange, RoomId, Seq, Timestamp, UserId};
use serde_json::json;

/// A decision: the deed, and the notes that go into users' own logs with it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Decided {
    /// What the store shall write.
    pub deed: Deed,
    /// What it shall tell.
    pub notes: Vec<UserNote>,
}

impl From<Deed> for Decided {
    fn from(deed: Deed) -> Self {
        Self { deed, notes: Vec::new() }
    }
}

/// The note that a room changed its place in a user's lists.
pub(crate) fn room_note(user_id: UserId, room_id: RoomId, state: &str) -> UserNote {
    UserNote { user_id, kind: "room", subject: room_id.to_string(), body: json!({ "state": state }) }
}

/// What somebody wants to say.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The words.
    pub text: String,
    /// The message they answer.
    pub reply_to: Option<EventId>,
    /// When they are gone.
    pub expires_at: Option<Timestamp>,
    /// What the message says beside its words.
    pub extras: Extras,
}

/// Whether `me` may send this message, and what it does to a first contact: the opener spends of
/// his allowance, the other person's first word accepts.
///
/// # Errors
/// Why not.
pub(crate) fn message(
    authz: &Authz,
    me: UserId,
    allowance: u32,
    said: Said,
    now: Timestamp,
) -> Result<Decided, Refusal> {
    let Said { text, reply_to, expires_at, extras } = said;
    authz.allow(me, Right::Write, now)?;
    if extras.mentions_all {
        authz.allow(me, Right::MentionAll, now)?;
    }
    if extras.mentions.iter().any(|user| !authz.members.contains_key(user)) {
        return Err(Refusal::Unmentionable);
    }
    let (first_contact, notes) = first_contact(authz, me, allowance)?;
    let reply_to = reply_to.map(|message| named(authz, me, message)).transpose()?;
    Ok(Decided { deed: Deed::Message { text, reply_to, expires_at, first_contact, extras }, notes })
}

/// The message of this name, as `me` may name it: the one in whose thread something is said.
pub(crate) fn root(authz: &Authz, me: UserId, message: Option<EventId>) -> Result<Option<Named>, Refusal> {
    message.map(|message| named(authz, me, message)).transpose()
}

/// A message as `me` may name it: from his first seq on.
pub(super) fn named(authz: &Authz, me: UserId, event_id: EventId) -> Result<Named, Refusal> {
    Ok(Named { event_id, from_seq: authz.member(me)?.from_seq })
}

/// What the host says in its own name: it opens no first contact and spends nothing of one.
pub(crate) fn notice(text: String, reply_to: Option<EventId>, expires_at: Option<Timestamp>) -> Decided {
    let reply_to = reply_to.map(|event_id| Named { event_id, from_seq: Seq(1) });
    let (first_contact, extras) = (FirstContact::Settled, Extras::default());
    Deed::Message { text, reply_to, expires_at, first_contact, extras }.into()
}

fn first_contact(authz: &Authz, me: UserId, allowance: u32) -> Result<(FirstContact, Vec<UserNote>), Refusal> {
    let Some(pending) = authz.pending else { return Ok((FirstContact::Settled, Vec::new())) };
    if pending.opener != me {
        return Ok(answered(authz));
    }
    if pending.sent >= allowance {
        return Err(Refusal::RequestPending);
    }
    // The other person's list of requests changes with the first message only.
    let others = authz.members.keys().filter(|user| **user != me && pending.sent == 0);
    let notes = others.map(|user| room_note(*user, authz.room_id, "requested")).collect();
    Ok((FirstContact::Spend, notes))
}

/// What the first word of another than the opener does: it accepts a first contact that waits.
pub(crate) fn answered(authz: &Authz) -> (FirstContact, Vec<UserNote>) {
    match authz.pending {
        None => (FirstContact::Settled, Vec::new()),
        Some(_) => {
            let notes = authz.members.keys().map(|user| room_note(*user, authz.room_id, "accepted")).collect();
            (FirstContact::Accept, notes)
        }
    }
}

/// Whether `me` may replace the text of this message: his own only. The opener of a request that waits may not: his
/// allowance is of words, however they are said.
///
/// # Errors
/// Why not.
pub(crate) fn edit(
    authz: &Authz,
    me: UserId,
    id: EventId,
    facts: MessageFacts,
    text: String,
    now: Timestamp,
) -> Result<Decided, Refusal> {
    authz.allow(me, Right::Write, now)?;
    if facts.sender_id != me {
        return Err(Refusal::NoRight);
    }
    if authz.pending.is_some_and(|pending| pending.opener == me) {
        return Err(Refusal::RequestPending);
    }
    Ok(Deed::Edit { target: Target { event_id: id, version: facts.version }, text }.into())
}

/// Whether `me` may take this message back: his own, or with the right for others'. One's own words
/// can be taken back from a severed room, too, and by whom a moderator muted.
///
/// # Errors
/// Why not.
pub(crate) fn redact(
    authz: &Authz,
    me: UserId,
    target: EventId,
    facts: MessageFacts,
    now: Timestamp,
) -> Result<Decided, Refusal> {
    authz.member(me)?;
    if facts.sender_id != me {
        authz.allow(me, Right::RedactOthers, now)?;
    }
    Ok(Deed::Redact { target }.into())
}

/// Whether `me` may react here, or take a reaction back.
///
/// # Errors
/// Why not.
pub(crate) fn react(
    authz: &Authz,
    me: UserId,
    target: EventId,
    change: ReactionChange,
    now: Timestamp,
) -> Result<Decided, Refusal> {
    authz.allow(me, Right::React, now)?;
    if authz.pending.is_some_and(|pending| pending.opener == me) {
        return Err(Refusal::RequestPending);
    }
    Ok(Deed::React { target: named(authz, me, target)?, change }.into())
}

/// Whether `me` may leave; the last owner leaves an heir behind.
///
/// # Errors
/// Why not.
pub(crate) fn leave(authz: &Authz, me: UserId, now: Timestamp) -> Result<Decided, Refusal> {
    authz.allow(me, Right::Leave, now)?;
    let deed = Deed::Remove { user_id: me, change: MembershipChange::Left, heir: authz.heir(me) };
    Ok(Decided { deed, notes: vec![room_note(me, authz.room_id, "left"), no_draft(me, authz.room_id)] })
}

/// A deleted account goes out of a group, in which it is no member any more but by its row; the last
/// owner leaves an heir behind. Nobody is told: there is no log of its own to tell it in.
///
/// # Errors
/// A direct room, which keeps its two people.
pub(crate) fn depart(authz: &Authz, gone: UserId) -> Result<Decided, Refusal> {
    match authz.kind {
        RoomKind::Direct => Err(Refusal::NoRight),
        RoomKind::Group => {
            let deed = Deed::Remove { user_id: gone, change: MembershipChange::Left, heir: authz.successor(gone) };
            Ok(deed.into())
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::rooms::{History, Member, Pending, Posting, Role, RoomSettings};
    use std::{collections::HashMap, time::Duration};
    use uuid::Uuid;

    pub(in crate::timeline) const NOW: Timestamp = Timestamp::from_micros(1_000_000);

    pub(in crate::timeline) fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    pub(in crate::timeline) fn room(kind: RoomKind, roles: &[(u128, Role)]) -> Authz {
        let member = |role| Member { role, from_seq: Seq(1) };
        Authz {
            room_id: RoomId::from_uuid(Uuid::from_u128(99)),
            kind,
            version: 1,
            settings: RoomSettings::default(),
            history: History::All,
            members: roles.iter().map(|(id, role)| (user(*id), member(*role))).collect(),
            muted: HashMap::new(),
            pending: None,
            severed: false,
        }
    }

    fn direct() -> Authz {
        room(RoomKind::Direct, &[(1, Role::Member), (2, Role::Member)])
    }

    fn facts_of(sender: u128) -> MessageFacts {
        let at = Timestamp::EPOCH;
        MessageFacts { sender_id: user(sender), version: 1, gone: false, seq: Seq(1), at, poll: None, thread: None }
    }

    fn hi(extras: Extras) -> Said {
        Said { text: "hi".to_owned(), reply_to: None, expires_at: None, extras }
    }

    fn say(authz: &Authz, me: u128) -> Result<FirstContact, Refusal> {
        let decided = message(authz, user(me), 3, hi(Extras::default()), NOW)?;
        match decided.deed {
            Deed::Message { first_contact, .. } => Ok(first_contact),
            _ => unreachable!(),
        }
    }

    #[test]
    fn an_opener_spends_three_and_the_other_accepts() {
        let mut authz = direct();
        for sent in 0..3 {
            authz.pending = Some(Pending { opener: user(1), sent });
            assert_eq!(say(&authz, 1), Ok(FirstContact::Spend));
        }
        authz.pending = Some(Pending { opener: user(1), sent: 3 });
        assert_eq!(say(&authz, 1), Err(Refusal::RequestPending));
        assert_eq!(say(&authz, 2), Ok(FirstContact::Accept));
        authz.pending = None;
        assert_eq!(say(&authz, 1), Ok(FirstContact::Settled));
    }

    #[test]
    fn an_opener_changes_no_words_before_he_is_accepted_and_takes_them_back() {
        let mut authz = direct();
        let id = EventId::from_uuid(Uuid::from_u128(7));
        let change = |authz: &Authz, me| edit(authz, user(me), id, facts_of(me), "x".to_owned(), NOW).map(|_| ());
        authz.pending = Some(Pending { opener: user(1), sent: 1 });
        assert_eq!(change(&authz, 1), Err(Refusal::RequestPending));
        assert_eq!(redact(&authz, user(1), id, facts_of(1), NOW).err(), None);
        authz.pending = None;
        assert_eq!((change(&authz, 1), change(&authz, 2)), (Ok(()), Ok(())));
    }

    #[test]
    fn members_are_named_and_all_of_them_by_who_leads() {
        let group = room(RoomKind::Group, &[(1, Role::Moderator), (2, Role::Member)]);
        let names = |me, mentions: &[u128], mentions_all| {
            let mentions = mentions.iter().map(|n| user(*n)).collect();
            let extras = Extras { mentions, mentions_all, ..Extras::default() };
            message(&group, user(me), 3, hi(extras), NOW).map(|_| ())
        };
        assert_eq!(names(2, &[1, 2], false), Ok(()));
        assert_eq!(names(2, &[1, 9], false), Err(Refusal::Unmentionable));
        assert_eq!(names(2, &[], true), Err(Refusal::NoRight));
        assert_eq!(names(1, &[2], true), Ok(()));
    }

    #[test]
    fn only_the_first_message_makes_the_request_show() {
        let mut authz = direct();
        let told = |authz: &Authz| message(authz, user(1), 3, hi(Extras::default()), NOW).unwrap().notes;
        authz.pending = Some(Pending { opener: user(1), sent: 0 });
        assert_eq!(told(&authz), [room_note(user(2), authz.room_id, "requested")]);
        authz.pending = Some(Pending { opener: user(1), sent: 1 });
        assert_eq!(told(&authz), []);
    }

    #[test]
    fn strangers_and_the_severed_say_nothing() {
        let mut authz = direct();
        assert_eq!(say(&authz, 3), Err(Refusal::NotMember));
        authz.severed = true;
        assert_eq!(say(&authz, 1), Err(Refusal::Severed));
    }

    #[test]
    fn who_is_muted_says_nothing_until_then() {
        let mut group = room(RoomKind::Group, &[(1, Role::Admin), (2, Role::Member)]);
        let id = EventId::from_uuid(Uuid::from_u128(7));
        let facts = facts_of(2);
        for (until, refused) in [(NOW.plus(Duration::from_secs(90)), true), (NOW, false)] {
            group.muted = HashMap::from([(user(2), until)]);
            let refusal = refused.then_some(Refusal::Muted(90));
            assert_eq!(say(&group, 2).err(), refusal);
            assert_eq!(edit(&group, user(2), id, facts, "x".to_owned(), NOW).err(), refusal);
            assert_eq!(react(&group, user(2), id, ReactionChange::TakeBackAny, NOW).err(), refusal);
            assert_eq!(redact(&group, user(2), id, facts, NOW).err(), None, "one's own words, always");
            assert_eq!(leave(&group, user(2), NOW).err(), None);
            assert_eq!(say(&group, 1).err(), None, "the others go on");
        }
    }

    #[test]
    fn announcements_are_made_by_admins() {
        let mut group = room(RoomKind::Group, &[(1, Role::Owner), (2, Role::Admin), (3, Role::Moderator)]);
        group.settings.posting = Posting::Admins;
        let id = EventId::from_uuid(Uuid::from_u128(7));
        assert_eq!((say(&group, 1).err(), say(&group, 2).err()), (None, None));
        assert_eq!(say(&group, 3), Err(Refusal::NoRight));
        assert_eq!(react(&group, user(3), id, ReactionChange::TakeBackAny, NOW).err(), None);
    }

    #[test]
    fn nobody_speaks_for_another() {
        let facts = facts_of(1);
        let id = EventId::from_uuid(Uuid::from_u128(7));
        let group = room(RoomKind::Group, &[(1, Role::Owner), (2, Role::Moderator), (3, Role::Member)]);
        let change = |me| edit(&group, user(me), id, facts, "x".to_owned(), NOW).map(|_| ());
        assert_eq!(change(1), Ok(()));
        assert_eq!(change(2), Err(Refusal::NoRight));
        let take_back = |authz: &Authz, me| redact(authz, user(me), id, facts, NOW).map(|_| ());
        assert_eq!(take_back(&group, 2), Ok(()));
        assert_eq!(take_back(&group, 3), Err(Refusal::NoRight));
        assert_eq!(take_back(&direct(), 2), Err(Refusal::NoRight));
        assert_eq!(take_back(&group, 4), Err(Refusal::NotMember));
    }

    #[test]
    fn the_last_owner_leaves_an_heir() {
        let heir = |roles: &[(u128, Role)]| match leave(&room(RoomKind::Group, roles), user(1), NOW).unwrap().deed {
            Deed::Remove { heir, .. } => heir,
            _ => unreachable!(),
        };
        assert_eq!(heir(&[(1, Role::Owner), (2, Role::Member), (3, Role::Admin)]), Some(user(3)));
        assert_eq!(heir(&[(1, Role::Owner), (2, Role::Owner), (3, Role::Admin)]), None);
        assert_eq!(heir(&[(1, Role::Member), (2, Role::Owner)]), None);
        assert_eq!(heir(&[(1, Role::Owner)]), None);
        assert_eq!(leave(&direct(), user(1), NOW), Err(Refusal::NoRight));
    }

    #[test]
    fn a_deleted_owner_leaves_an_heir_without_being_a_member() {
        let heir = |roles: &[(u128, Role)]| match depart(&room(RoomKind::Group, roles), user(1)).unwrap() {
            Decided { deed: Deed::Remove { heir, change: MembershipChange::Left, .. }, notes } if notes.is_empty() => {
                heir
            }
            other => unreachable!("{other:?}"),
        };
        assert_eq!(heir(&[(2, Role::Member), (3, Role::Admin)]), Some(user(3)));
        assert_eq!(heir(&[(2, Role::Owner), (3, Role::Admin)]), None);
        assert_eq!(heir(&[]), None);
        assert_eq!(depart(&direct(), user(1)), Err(Refusal::NoRight));
    }
}
