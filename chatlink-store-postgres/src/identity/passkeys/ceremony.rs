//! Ceremonies that wait for their answers.

use super::super::{accounts::settle, afford, seen, spend, tick};
use crate::{error::store_error, rows::Read};
use chatlink_core::{
    StoreError,
    identity::{Budget, CeremonyOf, NetworkPrefix, NewCeremony, Settled, WonLogin},
    protocol::{CeremonyId, Timestamp, UserId},
    settings::CodeLimits,
};
use sqlx::PgConnection;

/// What [`answer`] used up.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// A ceremony of a new passkey.
    New,
    /// A ceremony of a login, counted for this network.
    Login(Vec<u8>),
    /// Nothing: it is about something else, answered, or over.
    Gone,
}

pub(super) async fn begin_login(
    tx: &mut PgConnection,
    ceremony: NewCeremony,
    prefix: NetworkPrefix,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<Result<(), Timestamp>, StoreError> {
    let now = tick(tx, now).await?;
    if let Err(until) = afford(tx, Budget::Logins, prefix.as_bytes(), limits, now).await? {
        return Ok(Err(until));
    }
    spend(tx, Budget::Logins, prefix.as_bytes(), now).await?;
    insert(tx, ceremony, CeremonyOf::Login, Some(prefix)).await.map(Ok)
}

pub(super) async fn begin_new(
    tx: &mut PgConnection,
    login: WonLogin,
    ceremony: NewCeremony,
    now: Timestamp,
) -> Result<Settled<()>, StoreError> {
    let now = tick(tx, now).await?;
    if let Some(refusal) = settle(tx, &login, now).await?.refusal() {
        return Ok(refusal);
    }
    end_of(tx, login.user_id).await?;
    insert(tx, ceremony, CeremonyOf::New(login.user_id), None).await.map(Settled::Done)
}

pub(super) async fn find(
    connection: &mut PgConnection,
    id: CeremonyId,
    of: CeremonyOf,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    let now = seen(connection, now).await?;
    let (purpose, user) = columns(of);
    let row = sqlx::query(
        "SELECT state FROM passkey_ceremonies WHERE ceremony_id = $1 AND purpose = $2 AND user_id IS NOT DISTINCT FROM $3 AND ends_at > $4",
    )
    .bind(*id.as_uuid())
    .bind(purpose)
    .bind(user)
    .bind(now.as_micros())
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    row.map(|row| row.value(0)).transpose()
}

/// Takes the one answer of a ceremony: of many at once the first alone finds the row.
pub(super) async fn answer(
    tx: &mut PgConnection,
    id: CeremonyId,
    of: CeremonyOf,
    now: Timestamp,
) -> Result<Answered, StoreError> {
    let (purpose, user) = columns(of);
    let row = sqlx::query(
        "DELETE FROM passkey_ceremonies WHERE ceremony_id = $1 AND purpose = $2 AND user_id IS NOT DISTINCT FROM $3 AND ends_at > $4
         RETURNING prefix",
    )
    .bind(*id.as_uuid())
    .bind(purpose)
    .bind(user)
    .bind(now.as_micros())
    .fetch_optional(tx)
    .await
    .map_err(store_error)?;
    let Some(row) = row else { return Ok(Answered::Gone) };
    Ok(row.value::<Option<Vec<u8>>>(0)?.map_or(Answered::New, Answered::Login))
}

/// Ends a ceremony.
pub(super) async fn end(tx: &mut PgConnection, id: CeremonyId) -> Result<(), StoreError> {
    let end = sqlx::query("DELETE FROM passkey_ceremonies WHERE ceremony_id = $1").bind(*id.as_uuid());
    end.execute(tx).await.map(drop).map_err(store_error)
}

/// Ends what the account began.
pub(in crate::identity) async fn end_of(tx: &mut PgConnection, user: UserId) -> Result<(), StoreError> {
    let end = sqlx::query("DELETE FROM passkey_ceremonies WHERE user_id = $1").bind(*user.as_uuid());
    end.execute(tx).await.map(drop).map_err(store_error)
}

async fn insert(
    tx: &mut PgConnection,
    new: NewCeremony,
    of: CeremonyOf,
    prefix: Option<NetworkPrefix>,
) -> Result<(), StoreError> {
    let (purpose, user) = columns(of);
    sqlx::query(
        "INSERT INTO passkey_ceremonies (ceremony_id, purpose, user_id, prefix, state, ends_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(*new.id.as_uuid())
    .bind(purpose)
    .bind(user)
    .bind(prefix.map(|prefix| prefix.as_bytes().to_vec()))
    .bind(new.state)
    .bind(new.ends_at.as_micros())
    .execute(tx)
    .await
    .map(drop)
    .map_err(store_error)
}

const fn columns(of: CeremonyOf) -> (&'static str, Option<uuid::Uuid>) {
    match of {
        CeremonyOf::New(user) => ("new", Some(*user.as_uuid())),
        CeremonyOf::Login => ("login", None),
    }
}
