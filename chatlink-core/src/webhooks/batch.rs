//! What one delivery holds: pure.

use super::{port::DueRoom, webhook::WebhookId};
use crate::error::StoreError;
use bytes::Bytes;
use chatlink_protocol::{Event, RoomId, Seq};
use sha2::{Digest as _, Sha256};

/// Events of one delivery at most.
pub const BATCH_EVENTS: u32 = 100;
/// Bytes of one delivery at most, but for a single event, which is never cut.
pub const BATCH_BYTES: usize = 256 * 1024;

/// Events of one room that follow each other, ready to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// Whose.
    pub(super) room_id: RoomId,
    /// What was told before.
    pub(super) after: Seq,
    /// The last seq in it.
    pub(super) until: Seq,
    /// How many.
    pub(super) events: u64,
    /// The same for the same events, however often they are posted.
    pub(super) message_id: String,
    /// JSON.
    pub(super) body: Bytes,
}

impl Batch {
    /// The next delivery of a room: of events that follow what was told, as many as go into one. One that was begun before
    /// has the same end. `None`: there is nothing to tell.
    ///
    /// # Errors
    /// The log has a hole.
    pub(super) fn of(
        webhook: WebhookId,
        epoch: &str,
        due: &DueRoom,
        events: &[Event],
    ) -> Result<Option<Self>, StoreError> {
        let mut body = head(webhook, epoch, due.room_id);
        let (mut seq, mut count) = (due.sent, 0);
        for event in events {
            if event.seq != seq.next() {
                return Err(StoreError::corrupt("a room's log has a hole"));
            }
            let text = serde_json::to_string(event).map_err(|error| StoreError::Corrupt(error.into()))?;
            let is_full = body.len() + text.len() + END.len() + 1 > BATCH_BYTES;
            if due.until.is_none() && count > 0 && is_full {
                break;
            }
            if count > 0 {
                body.push(',');
            }
            body += &text;
            (seq, count) = (event.seq, count + 1);
            if due.until.is_some_and(|until| seq >= until) {
                break;
            }
        }
        if due.until.is_some_and(|until| seq != until) {
            return Err(StoreError::corrupt("a room's log is shorter than what was told of it"));
        }
        body += END;
        let batch = || Self {
            room_id: due.room_id,
            after: due.sent,
            until: seq,
            events: count,
            message_id: message_id(webhook, epoch, due, seq),
            body: body.into(),
        };
        Ok((count > 0).then(batch))
    }
}

const END: &str = "]}";

fn head(webhook: WebhookId, epoch: &str, room: RoomId) -> String {
    let epoch = serde_json::Value::from(epoch);
    format!(r#"{{"type":"room.events","webhook_id":"{webhook}","room_id":"{room}","epoch":{epoch},"events":["#)
}

/// Named by what is in it: a receiver that has it already knows it by its name, whoever repeats it.
fn message_id(webhook: WebhookId, epoch: &str, due: &DueRoom, until: Seq) -> String {
    let mut hash = Sha256::new();
    hash.update(webhook.0.as_bytes());
    hash.update(due.room_id.as_uuid().as_bytes());
    hash.update(due.sent.0.to_le_bytes());
    hash.update(until.0.to_le_bytes());
    hash.update(epoch.as_bytes());
    let hex: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("msg_{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_protocol::{EventBody, EventId, Timestamp, UserId, event::Message};
    use uuid::Uuid;

    fn events(from: u64, count: u64, text: &str) -> Vec<Event> {
        let room_id = RoomId::from_uuid(Uuid::from_u128(9));
        let event = |seq| Event {
            room_id,
            seq: Seq(seq),
            id: EventId::from_uuid(Uuid::from_u128(u128::from(seq))),
            body: EventBody::Message(Message { text: Some(text.to_owned()), ..Message::default() }),
            sender_id: UserId::SYSTEM,
            at: Timestamp::EPOCH,
            client_id: None,
        };
        (from..from + count).map(event).collect()
    }

    fn due(sent: u64, until: Option<u64>) -> DueRoom {
        DueRoom { room_id: RoomId::from_uuid(Uuid::from_u128(9)), sent: Seq(sent), until: until.map(Seq) }
    }

    fn batch(due: &DueRoom, events: &[Event]) -> Option<Batch> {
        Batch::of(WebhookId(Uuid::from_u128(1)), "e\"1", due, events).unwrap()
    }

    #[test]
    fn a_body_is_json_with_the_events_of_the_wire() {
        let events = events(4, 2, "hello \"you\"");
        let made = batch(&due(3, None), &events).unwrap();
        assert_eq!((made.after, made.until, made.events), (Seq(3), Seq(5), 2));
        let body: serde_json::Value = serde_json::from_slice(&made.body).unwrap();
        assert_eq!(body["events"], serde_json::to_value(&events).unwrap());
        assert_eq!((&body["type"], &body["epoch"]), (&"room.events".into(), &"e\"1".into()));
        assert_eq!(body["webhook_id"], Uuid::from_u128(1).to_string());
        assert_eq!(body["room_id"], Uuid::from_u128(9).to_string());
        assert_eq!(batch(&due(3, None), &[]), None);
    }

    #[test]
    fn a_repetition_has_the_same_events_and_the_same_name() {
        let first = batch(&due(3, None), &events(4, 2, "x")).unwrap();
        assert_eq!(batch(&due(3, Some(5)), &events(4, 9, "x")), Some(first.clone()), "whatever came since");
        let other = batch(&due(3, None), &events(4, 3, "x")).unwrap();
        assert_ne!(first.message_id, other.message_id);
        assert!(Batch::of(WebhookId(Uuid::nil()), "e", &due(3, Some(6)), &events(4, 2, "x")).is_err());
    }

    #[test]
    fn a_body_is_bounded_and_one_event_always_goes() {
        let all = events(1, 100, &"x".repeat(16 * 1024));
        let made = batch(&due(0, None), &all).unwrap();
        assert!(made.body.len() <= BATCH_BYTES && made.events < 20 && made.events > 10, "{}", made.events);
        let next = batch(&due(made.until.0, None), &all[made.events as usize..]).unwrap();
        assert_eq!(next.after, made.until);
        let large = batch(&due(0, None), &events(1, 2, &"x".repeat(BATCH_BYTES))).unwrap();
        assert_eq!(large.events, 1);
    }

    #[test]
    fn a_hole_is_not_told() {
        let mut all = events(1, 5, "x");
        all.remove(2);
        assert!(Batch::of(WebhookId(Uuid::nil()), "e", &due(0, None), &all).is_err());
        assert!(Batch::of(WebhookId(Uuid::nil()), "e", &due(1, None), &events(1, 2, "x")).is_err());
    }
}
