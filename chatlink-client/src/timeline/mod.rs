//! A window of a room's main timeline or of one of its threads: a snapshot kept current by events through the pure reducer. Events ahead of it wait until the hole
//! before them is filled from the store, so that the window is complete up to its `as_of`, always. Pure: what it needs it
//! says as a [`Want`].

#[cfg(test)]
mod tests;

use crate::api::{EventsPage, TimelinePage};
use chatlink_protocol::{
    Event, EventId, Item, Seq, Timestamp, UserId,
    reducer::{Applied, RoomState},
};
use std::collections::BTreeMap;

/// Events that wait ahead of a hole; what does not fit is read from the store.
const MAX_AHEAD: usize = 3_000;
/// Items that a window holds; beyond it a new snapshot takes its place.
const MAX_ITEMS: usize = 3_000;
/// Who is further behind takes a snapshot and does not read everything that was missed.
const FAR_BEHIND: u64 = 400;

/// What a window needs from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// The newest page.
    Snapshot,
    /// What came after this seq.
    Events(Seq),
}

/// What a reader does to a message for himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// It is a tombstone to him.
    Hidden,
    /// He keeps it, or not any more.
    Starred(bool),
}

/// The newest part of one room's timeline, or of one thread. Both follow all events of the room.
#[derive(Debug)]
pub(crate) struct Window {
    me: UserId,
    /// The message that the thread begins with; `None`: the main timeline.
    root: Option<EventId>,
    shown: Shown,
    ahead: BTreeMap<Seq, Event>,
    /// The highest seq that the room is known to have.
    head: Seq,
    asked: bool,
}

#[derive(Debug)]
enum Shown {
    /// Nothing that holds: a snapshot is wanted.
    Nothing,
    /// A snapshot and what came since. Without `holds` it is shown until another snapshot takes its place.
    Page { state: RoomState, epoch: String, has_before: bool, holds: bool, newest_page: Seq },
}

impl Window {
    pub(crate) fn new(me: UserId, root: Option<EventId>) -> Self {
        Self { me, root, shown: Shown::Nothing, ahead: BTreeMap::new(), head: Seq(0), asked: false }
    }

    /// The window as it was kept on the device: the items of a snapshot.
    pub(crate) fn restore(me: UserId, root: Option<EventId>, page: TimelinePage) -> Self {
        let mut window = Self::new(me, root);
        window.snapshot(page);
        window
    }

    /// Up to where all that is shown is true, where it is worth keeping. An older page that was read later may be ahead of the
    /// rest for a while.
    pub(crate) fn true_at(&self) -> Option<Seq> {
        match &self.shown {
            Shown::Page { state, holds: true, newest_page, .. } if *newest_page <= state.as_of() => Some(state.as_of()),
            _ => None,
        }
    }

