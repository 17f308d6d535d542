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
use sqlx::SqliteConnection;
use std::collections::BTreeMap;

const KEEP: Many = Many {
    columns: &["room_no", "version", "small", "large"],
    sql: "INSERT INTO room_avatars (room_no, version, small, large)
          SELECT room_no, version, small, large FROM k WHERE room_no IS NOT NULL
          ON CONFLICT (room_no) DO UPDATE
          SET version = excluded.version, small = excluded.small, large = excluded.large",
};

const DROP: Many =
    Many { columns: &["room_no"], sql: "DELETE FROM room_avatars WHERE room_no IN (SELECT room_no FROM k)" };

/// `?1` the room, `?2` the version, `?3` whether the small one.
const FIND: &str = "SELECT iif(?3, v.small, v.large) FROM rooms r CROSS JOIN room_avatars v ON v.room_no = r.room_no
     WHERE r.room_id = ?1 AND v.version = ?2";

/// Keeps what became of rooms' pictures; none: it goes.
pub(crate) async fn write(
    tx: &mut SqliteConnection,
    pictures: &BTreeMap<i64, Option<Avatar>>,
) -> Result<(), StoreError> {
    let kept: Vec<_> = pictures.iter().filter_map(|(room, avatar)| Some((*room, avatar.as_ref()?))).collect();
    let bind = |b: Bind, (room, avatar): &(i64, &Avatar)| {
        b.bind(*room).bind(avatar.version().as_bytes().to_vec()).bind(avatar.small.to_vec()).bind(avatar.large.to_vec())
    };
    KEEP.execute(tx, &kept, bind).await?;
    let gone: Vec<_> = pictures.iter().filter(|(_, avatar)| avatar.is_none()).map(|(room, _)| *room).collect();
    DROP.execute(tx, &gone, |b, room| b.bind(*room)).await
}

pub(super) async fn find(
    reader: &mut SqliteConnection,
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
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&KEEP, &DROP], single: &[FIND] };
