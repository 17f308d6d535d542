//! Webhooks on PostgreSQL: what they are, and how far each was told of each room. That rooms are due is noted by the statement
//! that writes the rooms of an append.

use crate::{
    PostgresStore,
    error::store_error,
    jobs, locks,
    rows::{Bind, Many, Read, Statement, int},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    jobs::{JobLease, NewJob},
    protocol::{RoomId, Seq},
    webhooks::{
        Begun, DueRoom, Failing, JOB, SealedSecrets, WEBHOOKS, Webhook, WebhookId, WebhookRow, WebhookState,
        WebhookStore, WebhookUrl,
    },
};
use sqlx::{PgConnection, postgres::PgRow};
use uuid::Uuid;

macro_rules! columns {
    () => {
        "webhook_id, name, url, secret, former_secret, former_until, created_at, state, failing_since, attempts, due_at,
         last_error"
    };
}

const CREATE: &str = "INSERT INTO webhooks (webhook_id, name, url, secret, created_at, state, attempts)
     SELECT $1::uuid, $2, $3, $4, $5::bigint, $6, 0 WHERE (SELECT count(*) FROM webhooks) < $7";

/// Walks all rooms, once for a webhook. What is appended meanwhile and not seen here is found by the sweep.
const BEGIN_HERE: &str = "INSERT INTO webhook_rooms (webhook_id, room_id, sent_seq)
     SELECT $1, room_id, head_seq FROM rooms WHERE head_seq > 0";

const FIND: &str = concat!("SELECT ", columns!(), " FROM webhooks WHERE webhook_id = $1");

const LIST: &str = concat!("SELECT ", columns!(), " FROM webhooks ORDER BY created_at, webhook_id");

const SET: &str = "UPDATE webhooks SET state = $2, failing_since = NULL, attempts = 0, due_at = NULL, last_error = NULL
     WHERE webhook_id = $1";

const FAIL: &str = "UPDATE webhooks SET state = $2, failing_since = $3, attempts = $4, due_at = $5, last_error = $6
     WHERE webhook_id = $1 AND state = 'active'";

const SECRETS: &str = "UPDATE webhooks SET secret = $3, former_secret = $4, former_until = $5
     WHERE webhook_id = $1 AND secret = $2";

/// First, so that whoever begins a delivery does so before it, or not at all.
const DELETE: &str = "DELETE FROM webhooks WHERE webhook_id = $1";

const DELETE_ROOMS: &str = "DELETE FROM webhook_rooms WHERE webhook_id = $1";

/// Also what an append left that was under way while another webhook was removed. Walks the table, once for a webhook.
const DELETE_DUE: &str = "DELETE FROM webhook_due d
     WHERE NOT EXISTS (SELECT 1 FROM webhooks w WHERE w.webhook_id = d.webhook_id)";

const END_JOB: &str = "DELETE FROM jobs WHERE kind = $1 AND key = $2";

const DUE: &str = "SELECT r.room_id, coalesce(w.sent_seq, 0), w.until_seq
     FROM webhook_due d CROSS JOIN LATERAL (SELECT room_id FROM rooms WHERE rooms.room_id = d.room_id LIMIT 1) r
     LEFT JOIN LATERAL (SELECT sent_seq, until_seq FROM webhook_rooms w
                        WHERE w.webhook_id = d.webhook_id AND w.room_id = d.room_id LIMIT 1) w ON true
     WHERE d.webhook_id = $1 AND d.room_id > $2 ORDER BY d.room_id LIMIT $3";

/// Nobody removes it meanwhile.
const MAY_BEGIN: &str = "SELECT 1 FROM webhooks
     WHERE webhook_id = $1 AND state = 'active' AND EXISTS (SELECT 1 FROM jobs WHERE job_id = $2 AND token = $3)
     FOR SHARE";

const BEGIN: Many = Many {
    columns: &["webhook_id uuid", "room_id uuid", "until_seq bigint"],
    sql: "INSERT INTO webhook_rooms (webhook_id, room_id, sent_seq, until_seq)
          SELECT webhook_id, room_id, 0, until_seq FROM k ORDER BY room_id
          ON CONFLICT (webhook_id, room_id)
          DO UPDATE SET until_seq = coalesce(webhook_rooms.until_seq, excluded.until_seq)",
};

