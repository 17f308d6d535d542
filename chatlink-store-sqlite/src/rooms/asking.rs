//! Those who ask to be let in.

use crate::{error::store_error, notes, rows::Read};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Timestamp, UserId},
    rooms::{ASK_AGAIN, AskToJoin, AskingRow, Door, Entry, MAX_ASKING, RoomSettings, Way},
    timeline::UserNote,
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

/// The door as it is for `?2`, how many wait, and whether he does, or was declined.
const DOOR: &str = "SELECT r.room_no, r.kind, r.visibility, r.join_rule, r.member_count,
            EXISTS (SELECT 1 FROM members m WHERE m.room_no = r.room_no AND m.user_id = ?2),
            EXISTS (SELECT 1 FROM bans b WHERE b.room_no = r.room_no AND b.user_id = ?2),
            (SELECT count(*) FROM (SELECT 1 FROM asking a
               WHERE a.room_no = r.room_no AND a.declined_at IS NULL LIMIT ?3)),
            EXISTS (SELECT 1 FROM asking a WHERE a.room_no = r.room_no AND a.user_id = ?2
               AND coalesce(a.declined_at > ?4, 1))
         FROM rooms r WHERE r.room_id = ?1";

const ASK: &str = "INSERT INTO asking (room_no, user_id, asked_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (room_no, user_id) DO UPDATE SET asked_at = excluded.asked_at, declined_at = NULL, taken_back = 0";

/// Of one who was declined: to him it looks as if he asked.
const ASK_ON: &str = "UPDATE asking SET taken_back = 0, asked_at = iif(taken_back, ?3, asked_at)
         WHERE room_no = ?1 AND user_id = ?2";

const LIST: &str = "SELECT a.user_id, a.asked_at FROM rooms r CROSS JOIN asking a ON a.room_no = r.room_no
         WHERE r.room_id = ?1 AND a.declined_at IS NULL AND (a.asked_at, a.user_id) > (?2, ?3)
         ORDER BY a.asked_at, a.user_id LIMIT ?4";

const ONE: &str = "SELECT a.user_id, a.asked_at FROM rooms r CROSS JOIN asking a
         ON a.room_no = r.room_no AND a.user_id = ?2
         WHERE r.room_id = ?1 AND a.declined_at IS NULL";

const DECLINE: &str = "UPDATE asking SET declined_at = ?3
         WHERE room_no = (SELECT room_no FROM rooms WHERE room_id = ?1) AND user_id = ?2 AND declined_at IS NULL";

/// Lets somebody wait, if the door opens for asking now. The writing transaction holds the lock from the look
/// to the insert.
pub(super) async fn ask(
    tx: &mut SqliteConnection,
    room_id: RoomId,
    user: UserId,
    notes: Vec<UserNote>,
    now: Timestamp,
) -> Result<AskToJoin, StoreError> {
    if !notes::departed(tx, std::iter::once(user)).await?.is_empty() {
        return Ok(AskToJoin::Shut);
    }
    let row = sqlx::query(DOOR)
        .bind(*room_id.as_uuid())
        .bind(*user.as_uuid())
        .bind(MAX_ASKING)
        .bind(now.minus(ASK_AGAIN).as_micros())
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Ok(AskToJoin::Shut) };
    match door(&row)?.entry(Way::Asking, now) {
        Entry::Opens => {}
        Entry::Full => return Ok(AskToJoin::Full),
        Entry::Shut | Entry::Inside => return Ok(AskToJoin::Shut),
    }
    if row.value(8)? {
        let query = sqlx::query(ASK_ON).bind(row.value::<i64>(0)?).bind(*user.as_uuid()).bind(now.as_micros());
        query.execute(&mut *tx).await.map_err(store_error)?;
        return Ok(AskToJoin::Waits);
    }
    if row.small(7)? >= MAX_ASKING {
        return Ok(AskToJoin::Full);
    }
    let query = sqlx::query(ASK).bind(row.value::<i64>(0)?).bind(*user.as_uuid()).bind(now.as_micros());
    query.execute(&mut *tx).await.map_err(store_error)?;
    Ok(AskToJoin::Asked(notes::write(tx, &notes).await?))
}

fn door(row: &SqliteRow) -> Result<Door, StoreError> {
    let settings = RoomSettings { visibility: row.name(2)?, join: row.name(3)?, ..RoomSettings::default() };
    let mut door = Door::of(row.name(1)?, &settings, row.small(4)?);
    door.is_member = row.value(5)?;
    door.is_banned = row.value(6)?;
    Ok(door)
}

/// Who waits, the longest first; or that one alone.
pub(super) async fn list(
    connection: &mut SqliteConnection,
    room_id: RoomId,
    only: Option<UserId>,
    after: Option<(Timestamp, UserId)>,
    limit: u32,
) -> Result<Vec<AskingRow>, StoreError> {
    let query = match only {
        Some(user) => sqlx::query(ONE).bind(*room_id.as_uuid()).bind(*user.as_uuid()),
        None => {
            // Every place is after this one.
            let (at, user) =
                after.map_or((i64::MIN, Vec::new()), |(at, user)| (at.as_micros(), user.as_uuid().as_bytes().to_vec()));
            sqlx::query(LIST).bind(*room_id.as_uuid()).bind(at).bind(user).bind(limit)
        }
    };
    let rows = query.fetch_all(connection).await.map_err(store_error)?;
    let asking = |row: &SqliteRow| Ok(AskingRow { user_id: row.id(0, UserId::from_uuid)?, asked_at: row.time(1)? });
    rows.iter().map(asking).collect()
}

/// Declines somebody who waits.
pub(super) async fn decline(
    tx: &mut SqliteConnection,
    room_id: RoomId,
    user: UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = sqlx::query(DECLINE).bind(*room_id.as_uuid()).bind(*user.as_uuid()).bind(now.as_micros());
    Ok(query.execute(tx).await.map_err(store_error)?.rows_affected() > 0)
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[], single: &[DOOR, ASK, ASK_ON, LIST, ONE, DECLINE] };
