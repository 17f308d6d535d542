//! Signals that go out together: what says the same is said once, and as few packets are made as can be.

use super::{Lane, Packet, Signal, Wire};
use chatlink_protocol::{RoomId, UserId, UserSeq};
use std::collections::{BTreeMap, HashMap, HashSet};

/// People, sessions or marks that one signal names at the most: more of them are several signals.
const NAMED: usize = 40;

/// What goes out next.
#[derive(Default)]
pub(super) struct Batch {
    signals: Vec<Signal>,
    logs: HashMap<UserId, UserSeq>,
    typing: HashSet<(RoomId, UserId)>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.signals.is_empty() && self.logs.is_empty()
    }

    pub(super) fn has_typing(&self) -> bool {
        !self.typing.is_empty()
    }

    pub(super) fn add(&mut self, signal: Signal) {
        match signal {
            Signal::Logs { heads } => {
                for (user, seq) in heads {
                    let head = self.logs.entry(user).or_insert(seq);
                    *head = (*head).max(seq);
                }
            }
            Signal::Typing { who } => self.typing.extend(who),
            Signal::Receipts { room_id, rev, items } => {
                let parts = items.chunks(NAMED).map(|items| Signal::Receipts { room_id, rev, items: items.to_vec() });
                self.signals.extend(parts);
            }
            Signal::Ended { sessions } => {
                let parts = sessions.chunks(NAMED).map(|sessions| Signal::Ended { sessions: sessions.to_vec() });
                self.signals.extend(parts);
            }
            other => self.signals.push(other),
        }
    }

    /// Takes all of it, typing where its time has come, as packets of at most so many bytes; and how many signals found
    /// no place.
    pub(super) fn pack(&mut self, with_typing: bool, lanes: u16, bytes: usize, wire: &Wire) -> (Vec<Packet>, u64) {
        let mut packing =
            Packing { room: Wire::room(bytes), wire, open: BTreeMap::new(), packets: Vec::new(), lost: 0 };
        for signal in std::mem::take(&mut self.signals) {
            packing.put(lane(&signal, lanes), &signal);
        }
        let logs: Vec<_> = std::mem::take(&mut self.logs).into_iter().collect();
        for heads in logs.chunks(NAMED) {
            packing.put(Lane::Nodes, &Signal::Logs { heads: heads.to_vec() });
        }
        if with_typing {
            let mut by_lane: BTreeMap<Lane, Vec<_>> = BTreeMap::new();
            for (room, user) in std::mem::take(&mut self.typing) {
                by_lane.entry(lane_of(room, lanes)).or_default().push((room, user));
            }
            for (lane, who) in by_lane {
                who.chunks(NAMED).for_each(|who| packing.put(lane, &Signal::Typing { who: who.to_vec() }));
            }
        }
        packing.finish()
    }
}

/// Packets that are being filled.
struct Packing<'a> {
    room: usize,
    wire: &'a Wire,
    open: BTreeMap<Lane, (usize, Vec<String>)>,
    packets: Vec<Packet>,
    lost: u64,
}

impl Packing<'_> {
    fn put(&mut self, lane: Lane, signal: &Signal) {
        let Some(text) = self.text(signal) else {
            self.lost += 1;
            return;
        };
        let (taken, _) = self.open.entry(lane).or_default();
        if *taken + text.len() > self.room {
            self.close(lane);
        }
        let (taken, signals) = self.open.entry(lane).or_default();
        // With the comma behind it.
        *taken += text.len() + 1;
        signals.push(text);
    }

    /// What fits; of an event that does not, the bell alone.
    fn text(&self, signal: &Signal) -> Option<String> {
        let fits = |signal: &Signal| serde_json::to_string(signal).ok().filter(|text| text.len() <= self.room);
        fits(signal).or_else(|| match signal {
            Signal::Room { room_id, seq, .. } => fits(&Signal::Room { room_id: *room_id, seq: *seq, event: None }),
            _ => None,
        })
    }

    fn close(&mut self, lane: Lane) {
        let Some((_, signals)) = self.open.remove(&lane).filter(|(_, signals)| !signals.is_empty()) else { return };
        match self.wire.seal(&signals) {
            Some(text) => self.packets.push(Packet { lane, text }),
            None => self.lost += signals.len() as u64,
        }
    }

    fn finish(mut self) -> (Vec<Packet>, u64) {
        let lanes: Vec<_> = self.open.keys().copied().collect();
        lanes.into_iter().for_each(|lane| self.close(lane));
        (self.packets, self.lost)
    }
}