const TAKEN: Many = Many {
    columns: &["webhook_id uuid", "room_id uuid", "until_seq bigint"],
    sql: "UPDATE webhook_rooms SET sent_seq = k.until_seq, until_seq = NULL
          FROM k WHERE webhook_rooms.webhook_id = k.webhook_id AND webhook_rooms.room_id = k.room_id
            AND webhook_rooms.until_seq = k.until_seq",
};

/// Only where nothing lies behind the cursor. The rooms are locked: an append that is under way would find its room noted, and
/// not note it.
const DUE_NO_MORE: Many = Many {
    columns: &["webhook_id uuid", "room_id uuid"],
    sql: "DELETE FROM webhook_due d USING k
          WHERE d.webhook_id = k.webhook_id AND d.room_id = k.room_id
            AND (SELECT r.head_seq FROM rooms r WHERE r.room_id = k.room_id)
                <= coalesce((SELECT w.sent_seq FROM webhook_rooms w
                             WHERE w.webhook_id = k.webhook_id AND w.room_id = k.room_id), 0)",
};

const SWEEP: &str = "SELECT r.room_id, r.head_seq > coalesce(
         (SELECT w.sent_seq FROM webhook_rooms w WHERE w.webhook_id = $1 AND w.room_id = r.room_id), 0)
     FROM rooms r WHERE r.room_id > $2 ORDER BY r.room_id LIMIT $3";

const BEHIND: Many = Many {
    columns: &["webhook_id uuid", "room_id uuid"],
    sql: "INSERT INTO webhook_due (webhook_id, room_id)
          SELECT webhook_id, room_id FROM k WHERE EXISTS (SELECT 1 FROM webhooks w WHERE w.webhook_id = k.webhook_id)
          ORDER BY room_id ON CONFLICT (webhook_id, room_id) DO NOTHING",
};

const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM webhook_due WHERE webhook_id = $1 LIMIT $2) page";

#[async_trait]
impl WebhookStore for PostgresStore {
    async fn create_webhook(&self, row: WebhookRow, job: NewJob) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(create(tx, row, job))).await
    }

    async fn find_webhook(&self, id: WebhookId) -> Result<Option<WebhookRow>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let found = sqlx::query(FIND).bind(id.0).fetch_optional(&mut *reader).await.map_err(store_error)?;
            found.as_ref().map(row).transpose()
        })
        .await
    }

    async fn list_webhooks(&self) -> Result<Vec<WebhookRow>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            sqlx::query(LIST).fetch_all(&mut *reader).await.map_err(store_error)?.iter().map(row).collect()
        })
        .await
    }

    async fn set_webhook_state(&self, id: WebhookId, state: WebhookState) -> Result<bool, StoreError> {
        self.change_webhook(sqlx::query(SET).bind(id.0).bind(state.as_str())).await
    }

    async fn note_webhook(&self, id: WebhookId, failing: Failing, state: WebhookState) -> Result<bool, StoreError> {
        let Failing { since, attempts, due_at, last_error } = failing;
        let statement = sqlx::query(FAIL)
            .bind(id.0)
            .bind(state.as_str())
            .bind(since.map(|at| at.as_micros()))
            .bind(i64::from(attempts))
            .bind(due_at.map(|at| at.as_micros()))
            .bind(last_error);
        self.change_webhook(statement).await
    }

    async fn replace_webhook_secrets(
        &self,
        id: WebhookId,
        before: Vec<u8>,
        secrets: SealedSecrets,
    ) -> Result<bool, StoreError> {
        let (former, until) = secrets.former.unzip();
        let statement = sqlx::query(SECRETS).bind(id.0).bind(before).bind(secrets.current);
        self.change_webhook(statement.bind(former).bind(until.map(|at| at.as_micros()))).await
    }

    async fn delete_webhook(&self, id: WebhookId) -> Result<bool, StoreError> {
        self.in_tx_again(id, |tx, id| Box::pin(delete(tx, id))).await
    }

    async fn due_rooms(&self, id: WebhookId, after: Option<RoomId>, limit: u32) -> Result<Vec<DueRoom>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query = sqlx::query(DUE).bind(id.0).bind(behind(after)).bind(i64::from(limit));
            let rows = query.fetch_all(&mut *reader).await.map_err(store_error)?;
            let due = |row: &PgRow| {
                let until = row.value::<Option<i64>>(2)?.map(|seq| Seq(seq.unsigned_abs()));
                Ok(DueRoom { room_id: row.id(0, RoomId::from_uuid)?, sent: row.seq(1)?, until })
            };
            rows.iter().map(due).collect()
        })
        .await
    }

    async fn begin_deliveries(&self, id: WebhookId, lease: JobLease, begun: Vec<Begun>) -> Result<bool, StoreError> {
        self.in_tx_again((id, lease, begun), |tx, (id, lease, begun)| Box::pin(begin(tx, id, lease, begun))).await
    }

    async fn settle_deliveries(&self, id: WebhookId, taken: Vec<Begun>) -> Result<(), StoreError> {
        self.in_tx_again((id, taken), |tx, (id, taken)| Box::pin(settle(tx, id, taken))).await
    }

    async fn sweep_webhook(
        &self,
        id: WebhookId,
        after: Option<RoomId>,
        limit: u32,
    ) -> Result<Option<RoomId>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query = sqlx::query(SWEEP).bind(id.0).bind(behind(after)).bind(i64::from(limit));
            let rows = query.fetch_all(&mut *reader).await.map_err(store_error)?;
            drop(reader);
            let mut rooms: Vec<Uuid> = Vec::new();
            for row in &rows {
                if row.value(1)? {
                    rooms.push(row.value(0)?);
                }
            }
            if !rooms.is_empty() {
                self.in_tx_again((id, rooms), |tx, (id, rooms)| Box::pin(note_behind(tx, id, rooms))).await?;
            }
            let last = rows.last().filter(|_| rows.len() >= limit as usize);
            last.map(|row| row.id(0, RoomId::from_uuid)).transpose()
        })
        .await
    }

    async fn count_due(&self, id: WebhookId, most: u32) -> Result<u32, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let count = sqlx::query(COUNT).bind(id.0).bind(i64::from(most));
            count.fetch_one(&mut *reader).await.map_err(store_error)?.small(0)
        })
        .await
    }
}

