//! Forgetting what no answer of identity needs any more.

use super::{sessions, tick};
use crate::error::store_error;
use chatlink_core::{
    StoreError,
    identity::{ENDS_TOLD, FAILURES_FORGOTTEN, LONGEST_WINDOW, Leftover, SECURITY_KEPT, texts::TEXTS_KEPT},
    protocol::Timestamp,
};
use sqlx::PgConnection;

/// Forgets at most `limit` of them; answers how many.
pub(super) async fn purge(
    tx: &mut PgConnection,
    what: Leftover,
    limit: u32,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let now = tick(tx, now).await?;
    let (rule, before) = match what {
        Leftover::Sessions => return sessions::end_overdue(tx, limit, now).await,
        Leftover::Attempts => (
            "DELETE FROM attempts WHERE attempt_id IN (SELECT attempt_id FROM attempts
             WHERE ends_at <= $1 AND greatest(ends_at, code_expires_at) <= $1 AND coalesce(complete_by, 0) <= $1 LIMIT $2)",
            now,
        ),
        Leftover::Spendings => (
            "DELETE FROM spendings WHERE spending IN (SELECT spending FROM spendings WHERE at <= $1 LIMIT $2)",
            now.minus(LONGEST_WINDOW),
        ),
        Leftover::Refusals => (
            "DELETE FROM refusals WHERE contact_trace IN (SELECT contact_trace FROM refusals WHERE until <= $1 LIMIT $2)",
            now,
        ),
        Leftover::LoginFailures => (
            "DELETE FROM login_failures WHERE subject IN
              (SELECT subject FROM login_failures WHERE failed_at <= $1 LIMIT $2)",
            now.minus(FAILURES_FORGOTTEN),
        ),
        Leftover::Ends => (
            "DELETE FROM ended_sessions WHERE ended_seq IN
              (SELECT ended_seq FROM ended_sessions WHERE ended_at <= $1 LIMIT $2)",
            now.minus(ENDS_TOLD),
        ),
        Leftover::FactorOffers => (
            "DELETE FROM second_factors WHERE user_id IN
              (SELECT user_id FROM second_factors WHERE pending_until <= $1 LIMIT $2)",
            now,
        ),
        Leftover::Ceremonies => (
            "DELETE FROM passkey_ceremonies WHERE ceremony_id IN
              (SELECT ceremony_id FROM passkey_ceremonies WHERE ends_at <= $1 LIMIT $2)",
            now,
        ),
        Leftover::SecurityEvents => (
            "DELETE FROM security_log WHERE (user_id, number) IN
              (SELECT user_id, number FROM security_log WHERE at <= $1 LIMIT $2)",
            now.minus(SECURITY_KEPT),
        ),
        Leftover::Usernames => (
            "DELETE FROM reserved_usernames WHERE username_key IN
              (SELECT username_key FROM reserved_usernames WHERE until <= $1 LIMIT $2)",
            now,
        ),
        Leftover::Departures => {
            ("DELETE FROM departures WHERE trace IN (SELECT trace FROM departures WHERE until <= $1 LIMIT $2)", now)
        }
        Leftover::Texts => (
            "DELETE FROM texts WHERE text_no IN (SELECT text_no FROM texts WHERE sent_at <= $1 LIMIT $2)",
            now.minus(TEXTS_KEPT),
        ),
        Leftover::Breakers => (
            "DELETE FROM text_breakers WHERE route IN
              (SELECT route FROM text_breakers WHERE closed_until <= $1 LIMIT $2)",
            now.minus(TEXTS_KEPT),
        ),
    };
    let gone =
        sqlx::query(rule).bind(before.as_micros()).bind(i64::from(limit)).execute(tx).await.map_err(store_error)?;
    Ok(u32::try_from(gone.rows_affected()).unwrap_or(limit))
}
