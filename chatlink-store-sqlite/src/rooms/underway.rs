//! What people have under way at the doors of rooms.

use super::invites::invite;
use crate::{
    SqliteStore,
    error::store_error,
    notes,
    rows::{Bind, Many, Read},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Timestamp, UserId},
    rooms::{OwnAsking, OwnInvite, SentInvitation, UnderwayStore},
    timeline::{Told, UserNote},
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

const ASKING: &str = "SELECT r.room_id, a.asked_at FROM asking a CROSS JOIN rooms r ON r.room_no = a.room_no
     WHERE a.user_id = ?1 AND a.taken_back = 0 ORDER BY a.asked_at DESC, r.room_id DESC LIMIT ?2";

const FORGET_ASKING: &str = "DELETE FROM asking
     WHERE room_no = (SELECT room_no FROM rooms WHERE room_id = ?1) AND user_id = ?2 AND declined_at IS NULL";

/// Of a declined one, which goes on saying that nobody is to hear of him for a while.
const HIDE_ASKING: &str = "UPDATE asking SET taken_back = 1
     WHERE room_no = (SELECT room_no FROM rooms WHERE room_id = ?1) AND user_id = ?2";

const REMEMBER: Many = Many {
    columns: &["room_no", "user_id", "invited_by", "invited_at"],
    sql: "INSERT INTO sent_invitations (room_no, user_id, invited_by, invited_at)
          SELECT k.room_no, k.user_id, k.invited_by, k.invited_at FROM k
          WHERE k.room_no IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM members m WHERE m.room_no = k.room_no AND m.user_id = k.user_id)
          ON CONFLICT DO NOTHING",
};

const ROOM: &str = "SELECT room_no FROM rooms WHERE room_id = ?";

const SENT: &str = "SELECT r.room_id, s.user_id, s.invited_at FROM sent_invitations s
     CROSS JOIN rooms r ON r.room_no = s.room_no
     WHERE s.invited_by = ?1 AND (?2 IS NULL OR r.room_id = ?2)
     ORDER BY s.invited_at DESC, r.room_id DESC, s.user_id DESC LIMIT ?3";

const FORGET_SENT: &str = "DELETE FROM sent_invitations
     WHERE room_no = (SELECT room_no FROM rooms WHERE room_id = ?1) AND user_id = ?2 AND invited_by = ?3";

const FORGET_INVITATION: &str = "DELETE FROM invitations
     WHERE room_no = (SELECT room_no FROM rooms WHERE room_id = ?1) AND user_id = ?2 AND invited_by = ?3
       AND declined_at IS NULL";

const INVITES: &str = "SELECT i.invite_id, i.created_by, i.created_at, i.max_uses, i.uses, i.expires_at, r.room_id
     FROM invites i CROSS JOIN rooms r ON r.room_no = i.room_no
     WHERE i.created_by = ?1 AND coalesce(i.uses < i.max_uses, 1) AND coalesce(i.expires_at > ?2, 1)
     ORDER BY i.created_at DESC, i.invite_id DESC LIMIT ?3";

#[async_trait]
impl UnderwayStore for SqliteStore {
    async fn own_asking(&self, user: UserId, limit: u32) -> Result<Vec<OwnAsking>, StoreError> {
        let mut reader = self.reader().await?;
        let query = sqlx::query(ASKING).bind(*user.as_uuid()).bind(limit);
        let rows = query.fetch_all(&mut *reader).await.map_err(store_error)?;
        let row = |row: &SqliteRow| Ok(OwnAsking { room_id: row.id(0, RoomId::from_uuid)?, asked_at: row.time(1)? });
        rows.iter().map(row).collect()
    }

    async fn take_back_asking(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
    ) -> Result<Vec<Told>, StoreError> {
        let ids = vec![*room_id.as_uuid(), *user.as_uuid()];
        self.in_tx(move |tx| Box::pin(take_back(tx, FORGET_ASKING, HIDE_ASKING, ids, notes))).await
    }