impl PostgresStore {
    /// Runs one statement that changes one webhook.
    async fn change_webhook(&self, statement: Statement) -> Result<bool, StoreError> {
        let change = async move |tx: &mut PgConnection| {
            Ok(statement.execute(tx).await.map_err(store_error)?.rows_affected() == 1)
        };
        self.in_tx(move |tx| Box::pin(change(tx))).await
    }
}

async fn create(tx: &mut PgConnection, row: WebhookRow, job: NewJob) -> Result<bool, StoreError> {
    let WebhookRow { webhook, secrets } = row;
    // Of two that come at once, the second sees the first.
    locks::webhooks(tx).await?;
    let id = webhook.id;
    let created = sqlx::query(CREATE)
        .bind(id.0)
        .bind(webhook.name.as_str().to_owned())
        .bind(webhook.url.as_str().to_owned())
        .bind(secrets.current)
        .bind(webhook.created_at.as_micros())
        .bind(webhook.state.as_str())
        .bind(i64::from(WEBHOOKS))
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    if created.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(BEGIN_HERE).bind(id.0).execute(&mut *tx).await.map_err(store_error)?;
    jobs::add(tx, job, webhook.created_at).await?;
    Ok(true)
}

async fn delete(tx: &mut PgConnection, id: WebhookId) -> Result<bool, StoreError> {
    sqlx::query(END_JOB).bind(JOB).bind(id.to_string()).execute(&mut *tx).await.map_err(store_error)?;
    let deleted = sqlx::query(DELETE).bind(id.0).execute(&mut *tx).await.map_err(store_error)?;
    sqlx::query(DELETE_ROOMS).bind(id.0).execute(&mut *tx).await.map_err(store_error)?;
    sqlx::query(DELETE_DUE).execute(tx).await.map_err(store_error)?;
    Ok(deleted.rows_affected() == 1)
}

async fn begin(tx: &mut PgConnection, id: WebhookId, lease: JobLease, begun: Vec<Begun>) -> Result<bool, StoreError> {
    let asked = sqlx::query(MAY_BEGIN).bind(id.0).bind(lease.job.0).bind(lease.token);
    if asked.fetch_optional(&mut *tx).await.map_err(store_error)?.is_none() {
        return Ok(false);
    }
    BEGIN.execute(tx, &begun, |bound, begun| of(bound, id, begun)).await?;
    Ok(true)
}

