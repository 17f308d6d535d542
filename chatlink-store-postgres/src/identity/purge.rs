//! Forgetting what no answer of identity needs any more.

use super::{sessions, tick};
use crate::error::store_error;
use chatlink_core::{
    StoreError,
    identity::{ENDS_TOLD, FAILURES_FORGOTTEN, LONGEST_WINDOW, Leftover, SECURITY_KEPT, texts::TEXTS_KEPT},
    protocol::Timestamp,
};
use sqlx::PgConnection;

/// Forgets some of a table's rows: $1 the instant of the condition, $2 how many. Found by an index and then by their
/// places: whatever the planner thinks of $2, it does not walk the table.
macro_rules! forget {
    ($table:literal, $overdue:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE ctid = ANY (ARRAY(SELECT ctid FROM ",
            $table,
            " WHERE ",
            $overdue,
            " LIMIT $2))"
        )
    };
}

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
            forget!(
                "attempts",
                "ends_at <= $1 AND greatest(ends_at, code_expires_at) <= $1 AND coalesce(complete_by, 0) <= $1"
            ),
            now,
        ),
        Leftover::Spendings => (forget!("spendings", "at <= $1"), now.minus(LONGEST_WINDOW)),
        Leftover::Refusals => (forget!("refusals", "until <= $1"), now),
        Leftover::LoginFailures => (forget!("login_failures", "failed_at <= $1"), now.minus(FAILURES_FORGOTTEN)),
        Leftover::Ends => (forget!("ended_sessions", "ended_at <= $1"), now.minus(ENDS_TOLD)),
        Leftover::FactorOffers => (forget!("second_factors", "pending_until <= $1"), now),
        Leftover::Ceremonies => (forget!("passkey_ceremonies", "ends_at <= $1"), now),
        Leftover::SecurityEvents => (forget!("security_log", "at <= $1"), now.minus(SECURITY_KEPT)),
        Leftover::Usernames => (forget!("reserved_usernames", "until <= $1"), now),
        Leftover::Departures => (forget!("departures", "until <= $1"), now),
        Leftover::Texts => (forget!("texts", "sent_at <= $1"), now.minus(TEXTS_KEPT)),
        Leftover::Breakers => (forget!("text_breakers", "closed_until <= $1"), now.minus(TEXTS_KEPT)),
    };
    let gone =
        sqlx::query(rule).bind(before.as_micros()).bind(i64::from(limit)).execute(tx).await.map_err(store_error)?;
    Ok(u32::try_from(gone.rows_affected()).unwrap_or(limit))
}
