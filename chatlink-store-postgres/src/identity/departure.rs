//! The part of a deletion that proves it, ends sessions, and keeps contacts and names from everybody.

use super::{accounts, afford, sessions, spend, tick};
use crate::{error::store_error, rows::Read as _};
use chatlink_core::{
    StoreError,
    identity::{Budget, EndWhich, Settled},
    protocol::{SessionId, Timestamp},
    rights::{Deletion, Deletor},
    settings::CodeLimits,
};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Proves the deletion and takes the account's names away; answers the sessions that ended. `None`: its
/// contacts are others than those that were named, and nothing was done.
pub(crate) async fn depart(
    tx: &mut PgConnection,
    deletion: &Deletion,
    now: Timestamp,
) -> Result<Settled<Option<Vec<SessionId>>>, StoreError> {
    let (now, user) = (tick(tx, now).await?, deletion.user_id);
    if !accounts::is_active(tx, user).await? {
        return Ok(Settled::Gone);
    }
    let contacts = accounts::contacts_of(tx, user).await?;
    let kept: BTreeSet<_> = contacts.iter().map(|known| (known.contact.kind(), known.contact.key())).collect();
    if kept != deletion.contacts.iter().map(|(kind, key, _)| (*kind, key.as_str())).collect() {
        return Ok(Settled::Done(None));
    }
    let mut traces: Vec<[u8; 32]> = deletion.contacts.iter().map(|(.., trace)| *trace).collect();
    match &deletion.by {
        Deletor::Owner(login) => {
            if let Some(refusal) = accounts::settle(tx, login, now).await?.refusal() {
                return Ok(refusal);
            }
        }
        Deletor::Host { trace, .. } => traces.push(*trace),
    }
    if !unname(tx, deletion).await? {
        return Ok(Settled::Gone);
    }
    for trace in traces {
        keep(tx, &trace, deletion.kept_until).await?;
    }
    sessions::end_those(tx, user, EndWhich::AllBut(None), now).await.map(|ended| Settled::Done(Some(ended)))
}

/// Takes the names of an active account away and keeps the username. `false`: there is none, or the host
/// calls it otherwise.
async fn unname(tx: &mut PgConnection, deletion: &Deletion) -> Result<bool, StoreError> {
    let user = *deletion.user_id.as_uuid();
    let external_id = match &deletion.by {
        Deletor::Owner(_) => None,
        Deletor::Host { external_id, .. } => Some(external_id.as_str()),
    };
    let kept = sqlx::query(
        "INSERT INTO reserved_usernames (username_key, user_id, until)
         SELECT username_key, user_id, $2 FROM accounts
         WHERE user_id = $1 AND state = 'active' AND ($3::text IS NULL OR external_id = $3)
         ON CONFLICT (username_key) DO UPDATE SET user_id = excluded.user_id, until = excluded.until",
    )
    .bind(user)
    .bind(deletion.kept_until.as_micros())
    .bind(external_id)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if kept.rows_affected() == 0 {
        return Ok(false);
    }
    // No username begins so: it is nobody's for ever.
    sqlx::query(
        "UPDATE accounts SET state = 'deleted', username = '', username_key = '-' || user_id,
                             username_changed_at = NULL, external_id = NULL
         WHERE user_id = $1",
    )
    .bind(user)
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(true)
}

/// Keeps a contact, or a host's name, from everybody; attempts under way with it end.
async fn keep(tx: &mut PgConnection, trace: &[u8; 32], until: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO departures (trace, until) VALUES ($1, $2) ON CONFLICT (trace) DO UPDATE SET until = excluded.until",
    )
    .bind(&trace[..])
    .bind(until.as_micros())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    let end = sqlx::query("DELETE FROM attempts WHERE contact_trace = $1").bind(&trace[..]);
    end.execute(tx).await.map(drop).map_err(store_error)
}

/// Until when a contact, or a host's name, is kept; `None`: it never was.
pub(super) async fn departed_until(
    connection: &mut PgConnection,
    trace: &[u8; 32],
) -> Result<Option<Timestamp>, StoreError> {
    let row = sqlx::query("SELECT until FROM departures WHERE trace = $1").bind(&trace[..]);
    row.fetch_optional(connection).await.map_err(store_error)?.map(|row| row.time(0)).transpose()
}

/// Counts an export, if one is left; `Some`: not before then.
pub(crate) async fn admit_export(
    tx: &mut PgConnection,
    trace: &[u8; 32],
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let now = tick(tx, now).await?;
    if let Err(until) = afford(tx, Budget::Exports, trace, limits, now).await? {
        return Ok(Some(until));
    }
    spend(tx, Budget::Exports, trace, now).await.map(|()| None)
}
