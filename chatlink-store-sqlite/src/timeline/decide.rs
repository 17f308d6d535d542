//! How each act of a batch goes: decided in order, on what was loaded and on what the acts before
//! it did. Pure; the writes are collected and done afterwards, a statement a table.

use super::{
    corrections::NewProposal,
    load::{Loaded, Message, Room},
    propose::Improvement,
};
use chatlink_core::{
    people::Avatar,
    protocol::{CorrectionState, Event, EventBody, EventId, MembershipChange, RoomId, Seq, Timestamp, UserId, event},
    rooms::Role,
    timeline::{Act, ActKey, Deed, Extras, FirstContact, Named, Outcome, ReactionChange, Target, UserNote},
};
use std::collections::{BTreeMap, BTreeSet};

/// A row of the log to be written.
pub(super) struct NewEvent {
    pub(super) room_no: i64,
    pub(super) event: Event,
    pub(super) request: Option<[u8; 32]>,
    pub(super) target_seq: Option<Seq>,
    pub(super) expires_at: Option<Timestamp>,
}

/// A member's row to be written.
#[derive(Clone, Copy)]
pub(super) struct NewMember {
    pub(super) role: Role,
    pub(super) from_seq: Seq,
    pub(super) join_seq: Seq,
    pub(super) joined_at: Timestamp,
}

/// A message, by its place.
pub(super) type Place = (i64, Seq);

/// Everything that a batch writes.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) events: Vec<NewEvent>,
    /// Versions of edited messages, and the edits that made them.
    pub(super) edited: BTreeMap<Place, (u32, Seq)>,
    pub(super) redacted: BTreeSet<Place>,
    pub(super) reacted: BTreeMap<(Place, UserId), Option<String>>,
    pub(super) proposed: Vec<NewProposal>,
    /// Where corrections stand from now on, by their messages and their own seqs.
    pub(super) corrections_decided: BTreeMap<(Place, Seq), CorrectionState>,
    /// What each person chose last; nothing: his vote is taken back.
    pub(super) voted: BTreeMap<(Place, UserId), Vec<u8>>,
    pub(super) polls_closed: BTreeSet<Place>,
    /// By the event that pinned it; `None`: it is no more.
    pub(super) pinned: BTreeMap<Place, Option<Seq>>,
    /// Who came (`Some`) or went.
    pub(super) members: BTreeMap<(i64, UserId), Option<NewMember>>,
    /// Roles that members have from now on.
    pub(super) roles: BTreeMap<(i64, UserId), Role>,
    /// Who is muted from now on (`Some`) or is not any more.
    pub(super) mutes: BTreeMap<(i64, UserId), Option<Timestamp>>,
    /// Who is kept out from now on, by whom (`Some`), or is not any more.
    pub(super) bans: BTreeMap<(i64, UserId), Option<(UserId, Timestamp)>>,
    /// Invites that were used, and how often by now.
    pub(super) used: BTreeMap<[u8; 32], u32>,
    /// Who asks no more: he came in, or is kept out.
    pub(super) settled: BTreeSet<(i64, UserId)>,
    /// Rooms in which a measure was taken, and when: mutes that were over then are swept.
    pub(super) governed: BTreeMap<i64, Timestamp>,
    /// Pictures that rooms have from now on; none: not any more.
    pub(super) avatars: BTreeMap<i64, Option<Avatar>>,
    /// Who follows which thread by now, and has read it at least up to where.
    pub(super) followed: BTreeMap<(i64, UserId, EventId), Seq>,
    pub(super) notes: Vec<UserNote>,
}

impl Plan {
    /// Whether words go.
    pub(super) fn erases(&self) -> bool {
        let mut withdrawn = self.corrections_decided.values();
        !self.redacted.is_empty() || withdrawn.any(|state| *state == CorrectionState::Withdrawn)
    }

    /// Decides one act and takes up what it writes.
    pub(super) fn decide(&mut self, state: &mut Loaded, act: Act, now: Timestamp) -> Outcome {
        if let Some(outcome) = state.recall(&act) {
            return outcome;
        }
        if matches!(act.deed, Deed::Recall) {
            return Outcome::NoTarget;
        }
        let Some(room) = state.rooms.get(&act.room_id) else { return Outcome::NoRoom };
        if room.version != act.authz_version && !matches!(act.deed, Deed::Join { .. }) {
            return Outcome::Stale;
        }
        let at = now.max(room.last_at);
        let head = Head { room_no: room.no, seq: room.head.next(), at };
        let Act { room_id, sender_id, event_id, key, deed, notes, .. } = act;
        let doer = Doer { sender: sender_id, event_id };
        let body = match self.apply(state, room_id, doer, head, deed, now) {
            Ok(body) => body,
            Err(refused) => return refused.into(),
        };
        let event = Event {
            room_id,
            seq: head.seq,
            id: event_id,
            body,
            sender_id,
            at,
            client_id: key.map(|key| key.client_id),
        };
        self.push(state, event.clone(), key, head);
        self.notes.extend(notes);
        Outcome::Appended(event)
    }

