//! What decisions rest on, the members, and each one's own settings.

use super::{list::prefs, settings, settings_columns, severed};
use crate::{error::store_error, locks, notes, rows::Read};
use chatlink_core::{
    StoreError,
    people::Notify,
    protocol::{RoomId, UserId},
    rooms::{Authz, Member, MemberRow, Pending, PrefsChange},
    timeline::{Told, UserNote},
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::HashMap;
use uuid::Uuid;

/// Whether whose row `m` stands in a room `r` is a member of it: of a group nobody is whose account is
/// deleted, though the row stays until the leaving is an event.
macro_rules! counts {
    () => {
        "(r.kind = 'direct'
          OR coalesce((SELECT gone.state FROM accounts gone WHERE gone.user_id = m.user_id), '') <> 'deleted')"
    };
}

/// Members, and from whom the word was taken: of those rows the room's own columns are NULL.
const AUTHZ: &str = concat!(
    "SELECT r.kind, r.authz_version, r.title, r.history, r.pending_opener, r.pending_sent, ",
    severed!(),
    ", m.user_id, m.role, m.from_seq, NULL, ",
    settings_columns!(),
    "
      FROM rooms r LEFT JOIN members m ON m.room_id = r.room_id AND ",
    counts!(),
    " WHERE r.room_id = $1
      UNION ALL
      SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, mu.user_id, NULL, NULL, mu.muted_until,
             NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM rooms r JOIN mutes mu ON mu.room_id = r.room_id WHERE r.room_id = $1"
);

const LIST: &str = concat!(
    "SELECT m.user_id, m.role, m.joined_at, mu.muted_until
         FROM rooms r JOIN members m ON m.room_id = r.room_id
         LEFT JOIN mutes mu ON mu.room_id = m.room_id AND mu.user_id = m.user_id
         WHERE r.room_id = $1 AND m.user_id > $2 AND ",
    counts!(),
    " ORDER BY m.user_id LIMIT $3"
);

const SET_PREFS: &str = "UPDATE members
         SET archived = coalesce($3, archived), pinned = coalesce($4, pinned),
             muted_until = CASE WHEN $5 THEN $6 ELSE muted_until END, marked_unread = coalesce($7, marked_unread),
             notify = CASE WHEN $8 THEN $9 ELSE notify END
         WHERE room_id = $1 AND user_id = $2
         RETURNING archived, pinned, muted_until, marked_unread, notify";

/// All that decisions need: one statement, so one state.
pub(super) async fn load_authz(connection: &mut PgConnection, room_id: RoomId) -> Result<Option<Authz>, StoreError> {
    let rows = sqlx::query(AUTHZ).bind(*room_id.as_uuid()).fetch_all(connection).await.map_err(store_error)?;
    let Some(first) = rows.iter().find(|row| is_of_room(row)) else { return Ok(None) };
    let (mut members, mut muted) = (HashMap::with_capacity(rows.len()), HashMap::new());
    for row in &rows {
        let Some(user) = row.maybe_id(7, UserId::from_uuid)? else { continue };
        if let Some(until) = row.maybe_time(10)? {
            muted.insert(user, until);
        } else {
            members.insert(user, Member { role: row.name(8)?, from_seq: row.seq(9)? });
        }
    }
    let opener = first.maybe_id(4, UserId::from_uuid)?;
    let sent = first.small(5)?;
    Ok(Some(Authz {
        room_id,
        kind: first.name(0)?,
        version: first.count(1)?,
        settings: settings(first, 2, 11)?,
        history: first.name(3)?,
        members,
        muted,
        pending: opener.map(|opener| Pending { opener, sent }),
        severed: first.value(6)?,
    }))
}

fn is_of_room(row: &PgRow) -> bool {
    row.value::<Option<i64>>(1).is_ok_and(|version| version.is_some())
}

/// A page of the members by id.
pub(super) async fn list_members(
    connection: &mut PgConnection,
    room_id: RoomId,
    after: Option<UserId>,
    limit: u32,
) -> Result<Vec<MemberRow>, StoreError> {
    let query = sqlx::query(LIST);
    // Every id is above the nil one.
    let after = after.map_or(Uuid::nil(), |user| *user.as_uuid());
    let rows = query
        .bind(*room_id.as_uuid())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    let member = |row: &PgRow| {
        Ok(MemberRow {
            user_id: row.id(0, UserId::from_uuid)?,
            role: row.name(1)?,
            joined_at: row.time(2)?,
            muted_until: row.maybe_time(3)?,
        })
    };
    rows.iter().map(member).collect()
}

/// Changes the user's own settings of a room: one statement writes and answers what stands now.
pub(super) async fn set_prefs(
    tx: &mut PgConnection,
    user: UserId,
    room_id: RoomId,
    change: PrefsChange,
) -> Result<Option<Told>, StoreError> {
    locks::person(tx, user).await?;
    let muted = change.muted_until;
    let changed = sqlx::query(SET_PREFS)
        .bind(*room_id.as_uuid())
        .bind(*user.as_uuid())
        .bind(change.archived)
        .bind(change.pinned)
        .bind(muted.is_some())
        .bind(muted.flatten().map(|until| until.as_micros()))
        .bind(change.marked_unread)
        .bind(change.notify.is_some())
        .bind(change.notify.flatten().map(Notify::as_str))
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    let Some(row) = changed else { return Ok(None) };
    let body = serde_json::to_value(prefs(&row, 0)?).map_err(|error| StoreError::Corrupt(error.into()))?;
    let note = UserNote { user_id: user, kind: "prefs", subject: room_id.to_string(), body };
    Ok(notes::write(tx, &[note]).await?.pop())
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[], single: &[AUTHZ, LIST, SET_PREFS] };
