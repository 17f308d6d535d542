//! A client's memory of rooms: what came, in which order, and whether anything is missing.

use chatlink_protocol::{Event, RoomId};
use std::collections::{BTreeMap, HashMap};

/// What a client knows of its rooms' logs.
#[derive(Clone, Debug, Default)]
pub struct Log {
    rooms: HashMap<RoomId, RoomLog>,
}

/// What a client knows of one room's log.
#[derive(Clone, Debug, Default)]
pub struct RoomLog {
    events: BTreeMap<u64, Event>,
    /// The seqs as they came, repetitions too.
    arrivals: Vec<u64>,
}

impl Log {
    /// Takes an event in. Another event at a known seq, or another seq for a known place, is a lie.
    pub fn take(&mut self, event: Event) {
        self.rooms.entry(event.room_id).or_default().take(event);
    }

    /// What is known of a room.
    #[must_use]
    pub fn room(&self, room: RoomId) -> RoomLog {
        self.rooms.get(&room).cloned().unwrap_or_default()
    }

    /// Whether a seq of a room is known.
    #[must_use]
    pub fn has(&self, room: RoomId, seq: u64) -> bool {
        self.rooms.get(&room).is_some_and(|log| log.events.contains_key(&seq))
    }

    /// The cursors to resume from: of each room the last seq before the first hole.
    #[must_use]
    pub fn cursors(&self) -> BTreeMap<RoomId, u64> {
        self.rooms.iter().map(|(room, log)| (*room, log.cursor())).collect()
    }
}

impl RoomLog {
    fn take(&mut self, event: Event) {
        let seq = event.seq.0;
        self.arrivals.push(seq);
        if let Some(known) = self.events.get(&seq) {
            assert_eq!(known.id, event.id, "seq {seq} is another event by now");
        }
        self.events.insert(seq, event);
    }

    /// The events, ascending.
    #[must_use]
    pub fn events(&self) -> Vec<&Event> {
        self.events.values().collect()
    }

    /// The seqs as they came.
    #[must_use]
    pub fn arrivals(&self) -> &[u64] {
        &self.arrivals
    }

    /// The last seq before the first hole; 0 for nothing.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        let first = self.events.keys().next().copied().unwrap_or(0);
        let dense = (first..).zip(self.events.keys()).take_while(|(expected, seq)| expected == *seq);
        dense.last().map_or(0, |(seq, _)| seq)
    }

    /// The messages' texts, ascending by seq; tombstones are left out.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let text = |event: &Event| match &event.body {
            chatlink_protocol::EventBody::Message(message) => message.text.clone(),
            _ => None,
        };
        self.events.values().filter_map(text).collect()
    }

    /// Everything from `from` to `to` is known.
    pub fn assert_dense(&self, from: u64, to: u64) {
        let missing: Vec<_> = (from..=to).filter(|seq| !self.events.contains_key(seq)).collect();
        assert!(missing.is_empty(), "events {missing:?} of {from}..={to} never came");
    }

    /// Everything came live: each seq once, in its order, without a hole.
    pub fn assert_in_order(&self) {
        let broken = self.arrivals.windows(2).find(|pair| pair[1] != pair[0] + 1);
        assert!(broken.is_none(), "events came as {broken:?}: {:?}", self.arrivals);
    }
}
