//! One room of the list, and what events and the own log do to it.

use super::{
    beneath::{Beneath, Said},
    entry::RoomEntry,
    unread::{Count, ToRead, Unread},
};
use chatlink_protocol::{
    Event, EventBody, EventId, Item, MembershipChange, Seq, Timestamp, UserId,
    event::{Membership, Message, RoomChange},
    reducer::{Applied, RoomState},
    room::{Avatar, Room},
};
use std::collections::{BTreeMap, BTreeSet};

/// Events that wait ahead of a hole; what does not fit is told again by the room's head.
const MAX_AHEAD: usize = 200;
/// Items that are kept; the last one is shown.
const MAX_ITEMS: usize = 8;

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    Changed,
    /// It cannot be told from here how the room stands now: it must be read.
    Unknown,
    /// The person is not in it any more.
    Over,
}

impl Told {
    fn and(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Changed => 1,
            Self::Unknown => 2,
            Self::Over => 3,
        }
    }
}

impl From<Count> for Told {
    fn from(count: Count) -> Self {
        match count {
            Count::Holds => Self::Changed,
            Count::Unknown => Self::Unknown,
        }
    }
}

/// A room that is kept current.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// Without its last item and its counts, which stand beside it.
    room: Room,
    state: RoomState,
    unread: Unread,
    beneath: Beneath,
    ahead: BTreeMap<Seq, Event>,
    head: Seq,
    /// The server counted before it knew how far the person has read here.
    counted_early: bool,
    me: UserId,
}

impl Listed {
    pub(super) fn new(me: UserId, mut room: Room) -> Self {
        let last_item = room.last_item.take();
        let state = RoomState::new(Some(me), last_item.into_iter().collect(), room.head_seq);
        let unread = Unread::counted(room.unread, room.unread_mentions, room.head_seq);
        let beneath = Beneath::of(room.unread_threads);
        Self { head: room.head_seq, room, state, unread, beneath, ahead: BTreeMap::new(), counted_early: false, me }
    }

    /// The server shows it so, not before what is known here.
    pub(super) fn replace(&mut self, me: UserId, room: Room) {
        let mut fresh = Self::new(me, room);
        fresh.head = fresh.head.max(self.head);
        fresh.ahead = std::mem::take(&mut self.ahead);
        self.beneath.recount(fresh.beneath.count(), fresh.as_of() > self.as_of());
        fresh.beneath = std::mem::take(&mut self.beneath);
        // What was read here the server may not know yet.
        if self.room.read_seq > fresh.room.read_seq {
            fresh.room.read_seq = self.room.read_seq;
            fresh.room.marked_unread = false;
            fresh.counted_early = fresh.unread.read(self.room.read_seq) == Count::Unknown;
        }
        *self = fresh;
    }

    /// The line; `None`: it waits for an answer among the requests.
    pub(super) fn entry(&self) -> Option<RoomEntry> {
        (!self.is_request())
            .then(|| RoomEntry::of(&self.room, self.last_item(), self.unread.count(), self.beneath.count()))
    }

    /// As it is kept.
    pub(super) fn room(&self) -> Room {
        let (unread, unread_mentions) = self.unread.count();
        let unread_threads = self.beneath.count();
        Room { last_item: self.last_item().cloned(), unread, unread_mentions, unread_threads, ..self.room.clone() }
    }

    pub(super) fn is_request(&self) -> bool {
        self.room.pending.is_some_and(|pending| !pending.by_me)
    }

    pub(super) const fn as_of(&self) -> Seq {
        self.state.as_of()
    }

    pub(super) const fn head(&self) -> Seq {
        self.head
    }

    pub(super) const fn read_seq(&self) -> Seq {
        self.room.read_seq
    }

    pub(super) const fn active_at(&self) -> Timestamp {
        self.room.updated_at
    }

    pub(super) fn reach(&mut self, seq: Seq) {
        self.head = self.head.max(seq);
    }

    /// Whether events are missing.
    pub(super) fn has_hole(&self) -> bool {
        self.head > self.as_of()
    }

    /// What is known of it is of another lineage.
    pub(super) fn distrust(&mut self) {
        let room = Room { head_seq: Seq(0), read_seq: Seq(0), ..self.room() };
        *self = Self::new(self.me, room);
    }

    /// Puts an event to its place.
    pub(super) fn wait(&mut self, event: &Event) {
        self.head = self.head.max(event.seq);
        if event.seq > self.as_of() && self.ahead.len() < MAX_AHEAD {
            self.ahead.insert(event.seq, event.clone());
        }
    }

    /// Takes in what follows without a hole.
    pub(super) fn drain(&mut self, blocked: &BTreeSet<UserId>) -> Told {
        let mut told = Told::Nothing;
        while let Some(entry) = self.ahead.first_entry() {
            match self.state.apply(entry.get()) {
                Applied::Repeated => drop(entry.remove()),
                Applied::Gap { .. } => break,
                Applied::Yes => {
                    let event = entry.remove();
                    told = told.and(self.follow(&event, blocked));
                }
            }
        }
        if self.state.items().count() > MAX_ITEMS {
            let last = self.last_item().cloned();
            self.state = RoomState::new(Some(self.me), last.into_iter().collect(), self.as_of());
        }
        told
    }

    /// What the event, which the state has taken in, does to the rest.
    fn follow(&mut self, event: &Event, blocked: &BTreeSet<UserId>) -> Told {
        self.room.head_seq = event.seq;
        if event.body.target().is_none() && event.body.thread().is_none() {
            self.room.updated_at = event.at;
        }
        match &event.body {
            EventBody::Message(message) => match message.thread {
                None => self.said(event, message, blocked),
                Some(root) => self.said_beneath(root, event, message, blocked),
            },
            EventBody::Redaction(redaction) => self.gone(redaction.target),
            EventBody::Membership(membership) => self.membership(membership),
            EventBody::Room(change) => self.set_up(change),
            _ => Told::Changed,
        }
    }

