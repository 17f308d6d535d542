//! Who is there by way of other nodes. Each node tells its people's comings and goings by number and holds a lease;
//! whoever finds a number missing asks for all of them, and a node whose lease is not renewed has nobody any more.

use chatlink_protocol::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use uuid::Uuid;

/// How often a node renews its lease.
pub(super) const LEASE: Duration = Duration::from_secs(5);
/// How long a lease holds.
const HOLDS: Duration = Duration::from_secs(15);

/// Somebody who shows that he is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Person {
    #[serde(rename = "u")]
    pub(crate) user_id: UserId,
    /// Whether he shows when he was here last.
    #[serde(rename = "l")]
    pub(crate) last_seen: bool,
}

/// One change of presence on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    /// His first connection there, or what he shows changed.
    Here(Person),
    /// His last one is gone.
    Away(Person),
    /// He is there and does not show himself any more.
    Hid(Person),
}

/// What became of other nodes' people.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    pub(super) came: Vec<UserId>,
    pub(super) went: Vec<Person>,
    pub(super) hid: Vec<UserId>,
    /// Changes are missing: that node must be asked.
    pub(super) must_ask: bool,
}

/// The other nodes.
#[derive(Default)]
pub(super) struct Others {
    nodes: HashMap<Uuid, Node>,
}

struct Node {
    heard_at: Timestamp,
    /// How many changes are in `people`; `None`: nobody knows.
    changes: Option<u64>,
    people: HashMap<UserId, bool>,
    asked: bool,
    /// The parts of a roster that came so far, and after how many changes it was made.
    parts: (u64, BTreeMap<u32, Vec<Person>>),
}

impl Others {
    /// Whether somebody is there by way of any of them.
    pub(super) fn has(&self, user: UserId) -> bool {
        self.nodes.values().any(|node| node.people.contains_key(&user))
    }

    fn node(&mut self, node: Uuid, now: Timestamp) -> &mut Node {
        let node = self.nodes.entry(node).or_insert_with(|| Node::heard(now));
        node.heard_at = now;
        node
    }

    /// Whether a node is known.
    pub(super) fn knows(&self, node: Uuid) -> bool {
        self.nodes.contains_key(&node)
    }

    /// A node renewed its lease after so many changes. Answers whether it must be asked.
    pub(super) fn renew(&mut self, node: Uuid, changes: u64, now: Timestamp) -> bool {
        let node = self.node(node, now);
        if changes == 0 {
            node.changes.get_or_insert(0);
        }
        node.asked = node.changes != Some(changes);
        node.asked
    }

    /// A change on a node.
    pub(super) fn change(&mut self, node: Uuid, number: u64, change: Change, now: Timestamp) -> Moves {
        let node = self.node(node, now);
        if number == 1 {
            node.changes.get_or_insert(0);
        }
        match node.changes {
            Some(known) if number <= known => Moves::default(),
            Some(known) if number == known + 1 => {
                node.changes = Some(number);
                node.apply(change)
            }
            _ => Moves { must_ask: !std::mem::replace(&mut node.asked, true), ..Moves::default() },
        }
    }

    /// A part of a node's roster; with the last one it takes the place of what was known.
    pub(super) fn roster(
        &mut self,
        node: Uuid,
        changes: u64,
        (part, parts): (u32, u32),
        people: Vec<Person>,
        now: Timestamp,
    ) -> Moves {
        let node = self.node(node, now);
        if node.changes.is_some_and(|known| known >= changes) {
            return Moves::default();
        }
        if node.parts.0 != changes {
            node.parts = (changes, BTreeMap::new());
        }
        node.parts.1.insert(part, people);
        if node.parts.1.len() < parts as usize {
            return Moves::default();
        }
        let people = std::mem::take(&mut node.parts.1).into_values().flatten();
        let people: HashMap<_, _> = people.map(|person| (person.user_id, person.last_seen)).collect();
        node.changes = Some(changes);
        let before = std::mem::replace(&mut node.people, people);
        let came = node.people.keys().filter(|user| !before.contains_key(user)).copied().collect();
        let gone = before.into_iter().filter(|(user, _)| !node.people.contains_key(user));
        Moves {
            came,
            went: gone.map(|(user_id, last_seen)| Person { user_id, last_seen }).collect(),
            ..Moves::default()
        }
    }

