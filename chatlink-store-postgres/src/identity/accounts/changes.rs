//! Changes of usernames and contacts, each guarded by the statement that makes it.

use super::{
    super::{attempts, security},
    row,
};
use crate::{error::store_error, rows::Read};
use chatlink_core::{
    StoreError,
    contact::{Contact, ContactKind},
    identity::{
        AttemptPurpose, ContactAdded, ContactRemoved, Origin, Renamed, RightCode, SecurityKind, Username, WonLogin,
    },
    protocol::{Timestamp, UserId},
    settings::CodeLimits,
};
use sqlx::PgConnection;
use std::time::Duration;

/// Changes a username, if the last change is long enough ago.
pub(super) async fn rename(
    tx: &mut PgConnection,
    login: &WonLogin,
    username: &Username,
    every: Duration,
    now: Timestamp,
) -> Result<Renamed, StoreError> {
    let user = *login.user_id.as_uuid();
    if row::username_taken(tx, username, Some(login.user_id), now).await? {
        return Ok(Renamed::Taken);
    }
    let before = sqlx::query("SELECT username_key, username_changed_at FROM accounts WHERE user_id = $1").bind(user);
    let before = before.fetch_one(&mut *tx).await.map_err(store_error)?;
    let renamed = sqlx::query(
        "UPDATE accounts SET username = $1, username_key = $2, username_changed_at = $3
         WHERE user_id = $4 AND (username_changed_at IS NULL OR username_changed_at <= $5)",
    )
    .bind(username.as_str())
    .bind(username.key())
    .bind(now.as_micros())
    .bind(user)
    .bind(now.minus(every).as_micros())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if renamed.rows_affected() == 0 {
        return Ok(Renamed::TooSoon(before.maybe_time(1)?.unwrap_or(now).plus(every)));
    }
    keep(tx, login.user_id, &before.value::<String>(0)?, username, now.plus(every)).await?;
    security::note(tx, login.user_id, SecurityKind::UsernameChanged, &login.origin, now).await?;
    Ok(Renamed::Renamed)
}

/// Keeps the old name for its owner; the new one needs it no more.
async fn keep(
    tx: &mut PgConnection,
    user: UserId,
    old_key: &str,
    username: &Username,
    until: Timestamp,
) -> Result<(), StoreError> {
    let taken = sqlx::query("DELETE FROM reserved_usernames WHERE username_key = $1").bind(username.key());
    taken.execute(&mut *tx).await.map_err(store_error)?;
    if old_key == username.key() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO reserved_usernames (username_key, user_id, until) VALUES ($1, $2, $3)
         ON CONFLICT (username_key) DO UPDATE SET user_id = excluded.user_id, until = excluded.until",
    )
    .bind(old_key)
    .bind(*user.as_uuid())
    .bind(until.as_micros())
    .execute(tx)
    .await
    .map(drop)
    .map_err(store_error)
}

/// Makes a proved contact the one of its kind of the account that asked for it.
pub(super) async fn add_contact(
    tx: &mut PgConnection,
    right: RightCode,
    origin: &Origin,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<ContactAdded, StoreError> {
    let attempt = attempts::find_any(tx, right.attempt_id()).await?;
    let Some(attempt) = attempt.filter(|attempt| attempt.purpose == AttemptPurpose::Contact) else {
        return Ok(ContactAdded::Gone);
    };
    let Ok(done) = attempt.done_by(right, limits, now) else { return Ok(ContactAdded::Gone) };
    let (Some(user), Some(contact)) = (done.asked_by, done.contact.clone()) else { return Ok(ContactAdded::Gone) };
    if !row::is_active(tx, user).await? {
        return Ok(ContactAdded::Gone);
    }
    if row::owner_of(tx, contact.kind(), contact.key()).await?.is_some_and(|(owner, _)| owner != user) {
        return Ok(ContactAdded::Taken);
    }
    if !attempts::finish(tx, &attempt, &done, origin.prefix).await? {
        return Ok(ContactAdded::Gone);
    }
    let before = row::contacts_of(tx, user).await?;
    replace(tx, user, &contact, now).await?;
    attempts::end_resets(tx, user).await?;
    security::note(tx, user, SecurityKind::ContactAdded, origin, now).await?;
    Ok(ContactAdded::Added(before))
}

async fn replace(tx: &mut PgConnection, user: UserId, contact: &Contact, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM contacts WHERE user_id = $1 AND kind = $2")
        .bind(*user.as_uuid())
        .bind(contact.kind().as_str())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    row::insert_contact(tx, user, contact, now).await
}

/// Removes a contact, if another one stays.
pub(super) async fn remove_contact(
    tx: &mut PgConnection,
    login: &WonLogin,
    kind: ContactKind,
    now: Timestamp,
) -> Result<ContactRemoved, StoreError> {
    let before = row::contacts_of(tx, login.user_id).await?;
    let removed = sqlx::query(
        "DELETE FROM contacts WHERE user_id = $1 AND kind = $2
         AND EXISTS (SELECT 1 FROM contacts other WHERE other.user_id = $1 AND other.kind <> $2)",
    )
    .bind(*login.user_id.as_uuid())
    .bind(kind.as_str())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if removed.rows_affected() == 0 {
        let has_one = before.iter().any(|it| it.contact.kind() == kind);
        return Ok(if has_one { ContactRemoved::Last } else { ContactRemoved::NotFound });
    }
    attempts::end_resets(tx, login.user_id).await?;
    security::note(tx, login.user_id, SecurityKind::ContactRemoved, &login.origin, now).await?;
    Ok(ContactRemoved::Removed(before))
}
