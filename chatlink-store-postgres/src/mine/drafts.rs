//! Drafts: rows of their writers' own logs.

use crate::{error::store_error, locks, notes, rows::Read};
use chatlink_core::{
    StoreError,
    protocol::UserId,
    timeline::{
        Told, UserNote,
        mine::{DRAFT, DraftRow},
    },
};
use sqlx::{PgConnection, postgres::PgRow};

const IS_MEMBER: &str = "SELECT 1 FROM members WHERE room_id = $1 AND user_id = $2 FOR KEY SHARE";

/// A draft without a text is `{}`.
const LIST: &str = "SELECT subject, body FROM user_log
     WHERE user_id = $1 AND kind = 'draft' AND body <> '{}' ORDER BY subject LIMIT $2";

/// Keeps a member's draft. A deleted account has no log, and so no draft. The member's row is locked: who is taken out
/// of the room meanwhile is so afterwards.
pub(super) async fn set(tx: &mut PgConnection, user: UserId, draft: DraftRow) -> Result<Option<Told>, StoreError> {
    locks::person(tx, user).await?;
    let member = sqlx::query(IS_MEMBER).bind(*draft.room_id.as_uuid()).bind(*user.as_uuid());
    if member.fetch_optional(&mut *tx).await.map_err(store_error)?.is_none() {
        return Ok(None);
    }
    let body = serde_json::to_value(&draft.body).map_err(|error| StoreError::Corrupt(error.into()))?;
    let note = UserNote { user_id: user, kind: DRAFT, subject: draft.room_id.to_string(), body };
    Ok(notes::write(tx, &[note]).await?.pop())
}

pub(super) async fn list(reader: &mut PgConnection, user: UserId, limit: u32) -> Result<Vec<DraftRow>, StoreError> {
    let rows =
        sqlx::query(LIST).bind(*user.as_uuid()).bind(i64::from(limit)).fetch_all(reader).await.map_err(store_error)?;
    let draft = |row: &PgRow| {
        let (subject, body): (String, String) = (row.value(0)?, row.value(1)?);
        let room_id = subject.parse().map_err(|_| StoreError::corrupt("a draft of no room"))?;
        let body = serde_json::from_str(&body).map_err(|error| StoreError::Corrupt(error.into()))?;
        Ok(DraftRow { room_id, body })
    };
    rows.iter().map(draft).collect()
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements { many: &[], single: &[IS_MEMBER, LIST] };
