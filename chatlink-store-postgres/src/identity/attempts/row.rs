//! How an attempt lies in its row.

use super::super::contact;
use crate::{error::store_error, rows::Read};
use chatlink_core::{
    StoreError,
    contact::Contact,
    identity::{Attempt, AttemptId, AttemptPurpose, AttemptState, ProofHash},
    protocol::{Timestamp, UserId},
};
use sqlx::{PgConnection, postgres::PgRow};

const COLUMNS: &str = "SELECT attempt_id, purpose, contact, contact_trace, user_id, live, code_mac, state, sends,
                              sent_at, checks, checked_at, code_expires_at, ends_at, proof_hash, complete_by,
                              contact_kind, contact_key, asked_by
                       FROM attempts WHERE attempt_id = $1";

pub(super) async fn find(
    connection: &mut PgConnection,
    purpose: AttemptPurpose,
    id: AttemptId,
) -> Result<Option<Attempt>, StoreError> {
    Ok(find_any(connection, id).await?.filter(|attempt| attempt.purpose == purpose))
}

pub(in crate::identity) async fn find_any(
    connection: &mut PgConnection,
    id: AttemptId,
) -> Result<Option<Attempt>, StoreError> {
    let row = sqlx::query(COLUMNS).bind(id.0).fetch_optional(connection).await.map_err(store_error)?;
    row.as_ref().map(attempt).transpose()
}

fn attempt(row: &PgRow) -> Result<Attempt, StoreError> {
    let purpose = match row.value::<String>(1)?.as_str() {
        "registration" => AttemptPurpose::Registration,
        "reset" => AttemptPurpose::Reset,
        "contact" => AttemptPurpose::Contact,
        _ => return Err(StoreError::corrupt("an attempt's purpose")),
    };
    let state = match (row.value::<String>(7)?.as_str(), row.maybe_time(15)?) {
        ("open", _) => AttemptState::Open,
        ("proved", Some(complete_by)) => AttemptState::Proved { proof: ProofHash(bytes(row, 14)?), complete_by },
        ("done", _) => AttemptState::Done,
        ("refused", _) => AttemptState::Refused,
        _ => return Err(StoreError::corrupt("an attempt's state")),
    };
    Ok(Attempt {
        id: AttemptId(row.value(0)?),
        purpose,
        contact: contact(row.value(16)?, row.value(2)?, row.value(17)?)?,
        contact_trace: bytes(row, 3)?,
        user_id: row.maybe_id(4, UserId::from_uuid)?,
        asked_by: row.maybe_id(18, UserId::from_uuid)?,
        live: row.value(5)?,
        code_mac: bytes(row, 6)?,
        sends: row.small(8)?,
        sent_at: row.time(9)?,
        checks: row.small(10)?,
        checked_at: row.time(11)?,
        code_expires_at: row.time(12)?,
        ends_at: row.time(13)?,
        state,
    })
}

/// 32 bytes of a column.
fn bytes(row: &PgRow, column: usize) -> Result<[u8; 32], StoreError> {
    row.value::<Vec<u8>>(column)?.try_into().map_err(|_| StoreError::corrupt("a hash's length"))
}

/// Writes an attempt that begins.
pub(super) async fn insert(tx: &mut PgConnection, attempt: &Attempt) -> Result<(), StoreError> {
    let contact = attempt.contact.as_ref();
    sqlx::query(
        "INSERT INTO attempts (attempt_id, purpose, contact_kind, contact, contact_key, contact_trace, user_id,
                               asked_by, live, code_mac, state, sends, sent_at, checks, checked_at, code_expires_at,
                               ends_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(attempt.id.0)
    .bind(attempt.purpose.as_str())
    .bind(contact.map(|contact| contact.kind().as_str()))
    .bind(contact.map(Contact::as_str))
    .bind(contact.map(Contact::key))
    .bind(&attempt.contact_trace[..])
    .bind(attempt.user_id.map(|user| *user.as_uuid()))
    .bind(attempt.asked_by.map(|user| *user.as_uuid()))
    .bind(attempt.live)
    .bind(&attempt.code_mac[..])
    .bind(state_name(&attempt.state))
    .bind(i64::from(attempt.sends))
    .bind(attempt.sent_at.as_micros())
    .bind(i64::from(attempt.checks))
    .bind(attempt.checked_at.as_micros())
    .bind(attempt.code_expires_at.as_micros())
    .bind(attempt.ends_at.as_micros())
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// Moves an attempt from what was read to what follows. `false`: it is not what was read any more.
pub(super) async fn update(tx: &mut PgConnection, from: &Attempt, to: &Attempt) -> Result<bool, StoreError> {
    let (proof, complete_by) = proof_of(&to.state).unzip();
    let moved = sqlx::query(
        "UPDATE attempts SET code_mac = $1, state = $2, sends = $3, sent_at = $4, checks = $5, checked_at = $6,
                             code_expires_at = $7, proof_hash = $8, complete_by = $9
         WHERE attempt_id = $10 AND state = $11 AND sends = $12 AND checks = $13 AND code_mac = $14",
    )
    .bind(&to.code_mac[..])
    .bind(state_name(&to.state))
    .bind(i64::from(to.sends))
    .bind(to.sent_at.as_micros())
    .bind(i64::from(to.checks))
    .bind(to.checked_at.as_micros())
    .bind(to.code_expires_at.as_micros())
    .bind(proof.map(|proof| proof.0.to_vec()))
    .bind(complete_by.map(Timestamp::as_micros))
    .bind(to.id.0)
    .bind(state_name(&from.state))
    .bind(i64::from(from.sends))
    .bind(i64::from(from.checks))
    .bind(&from.code_mac[..])
    .execute(tx)
    .await
    .map_err(store_error)?;
    Ok(moved.rows_affected() == 1)
}

/// The proof of an attempt and until when it is good, if it is proved.
const fn proof_of(state: &AttemptState) -> Option<(ProofHash, Timestamp)> {
    match state {
        AttemptState::Proved { proof, complete_by } => Some((*proof, *complete_by)),
        AttemptState::Open | AttemptState::Done | AttemptState::Refused => None,
    }
}

/// The name of a state in its column.
pub(super) const fn state_name(state: &AttemptState) -> &'static str {
    match state {
        AttemptState::Open => "open",
        AttemptState::Proved { .. } => "proved",
        AttemptState::Done => "done",
        AttemptState::Refused => "refused",
    }
}