async fn settle(tx: &mut PgConnection, id: WebhookId, taken: Vec<Begun>) -> Result<(), StoreError> {
    let rooms: Vec<Uuid> = taken.iter().map(|taken| *taken.room_id.as_uuid()).collect();
    locks::rooms(tx, &rooms).await?;
    TAKEN.execute(tx, &taken, |bound, taken| of(bound, id, taken)).await?;
    DUE_NO_MORE.execute(tx, &taken, |bound, taken| bound.bind(id.0).bind(*taken.room_id.as_uuid())).await
}

async fn note_behind(tx: &mut PgConnection, id: WebhookId, rooms: Vec<Uuid>) -> Result<(), StoreError> {
    BEHIND.execute(tx, &rooms, |bound, room| bound.bind(id.0).bind(*room)).await
}

/// Behind which id a page begins.
fn behind(after: Option<RoomId>) -> Uuid {
    after.map_or(Uuid::nil(), |room| *room.as_uuid())
}

fn of(bound: Bind, id: WebhookId, begun: &Begun) -> Bind {
    bound.bind(id.0).bind(*begun.room_id.as_uuid()).bind(int(begun.until.0))
}

fn row(row: &PgRow) -> Result<WebhookRow, StoreError> {
    let former = row.value::<Option<Vec<u8>>>(4)?.zip(row.maybe_time(5)?);
    let url: String = row.value(2)?;
    Ok(WebhookRow {
        webhook: Webhook {
            id: row.id(0, WebhookId)?,
            name: row.name(1)?,
            url: WebhookUrl::stored(&url).ok_or_else(|| StoreError::corrupt("a webhook's address"))?,
            created_at: row.time(6)?,
            state: row.name(7)?,
            failing: Failing {
                since: row.maybe_time(8)?,
                attempts: row.small(9)?,
                due_at: row.maybe_time(10)?,
                last_error: row.value(11)?,
            },
        },
        secrets: SealedSecrets { current: row.value(3)?, former },
    })
}

#[cfg(test)]
pub(crate) const STATEMENTS: crate::sql::Statements = crate::sql::Statements {
    many: &[&BEGIN, &TAKEN, &DUE_NO_MORE, &BEHIND],
    single: &[CREATE, FIND, LIST, SET, FAIL, SECRETS, DELETE, DELETE_ROOMS, END_JOB, DUE, MAY_BEGIN, SWEEP, COUNT],
};

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test says no")]
mod tests {
    use super::*;
    use crate::support;
    use chatlink_core::{ChatLink, Keys, people::ExternalPerson, webhooks::NewWebhook};
    use std::sync::Arc;

    /// As a node of the release before appends.
    #[tokio::test]
    async fn the_sweep_finds_what_nobody_noted() {
        let store = support::fresh().await;
        let keys = Keys::new(vec![vec![5; 32]]).unwrap();
        let chat = ChatLink::builder().store(Arc::new(store.clone())).keys(keys).build().await.unwrap();
        let url = "https://hooks.example.org".to_owned();
        let asked = NewWebhook { name: "backend".to_owned(), url, ..NewWebhook::default() };
        let id = chat.webhooks().create(&asked).await.unwrap().webhook.id;
        let ana = chat.people().upsert_external(ExternalPerson::new("ana")).await.unwrap();
        let ben = chat.people().upsert_external(ExternalPerson::new("ben")).await.unwrap();
        let room = chat.rooms().open_direct(ana, ben).await.unwrap().room.room_id;
        let message = chatlink_core::timeline::NewMessage::parse(chat.fresh_client_id(), "hello", None, None).unwrap();
        chat.timeline().send(ana, room, message).await.unwrap();
        let forget = async |tx: &mut PgConnection| {
            sqlx::query("DELETE FROM webhook_due").execute(tx).await.map(drop).map_err(store_error)
        };
        store.in_tx(move |tx| Box::pin(forget(tx))).await.unwrap();
        assert_eq!(store.count_due(id, 10).await.unwrap(), 0);
        assert_eq!(store.sweep_webhook(id, None, 10).await.unwrap(), None);
        let due = store.due_rooms(id, None, 10).await.unwrap();
        assert_eq!(due, [DueRoom { room_id: room, sent: Seq(0), until: None }]);
        chat.shutdown().await;
    }
}
