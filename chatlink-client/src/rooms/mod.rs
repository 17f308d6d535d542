//! The list of rooms: read once, and kept from then on by what the socket tells. Of a room whose events have a hole, or of
//! which something changed that cannot be told from events, that one room is read again. Pure: what it needs it says as
//! a [`Want`].

mod beneath;
mod entry;
mod listed;
#[cfg(test)]
mod tests;
mod unread;

pub use entry::RoomEntry;

use chatlink_protocol::{Event, EventId, RoomId, Seq, Timestamp, UserId, frame::UserEvent, room::Room};
use listed::{Listed, Told};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// Rooms that are read one by one at the same time.
const UNDERWAY: usize = 4;
/// When so many are to be read, the whole list is.
const MANY: usize = 32;
/// Changes of one's own that are remembered while something is read; above it the list is read again.
const MAX_SINCE: usize = 1_000;

/// What the list needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// All rooms, and whom the person blocks.
    All,
    /// This room.
    Room(RoomId),
}

/// The whole list as it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllRooms {
    pub(crate) rooms: Vec<Room>,
    pub(crate) blocked: BTreeSet<UserId>,
    /// There are no others.
    pub(crate) complete: bool,
}

/// The list.
#[derive(Debug)]
pub(crate) struct RoomList {
    me: UserId,
    rooms: BTreeMap<RoomId, Listed>,
    blocked: BTreeSet<UserId>,
    all: Ask,
    single: BTreeMap<RoomId, Ask>,
    /// What the own log told while something was read: the answer may be older.
    since: Vec<UserEvent>,
    changed: BTreeSet<RoomId>,
    moved: bool,
}

/// How something that may be asked for stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    No,
    Wanted,
    Asked,
    /// It changed again since it was asked for.
    AskedTooEarly,
}

impl Ask {
    const fn want(self) -> Self {
        match self {
            Self::No | Self::Wanted => Self::Wanted,
            Self::Asked | Self::AskedTooEarly => Self::AskedTooEarly,
        }
    }

    const fn answered(self) -> Self {
        match self {
            Self::AskedTooEarly | Self::Wanted => Self::Wanted,
            Self::Asked | Self::No => Self::No,
        }
    }

    const fn is_underway(self) -> bool {
        matches!(self, Self::Asked | Self::AskedTooEarly)
    }
}

impl RoomList {
    /// The list as it was kept; it is read again as soon as may be.
    pub(crate) fn new(me: UserId, kept: Vec<Room>, blocked: BTreeSet<UserId>) -> Self {
        let rooms = kept.into_iter().map(|room| (room.id, Listed::new(me, room))).collect();
        let (single, since, changed) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        Self { me, rooms, blocked, all: Ask::Wanted, single, since, changed, moved: true }
    }

    /// The lines, pinned ones first, then by newest activity; those that are put away after all others. `None`: as they were
    /// when this was asked last.
    pub(crate) fn take_entries(&mut self) -> Option<Vec<RoomEntry>> {
        if !std::mem::take(&mut self.moved) {
            return None;
        }
        let mut entries: Vec<_> = self.rooms.values().filter_map(Listed::entry).collect();
        entries.sort_by_key(|entry| (entry.archived, !entry.pinned, Reverse((entry.active_at, entry.id))));
        Some(entries)
    }

    /// Rooms that changed since this was asked last, as they are to be kept; `None`: not any more.
    pub(crate) fn take_changed(&mut self) -> Vec<(RoomId, Option<Room>)> {
        let kept = |id| (id, self.rooms.get(&id).map(Listed::room));
        std::mem::take(&mut self.changed).into_iter().map(kept).collect()
    }

    /// Everything is to be kept anew.
    pub(crate) fn all_changed(&mut self) {
        self.changed.extend(self.rooms.keys().copied());
    }

    pub(crate) const fn blocked(&self) -> &BTreeSet<UserId> {
        &self.blocked
    }