    async fn remember_invited(
        &self,
        room_id: RoomId,
        by: UserId,
        users: &[UserId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let users = users.to_vec();
        self.in_tx(move |tx| Box::pin(remember(tx, room_id, by, users, now))).await
    }

    async fn sent_invitations(
        &self,
        by: UserId,
        only: Option<RoomId>,
        limit: u32,
    ) -> Result<Vec<SentInvitation>, StoreError> {
        let mut reader = self.reader().await?;
        let query = sqlx::query(SENT).bind(*by.as_uuid()).bind(only.map(|room| *room.as_uuid())).bind(limit);
        let rows = query.fetch_all(&mut *reader).await.map_err(store_error)?;
        let row = |row: &SqliteRow| {
            let (room_id, user_id) = (row.id(0, RoomId::from_uuid)?, row.id(1, UserId::from_uuid)?);
            Ok(SentInvitation { room_id, user_id, invited_at: row.time(2)? })
        };
        rows.iter().map(row).collect()
    }

    async fn take_back_invitation(
        &self,
        room_id: RoomId,
        user: UserId,
        by: UserId,
        notes: Vec<UserNote>,
    ) -> Result<Vec<Told>, StoreError> {
        let ids = vec![*room_id.as_uuid(), *user.as_uuid(), *by.as_uuid()];
        self.in_tx(move |tx| Box::pin(take_back(tx, FORGET_INVITATION, FORGET_SENT, ids, notes))).await
    }

    async fn own_invites(&self, user: UserId, now: Timestamp, limit: u32) -> Result<Vec<OwnInvite>, StoreError> {
        let mut reader = self.reader().await?;
        let query = sqlx::query(INVITES).bind(*user.as_uuid()).bind(now.as_micros()).bind(limit);
        let rows = query.fetch_all(&mut *reader).await.map_err(store_error)?;
        let row = |row: &SqliteRow| Ok(OwnInvite { room_id: row.id(6, RoomId::from_uuid)?, invite: invite(row)? });
        rows.iter().map(row).collect()
    }
}

/// Forgets what waits and tells of it; and takes away in any case what its maker sees.
async fn take_back(
    tx: &mut SqliteConnection,
    forget: &'static str,
    hide: &'static str,
    ids: Vec<uuid::Uuid>,
    notes: Vec<UserNote>,
) -> Result<Vec<Told>, StoreError> {
    let bound = |sql: &'static str| ids.iter().fold(sqlx::query(sql), |query, id| query.bind(*id));
    bound(hide).execute(&mut *tx).await.map_err(store_error)?;
    match bound(forget).execute(&mut *tx).await.map_err(store_error)?.rows_affected() {
        0 => Ok(Vec::new()),
        _ => notes::write(tx, &notes).await,
    }
}

async fn remember(
    tx: &mut SqliteConnection,
    room_id: RoomId,
    by: UserId,
    users: Vec<UserId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let gone = notes::departed(tx, users.iter().copied().chain([by])).await?;
    let query = sqlx::query(ROOM).bind(*room_id.as_uuid());
    let room = query.fetch_optional(&mut *tx).await.map_err(store_error)?.map(|row| row.value::<i64>(0)).transpose()?;
    let Some(room_no) = room.filter(|_| !gone.contains(&by)) else { return Ok(()) };
    let users: Vec<UserId> = users.into_iter().filter(|user| !gone.contains(user)).collect();
    let bind = |bound: Bind, user: &UserId| {
        bound.bind(room_no).bind(*user.as_uuid()).bind(*by.as_uuid()).bind(now.as_micros())
    };
    REMEMBER.execute(tx, &users, bind).await.map(drop)
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements = crate::plans::Statements {
    many: &[&REMEMBER],
    single: &[ASKING, FORGET_ASKING, HIDE_ASKING, ROOM, SENT, FORGET_SENT, FORGET_INVITATION, INVITES],
};
