//! Everything that names a person and is theirs alone, table by table. What stays, and why, is listed in
//! `tests/departure.rs`, which looks through every table there is.

use crate::{error::store_error, rows::Read};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, UserId},
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

const ROOMS: &str = "SELECT r.room_id FROM members m CROSS JOIN rooms r ON r.room_no = m.room_no WHERE m.user_id = ?1";

/// In order; ?1 is the person. A table of a person's own belongs here.
const ERASE: [&str; 41] = [
    // Identity.
    "DELETE FROM contacts WHERE user_id = ?1",
    "DELETE FROM passwords WHERE user_id = ?1",
    // Recovery codes go with it.
    "DELETE FROM second_factors WHERE user_id = ?1",
    "DELETE FROM passkeys WHERE user_id = ?1",
    "DELETE FROM passkey_ceremonies WHERE user_id = ?1",
    "DELETE FROM security_log WHERE user_id = ?1",
    // The living ones have ended and are named as such; these idled out.
    "DELETE FROM sessions WHERE user_id = ?1",
    "DELETE FROM attempts WHERE user_id = ?1",
    "DELETE FROM attempts WHERE asked_by = ?1",
    // Tokens of a bot. The connections of the account are cut all together.
    "DELETE FROM service_tokens WHERE user_id = ?1",
    // People.
    "DELETE FROM profiles WHERE user_id = ?1",
    "DELETE FROM match_keys WHERE user_id = ?1",
    "DELETE FROM standings WHERE user_id = ?1",
    "DELETE FROM avatars WHERE user_id = ?1",
    "DELETE FROM user_settings WHERE user_id = ?1",
    "DELETE FROM host_words WHERE user_id = ?1",
    // Blocks against the person are the blockers': they hide on, and to miss them would tell that the
    // account is gone and not that it blocks.
    "DELETE FROM blocks WHERE blocker = ?1",
    "DELETE FROM contact_list WHERE owner = ?1",
    "DELETE FROM contact_list WHERE user_id = ?1",
    // Moderators need what was reported, not by whom any more.
    "UPDATE reports SET reporter = zeroblob(16) WHERE reporter = ?1",
    // Rooms.
    "DELETE FROM group_keys WHERE creator = ?1",
    "DELETE FROM mutes WHERE user_id = ?1",
    "DELETE FROM invites WHERE created_by = ?1",
    "DELETE FROM asking WHERE user_id = ?1",
    "DELETE FROM invitations WHERE user_id = ?1",
    "DELETE FROM invitations WHERE invited_by = ?1",
    "DELETE FROM sent_invitations WHERE user_id = ?1",
    "DELETE FROM sent_invitations WHERE invited_by = ?1",
    "DELETE FROM bans WHERE user_id = ?1",
    "UPDATE bans SET banned_by = NULL WHERE banned_by = ?1",
    "UPDATE members SET archived = 0, pinned = 0, muted_until = NULL, marked_unread = 0, notify = NULL
     WHERE user_id = ?1",
    "UPDATE rooms SET authz_version = authz_version + 1
     WHERE room_no IN (SELECT room_no FROM members WHERE user_id = ?1)",
    // The list of what was learnt; the corrections stay beside what they correct.
    "UPDATE corrections SET author_id = NULL WHERE author_id = ?1",
    "DELETE FROM mentions WHERE user_id = ?1",
    // What the person kept of them.
    "DELETE FROM stars WHERE user_id = ?1",
    "DELETE FROM hides WHERE user_id = ?1",
    "DELETE FROM thread_marks WHERE user_id = ?1",
    "DELETE FROM scheduled WHERE user_id = ?1",
    "DELETE FROM chatlink_inbox WHERE sender_id = ?1",
    // The person's own log, drafts with it.
    "DELETE FROM user_log WHERE user_id = ?1",
    "DELETE FROM user_log_heads WHERE user_id = ?1",
];

/// The rooms that the person is in.
pub(super) async fn rooms_of(tx: &mut SqliteConnection, user: UserId) -> Result<Vec<RoomId>, StoreError> {
    let rows = sqlx::query(ROOMS).bind(*user.as_uuid()).fetch_all(tx).await.map_err(store_error)?;
    rows.iter().map(|row: &SqliteRow| row.id(0, RoomId::from_uuid)).collect()
}

/// Forgets the person, everywhere at once.
pub(super) async fn all(tx: &mut SqliteConnection, user: UserId) -> Result<(), StoreError> {
    for statement in ERASE {
        sqlx::query(statement).bind(*user.as_uuid()).execute(&mut *tx).await.map_err(store_error)?;
    }
    Ok(())
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements = crate::plans::Statements { many: &[], single: &ALL };

#[cfg(test)]
const ALL: [&str; ERASE.len() + 1] = {
    let mut all = [ROOMS; ERASE.len() + 1];
    let mut at = 0;
    while at < ERASE.len() {
        all[at] = ERASE[at];
        at += 1;
    }
    all
};
