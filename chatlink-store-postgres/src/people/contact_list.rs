//! Contact lists.

use super::profiles::read_brief;
use crate::{PostgresStore, error::store_error, locks, notes, rows::Read};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    people::{ContactListStore, Keep, Kept, KeptRow, MAX_KEPT},
    protocol::{Timestamp, UserId},
    timeline::{Told, UserNote},
};
use sqlx::{PgConnection, postgres::PgRow};

/// People who stopped blocking come above the cap.
const MAX_LISTED: u32 = 2 * MAX_KEPT;

/// Whether the two may have to do with each other, what stands there, and how many the owner sees on his
/// list: one who blocks him leaves it as one does whose account is deleted.
const FIND: &str = "SELECT EXISTS (SELECT 1 FROM accounts WHERE user_id = $2 AND state = 'active')
        AND NOT EXISTS (SELECT 1 FROM accounts WHERE user_id = $1 AND state = 'deleted')
        AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = $1 AND blocked = $2)
        AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = $2 AND blocked = $1),
     (SELECT note FROM contact_list WHERE owner = $1 AND user_id = $2),
     (SELECT count(*) FROM contact_list c
      JOIN accounts a ON a.user_id = c.user_id AND a.state = 'active'
      WHERE c.owner = $1
        AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = c.owner AND b.blocked = c.user_id)
        AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = c.user_id AND b.blocked = c.owner))";

const PUT: &str = "INSERT INTO contact_list (owner, user_id, note, kept_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (owner, user_id) DO UPDATE SET note = excluded.note";

const FORGET: &str = "DELETE FROM contact_list WHERE owner = $1 AND user_id = $2";

/// The columns of [`read_brief`] first.
const LIST: &str = "SELECT c.user_id, a.username, p.display_name, p.avatar, c.note, c.kept_at FROM contact_list c
     JOIN accounts a ON a.user_id = c.user_id AND a.state = 'active'
     JOIN profiles p ON p.user_id = c.user_id
     WHERE c.owner = $1 AND ($2::uuid IS NULL OR c.user_id = $2)
       AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = c.owner AND b.blocked = c.user_id)
       AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = c.user_id AND b.blocked = c.owner)
     LIMIT $3";

#[async_trait]
impl ContactListStore for PostgresStore {
    async fn keep(&self, keep: Keep, now: Timestamp) -> Result<Kept, StoreError> {
        self.in_tx(move |tx| Box::pin(put(tx, keep, now))).await
    }

    async fn let_go(&self, owner: UserId, user_id: UserId, told: UserNote) -> Result<Vec<Told>, StoreError> {
        self.in_tx(move |tx| Box::pin(forget(tx, owner, user_id, told))).await
    }

    async fn list_kept(&self, owner: UserId, only: Option<UserId>) -> Result<Vec<KeptRow>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query = sqlx::query(LIST).bind(*owner.as_uuid()).bind(only.map(|user| *user.as_uuid()));
            let rows = query.bind(i64::from(MAX_LISTED)).fetch_all(&mut *reader).await.map_err(store_error)?;
            rows.iter().map(row).collect()
        })
        .await
    }
}

/// Keeps somebody. The owner's list is locked, and neither account goes before the commit.
async fn put(tx: &mut PgConnection, keep: Keep, now: Timestamp) -> Result<Kept, StoreError> {
    let Keep { owner, user_id, note, told } = keep;
    locks::person(tx, owner).await?;
    if !notes::departed(tx, [owner, user_id].into_iter()).await?.is_empty() {
        return Ok(Kept::NoUser);
    }
    let query = sqlx::query(FIND).bind(*owner.as_uuid()).bind(*user_id.as_uuid());
    let found = query.fetch_one(&mut *tx).await.map_err(store_error)?;
    let (may, words, count): (bool, Option<String>, u32) = (found.value(0)?, found.value(1)?, found.small(2)?);
    match words {
        _ if !may => return Ok(Kept::NoUser),
        Some(words) if words == note.as_str() => return Ok(Kept::Already),
        None if count >= MAX_KEPT => return Ok(Kept::TooMany),
        _ => {}
    }
    let query = sqlx::query(PUT).bind(*owner.as_uuid()).bind(*user_id.as_uuid()).bind(note.as_str().to_owned());
    query.bind(now.as_micros()).execute(&mut *tx).await.map_err(store_error)?;
    notes::write(tx, &[told]).await.map(Kept::Done)
}

async fn forget(
    tx: &mut PgConnection,
    owner: UserId,
    user_id: UserId,
    told: UserNote,
) -> Result<Vec<Told>, StoreError> {
    locks::person(tx, owner).await?;
    let query = sqlx::query(FORGET).bind(*owner.as_uuid()).bind(*user_id.as_uuid());
    query.execute(&mut *tx).await.map_err(store_error)?;
    notes::write(tx, &[told]).await
}

fn row(row: &PgRow) -> Result<KeptRow, StoreError> {
    Ok(KeptRow { brief: read_brief(row)?, note: row.value(4)?, kept_at: row.time(5)? })
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[], single: &[FIND, PUT, FORGET, LIST] };