    /// What is shown, ascending.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.state().into_iter().flat_map(RoomState::items)
    }

    /// The seq behind which `resume` shall replay; `None`: a snapshot is wanted anyway.
    pub(crate) fn cursor(&self) -> Option<Seq> {
        match &self.shown {
            Shown::Page { state, holds: true, .. } => Some(state.as_of()),
            _ => None,
        }
    }

    /// Whether there is older than what is shown.
    pub(crate) const fn has_before(&self) -> bool {
        matches!(self.shown, Shown::Page { has_before: true, .. })
    }

    /// What is to be asked for now. It counts as asked until it is answered or [`failed`](Self::failed).
    pub(crate) fn ask(&mut self) -> Option<Want> {
        if self.asked {
            return None;
        }
        let want = match self.cursor() {
            None => Want::Snapshot,
            Some(as_of) if self.head.0 > as_of.0 + FAR_BEHIND && self.ahead.is_empty() => Want::Snapshot,
            Some(as_of) if self.head > as_of => Want::Events(as_of),
            Some(_) => return None,
        };
        self.asked = true;
        Some(want)
    }

    /// The answer did not come: it may be asked for again.
    pub(crate) fn failed(&mut self) {
        self.asked = false;
    }

    /// The room is known to have this seq.
    pub(crate) fn reach(&mut self, seq: Seq) {
        self.head = self.head.max(seq);
    }

    /// An event came by itself.
    pub(crate) fn receive(&mut self, event: Event) {
        self.reach(event.seq);
        if self.ahead.len() < MAX_AHEAD {
            self.ahead.insert(event.seq, event);
        }
        self.drain();
    }

    /// A snapshot was read. What came meanwhile is applied on top.
    pub(crate) fn snapshot(&mut self, page: TimelinePage) {
        self.asked = false;
        self.reach(page.as_of);
        let state = match self.root {
            Some(root) => RoomState::thread(Some(self.me), root, page.items, page.as_of),
            None => RoomState::new(Some(self.me), page.items, page.as_of),
        };
        let (epoch, has_before) = (page.epoch, page.has_before);
        self.shown = Shown::Page { state, epoch, has_before, holds: true, newest_page: page.as_of };
        self.drain();
    }

    /// A part of the log was read.
    pub(crate) fn filled(&mut self, page: EventsPage) {
        self.asked = false;
        if self.epoch() != Some(&page.epoch) {
            return self.distrust();
        }
        let last = page.events.last().map(|event| event.seq);
        for event in page.events {
            // What is read later holds what was redacted since; what came live holds the words: either fits the law.
            self.ahead.insert(event.seq, event);
        }
        self.drain();
        // The head that was told is not to be had: it is not for this reader, or there is another history.
        match (last, self.cursor()) {
            (None, Some(as_of)) if page.complete => self.head = as_of,
            (Some(last), Some(as_of)) if as_of < last => self.distrust(),
            _ => {}
        }
    }

    /// An older page was read. `false`: events overtook it, read it again.
    pub(crate) fn prepend(&mut self, page: TimelinePage) -> bool {
        let Shown::Page { state, epoch, has_before, newest_page, .. } = &mut self.shown else { return true };
        if *epoch != page.epoch {
            return true;
        }
        let fits = state.prepend(page.items, page.as_of);
        if fits {
            *has_before = page.has_before;
            *newest_page = page.as_of.max(*newest_page);
        }
        fits
    }

    /// Nothing known holds any more: shown it stays, until a snapshot comes.
    pub(crate) fn distrust(&mut self) {
        self.ahead.clear();
        if let Shown::Page { holds, .. } = &mut self.shown {
            *holds = false;
        }
    }

    /// As [`distrust`](Self::distrust), of another lineage: heads known so far mean nothing either.
    pub(crate) fn reset(&mut self) {
        self.head = Seq(0);
        self.distrust();
    }

    /// The reader hid a message, or starred it or took the star off, here or on another device.
    pub(crate) fn own(&mut self, message: EventId, change: Own) {
        if let Shown::Page { state, .. } = &mut self.shown {
            let _ = match change {
                Own::Hidden => state.hide(message),
                Own::Starred(starred) => state.star(message, starred),
            };
        }
    }

    /// Makes tombstones of what is over.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        if let Shown::Page { state, .. } = &mut self.shown {
            state.expire(now);
        }
    }

    /// When the next message is over.
    pub(crate) fn next_expiry(&self) -> Option<Timestamp> {
        let living = self.items().filter(|item| !item.redacted || item.is_hidden());
        living.filter_map(Item::expires_at).min()
    }

    fn drain(&mut self) {
        let Shown::Page { state, holds: true, .. } = &mut self.shown else { return };
        while let Some(entry) = self.ahead.first_entry() {
            match state.apply(entry.get()) {
                Applied::Yes | Applied::Repeated => drop(entry.remove()),
                Applied::Gap { .. } => break,
            }
        }
        if state.items().count() > MAX_ITEMS {
            self.distrust();
        }
    }

    fn epoch(&self) -> Option<&String> {
        match &self.shown {
            Shown::Page { epoch, .. } => Some(epoch),
            Shown::Nothing => None,
        }
    }

    fn state(&self) -> Option<&RoomState> {
        match &self.shown {
            Shown::Page { state, .. } => Some(state),
            Shown::Nothing => None,
        }
    }
}
