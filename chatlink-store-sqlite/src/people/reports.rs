//! Reports to the operators.

use super::profiles::json;
use crate::{
    SqliteStore,
    error::store_error,
    rows::{Bind, Many, Read},
    timeline::{item, item_columns},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    people::{NewReport, REPORTED_VERSIONS, ReportRow, ReportStore, Reported, ReportedMessage, copied},
    protocol::{EventId, Item, ReportId, RoomId, Timestamp, UserId},
    timeline::Version,
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use std::time::Duration;
use uuid::Uuid;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The messages that a member may read, each with whether he hid it.
const READABLE: Many = Many {
    columns: &["room_id", "user_id", "id"],
    sql: concat!(
        "SELECT EXISTS (SELECT 1 FROM hides h WHERE h.user_id = k.user_id AND h.room_no = e.room_no AND h.seq = e.seq), ",
        item_columns!(),
        " FROM k CROSS JOIN rooms r ON r.room_id = k.room_id
          CROSS JOIN members mb ON mb.room_no = r.room_no AND mb.user_id = k.user_id
          CROSS JOIN events e ON e.id = k.id AND e.room_no = mb.room_no AND e.kind = 'message' AND e.seq >= mb.from_seq
          LEFT JOIN events ed ON ed.room_no = e.room_no AND ed.seq = e.edit_seq"
    ),
};

/// The words that messages had before: the first, and the newest of the edits.
const EARLIER: Many = Many {
    columns: &["room_id", "id", "version", "most"],
    sql: "SELECT e.id, 1, e.text, e.at FROM k
            CROSS JOIN events e ON e.id = k.id AND e.kind = 'message'
            CROSS JOIN rooms r ON r.room_no = e.room_no AND r.room_id = k.room_id
            WHERE k.version > 1 AND e.text IS NOT NULL
          UNION ALL
          SELECT e.id, ed.version, ed.text, ed.at FROM k
            CROSS JOIN events e ON e.id = k.id AND e.kind = 'message'
            CROSS JOIN rooms r ON r.room_no = e.room_no AND r.room_id = k.room_id
            CROSS JOIN events ed INDEXED BY events_edits_of
              ON ed.room_no = e.room_no AND ed.target_seq = e.seq AND ed.kind = 'edit'
            WHERE ed.version < k.version AND ed.version > k.version - k.most AND ed.text IS NOT NULL",
};

const LIST: &str =
    "SELECT report_id, reporter, user_id, reason, note, room_id, event_ids, created_at, words FROM reports
     WHERE (created_at, report_id) < (?1, ?2)
     ORDER BY created_at DESC, report_id DESC LIMIT ?3";

const ERASE: &str = "UPDATE reports SET words = '[]' WHERE report_id IN (
       SELECT report_id FROM reports WHERE words <> '[]' AND created_at < ?1 ORDER BY created_at LIMIT ?2)";

#[async_trait]
impl ReportStore for SqliteStore {
    async fn report(&self, report: NewReport, a_day: u32, now: Timestamp) -> Result<Reported, StoreError> {
        self.in_tx(move |tx| Box::pin(insert(tx, report, a_day, now))).await
    }

    async fn list_reports(
        &self,
        before: Option<(Timestamp, ReportId)>,
        limit: u32,
    ) -> Result<Vec<ReportRow>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = sqlx::query(LIST)
            .bind(before.map_or(i64::MAX, |(at, _)| at.as_micros()))
            .bind(before.map_or(Uuid::max(), |(_, id)| *id.as_uuid()))
            .bind(limit)
            .fetch_all(&mut *reader)
            .await
            .map_err(store_error)?;
        rows.iter().map(row).collect()
    }

    async fn erase_reported(&self, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let erased = self.in_tx(move |tx| Box::pin(erase(tx, before, limit))).await?;
        self.words_went();
        Ok(erased)
    }
}

async fn erase(tx: &mut SqliteConnection, before: Timestamp, limit: u32) -> Result<u32, StoreError> {
    let erased = sqlx::query(ERASE).bind(before.as_micros()).bind(limit).execute(tx).await.map_err(store_error)?;
    Ok(u32::try_from(erased.rows_affected()).unwrap_or(u32::MAX))
}

