//! Pictures of groups: one row each, written in the transaction of the event that tells of it.

use crate::{
    error::store_error,
    rows::{Bind, Many, Read as _},
};
use bytes::Bytes;
use chatlink_core::{
    StoreError,
    people::{Avatar, AvatarSize, AvatarVersion},
    protocol::RoomId,
};
use sqlx::PgConnection;
use std::collections::BTreeMap;

const KEEP: Many = Many {
    columns: &["room_id uuid", "version bytea", "small bytea", "large bytea"],
    sql: "INSERT INTO room_avatars (room_id, version, small, large)
          SELECT room_id, version, small, large FROM k
          ON CONFLICT (room_id) DO UPDATE
          SET version = excluded.version, small = excluded.small, large = excluded.large",
};

const DROP: Many =
    Many { columns: &["room_id uuid"], sql: "DELETE FROM room_avatars WHERE room_id IN (SELECT room_id FROM k)" };

/// `$1` the room, `$2` the version, `$3` whether the small one.
const FIND: &str = "SELECT CASE WHEN $3 THEN v.small ELSE v.large END FROM room_avatars v
     WHERE v.room_id = $1 AND v.version = $2";

/// Keeps what became of rooms' pictures; none: it goes.
pub(crate) async fn write(
    tx: &mut PgConnection,
    pictures: &BTreeMap<RoomId, Option<Avatar>>,
) -> Result<(), StoreError> {
    let kept: Vec<_> = pictures.iter().filter_map(|(room, avatar)| Some((*room, avatar.as_ref()?))).collect();
    let bind = |b: Bind, (room, avatar): &(RoomId, &Avatar)| {
        b.bind(*room.as_uuid())
            .bind(avatar.version().as_bytes().to_vec())
            .bind(avatar.small.to_vec())
            .bind(avatar.large.to_vec())
    };
    KEEP.execute(tx, &kept, bind).await?;
    let gone: Vec<_> = pictures.iter().filter(|(_, avatar)| avatar.is_none()).map(|(room, _)| *room).collect();
    DROP.execute(tx, &gone, |b, room| b.bind(*room.as_uuid())).await
}

pub(super) async fn find(
    reader: &mut PgConnection,
    room: RoomId,
    version: AvatarVersion,
    size: AvatarSize,
) -> Result<Option<Bytes>, StoreError> {
    let found = sqlx::query(FIND)
        .bind(*room.as_uuid())
        .bind(version.as_bytes().to_vec())
        .bind(size == AvatarSize::Small)
        .fetch_optional(reader)
        .await
        .map_err(store_error)?;
    found.map(|row| row.value::<Vec<u8>>(0).map(Bytes::from)).transpose()
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements { many: &[&KEEP, &DROP], single: &[FIND] };
