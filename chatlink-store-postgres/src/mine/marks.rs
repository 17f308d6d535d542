//! Stars and hides, set and taken off; and how they go with their message or their member.

use crate::{
    error::store_error,
    locks, notes,
    rows::{Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Seq, Timestamp, UserId},
    timeline::mine::{HIDDEN, Marked, MessageMark, STARS},
};
use sqlx::PgConnection;

/// The message as its reader may mark it. No row: not a room of his, or he is deleted.
const FIND: &str = "SELECT r.room_id, e.seq, coalesce(e.text IS NULL OR e.expires_at <= $4, false),
            EXISTS (SELECT 1 FROM hides h WHERE h.user_id = $1 AND h.room_id = r.room_id AND h.seq = e.seq),
            EXISTS (SELECT 1 FROM stars s WHERE s.user_id = $1 AND s.room_id = r.room_id AND s.seq = e.seq)
     FROM rooms r JOIN members m ON m.room_id = r.room_id AND m.user_id = $1
     LEFT JOIN events e ON e.id = $3 AND e.kind = 'message' AND e.room_id = r.room_id AND e.seq >= m.from_seq
     WHERE r.room_id = $2
       AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.user_id = $1 AND a.state = 'deleted')";

const STAR: &str = "INSERT INTO stars (user_id, room_id, seq, message_id, starred_at)
     SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM stars WHERE user_id = $1) < $6";

const UNSTAR: &str = "DELETE FROM stars WHERE user_id = $1 AND room_id = $2 AND seq = $3";

const HIDE: &str = "INSERT INTO hides (user_id, room_id, seq)
     SELECT $1, $2, $3 WHERE (SELECT count(*) FROM hides WHERE user_id = $1) < $4";

const STARS_OF: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "DELETE FROM stars WHERE (room_id, seq) IN (SELECT room_id, seq FROM k)",
};

const HIDES_OF: Many = Many {
    columns: &["room_id uuid", "seq bigint"],
    sql: "DELETE FROM hides WHERE (room_id, seq) IN (SELECT room_id, seq FROM k)",
};

const STARS_BY: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "DELETE FROM stars WHERE (user_id, room_id) IN (SELECT user_id, room_id FROM k)",
};

const HIDES_BY: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "DELETE FROM hides WHERE (user_id, room_id) IN (SELECT user_id, room_id FROM k)",
};

/// A message that may be marked.
struct Found {
    room_id: RoomId,
    seq: Seq,
    gone: bool,
    hidden: bool,
    starred: bool,
}

pub(super) async fn star(tx: &mut PgConnection, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
    let found = match find(tx, &mark, now).await? {
        Ok(found) => found,
        Err(refused) => return Ok(refused),
    };
    if found.gone || found.hidden {
        return Ok(Marked::Gone);
    }
    if found.starred {
        return Ok(Marked::Unchanged);
    }
    let starred = sqlx::query(STAR)
        .bind(*mark.user_id.as_uuid())
        .bind(*found.room_id.as_uuid())
        .bind(int(found.seq.0))
        .bind(*mark.message_id.as_uuid())
        .bind(now.as_micros())
        .bind(i64::from(STARS))
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    match starred.rows_affected() {
        0 => Ok(Marked::Full),
        _ => tell(tx, mark).await,
    }
}

pub(super) async fn unstar(tx: &mut PgConnection, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
    match find(tx, &mark, now).await? {
        Err(refused) => Ok(refused),
        Ok(found) if take_star(tx, mark.user_id, &found).await? => tell(tx, mark).await,
        Ok(_) => Ok(Marked::Unchanged),
    }
}

pub(super) async fn hide(tx: &mut PgConnection, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
    let found = match find(tx, &mark, now).await? {
        Ok(found) => found,
        Err(refused) => return Ok(refused),
    };
    if found.hidden {
        return Ok(Marked::Unchanged);
    }
    if found.gone {
        return Ok(Marked::Gone);
    }
    let hidden = sqlx::query(HIDE)
        .bind(*mark.user_id.as_uuid())
        .bind(*found.room_id.as_uuid())
        .bind(int(found.seq.0))
        .bind(i64::from(HIDDEN))
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    if hidden.rows_affected() == 0 {
        return Ok(Marked::Full);
    }
    take_star(tx, mark.user_id, &found).await?;
    tell(tx, mark).await
}

/// Forgets who starred and hid these messages, in the transaction that erases them.
pub(crate) async fn forget_messages(tx: &mut PgConnection, messages: &[(RoomId, Seq)]) -> Result<(), StoreError> {
    let bind =
        |bound: crate::rows::Bind, (room_id, seq): &(RoomId, Seq)| bound.bind(*room_id.as_uuid()).bind(int(seq.0));
    STARS_OF.execute(tx, messages, bind).await?;
    HIDES_OF.execute(tx, messages, bind).await
}

/// Forgets what those who leave kept for themselves of a room.
pub(crate) async fn forget_members(tx: &mut PgConnection, gone: &[(RoomId, UserId)]) -> Result<(), StoreError> {
    let bind = |bound: crate::rows::Bind, (room_id, user): &(RoomId, UserId)| {
        bound.bind(*room_id.as_uuid()).bind(*user.as_uuid())
    };
    STARS_BY.execute(tx, gone, bind).await?;
    HIDES_BY.execute(tx, gone, bind).await
}

/// Finds it under the locks of its room's log and of the person: what is written on it stays true until the commit.
async fn find(tx: &mut PgConnection, mark: &MessageMark, now: Timestamp) -> Result<Result<Found, Marked>, StoreError> {
    locks::room_log(tx, mark.room_id).await?;
    locks::person(tx, mark.user_id).await?;
    let row = sqlx::query(FIND)
        .bind(*mark.user_id.as_uuid())
        .bind(*mark.room_id.as_uuid())
        .bind(*mark.message_id.as_uuid())
        .bind(now.as_micros())
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Ok(Err(Marked::NoRoom)) };
    let Some(seq) = row.value::<Option<i64>>(1)? else { return Ok(Err(Marked::NoMessage)) };
    Ok(Ok(Found {
        room_id: row.id(0, RoomId::from_uuid)?,
        seq: Seq(seq.unsigned_abs()),
        gone: row.value(2)?,
        hidden: row.value(3)?,
        starred: row.value(4)?,
    }))
}

async fn take_star(tx: &mut PgConnection, user: UserId, found: &Found) -> Result<bool, StoreError> {
    let query = sqlx::query(UNSTAR).bind(*user.as_uuid()).bind(*found.room_id.as_uuid()).bind(int(found.seq.0));
    Ok(query.execute(tx).await.map_err(store_error)?.rows_affected() > 0)
}

async fn tell(tx: &mut PgConnection, mark: MessageMark) -> Result<Marked, StoreError> {
    notes::write(tx, &[mark.note]).await.map(Marked::Done)
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&STARS_OF, &HIDES_OF, &STARS_BY, &HIDES_BY], single: &[FIND, STAR, UNSTAR, HIDE] };
