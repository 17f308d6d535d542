//! Reports to the operators.

use super::profiles::json;
use crate::{PostgresStore, error::store_error, locks};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    people::{NewReport, ReportStore, Reported},
    protocol::Timestamp,
};
use sqlx::PgConnection;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[async_trait]
impl ReportStore for PostgresStore {
    async fn report(&self, report: NewReport, a_day: u32, now: Timestamp) -> Result<Reported, StoreError> {
        self.in_tx(move |tx| Box::pin(insert(tx, report, a_day, now))).await
    }
}

async fn insert(tx: &mut PgConnection, report: NewReport, a_day: u32, now: Timestamp) -> Result<Reported, StoreError> {
    locks::person(tx, report.reporter).await?;
    let known: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM accounts WHERE user_id = $1)
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE user_id = $2 AND state = 'deleted')",
    )
    .bind(report.user_id.as_uuid())
    .bind(report.reporter.as_uuid())
    .fetch_one(&mut *tx)
    .await
    .map_err(store_error)?;
    if !known {
        return Ok(Reported::NoUser);
    }
    let since = now.minus(DAY).as_micros();
    let kept = sqlx::query(
        "INSERT INTO reports (report_id, reporter, user_id, reason, note, room_id, event_ids, created_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8
         WHERE (SELECT count(*) FROM reports WHERE reporter = $2 AND created_at > $9) < $10",
    )
    .bind(report.report_id.as_uuid())
    .bind(report.reporter.as_uuid())
    .bind(report.user_id.as_uuid())
    .bind(report.reason.as_str())
    .bind(report.note)
    .bind(report.room_id.map(|room| *room.as_uuid()))
    .bind(json(&report.event_ids)?)
    .bind(now.as_micros())
    .bind(since)
    .bind(i64::from(a_day))
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if kept.rows_affected() == 1 {
        return Ok(Reported::Kept);
    }
    // The one that must leave the window before there is a place again.
    let oldest: Option<i64> = sqlx::query_scalar(
        "SELECT created_at FROM reports WHERE reporter = $1 AND created_at > $2
         ORDER BY created_at DESC LIMIT 1 OFFSET $3",
    )
    .bind(report.reporter.as_uuid())
    .bind(since)
    .bind(i64::from(a_day.saturating_sub(1)))
    .fetch_optional(&mut *tx)
    .await
    .map_err(store_error)?;
    let retry_after = oldest.map_or(DAY, |oldest| Timestamp::from_micros(oldest).plus(DAY).since(now));
    Ok(Reported::TooMany { retry_after })
}