    /// What the deed does beside its event, whose body it answers.
    fn apply(
        &mut self,
        state: &mut Loaded,
        room_id: RoomId,
        doer: Doer,
        head: Head,
        deed: Deed,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        match deed {
            Deed::Message { text, reply_to, expires_at, first_contact, extras } => {
                let reply_to =
                    reply_to.map(|named| named_by(state, head, named).map(|_| named.event_id)).transpose()?;
                let Extras { forwarded, mentions, mentions_all, poll, thread } = extras;
                let thread =
                    thread.map(|root| self.follow(state, head, doer.sender, root, &mentions, now)).transpose()?;
                room(state, room_id)?.contact(first_contact);
                let said = event::Message { text: Some(text), reply_to, expires_at, thread, ..Default::default() };
                Ok(EventBody::Message(event::Message { forwarded, mentions, mentions_all, poll, ..said }))
            }
            Deed::Edit { target, text } => self.edit(state, head, target, text, now),
            Deed::Redact { target } => self.redact(state, head, target, now),
            Deed::React { target, change } => self.react(state, head, doer.sender, target, &change, now),
            Deed::Vote { target, choices } => self.vote(state, head, doer.sender, target, choices, now),
            Deed::ClosePoll { target } => self.close_poll(state, head, target, now),
            Deed::Correct { target, version, words, limits, first_contact } => {
                let improvement = Improvement { target, version, words: *words, limits };
                let body = self.correct(state, head, doer, improvement, now)?;
                room(state, room_id)?.contact(first_contact);
                Ok(body)
            }
            Deed::DecideCorrection { target, correction, state: decided } => {
                let body = event::CorrectionDecision { target, correction, state: decided };
                self.decide_correction(state, head, body, now)
            }
            Deed::Pin { target, pinned, most } => self.pin(state, head, target, pinned, most, now),
            Deed::Add { user_id } => self.add(state, room_id, head, user_id),
            Deed::Remove { user_id, change, heir } => self.remove(state, room_id, head, user_id, change, heir),
            Deed::Join { way } => self.join(state, room_id, head, doer.sender, way, now),
            Deed::Govern(measure) => self.govern(state, room_id, head, doer.sender, &measure),
            Deed::Recall => Err(Refused::NoTarget),
        }
    }

    fn edit(
        &mut self,
        state: &mut Loaded,
        head: Head,
        Target { event_id, version }: Target,
        text: String,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        let message = state.targets.get_mut(&(head.room_no, event_id)).ok_or(Refused::NoTarget)?;
        if message.gone(now) {
            return Err(Refused::Gone);
        }
        if message.version != version {
            return Err(Refused::Stale);
        }
        if message.text.as_deref() == Some(&text) {
            return Err(Refused::Unchanged);
        }
        message.version += 1;
        message.text = Some(text.clone());
        self.edited.insert((head.room_no, message.seq), (message.version, head.seq));
        Ok(EventBody::Edit(event::Edit { target: event_id, version: message.version, text: Some(text), hidden: false }))
    }

    fn redact(
        &mut self,
        state: &mut Loaded,
        head: Head,
        target: EventId,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        let message = state.targets.get_mut(&(head.room_no, target)).ok_or(Refused::NoTarget)?;
        if message.gone(now) {
            return Err(Refused::Unchanged);
        }
        message.text = None;
        let seq = message.seq;
        state.forget(head.room_no, seq);
        self.redacted.insert((head.room_no, seq));
        Ok(EventBody::Redaction(event::Redaction { target }))
    }

    fn react(
        &mut self,
        state: &mut Loaded,
        head: Head,
        sender: UserId,
        target: Named,
        change: &ReactionChange,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        let message = named_by(state, head, target)?;
        if message.gone(now) {
            return Err(Refused::Gone);
        }
        let place = (head.room_no, message.seq);
        let previous = state.reactions.get(&(place, sender)).cloned();
        let key = change.over(previous.as_deref()).ok_or(Refused::Unchanged)?.map(str::to_owned);
        match &key {
            Some(key) => drop(state.reactions.insert((place, sender), key.clone())),
            None => drop(state.reactions.remove(&(place, sender))),
        }
        self.reacted.insert((place, sender), key.clone());
        Ok(EventBody::Reaction(event::Reaction { target: target.event_id, key, previous }))
    }

    fn add(&mut self, state: &mut Loaded, room_id: RoomId, head: Head, user_id: UserId) -> Result<EventBody, Refused> {
        if state.gone.contains(&user_id) {
            return Err(Refused::NoTarget);
        }
        let standing = state.standings.entry((head.room_no, user_id)).or_default();
        if standing.role.is_some() {
            return Err(Refused::Unchanged);
        }
        if standing.banned {
            return Err(Refused::Banned);
        }
        self.come(state, room_id, head, user_id)?;
        Ok(EventBody::Membership(event::Membership::plain(user_id, MembershipChange::Added)))
    }