    /// Up to where each room is known, those with the newest activity first; none while the whole list is to be read.
    pub(crate) fn cursors(&self) -> impl Iterator<Item = (RoomId, Seq)> {
        let known = self.rooms.iter().filter(|_| self.all == Ask::No);
        let mut rooms: Vec<_> = known.map(|(id, listed)| (listed.active_at(), *id, listed.as_of())).collect();
        rooms.sort_unstable_by_key(|room| Reverse(*room));
        rooms.into_iter().map(|(_, id, as_of)| (id, as_of))
    }

    pub(crate) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// The last seq that a room is known to have.
    pub(crate) fn head(&self, room: RoomId) -> Option<Seq> {
        self.rooms.get(&room).map(Listed::head)
    }

    /// Up to where the person has read it, as far as is known here.
    pub(crate) fn read_seq(&self, room: RoomId) -> Option<Seq> {
        self.rooms.get(&room).map(Listed::read_seq)
    }

    /// What is to be asked for now. It counts as asked until it is answered or failed.
    pub(crate) fn ask(&mut self) -> Vec<Want> {
        for (room, _) in self.rooms.iter().filter(|(_, listed)| listed.has_hole()) {
            self.single.entry(*room).or_insert(Ask::Wanted);
        }
        if self.all == Ask::Wanted || self.single.len() > MANY && self.all == Ask::No {
            self.single.retain(|_, ask| ask.is_underway());
            self.all = Ask::Asked;
            return vec![Want::All];
        }
        if self.all != Ask::No {
            return Vec::new();
        }
        let free = UNDERWAY.saturating_sub(self.single.values().filter(|ask| ask.is_underway()).count());
        let wanted = self.single.iter_mut().filter(|(_, ask)| **ask == Ask::Wanted).take(free);
        let ask = |(room, ask): (&RoomId, &mut Ask)| {
            *ask = Ask::Asked;
            Want::Room(*room)
        };
        wanted.map(ask).collect()
    }

    /// The answer did not come: it may be asked for again.
    pub(crate) fn failed(&mut self, want: Want) {
        match want {
            Want::All => self.all = Ask::Wanted,
            Want::Room(room) => drop(self.single.insert(room, Ask::Wanted)),
        }
    }

    /// The whole list was read. Who is not in it is asked for by name: he may have moved from page to page.
    pub(crate) fn has_all(&mut self, all: AllRooms) {
        self.all = self.all.answered();
        self.moved |= self.blocked != all.blocked;
        self.blocked = all.blocked;
        let read: BTreeSet<RoomId> = all.rooms.iter().map(|room| room.id).collect();
        all.rooms.into_iter().for_each(|room| self.put(room));
        if all.complete {
            let missing = self.rooms.iter().filter(|(id, listed)| !read.contains(id) && !listed.is_request());
            let missing: Vec<_> = missing.map(|(id, _)| *id).collect();
            missing.into_iter().for_each(|room| self.want(room));
        }
        self.recall();
    }

    /// A room was read; `None`: it is not for the person any more.
    pub(crate) fn has_room(&mut self, id: RoomId, room: Option<Room>) {
        match self.single.remove(&id).map(Ask::answered) {
            None | Some(Ask::No) => {}
            Some(again) => drop(self.single.insert(id, again)),
        }
        match room {
            Some(room) => self.put(room),
            None => self.forget(id),
        }
        self.recall();
    }

    /// A room as the server showed it. It may be older than what is known.
    pub(crate) fn put(&mut self, room: Room) {
        let id = room.id;
        match self.rooms.get_mut(&id) {
            Some(known) if known.as_of() > room.head_seq => return self.want(id),
            Some(known) => known.replace(self.me, room),
            None => drop(self.rooms.insert(id, Listed::new(self.me, room))),
        }
        self.moved = true;
        self.changed.insert(id);
        self.change(id, |listed, blocked| listed.drain(blocked));
    }

    /// An event came.
    pub(crate) fn receive(&mut self, event: &Event) {
        match self.rooms.get_mut(&event.room_id) {
            None => self.want(event.room_id),
            Some(listed) => {
                listed.wait(event);
                self.change(event.room_id, |listed, blocked| listed.drain(blocked));
            }
        }
    }

    /// The room is known to have this seq. Of one that is not in the list the own log will tell.
    pub(crate) fn reach(&mut self, room: RoomId, seq: Seq) {
        if let Some(listed) = self.rooms.get_mut(&room) {
            listed.reach(seq);
        }
    }

