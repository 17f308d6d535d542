//! Pins, and the earlier words of messages.

use super::{
    decide::{Head, Place, Plan, Refused, named_by},
    load::Loaded,
    polls,
    read::fill,
    row::{item, item_columns},
};
use crate::{
    PostgresStore,
    error::store_error,
    rows::{Bind, Many, Read, int},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{EventBody, EventId, Item, RoomId, Timestamp, UserId, event},
    timeline::{ItemRow, MessageStore, Named, Version, VoteRow},
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::HashSet;

const LOAD: Many = Many {
    columns: &["room_id uuid", "now bigint"],
    sql: "SELECT p.room_id, p.message_seq
          FROM k JOIN pins p ON p.room_id = k.room_id
          JOIN events e ON e.room_id = p.room_id AND e.seq = p.message_seq AND coalesce(e.expires_at > k.now, true)",
};

const PIN: Many = Many {
    columns: &["room_id uuid", "message_seq bigint", "seq bigint"],
    sql: "INSERT INTO pins (room_id, message_seq, seq) SELECT room_id, message_seq, seq FROM k
          ON CONFLICT (room_id, message_seq) DO UPDATE SET seq = excluded.seq",
};

const UNPIN: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "DELETE FROM pins WHERE (room_id, message_seq) IN (SELECT room_id, seq FROM k)",
};

const FILL: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "SELECT p.room_id, p.message_seq FROM k JOIN pins p ON p.room_id = k.room_id AND p.message_seq = k.seq",
};

const READER: &str = "SELECT from_seq FROM members WHERE room_id = $1 AND user_id = $2";

const LIST: &str = concat!(
    "SELECT ",
    item_columns!(),
    " FROM pins p JOIN events e ON e.room_id = p.room_id AND e.seq = p.message_seq
      LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
      WHERE p.room_id = $1 AND p.message_seq >= $2 AND e.text IS NOT NULL AND coalesce(e.expires_at > $3, true)
        AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.user_id = $5 AND h.room_id = p.room_id AND h.seq = p.message_seq)
      ORDER BY p.seq DESC LIMIT $4"
);

/// The first text, and the edits of it, the newest first.
const VERSIONS: &str = "WITH m AS (
        SELECT e.room_id, e.seq, e.text, e.at FROM members mb
        JOIN events e ON e.id = $3 AND e.room_id = mb.room_id AND e.seq >= mb.from_seq AND e.kind = 'message'
        WHERE mb.room_id = $1 AND mb.user_id = $2 AND e.text IS NOT NULL AND coalesce(e.expires_at > $4, true)
          AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.user_id = $2 AND h.room_id = e.room_id AND h.seq = e.seq)
    )
    SELECT * FROM (
        SELECT 1::bigint AS version, m.text, m.at FROM m
        UNION ALL
        SELECT ed.version, ed.text, ed.at FROM m
        JOIN events ed ON ed.room_id = m.room_id AND ed.target_seq = m.seq AND ed.kind = 'edit'
        WHERE ed.text IS NOT NULL
    ) versions ORDER BY version DESC LIMIT $5";

#[async_trait]
impl MessageStore for PostgresStore {
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
        self.in_time(async {
            let mut connection = self.reader().await?;
            let rows = sqlx::query(VERSIONS)
                .bind(*room_id.as_uuid())
                .bind(*user.as_uuid())
                .bind(*message_id.as_uuid())
                .bind(now.as_micros())
                .bind(i64::from(limit))
                .fetch_all(&mut *connection)
                .await
                .map_err(store_error)?;
            let version = |row: &PgRow| Ok(Version { version: row.small(0)?, text: row.value(1)?, at: row.time(2)? });
            rows.iter().rev().map(version).collect()
        })
        .await
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
        self.in_time(async {
            let mut connection = self.reader().await?;
            polls::list(&mut connection, (room_id, message_id), user, after, limit, now).await
        })
        .await
    }
}

async fn list(
    tx: &mut PgConnection,
    room_id: RoomId,
    user: UserId,
    limit: u32,
    now: Timestamp,
) -> Result<Option<Vec<ItemRow>>, StoreError> {
    let reader = sqlx::query(READER).bind(*room_id.as_uuid()).bind(*user.as_uuid());
    let Some(row) = reader.fetch_optional(&mut *tx).await.map_err(store_error)? else { return Ok(None) };
    let rows = sqlx::query(LIST)
        .bind(*room_id.as_uuid())
        .bind(row.value::<i64>(0)?)
        .bind(now.as_micros())
        .bind(i64::from(limit))
        .bind(*user.as_uuid())
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
    let mut items = rows.iter().map(|row| item(row, 0, room_id, now)).collect::<Result<Vec<_>, _>>()?;
    fill(tx, &mut items, |_| room_id, Some(user)).await?;
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
        let pins = state.pins.entry(head.room_id).or_default();
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
        self.pinned.insert((head.room_id, seq), pinned.then_some(head.seq));
        Ok(EventBody::Pin(event::Pin { target: target.event_id, pinned }))
    }
}

/// Loads what is pinned in these rooms.
pub(super) async fn load(
    tx: &mut PgConnection,
    rooms: &[RoomId],
    state: &mut Loaded,
    now: Timestamp,
) -> Result<(), StoreError> {
    for row in LOAD.fetch(tx, rooms, |b, room| b.bind(*room.as_uuid()).bind(now.as_micros())).await? {
        state.pins.entry(row.id(0, RoomId::from_uuid)?).or_default().insert(row.seq(1)?);
    }
    Ok(())
}

/// Writes what the plan holds of pins.
pub(super) async fn write(tx: &mut PgConnection, plan: &Plan) -> Result<(), StoreError> {
    let (on, off): (Vec<_>, Vec<_>) = plan.pinned.iter().partition(|(_, seq)| seq.is_some());
    PIN.execute(tx, &on, |b, (place, seq)| at(b, place).bind(seq.map(|seq| int(seq.0)))).await?;
    UNPIN.execute(tx, &off, |b, (place, _)| at(b, place)).await
}

/// Takes the pins off messages that are erased.
pub(super) async fn erase(tx: &mut PgConnection, messages: &[Place]) -> Result<(), StoreError> {
    UNPIN.execute(tx, messages, at).await
}

/// Marks living items that are pinned, in one statement whatever their number.
pub(super) async fn fill_pins(
    tx: &mut PgConnection,
    items: &mut [Item],
    room_of: impl Fn(usize) -> RoomId,
) -> Result<(), StoreError> {
    let living: Vec<Place> =
        items.iter().enumerate().filter(|(_, item)| !item.redacted).map(|(i, item)| (room_of(i), item.seq)).collect();
    let mut pinned: HashSet<Place> = HashSet::new();
    for row in FILL.fetch(tx, &living, at).await? {
        pinned.insert((row.id(0, RoomId::from_uuid)?, row.seq(1)?));
    }
    for (index, item) in items.iter_mut().enumerate().filter(|(_, item)| !item.redacted) {
        item.pinned = pinned.contains(&(room_of(index), item.seq));
    }
    Ok(())
}

fn at(bound: Bind, (room_id, seq): &Place) -> Bind {
    bound.bind(*room_id.as_uuid()).bind(int(seq.0))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&LOAD, &PIN, &UNPIN, &FILL], single: &[READER, LIST, VERSIONS] };