fn row(row: &SqliteRow) -> Result<ReportRow, StoreError> {
    let report = NewReport {
        report_id: row.id(0, ReportId::from_uuid)?,
        reporter: row.id(1, UserId::from_uuid)?,
        user_id: row.id(2, UserId::from_uuid)?,
        reason: row.name(3)?,
        note: row.value(4)?,
        room_id: row.maybe_id(5, RoomId::from_uuid)?,
        event_ids: parsed(row, 6)?,
    };
    Ok(ReportRow { report, created_at: row.time(7)?, messages: parsed(row, 8)? })
}

fn parsed<T: serde::de::DeserializeOwned>(row: &SqliteRow, column: usize) -> Result<T, StoreError> {
    serde_json::from_str(&row.value::<String>(column)?).map_err(|error| StoreError::Corrupt(error.into()))
}

/// What the reporter can read of the messages that he names; `Err`: which are not there for him.
async fn read(
    tx: &mut SqliteConnection,
    report: &NewReport,
    now: Timestamp,
) -> Result<Result<Vec<ReportedMessage>, Vec<EventId>>, StoreError> {
    let (named, reporter) = (&report.event_ids, *report.reporter.as_uuid());
    let Some(room_id) = report.room_id else { return Ok(copied(named, Vec::new(), Vec::new())) };
    let room = *room_id.as_uuid();
    let found = READABLE.fetch(tx, named, |bound, id| bound.bind(room).bind(reporter).bind(*id.as_uuid())).await?;
    let readable = found.iter().map(|row| Ok((item(row, 1, room_id, now)?, row.value(0)?)));
    let readable = readable.collect::<Result<Vec<_>, StoreError>>()?;
    let most = i64::from(REPORTED_VERSIONS);
    let bind = |bound: Bind, found: &(Item, bool)| {
        bound.bind(room).bind(*found.0.id.as_uuid()).bind(i64::from(found.0.version)).bind(most)
    };
    let words = EARLIER.fetch(tx, &readable, bind).await?;
    let version = |row: &SqliteRow| {
        let version = Version { version: row.small(1)?, text: row.value(2)?, at: row.time(3)? };
        Ok((row.id(0, EventId::from_uuid)?, version))
    };
    let versions = words.iter().map(version).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(copied(named, readable, versions))
}

async fn insert(
    tx: &mut SqliteConnection,
    report: NewReport,
    a_day: u32,
    now: Timestamp,
) -> Result<Reported, StoreError> {
    let known: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM accounts WHERE user_id = ?1)
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE user_id = ?2 AND state = 'deleted')",
    )
    .bind(report.user_id.as_uuid())
    .bind(report.reporter.as_uuid())
    .fetch_one(&mut *tx)
    .await
    .map_err(store_error)?;
    if !known {
        return Ok(Reported::NoUser);
    }
    let messages = match read(tx, &report, now).await? {
        Ok(messages) => messages,
        Err(unreadable) => return Ok(Reported::Unreadable(unreadable)),
    };
    let since = now.minus(DAY).as_micros();
    let kept = sqlx::query(
        "INSERT INTO reports (report_id, reporter, user_id, reason, note, room_id, event_ids, created_at, words)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?11
         WHERE (SELECT count(*) FROM reports WHERE reporter = ?2 AND created_at > ?9) < ?10",
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
    .bind(a_day)
    .bind(json(&messages)?)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if kept.rows_affected() == 1 {
        return Ok(Reported::Kept);
    }
    // The one that must leave the window before there is a place again.
    let oldest: Option<i64> = sqlx::query_scalar(
        "SELECT created_at FROM reports WHERE reporter = ? AND created_at > ?
         ORDER BY created_at DESC LIMIT 1 OFFSET ?",
    )
    .bind(report.reporter.as_uuid())
    .bind(since)
    .bind(a_day.saturating_sub(1))
    .fetch_optional(&mut *tx)
    .await
    .map_err(store_error)?;
    let retry_after = oldest.map_or(DAY, |oldest| Timestamp::from_micros(oldest).plus(DAY).since(now));
    Ok(Reported::TooMany { retry_after })
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&READABLE, &EARLIER], single: &[LIST, ERASE] };
