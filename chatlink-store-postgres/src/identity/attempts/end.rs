//! The last step of an attempt: its proof is used up by the statement that asks whether it is good.

use super::{super::tick, row::state_name};
use crate::error::store_error;
use chatlink_core::{
    StoreError,
    identity::{AttemptPurpose, Ending, Proved},
    protocol::{Timestamp, UserId},
};
use sqlx::PgConnection;

/// Takes the last step of a proved attempt of that purpose, if its proof still is good: one guarded
/// statement.
pub(in crate::identity) async fn end(
    tx: &mut PgConnection,
    proved: &Proved,
    purpose: AttemptPurpose,
    ending: Ending,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ended = sqlx::query(
        "UPDATE attempts SET state = $1, proof_hash = NULL, complete_by = NULL
         WHERE attempt_id = $2 AND purpose = $3 AND state = 'proved' AND proof_hash = $4 AND complete_by > $5",
    )
    .bind(state_name(&ending.into()))
    .bind(proved.attempt().id.0)
    .bind(purpose.as_str())
    .bind(&proved.proof().0[..])
    .bind(now.as_micros())
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(ended.rows_affected() == 1)
}

/// Ends all registrations of a contact whose person is too young, and keeps its keyed hash alone.
pub(super) async fn refuse(
    tx: &mut PgConnection,
    proved: Proved,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let now = tick(tx, now).await?;
    if !end(tx, &proved, AttemptPurpose::Registration, Ending::Refused, now).await? {
        return Ok(false);
    }
    let trace = proved.attempt().contact_trace;
    sqlx::query(
        "INSERT INTO refusals (contact_trace, until) VALUES ($1, $2)
         ON CONFLICT (contact_trace) DO UPDATE SET until = excluded.until",
    )
    .bind(&trace[..])
    .bind(until.as_micros())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    sqlx::query(
        "UPDATE attempts SET state = 'refused', proof_hash = NULL, complete_by = NULL, live = false,
                             contact_kind = NULL, contact = NULL, contact_key = NULL
         WHERE contact_trace = $1 AND purpose = 'registration' AND state <> 'done'",
    )
    .bind(&trace[..])
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    Ok(true)
}

/// Ends a person's resets under way: their codes may lie in a mailbox that is the owner's no more.
pub(in crate::identity) async fn end_resets(tx: &mut PgConnection, user: UserId) -> Result<(), StoreError> {
    let end = sqlx::query("DELETE FROM attempts WHERE user_id = $1 AND purpose = 'reset'").bind(*user.as_uuid());
    end.execute(tx).await.map(drop).map_err(store_error)
}
