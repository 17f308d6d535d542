//! Stars and hides, set and taken off; and how they go with their message or their member.

use crate::{
    error::store_error,
    notes,
    rows::{Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{Seq, Timestamp, UserId},
    timeline::mine::{HIDDEN, Marked, MessageMark, STARS},
};
use sqlx::SqliteConnection;

/// The message as its reader may mark it. No row: not a room of his, or he is deleted.
const FIND: &str = "SELECT r.room_no, e.seq, coalesce(e.text IS NULL OR e.expires_at <= ?4, 0),
            EXISTS (SELECT 1 FROM hides h WHERE h.user_id = ?1 AND h.room_no = r.room_no AND h.seq = e.seq),
            EXISTS (SELECT 1 FROM stars s WHERE s.user_id = ?1 AND s.room_no = r.room_no AND s.seq = e.seq)
     FROM rooms r CROSS JOIN members m ON m.room_no = r.room_no AND m.user_id = ?1
     LEFT JOIN events e ON e.id = ?3 AND e.kind = 'message' AND e.room_no = r.room_no AND e.seq >= m.from_seq
     WHERE r.room_id = ?2
       AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.user_id = ?1 AND a.state = 'deleted')";

const STAR: &str = "INSERT INTO stars (user_id, room_no, seq, message_id, starred_at)
     SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT count(*) FROM stars WHERE user_id = ?1) < ?6";

const UNSTAR: &str = "DELETE FROM stars WHERE user_id = ?1 AND room_no = ?2 AND seq = ?3";

const HIDE: &str = "INSERT INTO hides (user_id, room_no, seq)
     SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM hides WHERE user_id = ?1) < ?4";

const STARS_OF: Many = Many {
    columns: &["room_no", "seq"],
    sql: "DELETE FROM stars WHERE (room_no, seq) IN (SELECT room_no, seq FROM k)",
};

const HIDES_OF: Many = Many {
    columns: &["room_no", "seq"],
    sql: "DELETE FROM hides WHERE (room_no, seq) IN (SELECT room_no, seq FROM k)",
};

const STARS_BY: Many = Many {
    columns: &["room_no", "user_id"],
    sql: "DELETE FROM stars WHERE (user_id, room_no) IN (SELECT user_id, room_no FROM k)",
};

const HIDES_BY: Many = Many {
    columns: &["room_no", "user_id"],
    sql: "DELETE FROM hides WHERE (user_id, room_no) IN (SELECT user_id, room_no FROM k)",
};

/// A message that may be marked.
struct Found {
    room_no: i64,
    seq: Seq,
    gone: bool,
    hidden: bool,
    starred: bool,
}

pub(super) async fn star(tx: &mut SqliteConnection, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
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
        .bind(found.room_no)
        .bind(int(found.seq.0))
        .bind(*mark.message_id.as_uuid())
        .bind(now.as_micros())
        .bind(STARS)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    match starred.rows_affected() {
        0 => Ok(Marked::Full),
        _ => tell(tx, mark).await,
    }
}

pub(super) async fn unstar(tx: &mut SqliteConnection, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
    match find(tx, &mark, now).await? {
        Err(refused) => Ok(refused),
        Ok(found) if take_star(tx, mark.user_id, &found).await? => tell(tx, mark).await,
        Ok(_) => Ok(Marked::Unchanged),
    }
}

pub(super) async fn hide(tx: &mut SqliteConnection, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
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
        .bind(found.room_no)
        .bind(int(found.seq.0))
        .bind(HIDDEN)
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
pub(crate) async fn forget_messages(tx: &mut SqliteConnection, messages: &[(i64, Seq)]) -> Result<(), StoreError> {
    let bind = |bound: crate::rows::Bind, (room_no, seq): &(i64, Seq)| bound.bind(*room_no).bind(int(seq.0));
    STARS_OF.execute(tx, messages, bind).await?;
    HIDES_OF.execute(tx, messages, bind).await
}

/// Forgets what those who leave kept for themselves of a room.
pub(crate) async fn forget_members(tx: &mut SqliteConnection, gone: &[(i64, UserId)]) -> Result<(), StoreError> {
    let bind = |bound: crate::rows::Bind, (room_no, user): &(i64, UserId)| bound.bind(*room_no).bind(*user.as_uuid());
    STARS_BY.execute(tx, gone, bind).await?;
    HIDES_BY.execute(tx, gone, bind).await
}

async fn find(
    tx: &mut SqliteConnection,
    mark: &MessageMark,
    now: Timestamp,
) -> Result<Result<Found, Marked>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(*mark.user_id.as_uuid())
        .bind(*mark.room_id.as_uuid())
        .bind(*mark.message_id.as_uuid())
        .bind(now.as_micros())
        .fetch_optional(tx)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Ok(Err(Marked::NoRoom)) };
    let Some(seq) = row.value::<Option<i64>>(1)? else { return Ok(Err(Marked::NoMessage)) };
    Ok(Ok(Found {
        room_no: row.value(0)?,
        seq: Seq(seq.unsigned_abs()),
        gone: row.value(2)?,
        hidden: row.value(3)?,
        starred: row.value(4)?,
    }))
}

async fn take_star(tx: &mut SqliteConnection, user: UserId, found: &Found) -> Result<bool, StoreError> {
    let query = sqlx::query(UNSTAR).bind(*user.as_uuid()).bind(found.room_no).bind(int(found.seq.0));
    Ok(query.execute(tx).await.map_err(store_error)?.rows_affected() > 0)
}

async fn tell(tx: &mut SqliteConnection, mark: MessageMark) -> Result<Marked, StoreError> {
    notes::write(tx, &[mark.note]).await.map(Marked::Done)
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements = crate::plans::Statements {
    many: &[&STARS_OF, &HIDES_OF, &STARS_BY, &HIDES_BY],
    single: &[FIND, STAR, UNSTAR, HIDE],
};
