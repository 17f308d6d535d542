//! Invites: made, shown, taken back. Using one up is part of `append`.

use super::{settings, settings_columns};
use crate::{error::store_error, locks, rows::Read};
use chatlink_core::{
    StoreError,
    protocol::{InviteId, RoomId, Timestamp, UserId},
    rooms::{CreateInvite, Door, InviteRow, Invited, MAX_INVITES, NewInvite, Pass},
};
use sqlx::{PgConnection, postgres::PgRow};

/// Erased with the making of the next one.
const SWEEP: &str = "DELETE FROM invites WHERE room_id = $1
         AND (uses >= max_uses OR expires_at <= $2)";

/// The room must be as it was when this was allowed; the count is of those that are left after the sweep.
const CREATE: &str =
    "INSERT INTO invites (invite_id, token_hash, room_id, created_by, created_at, max_uses, expires_at)
         SELECT $1, $2, r.room_id, $3, $4, $5, $6 FROM rooms r
         WHERE r.room_id = $7 AND r.authz_version = $8
           AND (SELECT count(*) FROM invites i WHERE i.room_id = r.room_id) < $9";

const IS_STALE: &str = "SELECT NOT EXISTS (SELECT 1 FROM rooms WHERE room_id = $1 AND authz_version = $2)";

const LIST: &str = "SELECT i.invite_id, i.created_by, i.created_at, i.max_uses, i.uses, i.expires_at
         FROM invites i
         WHERE i.room_id = $1 AND coalesce(i.uses < i.max_uses, true) AND coalesce(i.expires_at > $2, true)
         ORDER BY i.created_at DESC, i.invite_id DESC";

const REVOKE: &str = "DELETE FROM invites
         WHERE invite_id = $2 AND room_id = $1";

const FIND: &str = concat!(
    "SELECT r.room_id, r.kind, r.title, r.member_count, i.created_by,
            EXISTS (SELECT 1 FROM members m WHERE m.room_id = r.room_id AND m.user_id = $2),
            EXISTS (SELECT 1 FROM bans b WHERE b.room_id = r.room_id AND b.user_id = $2),
            (SELECT m.role FROM members m WHERE m.room_id = r.room_id AND m.user_id = i.created_by),
            i.max_uses, i.uses, i.expires_at, ",
    settings_columns!(),
    " FROM invites i JOIN rooms r ON r.room_id = i.room_id WHERE i.token_hash = $1"
);

/// The invite in four columns from `first` on: its maker's role, uses at most, uses, end.
pub(crate) fn pass(row: &PgRow, first: usize) -> Result<Pass, StoreError> {
    Ok(Pass {
        made_by: row.maybe_name(first)?,
        max_uses: row.maybe_small(first + 1)?,
        uses: row.small(first + 2)?,
        expires_at: row.maybe_time(first + 3)?,
    })
}

/// Makes an invite, and erases those of the room that are over.
pub(super) async fn create(
    tx: &mut PgConnection,
    invite: NewInvite,
    now: Timestamp,
) -> Result<CreateInvite, StoreError> {
    let room = *invite.room_id.as_uuid();
    let version = crate::rows::int(invite.authz_version);
    locks::room(tx, invite.room_id).await?;
    sqlx::query(SWEEP).bind(room).bind(now.as_micros()).execute(&mut *tx).await.map_err(store_error)?;
    let made = sqlx::query(CREATE)
        .bind(*invite.invite_id.as_uuid())
        .bind(invite.token_hash.to_vec())
        .bind(*invite.created_by.as_uuid())
        .bind(now.as_micros())
        .bind(invite.max_uses.map(i64::from))
        .bind(invite.expires_at.map(|at| at.as_micros()))
        .bind(room)
        .bind(version)
        .bind(i64::from(MAX_INVITES))
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    if made.rows_affected() == 1 {
        return Ok(CreateInvite::Created);
    }
    let row = sqlx::query(IS_STALE).bind(room).bind(version).fetch_one(tx).await.map_err(store_error)?;
    Ok(if row.value(0)? { CreateInvite::Stale } else { CreateInvite::Full })
}

/// The room's invites that are not over, the newest first.
pub(super) async fn list(
    connection: &mut PgConnection,
    room_id: RoomId,
    now: Timestamp,
) -> Result<Vec<InviteRow>, StoreError> {
    let query = sqlx::query(LIST).bind(*room_id.as_uuid()).bind(now.as_micros());
    let rows = query.fetch_all(connection).await.map_err(store_error)?;
    rows.iter().map(invite).collect()
}

/// The invite in a row's first six columns.
pub(super) fn invite(row: &PgRow) -> Result<InviteRow, StoreError> {
    Ok(InviteRow {
        invite_id: row.id(0, InviteId::from_uuid)?,
        created_by: row.id(1, UserId::from_uuid)?,
        created_at: row.time(2)?,
        max_uses: row.maybe_small(3)?,
        uses: row.small(4)?,
        expires_at: row.maybe_time(5)?,
    })
}

/// Erases an invite of the room. The room is locked: who comes by it is in before, or does not come.
pub(super) async fn revoke(tx: &mut PgConnection, room_id: RoomId, invite_id: InviteId) -> Result<bool, StoreError> {
    locks::room(tx, room_id).await?;
    let query = sqlx::query(REVOKE).bind(*room_id.as_uuid()).bind(*invite_id.as_uuid());
    Ok(query.execute(tx).await.map_err(store_error)?.rows_affected() > 0)
}

/// The room behind a token: one statement, so one state.
pub(super) async fn find(
    connection: &mut PgConnection,
    token_hash: [u8; 32],
    user: UserId,
) -> Result<Option<Invited>, StoreError> {
    let query = sqlx::query(FIND).bind(token_hash.to_vec()).bind(*user.as_uuid());
    let Some(row) = query.fetch_optional(connection).await.map_err(store_error)? else { return Ok(None) };
    let settings = settings(&row, 2, 11)?;
    let mut door = Door::of(row.name(1)?, &settings, row.small(3)?);
    door.is_member = row.value(5)?;
    door.is_banned = row.value(6)?;
    door.pass = Some(pass(&row, 7)?);
    let (room_id, created_by) = (row.id(0, RoomId::from_uuid)?, row.id(4, UserId::from_uuid)?);
    Ok(Some(Invited { room_id, settings, created_by, door }))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[], single: &[SWEEP, CREATE, IS_STALE, LIST, REVOKE, FIND] };
