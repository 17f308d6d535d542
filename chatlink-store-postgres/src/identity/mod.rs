//! Identity on PostgreSQL: attempts, accounts, second factors, sessions, and the budgets that guard them.
//!
//! Every verb that writes begins with [`tick`], whose one row is locked until the commit: the writes of identity take
//! turns, over all nodes. So what a verb reads stays true until it is done, budgets hold however many ask, and the list
//! of ended sessions is numbered in the order of its commits. Each verb runs the pure state machine of core on what it
//! read, and writes with a guard that names what was read. The turns cost little: what takes time in a login, the
//! password's hash, is computed before.

mod accounts;
mod attempts;
mod departure;
mod factor;
mod passkeys;
mod purge;
mod security;
mod sessions;
mod texts;

pub(crate) use departure::{admit_export, depart};
pub(crate) use sessions::name_ends;

use crate::{error::store_error, rows::Read};
use chatlink_core::{
    StoreError,
    contact::{Contact, ContactKind},
    identity::Budget,
    protocol::Timestamp,
    settings::CodeLimits,
};
use sqlx::PgConnection;
use std::time::Duration;

/// The later of `now` and the highest time that the store was ever told, which is this from now on.
pub(crate) async fn tick(tx: &mut PgConnection, now: Timestamp) -> Result<Timestamp, StoreError> {
    sqlx::query("UPDATE store_clock SET last_seen = greatest(last_seen, $1) RETURNING last_seen")
        .bind(now.as_micros())
        .fetch_one(tx)
        .await
        .map_err(store_error)?
        .time(0)
}

/// As [`tick`], without waiting for a turn: notes the time unless another transaction is about to.
pub(crate) async fn glance(tx: &mut PgConnection, now: Timestamp) -> Result<Timestamp, StoreError> {
    sqlx::query(
        "UPDATE store_clock SET last_seen = $1
         WHERE ctid = (SELECT ctid FROM store_clock WHERE last_seen < $1 FOR UPDATE SKIP LOCKED)",
    )
    .bind(now.as_micros())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    seen(tx, now).await
}

/// As [`tick`], for reads: notes nothing.
async fn seen(connection: &mut PgConnection, now: Timestamp) -> Result<Timestamp, StoreError> {
    sqlx::query("SELECT greatest(last_seen, $1) FROM store_clock")
        .bind(now.as_micros())
        .fetch_one(connection)
        .await
        .map_err(store_error)?
        .time(0)
}

/// Whether a budget still has something; `Err`: it is spent until then.
async fn afford(
    tx: &mut PgConnection,
    budget: Budget,
    subject: &[u8],
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<Result<(), Timestamp>, StoreError> {
    let row = sqlx::query("SELECT count(*), min(at) FROM spendings WHERE budget = $1 AND subject = $2 AND at > $3")
        .bind(budget.as_str())
        .bind(subject)
        .bind(now.minus(budget.window()).as_micros())
        .fetch_one(tx)
        .await
        .map_err(store_error)?;
    Ok(budget.afford(row.count(0)?, row.maybe_time(1)?, limits, now))
}

/// Takes one out of a budget, in the same transaction as [`afford`].
async fn spend(tx: &mut PgConnection, budget: Budget, subject: &[u8], now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO spendings (budget, subject, at) VALUES ($1, $2, $3)")
        .bind(budget.as_str())
        .bind(subject)
        .bind(now.as_micros())
        .execute(tx)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Puts the newest one back.
async fn refund(tx: &mut PgConnection, budget: Budget, subject: &[u8]) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM spendings WHERE spending =
             (SELECT spending FROM spendings WHERE budget = $1 AND subject = $2 ORDER BY at DESC, spending DESC LIMIT 1)",
    )
    .bind(budget.as_str())
    .bind(subject)
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// A ladder of waits as SQL reads it: an array of microseconds.
fn ladder(waits: &[Duration]) -> Vec<i64> {
    waits.iter().map(|wait| i64::try_from(wait.as_micros()).unwrap_or(i64::MAX / 2)).collect()
}

/// A contact as it was kept in three columns.
fn contact(kind: Option<String>, value: Option<String>, key: Option<String>) -> Result<Option<Contact>, StoreError> {
    let (Some(kind), Some(value), Some(key)) = (kind, value, key) else { return Ok(None) };
    let kind: ContactKind = kind.parse().map_err(|_| StoreError::corrupt("a contact's kind"))?;
    Ok(Some(Contact::stored(kind, value, key)))
}

#[cfg(test)]
pub(crate) use texts::STATEMENTS;
