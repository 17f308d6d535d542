//! A room's log: what stands in it, as whom it concerns reads it.

use crate::{
    memory::{State, rooms::Room},
    timeline::{ActKey, Outcome, Reader},
};
use chatlink_protocol::{Event, EventBody, EventId, Item, RoomId, Seq, Timestamp, UserId, reducer::RoomState};

/// An event in a room's log, with what only the store knows of it.
pub(in crate::memory) struct Logged {
    pub(in crate::memory) event: Event,
    /// MAC of the request that made it; forgotten with the message.
    pub(super) request: Option<[u8; 32]>,
    /// The message's version; 1 for everything else.
    pub(in crate::memory) version: u32,
    pub(super) redacted: bool,
    /// Of a correction: when its message is gone, and its words with it.
    pub(super) until: Option<Timestamp>,
}

impl Logged {
    /// Whether its words are gone by now.
    pub(in crate::memory) fn is_gone(&self, now: Timestamp) -> bool {
        self.redacted || self.expires_at().is_some_and(|at| at <= now)
    }

    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        match &self.event.body {
            EventBody::Message(message) => message.expires_at,
            _ => self.until,
        }
    }

    pub(super) fn is_message(&self) -> bool {
        matches!(self.event.body, EventBody::Message(_))
    }

    pub(super) fn erase(&mut self) {
        self.request = None;
        self.redacted = true;
        erase(&mut self.event.body);
    }
}

/// Takes the words out of an event's body.
fn erase(body: &mut EventBody) {
    match body {
        EventBody::Message(message) => {
            *message = message.tombstone();
        }
        EventBody::Edit(edit) => edit.text = None,
        EventBody::Correction(correction) => correction.words = None,
        _ => {}
    }
}

impl Room {
    pub(super) fn message(&self, id: EventId) -> Option<&Logged> {
        self.log.iter().find(|logged| logged.event.id == id && logged.is_message())
    }

    /// The words of a message as they stand now.
    pub(in crate::memory) fn text(&self, id: EventId) -> Option<&String> {
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

    pub(super) fn erase_message(&mut self, id: EventId) {
        for logged in &mut self.log {
            let is_it = logged.event.id == id;
            let derives = matches!(&logged.event.body, EventBody::Edit(_) | EventBody::Correction(_));
            if is_it || (derives && logged.event.body.target() == Some(id)) {
                logged.erase();
            }
        }
    }

    /// The sender's reaction to a message as it stands.
    pub(super) fn reaction(&self, target: EventId, sender: UserId) -> Option<String> {
        let of = |logged: &Logged| match &logged.event.body {
            EventBody::Reaction(reaction) if reaction.target == target && logged.event.sender_id == sender => {
                Some(reaction.key.clone())
            }
            _ => None,
        };
        self.log.iter().rev().find_map(of).flatten()
    }

    /// What this name made before. The request is forgotten with the words.
    pub(super) fn known(&self, sender: UserId, key: ActKey, now: Timestamp) -> Option<Outcome> {
        let of = |l: &&Logged| l.event.sender_id == sender && l.event.client_id == Some(key.client_id);
        let logged = self.log.iter().find(of)?;
        let Event { seq, id, at, .. } = logged.event;
        let same = logged.is_gone(now) || logged.request.is_none_or(|request| request == key.request);
        Some(if same { Outcome::Repeated { seq, id, at } } else { Outcome::Conflict })
    }

    /// The events as `reader` gets them: from his first seq on, gone words taken out.
    pub(super) fn readable(&self, reader: Reader, now: Timestamp) -> Option<Vec<Event>> {
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
            let repeated = event.repeats_words_of().and_then(|target| self.message(target));
            if repeated.is_some_and(|message| message.event.seq < from) {
                event.hide();
            }
            event
        };
        Some(self.log.iter().filter(|logged| logged.event.seq >= from).map(read).collect())
    }
}

impl State {
    /// All items of a room's main timeline as `reader` sees them.
    pub(in crate::memory) fn items(&self, room: RoomId, reader: Reader, now: Timestamp) -> Option<Vec<Item>> {
        self.items_of(room, reader, None, now)
    }

    /// As [`items`](Self::items), or those of the thread of `root`.
    pub(super) fn items_of(
        &self,
        room: RoomId,
        reader: Reader,
        root: Option<EventId>,
        now: Timestamp,
    ) -> Option<Vec<Item>> {
        let events = self.readable(self.rooms.rooms.get(&room)?, reader, now)?;
        let me = match reader {
            Reader::Member(user) => Some(user),
            Reader::Node => None,
        };
        let before = events.first().map_or(Seq(0), |first| Seq(first.seq.0 - 1));
        let mut state = match root {
            None => RoomState::new(me, Vec::new(), before),
            Some(root) => RoomState::thread(me, root, Vec::new(), before),
        };
        for event in &events {
            state.apply(event);
        }
        if let Some(me) = me {
            for message in self.timeline.marks.stars_of(me) {
                state.star(message, true);
            }
        }
        Some(state.items().cloned().collect())
    }

    /// A message as `reader` sees it, in whatever timeline it stands; not when its words are gone for him.
    pub(super) fn item_of(&self, room_id: RoomId, reader: Reader, message: EventId, now: Timestamp) -> Option<Item> {
        self.named_item(room_id, reader, message, now).filter(|item| !item.redacted)
    }

    /// A message as `reader` reads it, wherever it stands; of what is gone or hidden its tombstone.
    pub(in crate::memory) fn named_item(
        &self,
        room_id: RoomId,
        reader: Reader,
        message: EventId,
        now: Timestamp,
    ) -> Option<Item> {
        let root = self.rooms.rooms.get(&room_id)?.message(message)?.event.body.thread();
        let items = self.items_of(room_id, reader, root, now)?;
        items.into_iter().find(|item| item.id == message)
    }

    /// The events of a room as `reader` gets them: as they are readable, without the words of what he hid.
    pub(super) fn readable(&self, room: &Room, reader: Reader, now: Timestamp) -> Option<Vec<Event>> {
        let mut events = room.readable(reader, now)?;
        if let Reader::Member(me) = reader {
            for event in &mut events {
                if event.words_of().is_some_and(|message| self.timeline.marks.is_hidden(me, message)) {
                    event.hide();
                }
            }
        }
        Some(events)
    }
}
