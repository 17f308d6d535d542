//! Messages that wait for their time, on PostgreSQL.

use crate::{PostgresStore, error::store_error, locks, notes, rows::Read};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{ClientId, RoomId, Timestamp, UserId},
    timeline::{
        Told,
        scheduled::{SCHEDULED, Scheduled, ScheduledRow, ScheduledStore, Settling, note},
    },
};
use sqlx::{PgConnection, postgres::PgRow};

/// Whether it is being sent.
const FIND: &str = "SELECT claimed_at IS NOT NULL FROM scheduled WHERE user_id = $1 AND client_id = $2 FOR UPDATE";

const PUT: &str = "INSERT INTO scheduled (user_id, client_id, room_id, body, send_at)
     SELECT $1, $2, $3, $4, $5
     WHERE ((SELECT count(*) FROM scheduled WHERE user_id = $1) < $6
            OR EXISTS (SELECT 1 FROM scheduled WHERE user_id = $1 AND client_id = $2))
       AND NOT EXISTS (SELECT 1 FROM accounts WHERE user_id = $1 AND state = 'deleted')
     ON CONFLICT (user_id, client_id) DO UPDATE SET room_id = excluded.room_id, body = excluded.body,
       send_at = excluded.send_at, claimed_at = NULL, not_before = NULL, failed = NULL";

const CANCEL: &str = "DELETE FROM scheduled WHERE user_id = $1 AND client_id = $2";

const FORGET: &str = "DELETE FROM scheduled WHERE user_id = $1 AND client_id = $2 AND claimed_at = $3";

const FAIL: &str = "UPDATE scheduled SET failed = $4, claimed_at = NULL
     WHERE user_id = $1 AND client_id = $2 AND claimed_at = $3";

const PUT_OFF: &str = "UPDATE scheduled SET not_before = $4, claimed_at = NULL
     WHERE user_id = $1 AND client_id = $2 AND claimed_at = $3";

const LIST: &str = "SELECT user_id, client_id, room_id, body, send_at, failed FROM scheduled
     WHERE user_id = $1 ORDER BY send_at, client_id LIMIT $2";

const CLAIM: &str = "UPDATE scheduled SET claimed_at = $3 WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM scheduled
        WHERE failed IS NULL AND send_at <= $3 AND coalesce(claimed_at <= $2, true)
          AND coalesce(not_before <= $3, true) ORDER BY send_at, client_id
        LIMIT $1 FOR UPDATE SKIP LOCKED))
     RETURNING user_id, client_id, room_id, body, send_at, failed";

#[async_trait]
impl ScheduledStore for PostgresStore {
    async fn schedule(&self, row: ScheduledRow) -> Result<Scheduled, StoreError> {
        self.in_tx(move |tx| Box::pin(put(tx, row))).await
    }

    async fn cancel_scheduled(&self, user: UserId, client_id: ClientId) -> Result<Scheduled, StoreError> {
        self.in_tx(move |tx| Box::pin(cancel(tx, user, client_id))).await
    }

    async fn list_scheduled(&self, user: UserId, limit: u32) -> Result<Vec<ScheduledRow>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query = sqlx::query(LIST).bind(*user.as_uuid()).bind(i64::from(limit));
            query.fetch_all(&mut *reader).await.map_err(store_error)?.iter().map(row).collect()
        })
        .await
    }

    async fn claim_scheduled(
        &self,
        limit: u32,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<ScheduledRow>, StoreError> {
        self.in_tx(move |tx| Box::pin(claim(tx, limit, since, now))).await
    }

    async fn settle_scheduled(
        &self,
        user: UserId,
        client_id: ClientId,
        claimed_at: Timestamp,
        settling: Settling,
    ) -> Result<Vec<Told>, StoreError> {
        self.in_tx(move |tx| Box::pin(settle(tx, user, client_id, claimed_at, settling))).await
    }
}

