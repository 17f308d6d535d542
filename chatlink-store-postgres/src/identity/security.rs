//! The security log on PostgreSQL: written by the verbs that do what it is about.

use crate::{
    PostgresStore,
    error::store_error,
    rows::{Read, int},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    identity::{NetworkPrefix, Origin, SECURITY_ROWS, SecurityEvent, SecurityKind, SecurityLog},
    protocol::{Timestamp, UserId},
};
use sqlx::{PgConnection, postgres::PgRow};

#[async_trait]
impl SecurityLog for PostgresStore {
    async fn list_security(
        &self,
        user_id: UserId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<SecurityEvent>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let rows = sqlx::query(
                "SELECT number, kind, at, prefix, device FROM security_log
             WHERE user_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
            )
            .bind(*user_id.as_uuid())
            .bind(before.map_or(i64::MAX, int))
            .bind(i64::from(limit))
            .fetch_all(&mut *reader)
            .await
            .map_err(store_error)?;
            rows.iter().map(event).collect()
        })
        .await
    }
}

fn event(row: &PgRow) -> Result<SecurityEvent, StoreError> {
    let prefix = NetworkPrefix::of_bytes(&row.value::<Vec<u8>>(3)?);
    let prefix = prefix.ok_or_else(|| StoreError::corrupt("a security event's network"))?;
    Ok(SecurityEvent {
        number: row.count(0)?,
        kind: row.name(1)?,
        at: row.time(2)?,
        origin: Origin { prefix, device: row.value(4)? },
    })
}

/// Writes an event into a person's log; of too many the oldest goes.
pub(super) async fn note(
    tx: &mut PgConnection,
    user: UserId,
    kind: SecurityKind,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), StoreError> {
    note_if(tx, Some(user), kind, origin, now).await
}

/// As [`note`]; for nobody the same statements write nothing, so that nobody's login costs what
/// somebody's does.
pub(super) async fn note_if(
    tx: &mut PgConnection,
    user: Option<UserId>,
    kind: SecurityKind,
    origin: &Origin,
    now: Timestamp,
) -> Result<(), StoreError> {
    let user = user.map(|user| *user.as_uuid());
    sqlx::query(
        "INSERT INTO security_log (user_id, number, kind, at, prefix, device)
         SELECT $1, (SELECT coalesce(max(number), 0) + 1 FROM security_log WHERE user_id = $1), $2, $3, $4, $5
         WHERE EXISTS (SELECT 1 FROM accounts WHERE user_id = $1 AND state = 'active')",
    )
    .bind(user)
    .bind(kind.as_str())
    .bind(now.as_micros())
    .bind(origin.prefix.as_bytes())
    .bind(&origin.device)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    sqlx::query(
        "DELETE FROM security_log WHERE user_id = $1
         AND number <= (SELECT max(number) FROM security_log WHERE user_id = $1) - $2",
    )
    .bind(user)
    .bind(i64::from(SECURITY_ROWS))
    .execute(tx)
    .await
    .map(drop)
    .map_err(store_error)
}
