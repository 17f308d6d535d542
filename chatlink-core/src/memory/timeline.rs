//! Timelines in memory. Snapshots are made by the protocol's own reducer from the whole log: slow,
//! and the law of the reducer holds by construction.

use super::{
    MemoryStore, State,
    rooms::{MemberState, Room},
};
use crate::{
    error::StoreError,
    rooms::Role,
    timeline::{
        Act, ActKey, Appended, Deed, EventsPage, FirstContact, Heads, MessageFacts, Outcome, Reader, TimelinePage,
        TimelineStore, Told, UserNote, Window,
    },
};
use async_trait::async_trait;
use chatlink_protocol::{
    Event, EventBody, EventId, Item, RoomId, Seq, Timestamp, UserId, UserSeq, event,
    frame::{Head, UserEvent},
    reducer::RoomState,
};
use std::collections::{BTreeMap, HashMap};

#[derive(Default)]
pub(super) struct Tables {
    logs: HashMap<UserId, UserLog>,
}

#[derive(Default)]
struct UserLog {
    head: UserSeq,
    rows: BTreeMap<(&'static str, String), UserEvent>,
}

/// An event in a room's log, with what only the store knows of it.
pub(super) struct Logged {
    pub(super) event: Event,
    /// MAC of the request that made it; forgotten with the message.
    request: Option<[u8; 32]>,
    /// The message's version; 1 for everything else.
    version: u32,
    redacted: bool,
}

impl Logged {
    /// Whether its words are gone by now.
    pub(super) fn is_gone(&self, now: Timestamp) -> bool {
        self.redacted || self.expires_at().is_some_and(|at| at <= now)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        match &self.event.body {
            EventBody::Message(message) => message.expires_at,
            _ => None,
        }
    }

    fn erase(&mut self) {
        self.request = None;
        self.redacted = true;
        erase(&mut self.event.body);
    }
}

/// Takes the words out of an event's body.
fn erase(body: &mut EventBody) {
    match body {
        EventBody::Message(message) => (message.text, message.reply_to) = (None, None),
        EventBody::Edit(edit) => edit.text = None,
        _ => {}
    }
}

impl Tables {
    /// Writes notes into users' own logs.
    pub(super) fn note(&mut self, notes: Vec<UserNote>) -> Vec<Told> {
        let write = |note: UserNote| {
            let log = self.logs.entry(note.user_id).or_default();
            log.head = log.head.next();
            let event = UserEvent {
                user_seq: log.head,
                kind: note.kind.to_owned(),
                subject: note.subject.clone(),
                body: note.body,
            };
            log.rows.insert((note.kind, note.subject), event.clone());
            Told { user_id: note.user_id, event }
        };
        notes.into_iter().map(write).collect()
    }
}

impl Room {
    fn message(&self, id: EventId) -> Option<&Logged> {
        self.log.iter().find(|logged| logged.event.id == id && matches!(logged.event.body, EventBody::Message(_)))
    }

    /// The words of a message as they stand now.
    fn text(&self, id: EventId) -> Option<&String> {
        fn of(body: &EventBody) -> Option<&String> {
            match body {
                EventBody::Message(message) => message.text.as_ref(),
                EventBody::Edit(edit) => edit.text.as_ref(),
                _ => None,
            }
        }
        let about = |event: &&Event| event.id == id || event.body.target() == Some(id);
        self.log.iter().rev().map(|logged| &logged.event).filter(about).find_map(|event| of(&event.body))
    }

    fn erase_message(&mut self, id: EventId) {
        for logged in &mut self.log {
            let is_it = logged.event.id == id;
            let edits_it = matches!(&logged.event.body, EventBody::Edit(edit) if edit.target == id);
            if is_it || edits_it {
                logged.erase();
            }
        }
    }

    /// The sender's reaction to a message as it stands.
    fn reaction(&self, target: EventId, sender: UserId) -> Option<String> {
        let of = |logged: &Logged| match &logged.event.body {
            EventBody::Reaction(reaction) if reaction.target == target && logged.event.sender_id == sender => {
                Some(reaction.key.clone())
            }
            _ => None,
        };
        self.log.iter().rev().find_map(of).flatten()
    }

    fn known(&self, sender: UserId, key: ActKey) -> Option<Outcome> {
        let of = |l: &&Logged| l.event.sender_id == sender && l.event.client_id == Some(key.client_id);
        let logged = self.log.iter().find(of)?;
        let Event { seq, id, at, .. } = logged.event;
        let same = logged.request.is_none_or(|request| request == key.request);
        Some(if same { Outcome::Repeated { seq, id, at } } else { Outcome::Conflict })
    }

