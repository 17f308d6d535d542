//! Identity on SQLite: attempts, accounts, second factors, sessions, and the budgets that guard them.
//!
//! Every verb that writes holds SQLite's one writing lock from its first look on, runs the pure
//! state machine of core on what it read, and writes with a guard that names what was read.

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
use sqlx::SqliteConnection;
use std::time::Duration;

/// The later of `now` and the highest time that the store was ever told, which is this from now on.
pub(crate) async fn tick(tx: &mut SqliteConnection, now: Timestamp) -> Result<Timestamp, StoreError> {
    sqlx::query("UPDATE store_clock SET last_seen = max(last_seen, ?) RETURNING last_seen")
        .bind(now.as_micros())
        .fetch_one(tx)
        .await
        .map_err(store_error)?
        .time(0)
}

/// As [`tick`], for reads: notes nothing.
async fn seen(connection: &mut SqliteConnection, now: Timestamp) -> Result<Timestamp, StoreError> {
    sqlx::query("SELECT max(last_seen, ?) FROM store_clock")
        .bind(now.as_micros())
        .fetch_one(connection)
        .await
        .map_err(store_error)?
        .time(0)
}

/// Whether a budget still has something; `Err`: it is spent until then.
async fn afford(
    tx: &mut SqliteConnection,
    budget: Budget,
    subject: &[u8],
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<Result<(), Timestamp>, StoreError> {
    let row = sqlx::query("SELECT count(*), min(at) FROM spendings WHERE budget = ? AND subject = ? AND at > ?")
        .bind(budget.as_str())
        .bind(subject)
        .bind(now.minus(budget.window()).as_micros())
        .fetch_one(tx)
        .await
        .map_err(store_error)?;
    Ok(budget.afford(row.count(0)?, row.maybe_time(1)?, limits, now))
}

/// Takes one out of a budget, in the same transaction as [`afford`].
async fn spend(tx: &mut SqliteConnection, budget: Budget, subject: &[u8], now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO spendings (budget, subject, at) VALUES (?, ?, ?)")
        .bind(budget.as_str())
        .bind(subject)
        .bind(now.as_micros())
        .execute(tx)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Puts the newest one back.
async fn refund(tx: &mut SqliteConnection, budget: Budget, subject: &[u8]) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM spendings WHERE rowid =
             (SELECT rowid FROM spendings WHERE budget = ? AND subject = ? ORDER BY at DESC, rowid DESC LIMIT 1)",
    )
    .bind(budget.as_str())
    .bind(subject)
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// A ladder of waits as SQL reads it: a JSON array of microseconds.
fn ladder(waits: &[Duration]) -> Result<String, StoreError> {
    let micros: Vec<_> = waits.iter().map(|wait| i64::try_from(wait.as_micros()).unwrap_or(i64::MAX / 2)).collect();
    serde_json::to_string(&micros).map_err(|error| StoreError::Corrupt(error.into()))
}

/// A contact as it was kept in three columns.
fn contact(kind: Option<String>, value: Option<String>, key: Option<String>) -> Result<Option<Contact>, StoreError> {
    let (Some(kind), Some(value), Some(key)) = (kind, value, key) else { return Ok(None) };
    let kind: ContactKind = kind.parse().map_err(|_| StoreError::corrupt("a contact's kind"))?;
    Ok(Some(Contact::stored(kind, value, key)))
}

#[cfg(test)]
pub(crate) use texts::STATEMENTS;
