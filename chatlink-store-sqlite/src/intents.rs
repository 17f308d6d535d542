//! Intents, on SQLite: what a host posts inside its own transaction.

use crate::{
    SqliteStore,
    error::store_error,
    rows::{Bind, Many, Read, int},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{ClientId, RoomId, Timestamp, UserId},
    timeline::intents::{Intent, IntentEnd, IntentRow, IntentStore, RejectedIntent},
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

const POST: &str = "INSERT INTO chatlink_inbox (client_id, room_id, sender_id, body) VALUES (?1, ?2, ?3, ?4)";

const ANY: &str = "SELECT EXISTS (SELECT 1 FROM chatlink_inbox INDEXED BY chatlink_inbox_waiting
     WHERE rejected IS NULL AND number > 0)";

const CLAIM: &str = "UPDATE chatlink_inbox SET claimed_at = ?3 WHERE number IN
       (SELECT i.number FROM chatlink_inbox i INDEXED BY chatlink_inbox_waiting
        WHERE i.rejected IS NULL AND i.number > 0 AND coalesce(i.claimed_at <= ?2, 1)
          AND NOT EXISTS (SELECT 1 FROM chatlink_inbox e INDEXED BY chatlink_inbox_of_room
                          WHERE e.room_id = i.room_id AND e.number < i.number AND e.rejected IS NULL
                            AND e.claimed_at > ?2)
        ORDER BY i.number LIMIT ?1)
     RETURNING number, client_id, room_id, sender_id, body";

const SENT: Many = Many {
    columns: &["number", "claimed_at"],
    sql: "DELETE FROM chatlink_inbox WHERE (number, claimed_at) IN (SELECT number, claimed_at FROM k)",
};

const LATER: Many = Many {
    columns: &["number", "claimed_at"],
    sql: "UPDATE chatlink_inbox SET claimed_at = NULL
          WHERE (number, claimed_at) IN (SELECT number, claimed_at FROM k)",
};

const REJECT: Many = Many {
    columns: &["number", "claimed_at", "code", "at"],
    sql: "UPDATE chatlink_inbox SET claimed_at = NULL, body = '', rejected = k.code, rejected_at = k.at FROM k
          WHERE chatlink_inbox.number = k.number AND chatlink_inbox.claimed_at = k.claimed_at",
};

const LIST: &str = "SELECT number, client_id, room_id, sender_id, rejected, rejected_at
     FROM chatlink_inbox INDEXED BY chatlink_inbox_rejected
     WHERE rejected IS NOT NULL AND number > ?1 ORDER BY number LIMIT ?2";

const FORGET: Many = Many {
    columns: &["number"],
    sql: "DELETE FROM chatlink_inbox WHERE number IN (SELECT number FROM k) AND rejected IS NOT NULL",
};

