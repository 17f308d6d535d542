//! Users' own logs: the newest row of each (user, kind, subject), numbered by user.

use crate::{
    error::store_error,
    rows::{Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{UserId, UserSeq, frame::UserEvent},
    timeline::{Told, UserNote},
};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet, HashSet};

const HEADS: Many = Many {
    columns: &["user_id"],
    sql: "SELECT h.user_id, h.user_seq FROM k CROSS JOIN user_log_heads h ON h.user_id = k.user_id",
};

/// Whose accounts are deleted: they have no log any more.
const DEPARTED: Many = Many {
    columns: &["user_id"],
    sql: "SELECT a.user_id FROM k CROSS JOIN accounts a ON a.user_id = k.user_id AND a.state = 'deleted'",
};

const RAISE: Many = Many {
    columns: &["user_id", "user_seq"],
    sql: "INSERT INTO user_log_heads (user_id, user_seq) SELECT user_id, user_seq FROM k WHERE user_id IS NOT NULL
          ON CONFLICT (user_id) DO UPDATE SET user_seq = excluded.user_seq",
};

const WRITE: Many = Many {
    columns: &["user_id", "kind", "subject", "user_seq", "body"],
    sql: "INSERT INTO user_log (user_id, kind, subject, user_seq, body)
          SELECT user_id, kind, subject, user_seq, body FROM k WHERE user_id IS NOT NULL
          ON CONFLICT (user_id, kind, subject) DO UPDATE SET user_seq = excluded.user_seq, body = excluded.body",
};

const READ: &str = "SELECT h.user_seq, l.user_seq, l.kind, l.subject, l.body
         FROM user_log_heads h LEFT JOIN user_log l ON l.user_id = h.user_id AND l.user_seq > ?2
         WHERE h.user_id = ?1 ORDER BY l.user_seq LIMIT ?3";

/// Writes notes into their users' logs, each with its user's next number, in the order given. Part
/// of the caller's transaction.
pub(crate) async fn write(tx: &mut SqliteConnection, notes: &[UserNote]) -> Result<Vec<Told>, StoreError> {
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    let users: BTreeSet<UserId> = notes.iter().map(|note| note.user_id).collect();
    let gone = departed(tx, users.iter().copied()).await?;
    let users: Vec<UserId> = users.into_iter().filter(|user| !gone.contains(user)).collect();
    let mut heads = heads(tx, &users).await?;
    let notes = notes.iter().filter(|note| !gone.contains(&note.user_id));
    let told: Vec<Told> = notes.map(|note| number(&mut heads, note)).collect();
    let raised: Vec<(UserId, UserSeq)> = heads.into_iter().collect();
    RAISE.execute(tx, &raised, |bound, (user, seq)| bound.bind(*user.as_uuid()).bind(int(seq.0))).await?;
    // Of several notes on one thing the last stays: one row of it goes in.
    let mut newest = BTreeMap::new();
    for told in &told {
        newest.insert((told.user_id, &told.event.kind, &told.event.subject), &told.event);
    }
    let rows: Vec<_> = newest.into_iter().collect();
    WRITE
        .execute(tx, &rows, |bound, ((user, kind, subject), event)| {
            bound
                .bind(*user.as_uuid())
                .bind((*kind).clone())
                .bind((*subject).clone())
                .bind(int(event.user_seq.0))
                .bind(event.body.to_string())
        })
        .await?;
    Ok(told)
}

/// The user's own log after `after`, ascending, and its head: one statement, one state.
pub(crate) async fn read(
    reader: &mut SqliteConnection,
    user: UserId,
    after: UserSeq,
    limit: u32,
) -> Result<(Vec<UserEvent>, UserSeq), StoreError> {
    let rows = sqlx::query(READ)
        .bind(*user.as_uuid())
        .bind(int(after.0))
        .bind(i64::from(limit.max(1)))
        .fetch_all(reader)
        .await
        .map_err(store_error)?;
    let head = rows.first().map(|row| row.count(0)).transpose()?.unwrap_or(0);
    let mut events = Vec::with_capacity(rows.len());
    for row in rows.iter().take(limit as usize) {
        let Some(seq) = row.value::<Option<i64>>(1)? else { break };
        let body: String = row.value(4)?;
        events.push(UserEvent {
            user_seq: UserSeq(seq.unsigned_abs()),
            kind: row.value(2)?,
            subject: row.value(3)?,
            body: serde_json::from_str(&body).map_err(|error| StoreError::Corrupt(error.into()))?,
        });
    }
    Ok((events, UserSeq(head)))
}

/// Those of these people whose accounts are deleted.
pub(crate) async fn departed(
    tx: &mut SqliteConnection,
    users: impl Iterator<Item = UserId>,
) -> Result<HashSet<UserId>, StoreError> {
    let users: Vec<UserId> = users.collect();
    let rows = DEPARTED.fetch(tx, &users, |bound, user| bound.bind(*user.as_uuid())).await?;
    rows.iter().map(|row| row.id(0, UserId::from_uuid)).collect()
}

async fn heads(tx: &mut SqliteConnection, users: &[UserId]) -> Result<BTreeMap<UserId, UserSeq>, StoreError> {
    let mut heads: BTreeMap<UserId, UserSeq> = users.iter().map(|user| (*user, UserSeq(0))).collect();
    for row in HEADS.fetch(tx, users, |bound, user| bound.bind(*user.as_uuid())).await? {
        heads.insert(row.id(0, UserId::from_uuid)?, UserSeq(row.count(1)?));
    }
    Ok(heads)
}

fn number(heads: &mut BTreeMap<UserId, UserSeq>, note: &UserNote) -> Told {
    let head = heads.entry(note.user_id).or_default();
    *head = head.next();
    Told {
        user_id: note.user_id,
        event: UserEvent {
            user_seq: *head,
            kind: note.kind.to_owned(),
            subject: note.subject.clone(),
            body: note.body.clone(),
        },
    }
}

#[cfg(test)]
pub(crate) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&HEADS, &DEPARTED, &RAISE, &WRITE], single: &[READ] };