    /// Makes somebody a member by this event: he waits for the room no more.
    pub(super) fn come(
        &mut self,
        state: &mut Loaded,
        room_id: RoomId,
        head: Head,
        user_id: UserId,
    ) -> Result<(), Refused> {
        state.standings.entry((head.room_no, user_id)).or_default().role = Some(Role::Member);
        self.settled.insert((head.room_no, user_id));
        let room = room(state, room_id)?;
        room.version += 1;
        room.member_count += 1;
        let from_seq = if room.history_from_start { Seq(1) } else { head.seq };
        let member = NewMember { role: Role::Member, from_seq, join_seq: head.seq, joined_at: head.at };
        self.members.insert((head.room_no, user_id), Some(member));
        self.roles.remove(&(head.room_no, user_id));
        Ok(())
    }

    fn remove(
        &mut self,
        state: &mut Loaded,
        room_id: RoomId,
        head: Head,
        user_id: UserId,
        change: MembershipChange,
        heir: Option<UserId>,
    ) -> Result<EventBody, Refused> {
        let standing = state.standings.entry((head.room_no, user_id)).or_default();
        if standing.role.take().is_none() {
            return Err(Refused::Unchanged);
        }
        self.take_out(room(state, room_id)?, user_id);
        room(state, room_id)?.version += 1;
        self.roles.extend(heir.map(|heir| ((head.room_no, heir), Role::Owner)));
        Ok(EventBody::Membership(event::Membership::plain(user_id, change)))
    }

    pub(super) fn take_out(&mut self, room: &mut Room, user_id: UserId) {
        room.member_count = room.member_count.saturating_sub(1);
        self.members.insert((room.no, user_id), None);
    }

    /// Gives the event its place, and lets later acts of the batch find it.
    fn push(&mut self, state: &mut Loaded, event: Event, key: Option<ActKey>, head: Head) {
        if let Some(room) = state.rooms.get_mut(&event.room_id) {
            room.head = head.seq;
            room.last_at = head.at;
            room.touched = true;
            if event.body.target().is_none() && event.body.thread().is_none() {
                room.shown_at = Some(head.at);
            }
        }
        state.remember(head.room_no, &event, key);
        let target = event.body.target().and_then(|target| state.targets.get(&(head.room_no, target)));
        let (target_seq, target_expiry) = target.map_or((None, None), |to| (Some(to.seq), to.expires_at));
        let expires_at = match &event.body {
            EventBody::Message(message) => message.expires_at,
            // The words of an edit or a correction go with those of its message.
            EventBody::Edit(_) | EventBody::Correction(_) => target_expiry,
            _ => None,
        };
        let request = key.map(|key| key.request);
        self.events.push(NewEvent { room_no: head.room_no, event, request, target_seq, expires_at });
    }
}

/// Why an act makes no event.
pub(super) enum Refused {
    Banned,
    NoPlace,
    NoRoom,
    Stale,
    NoTarget,
    Gone,
    NotAPoll,
    Closed,
    Full,
    Unchanged,
}

impl From<Refused> for Outcome {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Banned => Self::Banned,
            Refused::NoPlace => Self::NoPlace,
            Refused::NoRoom => Self::NoRoom,
            Refused::Stale => Self::Stale,
            Refused::NoTarget => Self::NoTarget,
            Refused::Gone => Self::Gone,
            Refused::NotAPoll => Self::NotAPoll,
            Refused::Closed => Self::Closed,
            Refused::Full => Self::Full,
            Refused::Unchanged => Self::Unchanged,
        }
    }
}

/// Where the act's event will stand.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) room_no: i64,
    pub(super) seq: Seq,
    pub(super) at: Timestamp,
}

/// Who acts, and the id of the event that it makes.
#[derive(Clone, Copy)]
pub(super) struct Doer {
    pub(super) sender: UserId,
    pub(super) event_id: EventId,
}

/// The message that the sender names, if it is one that he may read.
pub(super) fn named_by(state: &Loaded, head: Head, named: Named) -> Result<&Message, Refused> {
    let message = state.targets.get(&(head.room_no, named.event_id));
    message.filter(|message| message.seq >= named.from_seq).ok_or(Refused::NoTarget)
}

pub(super) fn room(state: &mut Loaded, room_id: RoomId) -> Result<&mut Room, Refused> {
    state.rooms.get_mut(&room_id).ok_or(Refused::NoRoom)
}

impl Room {
    fn contact(&mut self, contact: FirstContact) {
        match contact {
            FirstContact::Settled => return,
            FirstContact::Spend => self.pending_sent = self.pending_sent.saturating_add(1),
            FirstContact::Accept => (self.pending_opener, self.declined) = (None, false),
        }
        self.version += 1;
    }
}