fn lane(signal: &Signal, lanes: u16) -> Lane {
    match signal {
        Signal::Room { room_id, .. } | Signal::Receipts { room_id, .. } => lane_of(*room_id, lanes),
        _ => Lane::Nodes,
    }
}

/// The last bytes of an id are random.
fn lane_of(room: RoomId, lanes: u16) -> Lane {
    let bytes = room.as_uuid().as_bytes();
    Lane::Rooms(u16::from_be_bytes([bytes[14], bytes[15]]) % lanes.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entropy::SeededEntropy, keys::Keys};
    use chatlink_protocol::{Event, EventBody, EventId, Seq, Timestamp, event};
    use std::sync::Arc;
    use uuid::Uuid;

    fn wire(node: u128) -> Wire {
        let keys = Keys::new(vec![vec![7; 32]]).unwrap();
        Wire::new(keys, Uuid::nil(), Uuid::from_u128(node), Arc::new(SeededEntropy::new(1)))
    }

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    fn room(n: u128) -> RoomId {
        RoomId::from_uuid(Uuid::from_u128(n))
    }

    fn message(room_id: RoomId, seq: u64, bytes: usize) -> Signal {
        let text = Some("x".repeat(bytes));
        let event = Event {
            room_id,
            seq: Seq(seq),
            id: EventId::from_uuid(Uuid::from_u128(1)),
            body: EventBody::Message(event::Message { text, ..Default::default() }),
            sender_id: user(1),
            at: Timestamp::EPOCH,
            client_id: None,
        };
        Signal::Room { room_id, seq: Seq(seq), event: Some(Box::new(event)) }
    }

    /// What the other node reads of it, by lane.
    fn heard(batch: &mut Batch, lanes: u16, bytes: usize) -> Vec<(Lane, Vec<Signal>)> {
        let (packets, lost) = batch.pack(true, lanes, bytes, &wire(1));
        assert_eq!(lost, 0);
        assert!(packets.iter().all(|packet| packet.text.len() <= bytes && packet.text.is_ascii()));
        packets.into_iter().map(|packet| (packet.lane, wire(2).open(&packet.text).unwrap().signals)).collect()
    }

    #[test]
    fn what_says_the_same_is_said_once() {
        let mut batch = Batch::default();
        for seq in [2, 9, 4] {
            batch.add(Signal::Logs { heads: vec![(user(1), UserSeq(seq))] });
            batch.add(Signal::Typing { who: vec![(room(1), user(1))] });
        }
        let heard = heard(&mut batch, 1, 7_900);
        let logs = Signal::Logs { heads: vec![(user(1), UserSeq(9))] };
        let typing = Signal::Typing { who: vec![(room(1), user(1))] };
        assert_eq!(heard, [(Lane::Nodes, vec![logs]), (Lane::Rooms(0), vec![typing])]);
        assert!(batch.is_empty() && !batch.has_typing());
    }

    #[test]
    fn an_event_that_is_too_large_rings_the_bell_and_no_packet_is_too_large() {
        let mut batch = Batch::default();
        for seq in 1..=40 {
            batch.add(message(room(1), seq, if seq == 7 { 16_000 } else { 1_000 }));
        }
        let heard: Vec<Signal> = heard(&mut batch, 1, 7_900).into_iter().flat_map(|(_, signals)| signals).collect();
        let seqs = heard.iter().map(|signal| match signal {
            Signal::Room { seq, event, .. } => (seq.0, event.is_some()),
            other => panic!("{other:?}"),
        });
        assert_eq!(seqs.collect::<Vec<_>>(), (1..=40).map(|seq| (seq, seq != 7)).collect::<Vec<_>>());
    }

    #[test]
    fn a_room_keeps_its_lane() {
        let mut batch = Batch::default();
        for n in 0..64 {
            batch.add(message(room(n), 1, 10));
            batch.add(message(room(n), 2, 10));
        }
        let heard = heard(&mut batch, 16, 65_536);
        assert_eq!(heard.len(), 16);
        for (lane, signals) in heard {
            let rooms = signals.iter().map(|signal| match signal {
                Signal::Room { room_id, .. } => lane_of(*room_id, 16),
                other => panic!("{other:?}"),
            });
            assert!(rooms.into_iter().all(|other| other == lane));
        }
    }
}
