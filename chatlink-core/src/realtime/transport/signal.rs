//! What nodes tell each other, and how it looks on the way.

use crate::{
    entropy::{Entropy, random},
    keys::{Keys, Purpose},
    realtime::elsewhere::{Change, Person},
};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use chatlink_protocol::{Event, RoomId, Seq, SessionId, UserId, UserSeq, frame::Receipt};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// Raised when a packet changes so that a node of the version before would misread it; such packets are passed over,
/// and the store tells instead.
const VERSION: u32 = 1;
/// What sealing and the envelope take of a packet besides the signals.
const ENVELOPE: usize = 128;

/// One thing that a node tells the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub(crate) enum Signal {
    /// A room got an event; without it where it was too large.
    Room {
        room_id: RoomId,
        seq: Seq,
        #[serde(skip_serializing_if = "Option::is_none")]
        event: Option<Box<Event>>,
    },
    /// Own logs of people moved.
    Logs { heads: Vec<(UserId, UserSeq)> },
    /// Marks of a room moved; only of people who show them.
    Receipts { room_id: RoomId, rev: u64, items: Vec<Receipt> },
    /// People type; only such as show it.
    Typing { who: Vec<(RoomId, UserId)> },
    /// Sessions ended.
    Ended { sessions: Vec<SessionId> },
    /// An account is gone.
    Gone { user_id: UserId },
    /// The node is there, and told so many changes of presence until now.
    Lease { changes: u64 },
    /// Its change of presence of that number.
    Presence { number: u64, change: Change },
    /// That node is asked who is there.
    Ask { node: Uuid },
    /// Who is there after so many changes: one of several parts.
    Roster { changes: u64, part: u32, parts: u32, people: Vec<Person> },
    /// A block came between two people, or was taken back.
    Parted { one: UserId, other: UserId },
    /// The node goes.
    Bye,
    /// Of a later version.
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
struct Envelope {
    v: u32,
    node: Uuid,
}

#[derive(Deserialize)]
struct Content {
    signals: Vec<Signal>,
}

/// Seals and opens packets of one node.
pub(crate) struct Wire {
    keys: Keys,
    /// Packets of another installation on the same medium are nothing to us.
    installation: Uuid,
    node: Uuid,
    entropy: Arc<dyn Entropy>,
}

/// A packet that was read.
#[derive(Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) node: Uuid,
    pub(crate) signals: Vec<Signal>,
}

impl Wire {
    pub(crate) fn new(keys: Keys, installation: Uuid, node: Uuid, entropy: Arc<dyn Entropy>) -> Self {
        Self { keys, installation, node, entropy }
    }

    pub(crate) fn node(&self) -> Uuid {
        self.node
    }

    /// Bytes of signals that fit into a packet of so many.
    pub(super) const fn room(packet_bytes: usize) -> usize {
        (packet_bytes / 4 * 3).saturating_sub(ENVELOPE)
    }

    /// A packet's text.
    pub(super) fn seal(&self, signals: &[String]) -> Option<String> {
        let plain = format!(r#"{{"v":{VERSION},"node":"{}","signals":[{}]}}"#, self.node, signals.join(","));
        let nonce = random(self.entropy.as_ref());
        let sealed = self.keys.seal(Purpose::Transport, self.installation.as_bytes(), nonce, plain.as_bytes())?;
        Some(STANDARD_NO_PAD.encode(sealed))
    }

    /// What a packet says; `None`: it is not of this installation, or not of this version.
    pub(super) fn open(&self, text: &str) -> Option<Heard> {
        let sealed = STANDARD_NO_PAD.decode(text).ok()?;
        let plain = self.keys.open(Purpose::Transport, self.installation.as_bytes(), &sealed)?.plain;
        let Envelope { v, node } = serde_json::from_slice(&plain).ok()?;
        if v != VERSION {
            return None;
        }
        // Most of what comes back from a medium is one's own.
        if node == self.node {
            return Some(Heard { node, signals: Vec::new() });
        }
        let Content { signals } = serde_json::from_slice(&plain).ok()?;
        Some(Heard { node, signals })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    fn wire(secret: u8, installation: u128, node: u128) -> Wire {
        let keys = Keys::new(vec![vec![secret; 32]]).unwrap();
        Wire::new(keys, Uuid::from_u128(installation), Uuid::from_u128(node), Arc::new(SeededEntropy::new(7)))
    }

    #[test]
    fn a_packet_is_read_by_the_other_nodes_of_its_installation_alone() {
        let bye = serde_json::to_string(&Signal::Bye).unwrap();
        let text = wire(1, 1, 1).seal(&[bye]).unwrap();
        assert_eq!(wire(1, 1, 2).open(&text).map(|heard| heard.signals), Some(vec![Signal::Bye]));
        assert_eq!(wire(1, 1, 1).open(&text).map(|heard| heard.signals), Some(vec![]), "its own");
        for other in [wire(2, 1, 2), wire(1, 2, 2)] {
            assert_eq!(other.open(&text), None);
        }
        for junk in ["", "{}", "AAAA", &text[1..], &text[..text.len() - 2], &text.to_lowercase()] {
            assert_eq!(wire(1, 1, 2).open(junk), None, "{junk}");
        }
    }

    #[test]
    fn what_a_later_version_says_besides_is_passed_over() {
        let later = r#"{"t":"earthquake","where":{"deep":[1,2]}}"#.to_owned();
        let lease = r#"{"t":"lease","changes":3,"more":true}"#.to_owned();
        let text = wire(1, 1, 1).seal(&[later, lease]).unwrap();
        let heard = wire(1, 1, 2).open(&text).unwrap();
        assert_eq!(heard.signals, [Signal::Unknown, Signal::Lease { changes: 3 }]);
    }
}