async fn put(tx: &mut PgConnection, new: ScheduledRow) -> Result<Scheduled, StoreError> {
    locks::person(tx, new.user_id).await?;
    if is_sending(tx, new.user_id, new.client_id).await? == Some(true) {
        return Ok(Scheduled::Sending);
    }
    let body = serde_json::to_string(&new.words).map_err(|error| StoreError::Corrupt(error.into()))?;
    let put = sqlx::query(PUT)
        .bind(*new.user_id.as_uuid())
        .bind(*new.client_id.as_uuid())
        .bind(*new.room_id.as_uuid())
        .bind(body)
        .bind(new.send_at.as_micros())
        .bind(i64::from(SCHEDULED))
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    match put.rows_affected() {
        0 => Ok(Scheduled::Full),
        _ => notes::write(tx, &[note(new.user_id)]).await.map(Scheduled::Done),
    }
}

async fn cancel(tx: &mut PgConnection, user: UserId, client_id: ClientId) -> Result<Scheduled, StoreError> {
    locks::person(tx, user).await?;
    match is_sending(tx, user, client_id).await? {
        None => Ok(Scheduled::Unknown),
        Some(true) => Ok(Scheduled::Sending),
        Some(false) => {
            let query = sqlx::query(CANCEL).bind(*user.as_uuid()).bind(*client_id.as_uuid());
            query.execute(&mut *tx).await.map_err(store_error)?;
            notes::write(tx, &[note(user)]).await.map(Scheduled::Done)
        }
    }
}

async fn is_sending(tx: &mut PgConnection, user: UserId, client_id: ClientId) -> Result<Option<bool>, StoreError> {
    let query = sqlx::query(FIND).bind(*user.as_uuid()).bind(*client_id.as_uuid());
    query.fetch_optional(tx).await.map_err(store_error)?.map(|row| row.value(0)).transpose()
}

async fn claim(
    tx: &mut PgConnection,
    limit: u32,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<ScheduledRow>, StoreError> {
    let query = sqlx::query(CLAIM).bind(i64::from(limit)).bind(since.as_micros()).bind(now.as_micros());
    let rows = query.fetch_all(tx).await.map_err(store_error)?;
    let mut rows = rows.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    rows.sort_by_key(|row| (row.send_at, row.client_id));
    Ok(rows)
}

async fn settle(
    tx: &mut PgConnection,
    user: UserId,
    client_id: ClientId,
    claimed_at: Timestamp,
    settling: Settling,
) -> Result<Vec<Told>, StoreError> {
    let of = |sql| sqlx::query(sql).bind(*user.as_uuid()).bind(*client_id.as_uuid()).bind(claimed_at.as_micros());
    let query = match settling {
        Settling::Sent => of(FORGET),
        Settling::Failed(code) => of(FAIL).bind(code),
        Settling::Later(until) => of(PUT_OFF).bind(until.as_micros()),
    };
    let settled = query.execute(&mut *tx).await.map_err(store_error)?;
    match (settled.rows_affected(), settling) {
        (0, _) | (_, Settling::Later(_)) => Ok(Vec::new()),
        _ => notes::write(tx, &[note(user)]).await,
    }
}

fn row(row: &PgRow) -> Result<ScheduledRow, StoreError> {
    let body: String = row.value(3)?;
    Ok(ScheduledRow {
        user_id: row.id(0, UserId::from_uuid)?,
        client_id: row.id(1, ClientId::from_uuid)?,
        room_id: row.id(2, RoomId::from_uuid)?,
        words: serde_json::from_str(&body).map_err(|error| StoreError::Corrupt(error.into()))?,
        send_at: row.time(4)?,
        failed: row.value(5)?,
    })
}

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::sql::Statements] =
    &[crate::sql::Statements { many: &[], single: &[FIND, PUT, CANCEL, FORGET, FAIL, PUT_OFF, LIST, CLAIM] }];
