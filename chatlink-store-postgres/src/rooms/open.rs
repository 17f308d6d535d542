//! How rooms begin, and how a first contact is answered.

use super::{first_contact, severed};
use crate::{
    error::store_error,
    locks, notes,
    rows::{Bind, Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Timestamp, UserId},
    rooms::{CreateGroup, DirectPair, History, NewGroup, OpenDirect, Role, RoomKind},
    timeline::{Told, UserNote},
};
use sqlx::PgConnection;

/// What [`open_direct`] is asked for.
pub(super) struct Opening {
    pub(super) room_id: RoomId,
    pub(super) pair: DirectPair,
    pub(super) opener: UserId,
    pub(super) created: Vec<UserNote>,
    pub(super) accepted: Vec<UserNote>,
}

const JOIN: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "role text", "joined_at bigint"],
    sql: "INSERT INTO members (room_id, user_id, role, from_seq, join_seq, joined_at)
          SELECT room_id, user_id, role, 1, 0, joined_at FROM k",
};

const ACCEPT: &str = concat!(
    "UPDATE rooms AS r SET pending_opener = NULL, declined = false, authz_version = authz_version + 1
         WHERE r.room_id = $1 AND r.pending_opener <> $2
           AND EXISTS (SELECT 1 FROM members m WHERE m.room_id = r.room_id AND m.user_id = $2)
           AND NOT ",
    severed!(),
);

const DECLINE: &str = "UPDATE rooms SET declined = true, authz_version = authz_version + 1
         WHERE room_id = $1 AND pending_opener <> $2
           AND EXISTS (SELECT 1 FROM members m WHERE m.room_id = rooms.room_id AND m.user_id = $2)";

