//! Small makers of events and items, and the comparison with committed files.

use chatlink_protocol::{
    ClientId, CorrectionState, CorrectionWords, Event, EventBody, EventId, Item, Poll, RoomId, Seq, Timestamp, UserId,
    diff::diff,
    event::{Correction, CorrectionDecision, Edit, Message, Pin, Reaction, Redaction, Vote},
};
use serde::Serialize;
use std::path::Path;
use uuid::Uuid;

/// The `number`th id.
pub(crate) fn id<T>(number: u64, of: fn(Uuid) -> T) -> T {
    of(Uuid::from_u128(0x019a_a000_0000_7000_8000_0000_0000_0000 | u128::from(number)))
}

pub(crate) fn user(number: u64) -> UserId {
    id(0xa00 + number, UserId::from_uuid)
}

/// The id of the event at `seq`.
pub(crate) fn event_id(seq: u64) -> EventId {
    id(0xe00 + seq, EventId::from_uuid)
}

/// `seconds` into the day of these tests.
pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(1_763_800_000_000_000).plus(std::time::Duration::from_secs(seconds))
}

pub(crate) fn event(seq: u64, sender: u64, body: EventBody) -> Event {
    let client_id =
        matches!(body, EventBody::Message(_) | EventBody::Correction(_)).then(|| id(0xc00 + seq, ClientId::from_uuid));
    let room_id = id(0x100, RoomId::from_uuid);
    Event { room_id, seq: Seq(seq), id: event_id(seq), body, sender_id: user(sender), at: at(seq), client_id }
}

pub(crate) fn message(text: Option<&str>) -> EventBody {
    EventBody::Message(Message { text: text.map(str::to_owned), ..Message::default() })
}

pub(crate) fn edit(target: u64, version: u32, text: Option<&str>) -> EventBody {
    EventBody::Edit(Edit { target: event_id(target), version, text: text.map(str::to_owned), hidden: false })
}

pub(crate) fn redaction(target: u64) -> EventBody {
    EventBody::Redaction(Redaction { target: event_id(target) })
}

pub(crate) fn reaction(target: u64, key: Option<&str>, previous: Option<&str>) -> EventBody {
    let owned = |key: Option<&str>| key.map(str::to_owned);
    EventBody::Reaction(Reaction { target: event_id(target), key: owned(key), previous: owned(previous) })
}

/// Words of a correction, without kind and note.
pub(crate) fn improved(original: &str, text: &str) -> CorrectionWords {
    let spans = diff(original, text);
    CorrectionWords { original: original.into(), text: text.into(), spans, kind: None, note: None }
}

pub(crate) fn correction(target: u64, version: u32, words: Option<CorrectionWords>) -> EventBody {
    EventBody::Correction(Correction { target: event_id(target), version, words })
}

pub(crate) fn decision(target: u64, correction: u64, state: CorrectionState) -> EventBody {
    let (target, correction) = (event_id(target), event_id(correction));
    EventBody::CorrectionDecision(CorrectionDecision { target, correction, state })
}

pub(crate) fn pin(target: u64, pinned: bool) -> EventBody {
    EventBody::Pin(Pin { target: event_id(target), pinned })
}

/// A poll of so many options, one to choose.
pub(crate) fn poll(options: usize) -> Poll {
    Poll { options: (0..options).map(|at| format!("option {at}")).collect(), ..Poll::default() }
}

pub(crate) fn vote(target: u64, choices: &[u8], previous: &[u8]) -> EventBody {
    EventBody::Vote(Vote { target: event_id(target), choices: choices.to_vec(), previous: previous.to_vec() })
}

#[allow(dead_code, reason = "not every test crate needs items")]
pub(crate) fn item(seq: u64, sender: u64, body: EventBody) -> Item {
    Item::of(event(seq, sender, body))
}

/// Compares `value` with the committed file at `path` in this crate. `UPDATE_VECTORS=1` rewrites it.
#[allow(dead_code, reason = "not every test crate has committed files")]
pub(crate) fn matches_file(path: &str, value: &impl Serialize) {
    let mut text = serde_json::to_string_pretty(value).unwrap();
    text.push('\n');
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == text, "{path} is not what the code makes; UPDATE_VECTORS=1 rewrites it:\n{text}");
}
