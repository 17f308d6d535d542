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
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Whose accounts are deleted: they have no log any more. The lock keeps a deletion off until what is written for
/// somebody is committed, or waits for it and then sees that he is gone.
const STATES: Many = Many {
    columns: &["user_id uuid"],
    sql: "SELECT a.user_id, a.state = 'deleted' FROM accounts a WHERE a.user_id IN (SELECT user_id FROM k)
          ORDER BY a.user_id FOR KEY SHARE",
};

/// Takes as many numbers of each user's as he is told things. The rows stay locked: numbers rise as commits do.
const RAISE: Many = Many {
    columns: &["user_id uuid", "more bigint"],
    sql: "INSERT INTO user_log_heads (user_id, user_seq) SELECT user_id, more FROM k ORDER BY user_id
          ON CONFLICT (user_id) DO UPDATE SET user_seq = user_log_heads.user_seq + excluded.user_seq
          RETURNING user_id, user_seq",
};

const WRITE: Many = Many {
    columns: &["user_id uuid", "kind text", "subject text", "user_seq bigint", "body text"],
    sql: "INSERT INTO user_log (user_id, kind, subject, user_seq, body)
          SELECT user_id, kind, subject, user_seq, body FROM k ORDER BY user_id
          ON CONFLICT (user_id, kind, subject) DO UPDATE SET user_seq = excluded.user_seq, body = excluded.body",
};

const READ: &str = "SELECT h.user_seq, l.user_seq, l.kind, l.subject, l.body
         FROM user_log_heads h LEFT JOIN user_log l ON l.user_id = h.user_id AND l.user_seq > $2
         WHERE h.user_id = $1 ORDER BY l.user_seq LIMIT $3";

/// Writes notes into their users' logs, each with its user's next number, in the order given. Part
/// of the caller's transaction.
pub(crate) async fn write(tx: &mut PgConnection, notes: &[UserNote]) -> Result<Vec<Told>, StoreError> {
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    let users: BTreeSet<UserId> = notes.iter().map(|note| note.user_id).collect();
    let gone = departed(tx, users.into_iter()).await?;
    let notes: Vec<&UserNote> = notes.iter().filter(|note| !gone.contains(&note.user_id)).collect();
    let mut heads = raise(tx, &notes).await?;
    let told: Vec<Told> = notes.into_iter().map(|note| number(&mut heads, note)).collect();
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
    reader: &mut PgConnection,
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

/// Those of these people whose accounts are deleted; the others' are not, until the commit.
pub(crate) async fn departed(
    tx: &mut PgConnection,
    users: impl Iterator<Item = UserId>,
) -> Result<HashSet<UserId>, StoreError> {
    let users: Vec<UserId> = users.collect();
    let mut gone = HashSet::new();
    for row in STATES.fetch(tx, &users, |bound, user| bound.bind(*user.as_uuid())).await? {
        if row.value(1)? {
            gone.insert(row.id(0, UserId::from_uuid)?);
        }
    }
    Ok(gone)
}

/// Raises the heads of those who are told something; answers where they stood before.
async fn raise(tx: &mut PgConnection, notes: &[&UserNote]) -> Result<BTreeMap<UserId, UserSeq>, StoreError> {
    let mut more: BTreeMap<UserId, u64> = BTreeMap::new();
    notes.iter().for_each(|note| *more.entry(note.user_id).or_default() += 1);
    let rows: Vec<(UserId, u64)> = more.iter().map(|(user, more)| (*user, *more)).collect();
    let mut heads = BTreeMap::new();
    for row in RAISE.fetch(tx, &rows, |bound, (user, more)| bound.bind(*user.as_uuid()).bind(int(*more))).await? {
        let user = row.id(0, UserId::from_uuid)?;
        let before = row.count(1)?.saturating_sub(more.get(&user).copied().unwrap_or(0));
        heads.insert(user, UserSeq(before));
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
pub(crate) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&STATES, &RAISE, &WRITE], single: &[READ] };