    fn said(&mut self, event: &Event, message: &Message, blocked: &BTreeSet<UserId>) -> Told {
        let mine = event.sender_id == self.me;
        if let Some(pending) = self.room.pending.as_mut().filter(|pending| mine && pending.by_me) {
            pending.messages_left = pending.messages_left.saturating_sub(1);
        }
        if !mine && message.text.is_some() && !blocked.contains(&event.sender_id) {
            let mentions = message.mentions_all || message.mentions.contains(&self.me);
            self.unread.add(event.seq, ToRead { id: event.id, mentions, expires_at: message.expires_at });
        }
        Told::Changed
    }

    fn said_beneath(&mut self, root: EventId, event: &Event, message: &Message, blocked: &BTreeSet<UserId>) -> Told {
        let said = match event.sender_id {
            sender if sender == self.me => Said::Mine,
            _ if message.mentions.contains(&self.me) => Said::NamesMe,
            sender if message.text.is_none() || blocked.contains(&sender) => return Told::Changed,
            _ => Said::Plain,
        };
        self.beneath.said(root, said, message.expires_at).into()
    }

    /// The message is gone for the reader. What does not stand among the last ones may have stood in a thread.
    fn gone(&mut self, message: EventId) -> Told {
        let beneath =
            if self.state.items().any(|item| item.id == message) { Count::Holds } else { self.beneath.less() };
        Told::from(self.unread.gone(message)).and(beneath.into())
    }

    fn membership(&mut self, membership: &Membership) -> Told {
        let count = &mut self.room.member_count;
        match membership.change {
            MembershipChange::Left | MembershipChange::Removed | MembershipChange::Banned
                if membership.user_id == self.me =>
            {
                return Told::Over;
            }
            // Perhaps he was no member.
            MembershipChange::Banned => return Told::Unknown,
            MembershipChange::Added | MembershipChange::Joined => *count = count.saturating_add(1),
            MembershipChange::Left | MembershipChange::Removed => *count = count.saturating_sub(1),
            _ => {}
        }
        if membership.user_id == self.me { Told::Unknown } else { Told::Changed }
    }

    fn set_up(&mut self, change: &RoomChange) -> Told {
        let room = &mut self.room;
        if let Some(title) = &change.title {
            room.title.clone_from(title);
        }
        if let Some(topic) = &change.topic {
            room.topic.clone_from(topic);
        }
        if let Some(version) = &change.avatar {
            let address = |size: u32| format!("/v1/rooms/{}/avatar/{version}?size={size}", room.id);
            let (small, large) = (address(96), address(384));
            room.avatar = (!version.is_empty()).then(|| Avatar { version: version.clone(), small, large });
        }
        Told::Changed
    }

    /// The person has read up to there on this device; the server will hear of it.
    pub(super) fn read(&mut self, seq: Seq) -> Told {
        let seq = seq.min(self.head);
        if seq <= self.room.read_seq {
            return Told::Nothing;
        }
        self.room.read_seq = seq;
        self.room.marked_unread = false;
        self.counted_early |= self.unread.read(seq) == Count::Unknown;
        Told::Changed
    }

    /// The server knows that the person has read up to there.
    pub(super) fn was_read(&mut self, seq: Seq) -> Told {
        let told = self.read(seq);
        match std::mem::take(&mut self.counted_early) {
            true => Told::Unknown,
            false => told,
        }
    }

    pub(super) fn prefs(&mut self, body: &serde_json::Value) -> Told {
        let is = |name: &str| body[name] == true;
        let room = &mut self.room;
        (room.archived, room.pinned, room.marked_unread) = (is("archived"), is("pinned"), is("marked_unread"));
        room.muted_until = serde_json::from_value(body["muted_until"].clone()).ok();
        room.notify = body["notify"].as_str().map(str::to_owned);
        Told::Changed
    }

    pub(super) fn accepted(&mut self) -> Told {
        self.room.pending = None;
        Told::Changed
    }

    pub(super) fn hide(&mut self, message: EventId) -> Told {
        // Of what is hidden the list shows nothing, but what stood before it.
        let shown = self.last_item().is_some_and(|item| item.id == message);
        self.state.hide(message);
        if shown { Told::Unknown } else { self.gone(message) }
    }

    pub(super) fn star(&mut self, message: EventId, starred: bool) -> Told {
        if self.state.star(message, starred) { Told::Changed } else { Told::Nothing }
    }

    /// The person has read in the thread of this message, here or elsewhere, and the server knows it.
    pub(super) fn thread_was_read(&mut self, root: EventId) -> Told {
        match self.beneath.read(root) {
            Count::Holds => Told::Nothing,
            Count::Unknown => Told::Unknown,
        }
    }

    pub(super) fn expire(&mut self, now: Timestamp) -> Told {
        let (gone, less) = (self.state.expire(now), self.unread.expire(now));
        let told = if gone || less { Told::Changed } else { Told::Nothing };
        match self.beneath.expire(now) {
            Count::Holds => told,
            Count::Unknown => Told::Unknown,
        }
    }

    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        let living = self.last_item().filter(|item| !item.redacted).and_then(Item::expires_at);
        living.into_iter().chain(self.unread.next_expiry()).chain(self.beneath.next_expiry()).min()
    }

    fn last_item(&self) -> Option<&Item> {
        self.state.items().next_back()
    }
}
