//! One act: compared with its room, given its place, and what it changes beside its event.

use super::Logged;
use crate::{
    memory::{
        State,
        rooms::{MemberState, Room},
    },
    rooms::{BanRow, Entry, Role, Way},
    timeline::{Act, Deed, Extras, FirstContact, Measure, Named, Outcome, PollFacts, Standing, Told},
};
use chatlink_protocol::{CorrectionState, Event, EventBody, EventId, Timestamp, UserId, event};

impl State {
    pub(super) fn append(&mut self, act: Act, now: Timestamp) -> (Outcome, Vec<Told>) {
        let Some(room) = self.rooms.rooms.get_mut(&act.room_id) else { return (Outcome::NoRoom, Vec::new()) };
        if let Some(known) = act.key.and_then(|key| room.known(act.sender_id, key, now)) {
            return (known, Vec::new());
        }
        if matches!(act.deed, Deed::Recall) {
            return (Outcome::NoTarget, Vec::new());
        }
        if room.version != act.authz_version && !matches!(act.deed, Deed::Join { .. }) {
            return (Outcome::Stale, Vec::new());
        }
        let comes = match act.deed {
            Deed::Add { user_id } => Some(user_id),
            Deed::Join { .. } => Some(act.sender_id),
            _ => None,
        };
        if comes.is_some_and(|user| self.identity.is_deleted(user)) {
            return (Outcome::NoTarget, Vec::new());
        }
        if let Deed::Govern(measure) = &act.deed {
            let Some(body) = govern(room, act.sender_id, measure, now) else { return (Outcome::Unchanged, Vec::new()) };
            if let Measure::Ban { user_id } = measure {
                self.timeline.leave(act.room_id, *user_id);
            }
            return (Outcome::Appended(log(room, &act, body, now)), self.timeline.note(act.notes));
        }
        let body = match body(room, &act, now) {
            Ok(body) => body,
            Err(outcome) => return (outcome, Vec::new()),
        };
        let event = log(room, &act, body, now);
        settle(room, &act.deed, &event);
        let author = event.body.thread().and_then(|root| room.message(root)).map(|root| root.event.sender_id);
        self.follow(&event, author);
        match &act.deed {
            Deed::Redact { target } => self.timeline.marks.forget_message(*target),
            Deed::Remove { user_id, .. } => self.timeline.leave(act.room_id, *user_id),
            _ => {}
        }
        (Outcome::Appended(event), self.timeline.note(act.notes))
    }
}

/// Gives the event its place.
fn log(room: &mut Room, act: &Act, body: EventBody, now: Timestamp) -> Event {
    let event = Event {
        room_id: act.room_id,
        seq: room.head().next(),
        id: act.event_id,
        body,
        sender_id: act.sender_id,
        at: now.max(room.last_at()),
        client_id: act.key.map(|key| key.client_id),
    };
    if act.deed.bumps_version() {
        room.version += 1;
    }
    if event.body.target().is_none() && event.body.thread().is_none() {
        room.updated_at = event.at;
    }
    let request = act.key.map(|key| key.request);
    let until = match &event.body {
        EventBody::Correction(correction) => room.message(correction.target).and_then(Logged::expires_at),
        _ => None,
    };
    room.log.push(Logged { event: event.clone(), request, version: 1, redacted: false, until });
    event
}

/// The living message of the main timeline in whose thread something is said.
#[allow(clippy::result_large_err, reason = "an outcome is the answer, not an error")]
fn root(room: &Room, named: Named, now: Timestamp) -> Result<EventId, Outcome> {
    let message = named_by(room, named)?;
    if message.is_gone(now) { Err(Outcome::Gone) } else { Ok(named.event_id) }
}