    /// The events as `reader` gets them: from his first seq on, gone words taken out.
    fn readable(&self, reader: Reader, now: Timestamp) -> Option<Vec<Event>> {
        let from = match reader {
            Reader::Node => Seq(1),
            Reader::Member(user) => self.members.get(&user)?.from_seq,
        };
        let gone: Vec<_> = self.log.iter().filter(|l| l.is_gone(now)).map(|l| l.event.id).collect();
        let read = |logged: &Logged| {
            let mut event = logged.event.clone();
            let edits_gone = event.body.target().is_some_and(|target| gone.contains(&target));
            if edits_gone || logged.is_gone(now) {
                erase(&mut event.body);
            }
            event
        };
        Some(self.log.iter().filter(|logged| logged.event.seq >= from).map(read).collect())
    }
}

impl State {
    /// All items of a room as `reader` sees them.
    pub(super) fn items(&self, room: RoomId, reader: Reader, now: Timestamp) -> Option<Vec<Item>> {
        let events = self.rooms.rooms.get(&room)?.readable(reader, now)?;
        let me = match reader {
            Reader::Member(user) => Some(user),
            Reader::Node => None,
        };
        let before = events.first().map_or(Seq(0), |first| Seq(first.seq.0 - 1));
        let mut state = RoomState::new(me, Vec::new(), before);
        for event in &events {
            state.apply(event);
        }
        Some(state.items().cloned().collect())
    }

    fn append(&mut self, act: Act, now: Timestamp) -> (Outcome, Vec<Told>) {
        let Some(room) = self.rooms.rooms.get_mut(&act.room_id) else { return (Outcome::NoRoom, Vec::new()) };
        if let Some(known) = act.key.and_then(|key| room.known(act.sender_id, key)) {
            return (known, Vec::new());
        }
        if matches!(act.deed, Deed::Recall) {
            return (Outcome::NoTarget, Vec::new());
        }
        if room.version != act.authz_version {
            return (Outcome::Stale, Vec::new());
        }
        let body = match body(room, &act, now) {
            Ok(body) => body,
            Err(outcome) => return (outcome, Vec::new()),
        };
        let event = Event {
            room_id: act.room_id,
            seq: room.head().next(),
            id: act.event_id,
            body,
            sender_id: act.sender_id,
            at: now.max(room.last_at()),
            client_id: act.key.map(|key| key.client_id),
        };
        settle(room, &act.deed, &event);
        room.log.push(Logged {
            event: event.clone(),
            request: act.key.map(|key| key.request),
            version: 1,
            redacted: false,
        });
        (Outcome::Appended(event), self.timeline.note(act.notes))
    }
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
        Deed::Message { text, reply_to, expires_at, .. } => {
            if reply_to.is_some_and(|id| room.message(id).is_none()) {
                return Err(Outcome::NoTarget);
            }
            let message = event::Message { text: Some(text.clone()), reply_to: *reply_to, expires_at: *expires_at };
            EventBody::Message(message)
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
            EventBody::Edit(event::Edit { target: target.event_id, version, text: Some(text.clone()) })
        }
        Deed::Redact { target } => match living(*target) {
            Ok(_) => EventBody::Redaction(event::Redaction { target: *target }),
            Err(Outcome::Gone) => return Err(Outcome::Unchanged),
            Err(outcome) => return Err(outcome),
        },
        Deed::React { target, key } => {
            living(*target)?;
            let previous = room.reaction(*target, act.sender_id);
            if previous == *key {
                return Err(Outcome::Unchanged);
            }
            EventBody::Reaction(event::Reaction { target: *target, key: key.clone(), previous })
        }
        Deed::Add { user_id } if room.members.contains_key(user_id) => return Err(Outcome::Unchanged),
        Deed::Remove { user_id, .. } if !room.members.contains_key(user_id) => return Err(Outcome::Unchanged),
        Deed::Add { user_id } => membership(*user_id, event::MembershipChange::Added),
        Deed::Remove { user_id, change, .. } => membership(*user_id, *change),
        Deed::Rename { title } if room.title == *title => return Err(Outcome::Unchanged),
        Deed::Rename { title } => EventBody::Room(event::RoomChange { title: Some(title.clone()) }),
        Deed::Recall => return Err(Outcome::NoTarget),
    })
}

fn membership(user_id: UserId, change: event::MembershipChange) -> EventBody {
    EventBody::Membership(event::Membership { user_id, change })
}

/// What the act changes beside its event.
fn settle(room: &mut Room, deed: &Deed, event: &Event) {
    if deed.bumps_version() {
        room.version += 1;
    }
    match deed {
        Deed::Message { first_contact, .. } => match (first_contact, &mut room.pending) {
            (FirstContact::Spend, Some(pending)) => {
                pending.sent += 1;
                room.asked.iter_mut().for_each(|asked| asked.wrote = true);
            }
            (FirstContact::Accept, pending) => *pending = None,
            _ => {}
        },
        Deed::Edit { target, .. } => {
            if let Some(logged) = room.log.iter_mut().find(|logged| logged.event.id == target.event_id) {
                logged.version += 1;
            }
        }
        Deed::Redact { target } => room.erase_message(*target),
        Deed::Add { user_id } => {
            let member = MemberState::new(Role::Member, room.first_seq(event.seq), event.seq, event.at);
            room.members.insert(*user_id, member);
        }
        Deed::Remove { user_id, heir, .. } => {
            room.members.remove(user_id);
            if let Some(member) = heir.and_then(|heir| room.members.get_mut(&heir)) {
                member.role = Role::Owner;
            }
        }
        Deed::Rename { title } => room.title.clone_from(title),
        Deed::React { .. } | Deed::Recall => {}
    }
    if !matches!(event.body, EventBody::Edit(_) | EventBody::Redaction(_) | EventBody::Reaction(_)) {
        room.updated_at = event.at;
    }
}

