//! Public rooms, found by those who are not in them.

use super::{settings, settings_columns};
use crate::{
    error::store_error,
    rows::{Many, Read},
};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Timestamp, UserId},
    rooms::{PublicFilter, PublicRow},
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::HashMap;
use uuid::Uuid;

/// In the order of an index, from a place on: `$1` who looks, `$2` the level, `$3`, `$4` the place, `$5` how many. The
/// rooms of the page are looked up one by one, whatever the planner thinks of `$5`.
macro_rules! public {
    ($of:literal) => {
        concat!(
            "SELECT r.room_id, r.title, r.member_count, page.updated_at,
                    EXISTS (SELECT 1 FROM asking a WHERE a.room_id = r.room_id AND a.user_id = $1
                      AND NOT a.taken_back), ",
            settings_columns!(),
            " FROM (SELECT p.room_id, p.updated_at FROM public_rooms p
                    WHERE (p.updated_at, p.room_id) < ($3, $4) ",
            $of,
            " AND ($2::text IS NULL OR p.level = $2)
                      AND NOT EXISTS (SELECT 1 FROM members m WHERE m.room_id = p.room_id AND m.user_id = $1)
                      AND NOT EXISTS (SELECT 1 FROM bans b WHERE b.room_id = p.room_id AND b.user_id = $1)
                    ORDER BY p.updated_at DESC, p.room_id DESC LIMIT $5) page
              CROSS JOIN LATERAL (SELECT * FROM rooms WHERE rooms.room_id = page.room_id OFFSET 0) r
              ORDER BY page.updated_at DESC, page.room_id DESC"
        )
    };
}

const ALL: &str = public!("");
const OF_LANGUAGE: &str = public!("AND p.language = $6");

const OWNERS: Many = Many {
    columns: &["room_id uuid"],
    sql: "SELECT m.room_id, m.user_id FROM k JOIN members m ON m.room_id = k.room_id AND m.role = 'owner'
          WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.user_id = m.user_id AND a.state = 'deleted')
          ORDER BY m.user_id",
};

/// A page of public rooms, with their owners.
pub(super) async fn list(
    connection: &mut PgConnection,
    user: UserId,
    filter: PublicFilter,
    after: Option<(Timestamp, RoomId)>,
    limit: u32,
) -> Result<Vec<PublicRow>, StoreError> {
    // Every place is before this one.
    let (at, id) = after.map_or((i64::MAX, Uuid::max()), |(at, room)| (at.as_micros(), *room.as_uuid()));
    let query = sqlx::query(if filter.language.is_some() { OF_LANGUAGE } else { ALL })
        .bind(*user.as_uuid())
        .bind(filter.level.map(|level| level.as_str()))
        .bind(at)
        .bind(id)
        .bind(i64::from(limit));
    let query = match filter.language {
        Some(language) => query.bind(language.as_str()),
        None => query,
    };
    let rows = query.fetch_all(&mut *connection).await.map_err(store_error)?;
    let mut rows = rows.iter().map(row).collect::<Result<Vec<PublicRow>, StoreError>>()?;
    let mut owners = owners(connection, &rows).await?;
    for row in &mut rows {
        row.owners = owners.remove(&row.room_id).unwrap_or_default();
    }
    Ok(rows)
}

async fn owners(connection: &mut PgConnection, rows: &[PublicRow]) -> Result<HashMap<RoomId, Vec<UserId>>, StoreError> {
    let mut owners: HashMap<RoomId, Vec<UserId>> = HashMap::new();
    for row in OWNERS.fetch(connection, rows, |bound, row| bound.bind(*row.room_id.as_uuid())).await? {
        owners.entry(row.id(0, RoomId::from_uuid)?).or_default().push(row.id(1, UserId::from_uuid)?);
    }
    Ok(owners)
}

fn row(row: &PgRow) -> Result<PublicRow, StoreError> {
    Ok(PublicRow {
        room_id: row.id(0, RoomId::from_uuid)?,
        settings: settings(row, 1, 5)?,
        member_count: row.small(2)?,
        owners: Vec::new(),
        asked: row.value(4)?,
        updated_at: row.time(3)?,
    })
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&OWNERS], single: &[ALL, OF_LANGUAGE] };
