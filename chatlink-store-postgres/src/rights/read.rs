//! What only a person's own export, and the taking back of messages, read.

use crate::{
    error::store_error,
    rows::{Read, int, sought},
    timeline::{correction_state, correction_words, message_rest},
};
use chatlink_core::{
    StoreError,
    people::NewReport,
    protocol::{ClientId, EventId, ReportId, RoomId, Timestamp, UserId},
    rights::{OwnCorrection, OwnMessage, OwnPlace, OwnReport},
};
use sqlx::{PgConnection, postgres::PgRow};
use uuid::Uuid;

const EXTERNAL: &str = "SELECT user_id FROM accounts WHERE external_id = $1 AND state = 'active'";

/// $2 and $3 is a place; no room is below the nil ids.
const MESSAGES: &str =
    "SELECT e.room_id, e.client_id, e.id, e.seq, e.at, coalesce(ed.text, e.text), e.version, e.expires_at,
            e.body
     FROM events e
     LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
     WHERE e.sender_id = $1 AND e.client_id IS NOT NULL
       AND (e.room_id, e.client_id) > ($2, $3)
       AND e.kind = 'message' AND e.text IS NOT NULL AND coalesce(e.expires_at > $4, true)
     ORDER BY e.room_id, e.client_id LIMIT $5";

/// As [`MESSAGES`].
const CORRECTIONS: &str = "SELECT e.room_id, e.client_id, m.id, e.id, e.at, c.state, e.text
     FROM events e
     JOIN events m ON m.room_id = e.room_id AND m.seq = e.target_seq
     JOIN corrections c ON c.room_id = e.room_id AND c.message_seq = e.target_seq AND c.seq = e.seq
     WHERE e.sender_id = $1 AND e.client_id IS NOT NULL
       AND (e.room_id, e.client_id) > ($2, $3)
       AND e.kind = 'correction' AND e.text IS NOT NULL AND coalesce(e.expires_at > $4, true)
     ORDER BY e.room_id, e.client_id LIMIT $5";

const REPORTS: &str = "SELECT report_id, user_id, reason, note, room_id, event_ids, created_at FROM reports
     WHERE reporter = $1 AND ($2::bigint IS NULL OR (created_at, report_id) < ($2, $3))
     ORDER BY created_at DESC, report_id DESC LIMIT $4";

pub(super) async fn find_external(reader: &mut PgConnection, external_id: &str) -> Result<Option<UserId>, StoreError> {
    let row = sqlx::query(EXTERNAL).bind(sought(external_id)).fetch_optional(reader).await.map_err(store_error)?;
    row.map(|row| row.id(0, UserId::from_uuid)).transpose()
}

pub(super) async fn messages(
    reader: &mut PgConnection,
    user: UserId,
    after: Option<OwnPlace>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<OwnMessage>, StoreError> {
    let rows = sqlx::query(MESSAGES)
        .bind(*user.as_uuid())
        .bind(after.map_or(Uuid::nil(), |place| *place.room_id.as_uuid()))
        .bind(after.map_or(Uuid::nil(), |place| *place.client_id.as_uuid()))
        .bind(now.as_micros())
        .bind(i64::from(limit))
        .fetch_all(reader)
        .await
        .map_err(store_error)?;
    let message = |row: &PgRow| {
        Ok(OwnMessage {
            room_id: row.id(0, RoomId::from_uuid)?,
            client_id: row.id(1, ClientId::from_uuid)?,
            id: row.id(2, EventId::from_uuid)?,
            seq: row.seq(3)?,
            at: row.time(4)?,
            text: row.value(5)?,
            poll: message_rest(row.value(8)?)?.poll,
            version: row.small(6)?,
            expires_at: row.maybe_time(7)?,
        })
    };
    rows.iter().map(message).collect()
}

pub(super) async fn corrections(
    reader: &mut PgConnection,
    user: UserId,
    after: Option<OwnPlace>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<OwnCorrection>, StoreError> {
    let rows = sqlx::query(CORRECTIONS)
        .bind(*user.as_uuid())
        .bind(after.map_or(Uuid::nil(), |place| *place.room_id.as_uuid()))
        .bind(after.map_or(Uuid::nil(), |place| *place.client_id.as_uuid()))
        .bind(now.as_micros())
        .bind(i64::from(limit))
        .fetch_all(reader)
        .await
        .map_err(store_error)?;
    let correction = |row: &PgRow| {
        Ok(OwnCorrection {
            place: OwnPlace { room_id: row.id(0, RoomId::from_uuid)?, client_id: row.id(1, ClientId::from_uuid)? },
            message_id: row.id(2, EventId::from_uuid)?,
            id: row.id(3, EventId::from_uuid)?,
            at: row.time(4)?,
            state: correction_state(row, 5)?,
            words: correction_words(&row.value::<String>(6)?)?,
        })
    };
    rows.iter().map(correction).collect()
}

pub(super) async fn reports(
    reader: &mut PgConnection,
    user: UserId,
    before: Option<(Timestamp, ReportId)>,
    limit: u32,
) -> Result<Vec<OwnReport>, StoreError> {
    let rows = sqlx::query(REPORTS)
        .bind(*user.as_uuid())
        .bind(before.map(|(at, _)| at.as_micros()))
        .bind(before.map(|(_, id)| *id.as_uuid()))
        .bind(int(u64::from(limit)))
        .fetch_all(reader)
        .await
        .map_err(store_error)?;
    let report = |row: &PgRow| {
        let event_ids: String = row.value(5)?;
        let event_ids = serde_json::from_str(&event_ids).map_err(|error| StoreError::Corrupt(error.into()))?;
        let report = NewReport {
            report_id: row.id(0, ReportId::from_uuid)?,
            reporter: user,
            user_id: row.id(1, UserId::from_uuid)?,
            reason: row.name(2)?,
            note: row.value(3)?,
            room_id: row.maybe_id(4, RoomId::from_uuid)?,
            event_ids,
        };
        Ok(OwnReport { report, created_at: row.time(6)? })
    };
    rows.iter().map(report).collect()
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[], single: &[EXTERNAL, MESSAGES, CORRECTIONS, REPORTS] };
