//! What a report carries of the messages that it names: a copy of what its maker could read of them when he made it. It is
//! evidence, and the report's own: it stays when a message is taken back, expires or is edited, and goes by itself after
//! [`REPORTED_KEPT`].

use super::NewReport;
use crate::timeline::Version;
use chatlink_protocol::{EventBody, EventId, Item, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, time::Duration};

/// How long the words of a report are kept, from when it was made.
pub const REPORTED_KEPT: Duration = Duration::from_secs(180 * 24 * 3600);
/// Earlier words of one message that a report looks at: the newest.
pub const REPORTED_VERSIONS: u32 = 20;
/// Bytes of earlier words that one report copies: of each message the newest first, in the order in which it names them.
pub const REPORTED_BYTES: usize = 256 * 1024;

/// A message as the one who reported it could read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedMessage {
    /// Which.
    pub id: EventId,
    /// Its place in the room.
    pub seq: Seq,
    /// Whose.
    pub sender_id: UserId,
    /// When it was sent.
    pub at: Timestamp,
    /// Its words; none where they were gone, or hidden from the reporter by himself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
    /// What it let people choose, if it was a poll.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub options: Vec<String>,
    /// The words that it had before, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub earlier: Vec<ReportedWords>,
}

/// The words that a reported message had before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedWords {
    /// Which version: 1 is the first text.
    pub version: u32,
    /// The words.
    pub text: String,
    /// When they were written.
    pub at: Timestamp,
}

/// A report as those see it who run the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    /// What was reported; the reporter is the nil id where his account is gone.
    pub report: NewReport,
    /// When.
    pub created_at: Timestamp,
    /// The messages that it names, as they were when it was made; none once their time is over.
    pub messages: Vec<ReportedMessage>,
}

/// Puts the copy of a report together, in the order in which it names messages: of what its maker can read of them now
/// (an item, and whether he hid it), with the words that they had before. What is gone or hidden is copied without words.
///
/// # Errors
/// Those that are not there for him; whether they are anywhere is not told.
pub fn copied(
    named: &[EventId],
    readable: Vec<(Item, bool)>,
    versions: Vec<(EventId, Version)>,
) -> Result<Vec<ReportedMessage>, Vec<EventId>> {
    let mut earlier: HashMap<EventId, Vec<Version>> = HashMap::new();
    for (id, version) in versions {
        earlier.entry(id).or_default().push(version);
    }
    let mut found: HashMap<EventId, (Item, bool)> = readable.into_iter().map(|found| (found.0.id, found)).collect();
    let (mut messages, mut unreadable, mut left) = (Vec::new(), Vec::new(), REPORTED_BYTES);
    for id in named {
        match found.remove(id) {
            Some((item, hidden)) => {
                messages.push(copy(item, hidden, earlier.remove(id).unwrap_or_default(), &mut left));
            }
            None => unreadable.push(*id),
        }
    }
    if unreadable.is_empty() { Ok(messages) } else { Err(unreadable) }
}

fn copy(item: Item, hidden: bool, mut versions: Vec<Version>, left: &mut usize) -> ReportedMessage {
    let Item { id, seq, sender_id, at, version, body, .. } = item;
    let message = match body {
        EventBody::Message(message) if !hidden => message,
        _ => Default::default(),
    };
    let mut earlier = Vec::new();
    if message.text.is_some() {
        versions.retain(|older| older.version < version);
        versions.sort_unstable_by_key(|older| older.version);
        for older in versions.into_iter().rev() {
            let Some(rest) = left.checked_sub(older.text.len()) else { break };
            *left = rest;
            earlier.insert(0, ReportedWords { version: older.version, text: older.text, at: older.at });
        }
    }
    let options = message.poll.filter(|_| message.text.is_some()).map(|poll| poll.options).unwrap_or_default();
    ReportedMessage { id, seq, sender_id, at, text: message.text, options, earlier }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_protocol::{Event, RoomId, event};
    use uuid::Uuid;

    fn id(n: u128) -> EventId {
        EventId::from_uuid(Uuid::from_u128(n))
    }

    fn item(n: u128, text: Option<&str>, version: u32) -> Item {
        let body = event::Message { text: text.map(str::to_owned), ..Default::default() };
        let event = Event {
            room_id: RoomId::from_uuid(Uuid::from_u128(9)),
            seq: Seq(u64::try_from(n).unwrap()),
            id: id(n),
            body: EventBody::Message(body),
            sender_id: UserId::from_uuid(Uuid::from_u128(1)),
            at: Timestamp::EPOCH,
            client_id: None,
        };
        Item { version, ..Item::of(event) }
    }

    fn version(n: u128, version: u32, text: &str) -> (EventId, Version) {
        (id(n), Version { version, text: text.to_owned(), at: Timestamp::EPOCH })
    }

    #[test]
    fn a_copy_has_the_words_of_now_and_those_before_in_order() {
        let versions = vec![version(1, 2, "two"), version(1, 3, "three"), version(1, 1, "one"), version(2, 1, "gone")];
        let found =
            vec![(item(2, None, 1), false), (item(3, Some("hidden"), 1), true), (item(1, Some("three"), 3), false)];
        let copies = copied(&[id(1), id(2), id(3)], found, versions).unwrap();
        assert_eq!(copies.iter().map(|copy| copy.text.as_deref()).collect::<Vec<_>>(), [Some("three"), None, None]);
        let earlier: Vec<_> = copies[0].earlier.iter().map(|words| (words.version, words.text.as_str())).collect();
        assert_eq!(earlier, [(1, "one"), (2, "two")]);
        assert!(copies[1].earlier.is_empty() && copies[2].earlier.is_empty());
    }

    #[test]
    fn what_is_not_there_for_him_is_named_and_nothing_is_copied() {
        assert_eq!(copied(&[id(1), id(2)], vec![(item(1, Some("x"), 1), false)], Vec::new()), Err(vec![id(2)]));
    }

    #[test]
    fn earlier_words_are_bounded_the_newest_stay() {
        let long = "x".repeat(REPORTED_BYTES / 2);
        let versions = (1..=4).map(|n| version(1, n, &long)).collect();
        let copies = copied(&[id(1)], vec![(item(1, Some("now"), 5), false)], versions).unwrap();
        assert_eq!(copies[0].earlier.iter().map(|words| words.version).collect::<Vec<_>>(), [3, 4]);
    }
}