    /// A node is gone: so are its people.
    pub(super) fn remove(&mut self, node: Uuid) -> Vec<Person> {
        let people = self.nodes.remove(&node).map(|node| node.people).unwrap_or_default();
        people.into_iter().map(|(user_id, last_seen)| Person { user_id, last_seen }).collect()
    }

    /// The people of nodes whose lease has run out, and when each node was heard last.
    pub(super) fn expire(&mut self, now: Timestamp) -> Vec<(Person, Timestamp)> {
        let dead = self.nodes.iter().filter(|(_, node)| now.since(node.heard_at) >= HOLDS);
        let dead: Vec<_> = dead.map(|(id, node)| (*id, node.heard_at)).collect();
        let people = dead.into_iter().flat_map(|(id, at)| self.remove(id).into_iter().map(move |person| (person, at)));
        people.collect()
    }
}

impl Node {
    fn heard(heard_at: Timestamp) -> Self {
        Self { heard_at, changes: None, people: HashMap::new(), asked: false, parts: (0, BTreeMap::new()) }
    }

    fn apply(&mut self, change: Change) -> Moves {
        match change {
            Change::Here(Person { user_id, last_seen }) => {
                let came = self.people.insert(user_id, last_seen).is_none().then_some(user_id);
                Moves { came: came.into_iter().collect(), ..Moves::default() }
            }
            Change::Hid(Person { user_id, .. }) => {
                let hid = self.people.remove(&user_id).map(|_| user_id);
                Moves { hid: hid.into_iter().collect(), ..Moves::default() }
            }
            Change::Away(person) => {
                let went = self.people.remove(&person.user_id).map(|_| person);
                Moves { went: went.into_iter().collect(), ..Moves::default() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: Uuid = Uuid::from_u128(1);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn person(n: u128) -> Person {
        Person { user_id: UserId::from_uuid(Uuid::from_u128(n)), last_seen: true }
    }

    fn came(moves: &Moves) -> Vec<UserId> {
        assert!(!moves.must_ask);
        moves.came.clone()
    }

    #[test]
    fn changes_are_taken_by_their_number() {
        let mut others = Others::default();
        assert!(!others.renew(NODE, 0, at(0)));
        let (one, two) = (person(1), person(2));
        assert_eq!(came(&others.change(NODE, 1, Change::Here(one), at(0))), [one.user_id]);
        assert_eq!(came(&others.change(NODE, 1, Change::Here(one), at(0))), [], "told twice");
        assert!(!others.renew(NODE, 1, at(5)));
        // The second was lost: what comes after it is not believed, and asked for once.
        assert!(others.change(NODE, 3, Change::Here(two), at(5)).must_ask);
        assert!(!others.change(NODE, 4, Change::Away(two), at(5)).must_ask);
        assert!(!others.has(two.user_id));
        assert!(others.renew(NODE, 4, at(10)), "and again with each lease");
    }

    #[test]
    fn a_roster_sets_everything_right() {
        let mut others = Others::default();
        let (stays, went, new) = (person(1), person(2), person(3));
        for (number, person) in [(1, stays), (2, went)] {
            others.change(NODE, number, Change::Here(person), at(0));
        }
        assert_eq!(others.roster(NODE, 7, (0, 2), vec![stays], at(1)), Moves::default(), "one part is none");
        let moves = others.roster(NODE, 7, (1, 2), vec![new], at(1));
        assert_eq!((moves.came, moves.went), (vec![new.user_id], vec![went]));
        assert!(!others.renew(NODE, 7, at(2)));
        assert_eq!(others.roster(NODE, 6, (0, 1), vec![], at(2)), Moves::default(), "an older one");
        assert!(others.has(stays.user_id));
    }

    #[test]
    fn a_lease_holds_for_fifteen_seconds() {
        let mut others = Others::default();
        others.change(NODE, 1, Change::Here(person(1)), at(0));
        others.renew(NODE, 1, at(5));
        assert_eq!(others.expire(at(19)), []);
        assert_eq!(others.expire(at(20)), [(person(1), at(5))]);
        assert!(!others.has(person(1).user_id));
        // It was not dead after all.
        assert!(others.renew(NODE, 1, at(21)));
        assert_eq!(came(&others.roster(NODE, 1, (0, 1), vec![person(1)], at(21))), [person(1).user_id]);
    }
}
