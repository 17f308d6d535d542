//! Intents, on PostgreSQL: what a host posts inside its own transaction.

use crate::{
    PostgresStore,
    error::store_error,
    locks,
    rows::{Bind, Many, Read, int},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{ClientId, RoomId, Timestamp, UserId},
    timeline::intents::{Intent, IntentEnd, IntentRow, IntentStore, RejectedIntent},
};
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgRow};

const POST: &str = "INSERT INTO chatlink_inbox (client_id, room_id, sender_id, body) VALUES ($1, $2, $3, $4)";

const ANY: &str = "SELECT number FROM chatlink_inbox WHERE rejected IS NULL AND number > 0 ORDER BY number LIMIT 1";

const CLAIM: &str = "UPDATE chatlink_inbox SET claimed_at = $3 WHERE number = ANY (ARRAY(
        SELECT i.number FROM chatlink_inbox i
        WHERE i.rejected IS NULL AND i.number > 0 AND coalesce(i.claimed_at <= $2, true)
          AND NOT EXISTS (SELECT 1 FROM chatlink_inbox e
                          WHERE e.room_id = i.room_id AND e.number < i.number AND e.rejected IS NULL
                            AND e.claimed_at > $2)
        ORDER BY i.number LIMIT $1))
     RETURNING number, client_id, room_id, sender_id, body";

const SENT: Many = Many {
    columns: &["number bigint", "claimed_at bigint"],
    sql: "DELETE FROM chatlink_inbox WHERE (number, claimed_at) IN (SELECT number, claimed_at FROM k)",
};

const LATER: Many = Many {
    columns: &["number bigint", "claimed_at bigint"],
    sql: "UPDATE chatlink_inbox SET claimed_at = NULL
          WHERE (number, claimed_at) IN (SELECT number, claimed_at FROM k)",
};

const REJECT: Many = Many {
    columns: &["number bigint", "claimed_at bigint", "code text", "at bigint"],
    sql: "UPDATE chatlink_inbox SET claimed_at = NULL, body = '', rejected = k.code, rejected_at = k.at FROM k
          WHERE chatlink_inbox.number = k.number AND chatlink_inbox.claimed_at = k.claimed_at",
};

const LIST: &str = "SELECT number, client_id, room_id, sender_id, rejected, rejected_at
     FROM chatlink_inbox
     WHERE rejected IS NOT NULL AND number > $1 ORDER BY number LIMIT $2";

const FORGET: Many = Many {
    columns: &["number bigint"],
    sql: "DELETE FROM chatlink_inbox WHERE number IN (SELECT number FROM k) AND rejected IS NOT NULL",
};

/// Why an intent was not posted.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The schema's name is none: see [`PostgresOptions::schema`](crate::PostgresOptions::schema).
    #[error("a schema cannot have this name")]
    Schema,
    /// The words do not make JSON.
    #[error("the words do not make JSON")]
    Body(#[from] serde_json::Error),
    /// PostgreSQL said no: the host's transaction is over.
    #[error("the intent was not inserted")]
    Postgres(#[from] sqlx::Error),
}

/// Posts a message inside the host's own transaction on the same database: it is sent when that commits, and never when
/// it rolls back. After the commit call [`Intents::nudge`](chatlink_core::timeline::intents::Intents::nudge), or wait half a second.
///
/// `schema` is where ChatLink lives (`chatlink`, unless it was given another name). The intent takes no seq and locks no
/// room: however long the transaction stays open, nobody else's message waits for it. The host's role needs `USAGE` on the
/// schema and `INSERT` on `chatlink_inbox`, nothing else.
///
/// # Errors
/// A name that no schema has, or PostgreSQL.
pub async fn post_intent(transaction: &mut PgConnection, schema: &str, intent: &Intent) -> Result<(), PostError> {
    if !crate::open::is_schema(schema) {
        return Err(PostError::Schema);
    }
    let body = serde_json::to_string(&intent.body)?;
    // The name was checked: it holds nothing that SQL reads as more than a name.
    let sql = POST.replacen("chatlink_inbox", &format!("{schema}.chatlink_inbox"), 1);
    let query = sqlx::query(AssertSqlSafe(sql)).bind(*intent.client_id.as_uuid()).bind(*intent.room_id.as_uuid());
    let query = query.bind(intent.sender_id.map(|user| *user.as_uuid())).bind(body);
    query.execute(transaction).await?;
    Ok(())
}

async fn insert(connection: &mut PgConnection, intent: &Intent, body: String) -> Result<(), sqlx::Error> {
    let query = sqlx::query(POST).bind(*intent.client_id.as_uuid()).bind(*intent.room_id.as_uuid());
    let query = query.bind(intent.sender_id.map(|user| *user.as_uuid())).bind(body);
    query.execute(connection).await.map(drop)
}

#[async_trait]
impl IntentStore for PostgresStore {
    async fn post_intent(&self, intent: Intent) -> Result<(), StoreError> {
        let body = serde_json::to_string(&intent.body).map_err(|error| StoreError::Corrupt(error.into()))?;
        let post = async move |tx: &mut PgConnection| insert(tx, &intent, body).await.map_err(store_error);
        self.in_tx(move |tx| Box::pin(post(tx))).await
    }

    async fn claim_intents(&self, limit: u32, since: Timestamp, now: Timestamp) -> Result<Vec<IntentRow>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let any: Option<i64> = sqlx::query_scalar(ANY).fetch_optional(&mut *reader).await.map_err(store_error)?;
            drop(reader);
            if any.is_none() {
                return Ok(Vec::new());
            }
            self.in_tx(move |tx| Box::pin(claim(tx, limit, since, now))).await
        })
        .await
    }

    async fn settle_intents(
        &self,
        claimed_at: Timestamp,
        ends: Vec<(u64, IntentEnd)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.in_tx(move |tx| Box::pin(settle(tx, claimed_at, ends, now))).await
    }

    async fn list_rejected(&self, after: u64, limit: u32) -> Result<Vec<RejectedIntent>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query = sqlx::query(LIST).bind(int(after)).bind(i64::from(limit));
            query.fetch_all(&mut *reader).await.map_err(store_error)?.iter().map(rejected).collect()
        })
        .await
    }

    async fn forget_rejected(&self, numbers: Vec<u64>) -> Result<(), StoreError> {
        self.in_tx(move |tx| Box::pin(forget(tx, numbers))).await
    }
}

