//! Rows of events as events and items: the one place that knows when words are gone.

use super::corrections::words;
use crate::rows::Read;
use chatlink_core::{
    StoreError,
    protocol::{ClientId, Event, EventBody, EventId, Item, RoomId, Timestamp, UserId, event},
};
use sqlx::sqlite::SqliteRow;

/// The columns that [`event`] and [`item`] read, of an event `e` and, for items, of the edit `ed`
/// whose words stand now. Use inside `concat!`.
macro_rules! event_columns {
    () => {
        "e.seq, e.kind, e.id, e.sender_id, e.at, e.client_id, e.text, e.body, e.expires_at, e.version, e.thread"
    };
}
macro_rules! item_columns {
    () => {
        "e.seq, e.kind, e.id, e.sender_id, e.at, e.client_id, coalesce(ed.text, e.text), e.body, e.expires_at,
         e.version, e.thread, ed.at"
    };
}

/// Whether an event stands in the main timeline by itself: it is folded into no other, and in no thread. The words of the
/// index `events_shown`, which reads them however many folded ones lie between.
macro_rules! shown {
    ($e:literal) => {
        concat!(
            $e,
            ".kind NOT IN ('edit', 'redaction', 'reaction', 'correction', 'correction_decision', 'pin', 'vote', 'poll_closed') AND ",
            $e,
            ".thread IS NULL"
        )
    };
}
pub(crate) use {event_columns, item_columns, shown};

/// The event in a row whose [`event_columns`] begin at `first`, as it reads at `now`.
pub(crate) fn event(row: &SqliteRow, first: usize, room_id: RoomId, now: Timestamp) -> Result<Event, StoreError> {
    Ok(Event {
        room_id,
        seq: row.seq(first)?,
        id: row.id(first + 2, EventId::from_uuid)?,
        body: body(row, first, now)?,
        sender_id: row.id(first + 3, UserId::from_uuid)?,
        at: row.time(first + 4)?,
        client_id: row.maybe_id(first + 5, ClientId::from_uuid)?,
    })
}

/// The item in a row whose [`item_columns`] begin at `first`, as it reads at `now`; its reactions
/// are not in it yet.
pub(crate) fn item(row: &SqliteRow, first: usize, room_id: RoomId, now: Timestamp) -> Result<Item, StoreError> {
    let edited_at = row.maybe_time(first + 11)?;
    let version = row.value::<Option<i64>>(first + 9)?;
    let mut item = Item::of(event(row, first, room_id, now)?);
    if matches!(item.body, EventBody::Message(_)) {
        item.version = version.and_then(|version| u32::try_from(version).ok()).unwrap_or(1);
        item.edited_at = edited_at.filter(|_| !item.redacted);
    }
    Ok(item)
}

fn body(row: &SqliteRow, first: usize, now: Timestamp) -> Result<EventBody, StoreError> {
    let kind: String = row.value(first + 1)?;
    let body: Option<String> = row.value(first + 7)?;
    let expires_at = row.maybe_time(first + 8)?;
    let gone = expires_at.is_some_and(|at| at <= now);
    let text = || Ok::<_, StoreError>(if gone { None } else { row.value::<Option<String>>(first + 6)? });
    match kind.as_str() {
        "message" => {
            let text = text()?;
            let mut message = message_rest(body.filter(|_| text.is_some()))?;
            message.text = text;
            message.expires_at = expires_at;
            message.thread = row.maybe_id(first + 10, EventId::from_uuid)?;
            Ok(EventBody::Message(message))
        }
        "edit" => {
            let mut edit = EventBody::from_json(&kind, parse(body)?).map_err(corrupt)?;
            if let EventBody::Edit(edit) = &mut edit {
                edit.text = text()?;
            }
            Ok(edit)
        }
        "correction" => {
            let mut correction = EventBody::from_json(&kind, parse(body)?).map_err(corrupt)?;
            if let EventBody::Correction(correction) = &mut correction {
                correction.words = text()?.map(|text| words(&text)).transpose()?;
            }
            Ok(correction)
        }
        _ => EventBody::from_json(&kind, parse(body)?).map_err(corrupt),
    }
}

/// What a message's body says beside its words and its time.
pub(crate) fn message_rest(body: Option<String>) -> Result<event::Message, StoreError> {
    parse(body)
}

fn parse<T: Default + serde::de::DeserializeOwned>(body: Option<String>) -> Result<T, StoreError> {
    body.map_or_else(|| Ok(T::default()), |body| serde_json::from_str(&body).map_err(corrupt))
}

fn corrupt(error: serde_json::Error) -> StoreError {
    StoreError::Corrupt(error.into())
}
