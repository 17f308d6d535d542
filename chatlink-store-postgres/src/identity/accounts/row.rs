//! The rows of accounts, contacts and passwords.

use super::super::{contact, passkeys};
use crate::{
    error::store_error,
    rows::{Read, sought},
};
use chatlink_core::{
    StoreError,
    contact::{Contact, ContactKind},
    identity::{Username, VerifiedContact},
    protocol::{Timestamp, UserId},
};
use sqlx::{PgConnection, postgres::PgRow};

/// Whose contact this is, and how it is written there.
pub(in crate::identity) async fn owner_of(
    tx: &mut PgConnection,
    kind: ContactKind,
    key: &str,
) -> Result<Option<(UserId, Contact)>, StoreError> {
    let row = sqlx::query("SELECT user_id, value, contact_key FROM contacts WHERE kind = $1 AND contact_key = $2")
        .bind(kind.as_str())
        .bind(sought(key))
        .fetch_optional(tx)
        .await
        .map_err(store_error)?;
    let owner = |row: PgRow| Ok((row.id(0, UserId::from_uuid)?, Contact::stored(kind, row.value(1)?, row.value(2)?)));
    row.map(owner).transpose()
}

/// The contacts of an account, the oldest first.
pub(in crate::identity) async fn contacts_of(
    connection: &mut PgConnection,
    user_id: UserId,
) -> Result<Vec<VerifiedContact>, StoreError> {
    let rows = sqlx::query(
        "SELECT kind, value, contact_key, verified_at FROM contacts WHERE user_id = $1 ORDER BY verified_at, kind",
    )
    .bind(*user_id.as_uuid())
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    let verified = |row: &PgRow| {
        let contact = contact(row.value(0)?, row.value(1)?, row.value(2)?)?;
        let contact = contact.ok_or_else(|| StoreError::corrupt("a contact of an account"))?;
        Ok(VerifiedContact { contact, verified_at: row.time(3)? })
    };
    rows.iter().map(verified).collect()
}

/// Whether a name, or its lookalike, is somebody else's, or is kept for somebody else.
pub(super) async fn username_taken(
    tx: &mut PgConnection,
    username: &Username,
    except: Option<UserId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "SELECT 1 FROM accounts WHERE username_key = $1 AND user_id IS DISTINCT FROM $2
         UNION ALL
         SELECT 1 FROM reserved_usernames WHERE username_key = $1 AND user_id IS DISTINCT FROM $2 AND until > $3",
    )
    .bind(username.key())
    .bind(except.map(|user| *user.as_uuid()))
    .bind(now.as_micros());
    Ok(taken.fetch_optional(tx).await.map_err(store_error)?.is_some())
}

pub(in crate::identity) async fn is_active(tx: &mut PgConnection, user: UserId) -> Result<bool, StoreError> {
    let active = sqlx::query("SELECT 1 FROM accounts WHERE user_id = $1 AND state = 'active'").bind(*user.as_uuid());
    Ok(active.fetch_optional(tx).await.map_err(store_error)?.is_some())
}

pub(super) async fn insert_account(
    tx: &mut PgConnection,
    user_id: UserId,
    username: &Username,
    external_id: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO accounts (user_id, username, username_key, state, external_id, created_at)
         VALUES ($1, $2, $3, 'active', $4, $5)",
    )
    .bind(*user_id.as_uuid())
    .bind(username.as_str())
    .bind(username.key())
    .bind(external_id)
    .bind(now.as_micros())
    .execute(tx)
    .await
    .map(drop)
    .map_err(store_error)
}

pub(super) async fn insert_contact(
    tx: &mut PgConnection,
    user_id: UserId,
    contact: &Contact,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO contacts (kind, contact_key, user_id, value, verified_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(contact.kind().as_str())
        .bind(contact.key())
        .bind(*user_id.as_uuid())
        .bind(contact.as_str())
        .bind(now.as_micros())
        .execute(tx)
        .await
        .map(drop)
        .map_err(store_error)
}

/// Sets a password: ceremonies of passkeys that stand on an old one end.
pub(super) async fn set_password(
    tx: &mut PgConnection,
    user_id: UserId,
    phc: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO passwords (user_id, phc, changed_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET phc = excluded.phc, changed_at = excluded.changed_at",
    )
    .bind(*user_id.as_uuid())
    .bind(phc)
    .bind(now.as_micros())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    passkeys::end_ceremonies_of(tx, user_id).await
}