/// Opens the pair's one room, or finds it, or accepts it for the one who was asked. The pair is locked from the look to
/// the insert; the key on it is the proof.
pub(super) async fn open_direct(
    tx: &mut PgConnection,
    opening: Opening,
    now: Timestamp,
) -> Result<OpenDirect, StoreError> {
    let Opening { room_id, pair, opener, created, accepted } = opening;
    locks::pair(tx, pair).await?;
    let found = sqlx::query("SELECT room_id FROM direct_rooms WHERE low = $1 AND high = $2")
        .bind(*pair.low.as_uuid())
        .bind(*pair.high.as_uuid())
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    if let Some(row) = found {
        let room_id = row.id(0, RoomId::from_uuid)?;
        let told = accept(tx, room_id, opener, about(accepted, room_id)).await?;
        return Ok(told.map_or(OpenDirect::Found(room_id), |told| OpenDirect::Accepted(room_id, told)));
    }
    if !notes::departed(tx, [pair.low, pair.high].into_iter()).await?.is_empty() {
        return Ok(OpenDirect::NoUser);
    }
    let contact = Some((opener, if pair.low == opener { pair.high } else { pair.low }));
    insert_room(tx, room_id, RoomKind::Direct, ("", History::All), contact, 2, now).await?;
    sqlx::query("INSERT INTO direct_rooms (low, high, room_id) VALUES ($1, $2, $3)")
        .bind(*pair.low.as_uuid())
        .bind(*pair.high.as_uuid())
        .bind(*room_id.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    join(tx, room_id, &[(pair.low, Role::Member), (pair.high, Role::Member)], now).await?;
    Ok(OpenDirect::Created(room_id, notes::write(tx, &about(created, room_id)).await?))
}

/// Creates a group, or finds what its creator's name made before.
pub(super) async fn create_group(
    tx: &mut PgConnection,
    group: NewGroup,
    notes: Vec<UserNote>,
    now: Timestamp,
) -> Result<CreateGroup, StoreError> {
    locks::name(tx, group.creator, group.client_id.as_uuid()).await?;
    let known = sqlx::query("SELECT room_id, request FROM group_keys WHERE creator = $1 AND client_id = $2")
        .bind(*group.creator.as_uuid())
        .bind(*group.client_id.as_uuid())
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    if let Some(row) = known {
        let same = row.value::<Vec<u8>>(1)? == group.request;
        return Ok(if same { CreateGroup::Repeated(row.id(0, RoomId::from_uuid)?) } else { CreateGroup::Conflict });
    }
    let named = group.members.iter().chain(&group.invited).copied();
    let everybody = std::iter::once(group.creator).chain(named);
    let gone = notes::departed(tx, everybody).await?;
    if gone.contains(&group.creator) {
        return Ok(CreateGroup::NoCreator);
    }
    let members: Vec<(UserId, Role)> = std::iter::once((group.creator, Role::Owner))
        .chain(group.members.iter().filter(|user| **user != group.creator).map(|user| (*user, Role::Member)))
        .filter(|(user, _)| !gone.contains(user))
        .collect();
    let invited: Vec<UserId> = group.invited.iter().copied().filter(|user| !gone.contains(user)).collect();
    let about = (group.title.as_str(), group.history);
    insert_room(tx, group.room_id, RoomKind::Group, about, None, members.len(), now).await?;
    sqlx::query("INSERT INTO group_keys (creator, client_id, request, room_id) VALUES ($1, $2, $3, $4)")
        .bind(*group.creator.as_uuid())
        .bind(*group.client_id.as_uuid())
        .bind(group.request.to_vec())
        .bind(*group.room_id.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    join(tx, group.room_id, &members, now).await?;
    first_contact::insert(tx, group.room_id, group.creator, &invited, now).await?;
    Ok(CreateGroup::Created(notes::write(tx, &notes).await?))
}

/// Accepts the request that waits for `user`, unless one of the two blocked the other or is gone. The one statement asks
/// all of it, once the room is locked: a block locks it, too, and of blocks a statement sees those of when it began.
pub(super) async fn accept(
    tx: &mut PgConnection,
    room_id: RoomId,
    user: UserId,
    notes: Vec<UserNote>,
) -> Result<Option<Vec<Told>>, StoreError> {
    locks::room(tx, room_id).await?;
    answer(tx, ACCEPT, room_id, user, notes).await
}

/// Takes the request out of the lists of `user`, for whom it waits.
pub(super) async fn decline(
    tx: &mut PgConnection,
    room_id: RoomId,
    user: UserId,
    notes: Vec<UserNote>,
) -> Result<Option<Vec<Told>>, StoreError> {
    answer(tx, DECLINE, room_id, user, notes).await
}

async fn answer(
    tx: &mut PgConnection,
    statement: &'static str,
    room_id: RoomId,
    user: UserId,
    notes: Vec<UserNote>,
) -> Result<Option<Vec<Told>>, StoreError> {
    let answered = sqlx::query(statement)
        .bind(*room_id.as_uuid())
        .bind(*user.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    if answered.rows_affected() == 0 {
        return Ok(None);
    }
    notes::write(tx, &notes).await.map(Some)
}

async fn insert_room(
    tx: &mut PgConnection,
    room_id: RoomId,
    kind: RoomKind,
    (title, history): (&str, History),
    contact: Option<(UserId, UserId)>,
    members: usize,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO rooms (room_id, kind, title, history, pending_opener, member_count, updated_at, last_at,
             asked_user, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, CASE WHEN $8::uuid IS NOT NULL THEN $7 END)",
    )
    .bind(*room_id.as_uuid())
    .bind(kind.as_str())
    .bind(title.to_owned())
    .bind(history.as_str())
    .bind(contact.map(|(opener, _)| *opener.as_uuid()))
    .bind(int(members as u64))
    .bind(now.as_micros())
    .bind(contact.map(|(_, asked)| *asked.as_uuid()))
    .execute(tx)
    .await
    .map(drop)
    .map_err(store_error)
}

async fn join(
    tx: &mut PgConnection,
    room_id: RoomId,
    members: &[(UserId, Role)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let bind = |bound: Bind, (user, role): &(UserId, Role)| {
        bound.bind(*room_id.as_uuid()).bind(*user.as_uuid()).bind(role.as_str()).bind(now.as_micros())
    };
    JOIN.execute(tx, members, bind).await
}

/// The notes with the room as their subject: before the verb nobody knows which room it will be.
fn about(notes: Vec<UserNote>, room_id: RoomId) -> Vec<UserNote> {
    notes.into_iter().map(|note| UserNote { subject: room_id.to_string(), ..note }).collect()
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&JOIN], single: &[ACCEPT, DECLINE] };