#[async_trait]
impl TimelineStore for MemoryStore {
    async fn append(&self, batch: Vec<Act>, now: Timestamp) -> Result<Appended, StoreError> {
        let mut state = self.lock();
        let mut appended = Appended::default();
        for act in batch {
            let (outcome, told) = state.append(act, now);
            appended.outcomes.push(outcome);
            appended.told.extend(told);
        }
        Ok(appended)
    }

    async fn events(
        &self,
        room_id: RoomId,
        reader: Reader,
        after: Seq,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<EventsPage>, StoreError> {
        let state = self.lock();
        let Some(room) = state.rooms.rooms.get(&room_id) else { return Ok(None) };
        let Some(events) = room.readable(reader, now) else { return Ok(None) };
        let events = events.into_iter().filter(|event| event.seq > after).take(limit as usize).collect();
        Ok(Some(EventsPage { events, head: room.head() }))
    }

    async fn timeline(
        &self,
        room_id: RoomId,
        reader: Reader,
        window: Window,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<TimelinePage>, StoreError> {
        let state = self.lock();
        let Some(items) = state.items(room_id, reader, now) else { return Ok(None) };
        let limit = limit as usize;
        let below = |seq: Seq| items.partition_point(|item| item.seq < seq);
        let (start, end) = match window {
            Window::Newest => (items.len().saturating_sub(limit), items.len()),
            Window::Before(seq) => (below(seq).saturating_sub(limit), below(seq)),
            Window::Around(seq) => {
                let start = below(seq).saturating_sub(limit / 2);
                (start, (start + limit).min(items.len()))
            }
            Window::From(at) => {
                let start = items.partition_point(|item| item.at < at);
                (start, (start + limit).min(items.len()))
            }
        };
        Ok(Some(TimelinePage {
            as_of: state.rooms.rooms.get(&room_id).map(Room::head).unwrap_or_default(),
            has_before: start > 0,
            has_after: end < items.len(),
            items: items[start..end].to_vec(),
        }))
    }

    async fn find_message(
        &self,
        room_id: RoomId,
        message_id: EventId,
        now: Timestamp,
    ) -> Result<Option<MessageFacts>, StoreError> {
        let state = self.lock();
        let found = state.rooms.rooms.get(&room_id).and_then(|room| room.message(message_id));
        Ok(found.map(|logged| MessageFacts {
            sender_id: logged.event.sender_id,
            version: logged.version,
            gone: logged.is_gone(now),
            seq: logged.event.seq,
        }))
    }

    async fn purge_expired(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let mut state = self.lock();
        let mut erased = 0;
        for room in state.rooms.rooms.values_mut() {
            let due = room.log.iter().filter(|logged| !logged.redacted && logged.is_gone(now));
            let due: Vec<_> = due.map(|logged| logged.event.id).take((limit - erased) as usize).collect();
            erased += u32::try_from(due.len()).unwrap_or(u32::MAX);
            due.into_iter().for_each(|id| room.erase_message(id));
        }
        Ok(erased)
    }

    async fn heads(&self, rooms: &[RoomId], users: &[UserId]) -> Result<Heads, StoreError> {
        let state = self.lock();
        let head = |id: &RoomId| {
            let room = state.rooms.rooms.get(id)?;
            Some((*id, Head { seq: room.head(), rev: room.rev }))
        };
        let user = |id: &UserId| (*id, state.timeline.logs.get(id).map(|log| log.head).unwrap_or_default());
        Ok(Heads { rooms: rooms.iter().filter_map(head).collect(), users: users.iter().map(user).collect() })
    }

    async fn note(&self, notes: Vec<UserNote>, _now: Timestamp) -> Result<Vec<Told>, StoreError> {
        Ok(self.lock().timeline.note(notes))
    }

    async fn user_log(
        &self,
        user: UserId,
        after: UserSeq,
        limit: u32,
    ) -> Result<(Vec<UserEvent>, UserSeq), StoreError> {
        let state = self.lock();
        let Some(log) = state.timeline.logs.get(&user) else { return Ok((Vec::new(), UserSeq(0))) };
        let mut rows: Vec<_> = log.rows.values().filter(|row| row.user_seq > after).cloned().collect();
        rows.sort_unstable_by_key(|row| row.user_seq);
        rows.truncate(limit as usize);
        Ok((rows, log.head))
    }
}