/// The event's body, if the act still holds.
#[allow(clippy::result_large_err, reason = "an outcome is the answer, not an error")]
fn body(room: &Room, act: &Act, now: Timestamp) -> Result<EventBody, Outcome> {
    let living = |id: EventId| match room.message(id) {
        None => Err(Outcome::NoTarget),
        Some(logged) if logged.is_gone(now) => Err(Outcome::Gone),
        Some(logged) => Ok(logged),
    };
    Ok(match &act.deed {
        Deed::Message { text, reply_to, expires_at, extras, .. } => {
            let reply_to = reply_to.map(|named| named_by(room, named).map(|_| named.event_id)).transpose()?;
            let Extras { forwarded, mentions, mentions_all, poll, thread } = extras.clone();
            let thread = thread.map(|named| root(room, named, now)).transpose()?;
            let said = event::Message { text: Some(text.clone()), expires_at: *expires_at, ..Default::default() };
            EventBody::Message(event::Message { reply_to, forwarded, mentions, mentions_all, poll, thread, ..said })
        }
        Deed::Edit { target, text } => {
            let message = living(target.event_id)?;
            if message.version != target.version {
                return Err(Outcome::Stale);
            }
            if room.text(target.event_id) == Some(text) {
                return Err(Outcome::Unchanged);
            }
            let version = target.version + 1;
            EventBody::Edit(event::Edit { target: target.event_id, version, text: Some(text.clone()), hidden: false })
        }
        Deed::Redact { target } => match living(*target) {
            Ok(_) => EventBody::Redaction(event::Redaction { target: *target }),
            Err(Outcome::Gone) => return Err(Outcome::Unchanged),
            Err(outcome) => return Err(outcome),
        },
        Deed::React { target, change } => {
            if named_by(room, *target)?.is_gone(now) {
                return Err(Outcome::Gone);
            }
            let previous = room.reaction(target.event_id, act.sender_id);
            let key = change.over(previous.as_deref()).ok_or(Outcome::Unchanged)?.map(str::to_owned);
            EventBody::Reaction(event::Reaction { target: target.event_id, key, previous })
        }
        Deed::Vote { target, choices } => {
            let poll = poll_named(room, *target, now)?;
            let previous = room.vote(target.event_id, act.sender_id);
            if previous == *choices {
                return Err(Outcome::Unchanged);
            }
            if poll.is_over(now) {
                return Err(Outcome::Closed);
            }
            EventBody::Vote(event::Vote { target: target.event_id, choices: choices.clone(), previous })
        }
        Deed::ClosePoll { target } => match poll_named(room, *target, now)?.is_over(now) {
            true => return Err(Outcome::Unchanged),
            false => EventBody::PollClosed(event::PollClosed { target: target.event_id }),
        },
        Deed::Correct { target, version, words, limits, .. } => {
            let message = named_by(room, *target)?;
            if message.is_gone(now) {
                return Err(Outcome::Gone);
            }
            if message.version != *version {
                return Err(Outcome::Stale);
            }
            room.has_place(target.event_id, act.sender_id, *limits)?;
            let words = Some((**words).clone());
            EventBody::Correction(event::Correction { target: target.event_id, version: *version, words })
        }
        Deed::DecideCorrection { target, correction, state } => {
            living(*target)?;
            let known = room.corrections(*target).any(|logged| logged.event.id == *correction);
            match room.correction_state(*correction) {
                _ if !known => return Err(Outcome::NoTarget),
                before if before == *state => return Err(Outcome::Unchanged),
                CorrectionState::Withdrawn => return Err(Outcome::NoTarget),
                _ => {}
            }
            let (target, correction, state) = (*target, *correction, *state);
            EventBody::CorrectionDecision(event::CorrectionDecision { target, correction, state })
        }
        Deed::Pin { target, pinned, most } => {
            if named_by(room, *target)?.is_gone(now) {
                return Err(Outcome::Gone);
            }
            let pins = room.pins(now);
            if pins.contains(&target.event_id) == *pinned {
                return Err(Outcome::Unchanged);
            }
            if *pinned && pins.len() >= *most as usize {
                return Err(Outcome::Full);
            }
            EventBody::Pin(event::Pin { target: target.event_id, pinned: *pinned })
        }
        Deed::Add { user_id } if room.members.contains_key(user_id) => return Err(Outcome::Unchanged),
        Deed::Remove { user_id, .. } if !room.members.contains_key(user_id) => return Err(Outcome::Unchanged),
        Deed::Add { user_id } if room.banned.contains_key(user_id) => return Err(Outcome::Banned),
        Deed::Add { user_id } => membership(*user_id, event::MembershipChange::Added),
        Deed::Join { way } => match room.door(act.sender_id, *way).lets_in(*way, now) {
            Entry::Opens => membership(act.sender_id, event::MembershipChange::Joined),
            Entry::Inside => return Err(Outcome::Unchanged),
            Entry::Shut => return Err(Outcome::Banned),
            Entry::Full => return Err(Outcome::NoPlace),
        },
        Deed::Remove { user_id, change, .. } => membership(*user_id, *change),
        // Told apart before: they write more than their event.
        Deed::Govern(_) | Deed::Recall => return Err(Outcome::NoTarget),
    })
}

