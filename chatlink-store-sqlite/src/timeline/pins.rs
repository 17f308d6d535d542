//! Pins, and the earlier words of messages.

use super::{
    decide::{Head, Place, Plan, Refused, named_by},
    load::Loaded,
    polls,
    read::fill,
    row::{item, item_columns},
};
use crate::{
    SqliteStore,
    error::store_error,
    rows::{Bind, Many, Read, int},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{EventBody, EventId, Item, RoomId, Timestamp, UserId, event},
    timeline::{ItemRow, MessageStore, Named, Version, VoteRow},
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use std::collections::HashSet;

const LOAD: Many = Many {
    columns: &["room_no", "now"],
    sql: "SELECT p.room_no, p.message_seq
          FROM k CROSS JOIN pins p ON p.room_no = k.room_no
          CROSS JOIN events e ON e.room_no = p.room_no AND e.seq = p.message_seq AND coalesce(e.expires_at > k.now, 1)",
};

const PIN: Many = Many {
    columns: &["room_no", "message_seq", "seq"],
    sql:
        "INSERT INTO pins (room_no, message_seq, seq) SELECT room_no, message_seq, seq FROM k WHERE room_no IS NOT NULL
          ON CONFLICT (room_no, message_seq) DO UPDATE SET seq = excluded.seq",
};

const UNPIN: Many = Many {
    columns: &["room_no", "seq"],
    sql: "DELETE FROM pins WHERE (room_no, message_seq) IN (SELECT room_no, seq FROM k)",
};

const FILL: Many = Many {
    columns: &["room_no", "seq"],
    sql: "SELECT p.room_no, p.message_seq FROM k CROSS JOIN pins p ON p.room_no = k.room_no AND p.message_seq = k.seq",
};

const READER: &str = "SELECT r.room_no, m.from_seq FROM rooms r
    CROSS JOIN members m ON m.room_no = r.room_no AND m.user_id = ?2 WHERE r.room_id = ?1";

const LIST: &str = concat!(
    "SELECT ",
    item_columns!(),
    " FROM pins p CROSS JOIN events e ON e.room_no = p.room_no AND e.seq = p.message_seq
      LEFT JOIN events ed ON ed.room_no = e.room_no AND ed.seq = e.edit_seq
      WHERE p.room_no = ?1 AND p.message_seq >= ?2 AND e.text IS NOT NULL AND coalesce(e.expires_at > ?3, 1)
        AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.user_id = ?5 AND h.room_no = p.room_no AND h.seq = p.message_seq)
      ORDER BY p.seq DESC LIMIT ?4"
);

/// The first text, and the edits of it, the newest first.
const VERSIONS: &str = "WITH m AS (
        SELECT e.room_no, e.seq, e.text, e.at FROM rooms r
        CROSS JOIN members mb ON mb.room_no = r.room_no AND mb.user_id = ?2
        CROSS JOIN events e ON e.id = ?3 AND e.room_no = r.room_no AND e.seq >= mb.from_seq AND e.kind = 'message'
        WHERE r.room_id = ?1 AND e.text IS NOT NULL AND coalesce(e.expires_at > ?4, 1)
          AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.user_id = ?2 AND h.room_no = e.room_no AND h.seq = e.seq)
    )
    SELECT * FROM (
        SELECT 1 AS version, m.text, m.at FROM m
        UNION ALL
        SELECT ed.version, ed.text, ed.at FROM m
        CROSS JOIN events ed INDEXED BY events_edits_of ON ed.room_no = m.room_no AND ed.target_seq = m.seq AND ed.kind = 'edit'
        WHERE ed.text IS NOT NULL
    ) ORDER BY version DESC LIMIT ?5";

