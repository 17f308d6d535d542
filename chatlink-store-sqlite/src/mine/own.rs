//! Reads as one person sees them: his stars on items, tombstones for what he hid.

use crate::{
    error::store_error,
    rows::{Bind, Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{Event, EventBody, EventId, Item, RoomId, Seq, UserId},
};
use sqlx::SqliteConnection;
use std::collections::{HashMap, HashSet};

const OWN: Many = Many {
    columns: &["room_no", "seq", "me"],
    sql: "SELECT k.room_no, k.seq,
                 EXISTS (SELECT 1 FROM stars s WHERE s.user_id = k.me AND s.room_no = k.room_no AND s.seq = k.seq),
                 EXISTS (SELECT 1 FROM hides h WHERE h.user_id = k.me AND h.room_no = k.room_no AND h.seq = k.seq)
          FROM k WHERE k.room_no IS NOT NULL",
};

const HIDES: &str =
    "SELECT EXISTS (SELECT 1 FROM rooms r CROSS JOIN hides h ON h.user_id = ?2 AND h.room_no = r.room_no
                            WHERE r.room_id = ?1)";

const HIDDEN: Many = Many {
    columns: &["id", "me"],
    sql: "SELECT e.id FROM k CROSS JOIN events e ON e.id = k.id AND e.kind = 'message'
          CROSS JOIN hides h ON h.user_id = k.me AND h.room_no = e.room_no AND h.seq = e.seq",
};

/// Fills the stars of living messages that lie in the rooms `no_of` tells, and hides what `me` hid.
pub(crate) async fn fill(
    tx: &mut SqliteConnection,
    items: &mut [Item],
    no_of: impl Fn(usize) -> i64,
    me: UserId,
) -> Result<(), StoreError> {
    let is_living = |item: &Item| matches!(item.body, EventBody::Message(_)) && !item.redacted;
    let living = items.iter().enumerate().filter(|(_, item)| is_living(item));
    let living: Vec<(i64, Seq)> = living.map(|(index, item)| (no_of(index), item.seq)).collect();
    let me = *me.as_uuid();
    let bind = |bound: Bind, (no, seq): &(i64, Seq)| bound.bind(*no).bind(int(seq.0)).bind(me);
    let mut found: HashMap<(i64, Seq), (bool, bool)> = HashMap::new();
    for row in OWN.fetch(tx, &living, bind).await? {
        found.insert((row.value(0)?, row.seq(1)?), (row.value(2)?, row.value(3)?));
    }
    for (index, item) in items.iter_mut().enumerate() {
        match found.get(&(no_of(index), item.seq)) {
            Some((_, true)) => item.hide(),
            Some((starred, false)) => item.starred = *starred,
            None => {}
        }
    }
    Ok(())
}

/// Takes the words out of events of messages that `me` hid, and of what was made of them.
pub(crate) async fn hide_events(
    reader: &mut SqliteConnection,
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
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&OWN, &HIDDEN], single: &[HIDES] };