/// The message that the sender names, if it is one that he may read.
#[allow(clippy::result_large_err, reason = "an outcome is the answer, not an error")]
fn named_by(room: &Room, named: Named) -> Result<&Logged, Outcome> {
    let message = room.message(named.event_id).filter(|logged| logged.event.seq >= named.from_seq);
    message.ok_or(Outcome::NoTarget)
}

/// The poll that the sender names, if it stands.
#[allow(clippy::result_large_err, reason = "an outcome is the answer, not an error")]
fn poll_named(room: &Room, named: Named, now: Timestamp) -> Result<PollFacts, Outcome> {
    let message = named_by(room, named)?;
    if message.is_gone(now) {
        return Err(Outcome::Gone);
    }
    room.poll(message).ok_or(Outcome::NotAPoll)
}

fn membership(user_id: UserId, change: event::MembershipChange) -> EventBody {
    EventBody::Membership(event::Membership::plain(user_id, change))
}

/// What the act changes beside its event.
fn settle(room: &mut Room, deed: &Deed, event: &Event) {
    match deed {
        Deed::Message { first_contact, .. } | Deed::Correct { first_contact, .. } => {
            match (first_contact, &mut room.pending) {
                (FirstContact::Spend, Some(pending)) => {
                    pending.sent += 1;
                    room.asked.iter_mut().for_each(|asked| asked.wrote = true);
                }
                (FirstContact::Accept, pending) => *pending = None,
                _ => {}
            }
        }
        Deed::Edit { target, .. } => {
            if let Some(logged) = room.log.iter_mut().find(|logged| logged.event.id == target.event_id) {
                logged.version += 1;
            }
        }
        Deed::Redact { target } => room.erase_message(*target),
        Deed::Add { user_id } => come(room, *user_id, event),
        Deed::Join { way } => {
            if let Way::Invite(hash) = way {
                room.invites.entry(*hash).and_modify(|invite| invite.uses += 1);
            }
            come(room, event.sender_id, event);
        }
        Deed::Remove { user_id, heir, .. } => {
            room.members.remove(user_id);
            if let Some(member) = heir.and_then(|heir| room.members.get_mut(&heir)) {
                member.role = Role::Owner;
            }
        }
        Deed::DecideCorrection { correction, state: CorrectionState::Withdrawn, .. } => room.withdraw(*correction),
        Deed::DecideCorrection { .. }
        | Deed::Pin { .. }
        | Deed::React { .. }
        | Deed::Vote { .. }
        | Deed::ClosePoll { .. }
        | Deed::Govern(_)
        | Deed::Recall => {}
    }
}

/// Makes somebody a member by this event: he waits for the room no more.
fn come(room: &mut Room, user: UserId, event: &Event) {
    let member = MemberState::new(Role::Member, room.first_seq(event.seq), event.seq, event.at);
    room.members.insert(user, member);
    room.asking.remove(&user);
    room.invited.remove(&user);
    room.sent.retain(|(_, invited), _| *invited != user);
}

/// Takes a measure: loads how things stand, lets the rule change it, and keeps what it left.
fn govern(room: &mut Room, sender: UserId, measure: &Measure, now: Timestamp) -> Option<EventBody> {
    let mut standing = Standing::default();
    if let Some(user) = measure.user_id() {
        standing.role = room.members.get(&user).map(|member| member.role);
        standing.muted_until = room.muted.get(&user).copied();
        standing.banned = room.banned.contains_key(&user);
    }
    let told = measure.take(&mut room.settings, &mut standing)?;
    if let Some(avatar) = measure.avatar() {
        room.avatar = avatar.cloned();
    }
    let Some(user_id) = measure.user_id() else { return Some(told) };
    match (standing.role, room.members.get_mut(&user_id)) {
        (Some(role), Some(member)) => member.role = role,
        (None, Some(_)) => drop(room.members.remove(&user_id)),
        _ => {}
    }
    match standing.muted_until {
        Some(until) => drop(room.muted.insert(user_id, until)),
        None => drop(room.muted.remove(&user_id)),
    }
    room.muted.retain(|_, until| *until > now);
    if standing.banned {
        let banned_at = now.max(room.log.last().map_or(now, |logged| logged.event.at));
        room.asking.remove(&user_id);
        room.invited.remove(&user_id);
        room.sent.retain(|(_, invited), _| *invited != user_id);
        room.banned.entry(user_id).or_insert(BanRow { user_id, banned_by: Some(sender), banned_at });
    } else {
        room.banned.remove(&user_id);
    }
    if let (Measure::HandOver { .. }, Some(member)) = (measure, room.members.get_mut(&sender)) {
        member.role = Role::Admin;
    }
    Some(told)
}