#[async_trait]
impl MessageStore for SqliteStore {
    async fn list_pins(
        &self,
        room_id: RoomId,
        user: UserId,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<Vec<ItemRow>>, StoreError> {
        self.in_read(move |tx| Box::pin(list(tx, room_id, user, limit, now))).await
    }

    async fn list_versions(
        &self,
        room_id: RoomId,
        user: UserId,
        message_id: EventId,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<Version>, StoreError> {
        let mut connection = self.reader().await?;
        let rows = sqlx::query(VERSIONS)
            .bind(*room_id.as_uuid())
            .bind(*user.as_uuid())
            .bind(*message_id.as_uuid())
            .bind(now.as_micros())
            .bind(limit)
            .fetch_all(&mut *connection)
            .await
            .map_err(store_error)?;
        let version = |row: &SqliteRow| Ok(Version { version: row.small(0)?, text: row.value(1)?, at: row.time(2)? });
        rows.iter().rev().map(version).collect()
    }

    async fn list_votes(
        &self,
        room_id: RoomId,
        user: UserId,
        message_id: EventId,
        after: Option<UserId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<VoteRow>, StoreError> {
        let mut connection = self.reader().await?;
        polls::list(&mut connection, (room_id, message_id), user, after, limit, now).await
    }
}

async fn list(
    tx: &mut SqliteConnection,
    room_id: RoomId,
    user: UserId,
    limit: u32,
    now: Timestamp,
) -> Result<Option<Vec<ItemRow>>, StoreError> {
    let reader = sqlx::query(READER).bind(*room_id.as_uuid()).bind(*user.as_uuid());
    let Some(row) = reader.fetch_optional(&mut *tx).await.map_err(store_error)? else { return Ok(None) };
    let no: i64 = row.value(0)?;
    let rows = sqlx::query(LIST)
        .bind(no)
        .bind(row.value::<i64>(1)?)
        .bind(now.as_micros())
        .bind(limit)
        .bind(*user.as_uuid())
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
    let mut items = rows.iter().map(|row| item(row, 0, room_id, now)).collect::<Result<Vec<_>, _>>()?;
    fill(tx, &mut items, |_| no, Some(user)).await?;
    Ok(Some(items))
}

impl Plan {
    pub(super) fn pin(
        &mut self,
        state: &mut Loaded,
        head: Head,
        target: Named,
        pinned: bool,
        most: u32,
        now: Timestamp,
    ) -> Result<EventBody, Refused> {
        let message = named_by(state, head, target)?;
        if message.gone(now) {
            return Err(Refused::Gone);
        }
        let seq = message.seq;
        let pins = state.pins.entry(head.room_no).or_default();
        if pins.contains(&seq) == pinned {
            return Err(Refused::Unchanged);
        }
        if pinned && pins.len() >= most as usize {
            return Err(Refused::Full);
        }
        if pinned {
            pins.insert(seq);
        } else {
            pins.remove(&seq);
        }
        self.pinned.insert((head.room_no, seq), pinned.then_some(head.seq));
        Ok(EventBody::Pin(event::Pin { target: target.event_id, pinned }))
    }
}

/// Loads what is pinned in these rooms.
pub(super) async fn load(
    tx: &mut SqliteConnection,
    rooms: &[i64],
    state: &mut Loaded,
    now: Timestamp,
) -> Result<(), StoreError> {
    for row in LOAD.fetch(tx, rooms, |b, no| b.bind(*no).bind(now.as_micros())).await? {
        state.pins.entry(row.value(0)?).or_default().insert(row.seq(1)?);
    }
    Ok(())
}

/// Writes what the plan holds of pins.
pub(super) async fn write(tx: &mut SqliteConnection, plan: &Plan) -> Result<(), StoreError> {
    let (on, off): (Vec<_>, Vec<_>) = plan.pinned.iter().partition(|(_, seq)| seq.is_some());
    PIN.execute(tx, &on, |b, (place, seq)| at(b, place).bind(seq.map(|seq| int(seq.0)))).await?;
    UNPIN.execute(tx, &off, |b, (place, _)| at(b, place)).await
}

/// Takes the pins off messages that are erased.
pub(super) async fn erase(tx: &mut SqliteConnection, messages: &[Place]) -> Result<(), StoreError> {
    UNPIN.execute(tx, messages, at).await
}

/// Marks living items that are pinned, in one statement whatever their number.
pub(super) async fn fill_pins(
    tx: &mut SqliteConnection,
    items: &mut [Item],
    no_of: impl Fn(usize) -> i64,
) -> Result<(), StoreError> {
    let living: Vec<Place> =
        items.iter().enumerate().filter(|(_, item)| !item.redacted).map(|(i, item)| (no_of(i), item.seq)).collect();
    let mut pinned: HashSet<Place> = HashSet::new();
    for row in FILL.fetch(tx, &living, at).await? {
        pinned.insert((row.value(0)?, row.seq(1)?));
    }
    for (index, item) in items.iter_mut().enumerate().filter(|(_, item)| !item.redacted) {
        item.pinned = pinned.contains(&(no_of(index), item.seq));
    }
    Ok(())
}

fn at(bound: Bind, (room_no, seq): &Place) -> Bind {
    bound.bind(*room_no).bind(int(seq.0))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&LOAD, &PIN, &UNPIN, &FILL], single: &[READER, LIST, VERSIONS] };
