//! Reads as one person sees them: his stars on items, tombstones for what he hid.

use crate::{
    error::store_error,
    rows::{Bind, Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{Event, EventBody, EventId, Item, RoomId, Seq, UserId},
};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};

const OWN: Many = Many {
    columns: &["room_id uuid", "seq bigint", "me uuid"],
    sql: "SELECT k.room_id, k.seq,
                 EXISTS (SELECT 1 FROM stars s WHERE s.user_id = k.me AND s.room_id = k.room_id AND s.seq = k.seq),
                 EXISTS (SELECT 1 FROM hides h WHERE h.user_id = k.me AND h.room_id = k.room_id AND h.seq = k.seq)
          FROM k",
};

const HIDES: &str = "SELECT EXISTS (SELECT 1 FROM hides WHERE user_id = $2 AND room_id = $1)";

const HIDDEN: Many = Many {
    columns: &["id uuid", "me uuid"],
    sql: "SELECT e.id FROM k JOIN events e ON e.id = k.id AND e.kind = 'message'
          JOIN hides h ON h.user_id = k.me AND h.room_id = e.room_id AND h.seq = e.seq",
};

/// Fills the stars of living messages that lie in the rooms `room_of` tells, and hides what `me` hid.
pub(crate) async fn fill(
    tx: &mut PgConnection,
    items: &mut [Item],
    room_of: impl Fn(usize) -> RoomId,
    me: UserId,
) -> Result<(), StoreError> {
    let is_living = |item: &Item| matches!(item.body, EventBody::Message(_)) && !item.redacted;
    let living = items.iter().enumerate().filter(|(_, item)| is_living(item));
    let living: Vec<(RoomId, Seq)> = living.map(|(index, item)| (room_of(index), item.seq)).collect();
    let me = *me.as_uuid();
    let bind = |bound: Bind, (room, seq): &(RoomId, Seq)| bound.bind(*room.as_uuid()).bind(int(seq.0)).bind(me);
    let mut found: HashMap<(RoomId, Seq), (bool, bool)> = HashMap::new();
    for row in OWN.fetch(tx, &living, bind).await? {
        found.insert((row.id(0, RoomId::from_uuid)?, row.seq(1)?), (row.value(2)?, row.value(3)?));
    }
    for (index, item) in items.iter_mut().enumerate() {
        match found.get(&(room_of(index), item.seq)) {
            Some((_, true)) => item.hide(),
            Some((starred, false)) => item.starred = *starred,
            None => {}
        }
    }
    Ok(())
}

/// Takes the words out of events of messages that `me` hid, and of what was made of them.
pub(crate) async fn hide_events(
    reader: &mut PgConnection,
    room_id: RoomId,
    me: UserId,
    events: &mut [Event],
) -> Result<(), StoreError> {
    let any = sqlx::query(HIDES).bind(*room_id.as_uuid()).bind(*me.as_uuid());
    if events.is_empty() || !any.fetch_one(&mut *reader).await.map_err(store_error)?.value::<bool>(0)? {
        return Ok(());
    }
    let ids: Vec<EventId> = events.iter().filter_map(Event::words_of).collect();
    let bind = |bound: Bind, id: &EventId| bound.bind(*id.as_uuid()).bind(*me.as_uuid());
    let mut hidden = HashSet::new();
    for row in HIDDEN.fetch(reader, &ids, bind).await? {
        hidden.insert(row.id(0, EventId::from_uuid)?);
    }
    for event in events.iter_mut().filter(|event| event.words_of().is_some_and(|id| hidden.contains(&id))) {
        event.hide();
    }
    Ok(())
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&OWN, &HIDDEN], single: &[HIDES] };
