//! The rules of a history.

use super::{ClientLog, History, Note, Row, Violation};
use std::collections::{HashMap, HashSet};

impl History {
    /// All that cannot be; empty when all is well.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        let sent = self.sent();
        let store = Index::of(&self.store, &sent, &mut found);
        for client in &self.clients {
            writing(client, &store, &mut found);
            if client.notes.iter().any(|note| matches!(note, Note::Opened { .. })) {
                reading(client, &store, &mut found);
            }
        }
        found
    }

    /// Panics with the violations, if there are any.
    ///
    /// # Panics
    /// The history cannot be.
    #[track_caller]
    pub fn assert_possible(&self) {
        let violations = self.violations();
        let few: Vec<_> = violations.iter().take(20).collect();
        assert!(violations.is_empty(), "{} violations: {few:#?}", violations.len());
    }

    /// How many messages were acknowledged.
    #[must_use]
    pub fn acknowledged(&self) -> usize {
        let notes = self.clients.iter().flat_map(|client| &client.notes);
        notes.filter(|note| matches!(note, Note::Acknowledged { .. })).count()
    }

    fn sent(&self) -> HashSet<&str> {
        let notes = self.clients.iter().flat_map(|client| &client.notes);
        notes
            .filter_map(|note| if let Note::Sent { client_id } = note { Some(client_id.as_str()) } else { None })
            .collect()
    }
}

/// The store's timeline, to look things up in.
struct Index<'h> {
    head: u64,
    by_seq: HashMap<u64, &'h Row>,
    by_name: HashMap<&'h str, u64>,
}

impl<'h> Index<'h> {
    /// Dense from 1, each message once, and each of somebody.
    fn of(rows: &'h [Row], sent: &HashSet<&str>, found: &mut Vec<Violation>) -> Self {
        let mut index = Self { head: 0, by_seq: HashMap::new(), by_name: HashMap::new() };
        for row in rows {
            let next = index.head + 1;
            if row.seq < next {
                found.push(Violation::Twice(row.seq));
            } else if row.seq > next {
                found.push(Violation::Hole(next, row.seq - 1));
            }
            index.head = index.head.max(row.seq);
            index.by_seq.entry(row.seq).or_insert(row);
            let Some(name) = &row.client_id else { continue };
            if let Some(first) = index.by_name.insert(name, row.seq) {
                found.push(Violation::Doubled(name.clone(), first, row.seq));
            }
            if !sent.contains(name.as_str()) {
                found.push(Violation::Foreign(row.seq, name.clone()));
            }
        }
        index
    }

    /// What a reader has at a place is what the store has there.
    fn compare(&self, reader: &str, row: &Row, found: &mut Vec<Violation>) {
        if self.by_seq.get(&row.seq) != Some(&row) {
            found.push(Violation::Other(reader.to_owned(), row.seq));
        }
    }
}

/// Whatever was sent ends acknowledged at the one place where it is, or refused and nowhere; in the order of its sender.
fn writing(client: &ClientLog, store: &Index<'_>, found: &mut Vec<Violation>) {
    let mut sent: Vec<&str> = Vec::new();
    let mut settled: HashMap<&str, Option<u64>> = HashMap::new();
    for note in &client.notes {
        match note {
            Note::Sent { client_id } => sent.push(client_id),
            Note::Acknowledged { client_id, seq } => {
                match settled.insert(client_id, Some(*seq)) {
                    Some(Some(before)) if before != *seq => {
                        found.push(Violation::ToldTwice(client_id.clone(), before, *seq));
                    }
                    _ => {}
                }
                match store.by_name.get(client_id.as_str()) {
                    Some(place) if place == seq => {}
                    Some(place) => found.push(Violation::Moved(client_id.clone(), *seq, *place)),
                    None => found.push(Violation::Lost(client_id.clone(), *seq)),
                }
            }
            Note::Refused { client_id } => {
                settled.insert(client_id, None);
                if let Some(place) = store.by_name.get(client_id.as_str()) {
                    found.push(Violation::RefusedAndThere(client_id.clone(), *place));
                }
            }
            Note::Unknown { .. }
            | Note::Opened { .. }
            | Note::Seen(_)
            | Note::Again(_)
            | Note::Gap { .. }
            | Note::Read(_) => {}
        }
    }
    let names: HashSet<_> = sent.iter().copied().collect();
    let unsent = settled.keys().filter(|name| !names.contains(*name));
    found.extend(unsent.map(|name| Violation::Unsent((*name).to_owned())));
    let unsettled = sent.iter().filter(|name| !settled.contains_key(*name));
    found.extend(unsettled.map(|name| Violation::Unsettled((*name).to_owned())));
    let places: Vec<_> = sent.iter().filter_map(|name| Some((*name, *store.by_name.get(name)?))).collect();
    let crossed = places.windows(2).filter(|pair| pair[0].1 > pair[1].1);
    found.extend(crossed.map(|pair| Violation::OutOfOrder(pair[0].0.to_owned(), pair[1].0.to_owned())));
}

/// Every place once and in its turn, from the first to the head; what is left out is said, and read.
fn reading(client: &ClientLog, store: &Index<'_>, found: &mut Vec<Violation>) {
    let name = || client.name.clone();
    let (mut at, mut gap) = (0, 0);
    for note in &client.notes {
        match note {
            Note::Opened { after } if *after != at => found.push(Violation::Jumped(name(), at, *after)),
            Note::Gap { from, to } => {
                if *from != at + 1 || to < from {
                    found.push(Violation::WrongGap(name(), *from, *to));
                }
                gap = *to;
            }
            Note::Seen(row) | Note::Read(row) => {
                let in_gap = row.seq <= gap;
                if row.seq <= at {
                    found.push(Violation::Backwards(name(), at, row.seq));
                } else if row.seq != at + 1 || in_gap != matches!(note, Note::Read(_)) {
                    found.push(Violation::Skipped(name(), at, row.seq));
                }
                at = at.max(row.seq);
                store.compare(&client.name, row, found);
            }
            Note::Again(row) => {
                if row.seq > at {
                    found.push(Violation::Skipped(name(), at, row.seq));
                }
                store.compare(&client.name, row, found);
            }
            Note::Opened { .. }
            | Note::Sent { .. }
            | Note::Acknowledged { .. }
            | Note::Unknown { .. }
            | Note::Refused { .. } => {}
        }
    }
    if at != store.head {
        found.push(Violation::Behind(name(), at, store.head));
    }
}