    /// The person has read up to there, on this device.
    pub(crate) fn read(&mut self, room: RoomId, seq: Seq) {
        self.change(room, |listed, _| listed.read(seq));
    }

    /// Something of the person's own changed.
    pub(crate) fn own(&mut self, event: &UserEvent) {
        if self.all.is_underway() || self.single.values().any(|ask| ask.is_underway()) {
            self.since.push(event.clone());
        }
        if self.since.len() > MAX_SINCE {
            self.since.clear();
            self.all = self.all.want();
        }
        self.apply_own(event);
    }

    fn apply_own(&mut self, event: &UserEvent) {
        let body = &event.body;
        if event.kind == "block" {
            let Ok(person) = event.subject.parse::<UserId>() else { return };
            let changes =
                if body["blocked"] == true { self.blocked.insert(person) } else { self.blocked.remove(&person) };
            // It changes what counts and who is shown, in many rooms perhaps.
            if changes {
                self.all = self.all.want();
            }
            return;
        }
        if let ("hide" | "star" | "thread", Ok(message)) = (event.kind.as_str(), event.subject.parse::<EventId>()) {
            let Some(room) = body["room_id"].as_str().and_then(|room| room.parse().ok()) else { return };
            return match event.kind.as_str() {
                "hide" => self.change(room, |listed, _| listed.hide(message)),
                "thread" => self.change(room, |listed, _| listed.thread_was_read(message)),
                _ => self.change(room, |listed, _| listed.star(message, body["starred"] == true)),
            };
        }
        let Ok(room) = event.subject.parse::<RoomId>() else { return };
        match event.kind.as_str() {
            "read" => {
                let seq = Seq(body["read_seq"].as_u64().unwrap_or(0));
                self.change(room, |listed, _| listed.was_read(seq));
            }
            "prefs" => self.change(room, |listed, _| listed.prefs(body)),
            "room" => match body["state"].as_str() {
                Some("joined") => self.want(room),
                Some("accepted") => match self.rooms.contains_key(&room) {
                    true => self.change(room, |listed, _| listed.accepted()),
                    false => self.want(room),
                },
                Some("left") => self.forget(room),
                _ => {}
            },
            _ => {}
        }
    }

    /// Makes tombstones of what is over.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        let rooms: Vec<RoomId> = self.rooms.keys().copied().collect();
        rooms.into_iter().for_each(|room| self.change(room, |listed, _| listed.expire(now)));
    }

    /// When the next message is over.
    pub(crate) fn next_expiry(&self) -> Option<Timestamp> {
        self.rooms.values().filter_map(Listed::next_expiry).min()
    }

    /// Frames were left out: these seqs are not told.
    pub(crate) fn distrust(&mut self, room: RoomId) {
        self.want(room);
    }

    /// Nothing known holds any more: shown it stays, until the list was read.
    pub(crate) fn reset(&mut self) {
        self.single.clear();
        self.since.clear();
        self.rooms.values_mut().for_each(Listed::distrust);
        self.all = self.all.want();
    }

    fn change(&mut self, room: RoomId, change: impl FnOnce(&mut Listed, &BTreeSet<UserId>) -> Told) {
        let Some(listed) = self.rooms.get_mut(&room) else { return };
        match change(listed, &self.blocked) {
            Told::Nothing => return,
            Told::Changed => {}
            Told::Unknown => self.want(room),
            Told::Over => return self.forget(room),
        }
        self.moved = true;
        self.changed.insert(room);
    }

    fn want(&mut self, room: RoomId) {
        let ask = self.single.entry(room).or_insert(Ask::No);
        *ask = ask.want();
    }

    fn forget(&mut self, room: RoomId) {
        self.moved |= self.rooms.remove(&room).is_some();
        self.single.retain(|known, ask| *known != room || ask.is_underway());
        self.changed.insert(room);
    }

    /// Makes what the own log told meanwhile hold again.
    fn recall(&mut self) {
        for event in self.since.clone() {
            self.apply_own(&event);
        }
        if !self.all.is_underway() && !self.single.values().any(|ask| ask.is_underway()) {
            self.since.clear();
        }
    }
}