/// Why an intent was not posted. The host's transaction goes on; whether it is committed without the message is the
/// host's to say.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The connection keeps less than ChatLink promises: an acknowledged message would not survive a power cut, or an
    /// erased one would be left in the file.
    #[error("the connection has {pragma} = {found}; messages need {needed}")]
    Weak {
        /// The setting.
        pragma: &'static str,
        /// What the connection has.
        found: i64,
        /// What it must have at least.
        needed: i64,
    },
    /// The words do not make JSON.
    #[error("the words do not make JSON")]
    Body(#[from] serde_json::Error),
    /// SQLite said no.
    #[error("the intent was not inserted")]
    Sqlite(#[from] sqlx::Error),
}

/// Posts a message inside the transaction of a host that keeps its own tables in ChatLink's file: it is sent when that
/// commits, and never when it rolls back. After the commit call [`Intents::nudge`](chatlink_core::timeline::intents::Intents::nudge),
/// or wait half a second.
///
/// The host's tables must be in the same file: over attached files SQLite's commit is not one in WAL mode. The connection
/// needs `synchronous` FULL (2) and `secure_delete` on (1), as ChatLink's own have, and a `busy_timeout`. SQLite has one
/// writer: while the host's transaction is open, messages of others wait, so keep it short.
///
/// # Errors
/// A connection that keeps less than it must, or SQLite.
pub async fn post_intent(transaction: &mut SqliteConnection, intent: &Intent) -> Result<(), PostError> {
    for (pragma, ask, needed) in
        [("synchronous", "PRAGMA synchronous", 2), ("secure_delete", "PRAGMA secure_delete", 1)]
    {
        let found: i64 = sqlx::query_scalar(ask).fetch_one(&mut *transaction).await?;
        // FAST (2) leaves erased words in free pages.
        let weak = found < needed || pragma == "secure_delete" && found != needed;
        if weak {
            return Err(PostError::Weak { pragma, found, needed });
        }
    }
    let body = serde_json::to_string(&intent.body)?;
    insert(transaction, intent, body).await?;
    Ok(())
}

async fn insert(connection: &mut SqliteConnection, intent: &Intent, body: String) -> Result<(), sqlx::Error> {
    let query = sqlx::query(POST).bind(*intent.client_id.as_uuid()).bind(*intent.room_id.as_uuid());
    let query = query.bind(intent.sender_id.map(|user| *user.as_uuid())).bind(body);
    query.execute(connection).await.map(drop)
}

#[async_trait]
impl IntentStore for SqliteStore {
    async fn post_intent(&self, intent: Intent) -> Result<(), StoreError> {
        let body = serde_json::to_string(&intent.body).map_err(|error| StoreError::Corrupt(error.into()))?;
        let post = async move |tx: &mut SqliteConnection| insert(tx, &intent, body).await.map_err(store_error);
        self.in_tx(move |tx| Box::pin(post(tx))).await
    }

    async fn claim_intents(&self, limit: u32, since: Timestamp, now: Timestamp) -> Result<Vec<IntentRow>, StoreError> {
        let mut reader = self.reader().await?;
        let any: bool = sqlx::query_scalar(ANY).fetch_one(&mut *reader).await.map_err(store_error)?;
        drop(reader);
        if !any {
            return Ok(Vec::new());
        }
        self.in_tx(move |tx| Box::pin(claim(tx, limit, since, now))).await
    }

    async fn settle_intents(
        &self,
        claimed_at: Timestamp,
        ends: Vec<(u64, IntentEnd)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.in_tx(move |tx| Box::pin(settle(tx, claimed_at, ends, now))).await?;
        self.words_went();
        Ok(())
    }

    async fn list_rejected(&self, after: u64, limit: u32) -> Result<Vec<RejectedIntent>, StoreError> {
        let mut reader = self.reader().await?;
        let query = sqlx::query(LIST).bind(int(after)).bind(limit);
        query.fetch_all(&mut *reader).await.map_err(store_error)?.iter().map(rejected).collect()
    }

    async fn forget_rejected(&self, numbers: Vec<u64>) -> Result<(), StoreError> {
        self.in_tx(move |tx| Box::pin(forget(tx, numbers))).await
    }
}

async fn claim(
    tx: &mut SqliteConnection,
    limit: u32,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<IntentRow>, StoreError> {
    let query = sqlx::query(CLAIM).bind(limit).bind(since.as_micros()).bind(now.as_micros());
    let rows = query.fetch_all(tx).await.map_err(store_error)?;
    let row = |row: &SqliteRow| {
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
    tx: &mut SqliteConnection,
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

async fn forget(tx: &mut SqliteConnection, numbers: Vec<u64>) -> Result<(), StoreError> {
    FORGET.execute(tx, &numbers, |bound, number| bound.bind(int(*number))).await
}

fn rejected(row: &SqliteRow) -> Result<RejectedIntent, StoreError> {
    Ok(RejectedIntent {
        number: number(row)?,
        client_id: row.id(1, ClientId::from_uuid)?,
        room_id: row.id(2, RoomId::from_uuid)?,
        sender_id: row.maybe_id(3, UserId::from_uuid)?,
        code: row.value(4)?,
        at: row.time(5)?,
    })
}

fn number(row: &SqliteRow) -> Result<u64, StoreError> {
    u64::try_from(row.value::<i64>(0)?).map_err(|error| StoreError::Corrupt(error.into()))
}

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::plans::Statements] =
    &[crate::plans::Statements { many: &[&SENT, &LATER, &REJECT, &FORGET], single: &[POST, ANY, CLAIM, LIST] }];