async fn claim(
    tx: &mut PgConnection,
    limit: u32,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<IntentRow>, StoreError> {
    // Two nodes that take at once could take of one room: the second would overtake the first.
    locks::inbox(tx).await?;
    let query = sqlx::query(CLAIM).bind(i64::from(limit)).bind(since.as_micros()).bind(now.as_micros());
    let rows = query.fetch_all(tx).await.map_err(store_error)?;
    let row = |row: &PgRow| {
        Ok(IntentRow {
            number: number(row)?,
            client_id: row.id(1, ClientId::from_uuid)?,
            room_id: row.id(2, RoomId::from_uuid)?,
            sender_id: row.maybe_id(3, UserId::from_uuid)?,
            body: row.value(4)?,
        })
    };
    let mut rows = rows.iter().map(row).collect::<Result<Vec<_>, StoreError>>()?;
    rows.sort_unstable_by_key(|row| row.number);
    Ok(rows)
}

async fn settle(
    tx: &mut PgConnection,
    claimed_at: Timestamp,
    ends: Vec<(u64, IntentEnd)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let claimed_at = claimed_at.as_micros();
    let (mut sent, mut later, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for (number, end) in ends {
        match end {
            IntentEnd::Sent => sent.push(number),
            IntentEnd::Later => later.push(number),
            IntentEnd::Rejected(code) => refused.push((number, code)),
        }
    }
    let named = |bound: Bind, number: &u64| bound.bind(int(*number)).bind(claimed_at);
    SENT.execute(tx, &sent, named).await?;
    LATER.execute(tx, &later, named).await?;
    let with_code = |bound: Bind, (number, code): &(u64, &'static str)| {
        bound.bind(int(*number)).bind(claimed_at).bind(*code).bind(now.as_micros())
    };
    REJECT.execute(tx, &refused, with_code).await
}

async fn forget(tx: &mut PgConnection, numbers: Vec<u64>) -> Result<(), StoreError> {
    FORGET.execute(tx, &numbers, |bound, number| bound.bind(int(*number))).await
}

fn rejected(row: &PgRow) -> Result<RejectedIntent, StoreError> {
    Ok(RejectedIntent {
        number: number(row)?,
        client_id: row.id(1, ClientId::from_uuid)?,
        room_id: row.id(2, RoomId::from_uuid)?,
        sender_id: row.maybe_id(3, UserId::from_uuid)?,
        code: row.value(4)?,
        at: row.time(5)?,
    })
}

fn number(row: &PgRow) -> Result<u64, StoreError> {
    u64::try_from(row.value::<i64>(0)?).map_err(|error| StoreError::Corrupt(error.into()))
}

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::sql::Statements] =
    &[crate::sql::Statements { many: &[&SENT, &LATER, &REJECT, &FORGET], single: &[POST, ANY, CLAIM, LIST] }];
