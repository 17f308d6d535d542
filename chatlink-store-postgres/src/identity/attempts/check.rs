//! Checking a code: counted before it is compared, proved once.

use super::{
    super::{afford, ladder, refund, spend, texts, tick},
    row::{find, find_any, update},
};
use crate::error::store_error;
use chatlink_core::{
    StoreError,
    identity::{
        Attempt, AttemptId, AttemptPurpose, AttemptState, Budget, CheckOutcome, NetworkPrefix, ProofHash, RightCode,
        Step,
    },
    protocol::Timestamp,
    settings::CodeLimits,
};
use sqlx::PgConnection;

/// Counts a check in the statement that admits it.
pub(super) async fn admit(
    tx: &mut PgConnection,
    purpose: AttemptPurpose,
    id: AttemptId,
    prefix: NetworkPrefix,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<CheckOutcome, StoreError> {
    let now = tick(tx, now).await?;
    let budgets = Budget::of_checks(&prefix);
    for (budget, subject) in budgets {
        if let Err(until) = afford(tx, budget, subject, limits, now).await? {
            return Ok(CheckOutcome::Limited(until));
        }
    }
    // Admitted and counted in one statement: never more than the ladder has, however many ask.
    let counted = sqlx::query(
        "UPDATE attempts SET checks = checks + 1, checked_at = $1
         WHERE attempt_id = $2 AND purpose = $3 AND state = 'open' AND code_expires_at > $1
           AND checks < cardinality($4) AND checked_at + ($4)[checks + 1] <= $1",
    )
    .bind(now.as_micros())
    .bind(id.0)
    .bind(purpose.as_str())
    .bind(ladder(&limits.check_ladder))
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    let attempt = find(tx, purpose, id).await?;
    match (counted.rows_affected(), attempt) {
        (0, attempt) => refuse_check(attempt, limits, now),
        (_, Some(attempt)) => {
            for (budget, subject) in budgets {
                spend(tx, budget, subject, now).await?;
            }
            Ok(CheckOutcome::Admitted(attempt))
        }
        (_, None) => Err(StoreError::corrupt("an attempt that was counted is gone")),
    }
}

/// Says why a check was not admitted, by the rule that the statement repeats.
fn refuse_check(attempt: Option<Attempt>, limits: &CodeLimits, now: Timestamp) -> Result<CheckOutcome, StoreError> {
    match attempt.map(|attempt| attempt.step(&Step::Check, limits, now)) {
        None => Ok(CheckOutcome::Gone),
        Some(Err(refusal)) => Ok(refusal.into()),
        Some(Ok(_)) => Err(StoreError::corrupt("the statement that admits checks differs from the rule")),
    }
}

/// Turns an open attempt into a proved one, if its code still is that one.
pub(super) async fn prove(
    tx: &mut PgConnection,
    right: RightCode,
    proof: ProofHash,
    prefix: NetworkPrefix,
    limits: &CodeLimits,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let now = tick(tx, now).await?;
    let Some(attempt) = find_any(tx, right.attempt_id()).await? else { return Ok(None) };
    let Ok(next) = attempt.step(&Step::Prove { right, proof }, limits, now) else { return Ok(None) };
    let AttemptState::Proved { complete_by, .. } = next.state else { return Ok(None) };
    if !update(tx, &attempt, &next).await? {
        return Ok(None);
    }
    texts::prove(tx, next.id).await?;
    for (budget, subject) in Budget::of_checks(&prefix) {
        refund(tx, budget, subject).await?;
    }
    Ok(Some(complete_by))
}

/// Takes an attempt from its right code to its end at once, where nothing is asked for after it. `false`:
/// it is not what was read any more.
pub(in crate::identity) async fn finish(
    tx: &mut PgConnection,
    attempt: &Attempt,
    done: &Attempt,
    prefix: NetworkPrefix,
) -> Result<bool, StoreError> {
    if !update(tx, attempt, done).await? {
        return Ok(false);
    }
    for (budget, subject) in Budget::of_checks(&prefix) {
        refund(tx, budget, subject).await?;
    }
    Ok(true)
}
