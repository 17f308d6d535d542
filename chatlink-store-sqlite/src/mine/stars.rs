//! The list of a person's stars.

use crate::{
    error::store_error,
    rows::Read,
    timeline::{fill, item, item_columns},
};
use chatlink_core::{
    StoreError,
    protocol::{Item, RoomId, Timestamp, UserId},
    timeline::mine::{StarPlace, StarRow},
};
use sqlx::SqliteConnection;

/// What is hidden has no star.
const LIST: &str = concat!(
    "SELECT r.room_no, r.room_id, s.starred_at, ",
    item_columns!(),
    " FROM stars s CROSS JOIN rooms r ON r.room_no = s.room_no
      CROSS JOIN members m ON m.room_no = s.room_no AND m.user_id = s.user_id
      CROSS JOIN events e ON e.room_no = s.room_no AND e.seq = s.seq
      LEFT JOIN events ed ON ed.room_no = e.room_no AND ed.seq = e.edit_seq
      WHERE s.user_id = ?1 AND (?2 IS NULL OR (s.starred_at, s.message_id) < (?2, ?3))
        AND e.text IS NOT NULL AND coalesce(e.expires_at > ?4, 1) AND e.seq >= m.from_seq
      ORDER BY s.starred_at DESC, s.message_id DESC LIMIT ?5"
);

/// A page. Run it in one reading transaction.
pub(super) async fn list(
    tx: &mut SqliteConnection,
    user: UserId,
    after: Option<StarPlace>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<StarRow>, StoreError> {
    let rows = sqlx::query(LIST)
        .bind(*user.as_uuid())
        .bind(after.map(|place| place.starred_at.as_micros()))
        .bind(after.map(|place| *place.message_id.as_uuid()))
        .bind(now.as_micros())
        .bind(limit)
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
    let mut places: Vec<(i64, RoomId, Timestamp)> = Vec::with_capacity(rows.len());
    let mut items: Vec<Item> = Vec::with_capacity(rows.len());
    for row in &rows {
        let room_id = row.id(1, RoomId::from_uuid)?;
        places.push((row.value(0)?, room_id, row.time(2)?));
        items.push(item(row, 3, room_id, now)?);
    }
    let no_of = |index: usize| places.get(index).map_or(0, |(no, ..)| *no);
    fill(tx, &mut items, no_of, Some(user)).await?;
    let row =
        |(item, (_, room_id, starred_at)): (Item, (i64, RoomId, Timestamp))| StarRow { room_id, item, starred_at };
    Ok(items.into_iter().zip(places).map(row).collect())
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements = crate::plans::Statements { many: &[], single: &[LIST] };
