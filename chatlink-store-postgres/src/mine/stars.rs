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
use sqlx::PgConnection;

/// What is hidden has no star.
const LIST: &str = concat!(
    "SELECT s.room_id, s.starred_at, ",
    item_columns!(),
    " FROM stars s
      JOIN members m ON m.room_id = s.room_id AND m.user_id = s.user_id
      JOIN events e ON e.room_id = s.room_id AND e.seq = s.seq
      LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
      WHERE s.user_id = $1 AND ($2::bigint IS NULL OR (s.starred_at, s.message_id) < ($2, $3))
        AND e.text IS NOT NULL AND coalesce(e.expires_at > $4, true) AND e.seq >= m.from_seq
      ORDER BY s.starred_at DESC, s.message_id DESC LIMIT $5"
);

/// A page. Run it in one reading transaction.
pub(super) async fn list(
    tx: &mut PgConnection,
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
        .bind(i64::from(limit))
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
    let mut places: Vec<(RoomId, Timestamp)> = Vec::with_capacity(rows.len());
    let mut items: Vec<Item> = Vec::with_capacity(rows.len());
    for row in &rows {
        let room_id = row.id(0, RoomId::from_uuid)?;
        places.push((room_id, row.time(1)?));
        items.push(item(row, 2, room_id, now)?);
    }
    fill(tx, &mut items, |index| places[index].0, Some(user)).await?;
    let row = |(item, (room_id, starred_at)): (Item, (RoomId, Timestamp))| StarRow { room_id, item, starred_at };
    Ok(items.into_iter().zip(places).map(row).collect())
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements { many: &[], single: &[LIST] };
