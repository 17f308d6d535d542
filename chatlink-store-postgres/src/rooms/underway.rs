//! What people have under way at the doors of rooms.

use super::invites::invite;
use crate::{
    PostgresStore,
    error::store_error,
    locks, notes,
    rows::{Bind, Many, Read},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Timestamp, UserId},
    rooms::{OwnAsking, OwnInvite, SentInvitation, UnderwayStore},
    timeline::{Told, UserNote},
};
use sqlx::{PgConnection, postgres::PgRow};

const ASKING: &str = "SELECT room_id, asked_at FROM asking
     WHERE user_id = $1 AND NOT taken_back ORDER BY asked_at DESC, room_id DESC LIMIT $2";

const FORGET_ASKING: &str = "DELETE FROM asking
     WHERE room_id = $1 AND user_id = $2 AND declined_at IS NULL";

/// Of a declined one, which goes on saying that nobody is to hear of him for a while.
const HIDE_ASKING: &str = "UPDATE asking SET taken_back = true
     WHERE room_id = $1 AND user_id = $2";

const REMEMBER: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "invited_by uuid", "invited_at bigint"],
    sql: "INSERT INTO sent_invitations (room_id, user_id, invited_by, invited_at)
          SELECT k.room_id, k.user_id, k.invited_by, k.invited_at FROM k
          WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.room_id = k.room_id AND m.user_id = k.user_id)
          ON CONFLICT DO NOTHING",
};

const ROOM: &str = "SELECT 1 FROM rooms WHERE room_id = $1";

const SENT: &str = "SELECT room_id, user_id, invited_at FROM sent_invitations
     WHERE invited_by = $1 AND ($2::uuid IS NULL OR room_id = $2)
     ORDER BY invited_at DESC, room_id DESC, user_id DESC LIMIT $3";

const FORGET_SENT: &str = "DELETE FROM sent_invitations
     WHERE room_id = $1 AND user_id = $2 AND invited_by = $3";

const FORGET_INVITATION: &str = "DELETE FROM invitations
     WHERE room_id = $1 AND user_id = $2 AND invited_by = $3
       AND declined_at IS NULL";

const INVITES: &str = "SELECT i.invite_id, i.created_by, i.created_at, i.max_uses, i.uses, i.expires_at, i.room_id
     FROM invites i
     WHERE i.created_by = $1 AND coalesce(i.uses < i.max_uses, true) AND coalesce(i.expires_at > $2, true)
     ORDER BY i.created_at DESC, i.invite_id DESC LIMIT $3";

#[async_trait]
impl UnderwayStore for PostgresStore {
    async fn own_asking(&self, user: UserId, limit: u32) -> Result<Vec<OwnAsking>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query = sqlx::query(ASKING).bind(*user.as_uuid()).bind(i64::from(limit));
            let rows = query.fetch_all(&mut *reader).await.map_err(store_error)?;
            let row = |row: &PgRow| Ok(OwnAsking { room_id: row.id(0, RoomId::from_uuid)?, asked_at: row.time(1)? });
            rows.iter().map(row).collect()
        })
        .await
    }

    async fn take_back_asking(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
    ) -> Result<Vec<Told>, StoreError> {
        let ids = vec![*user.as_uuid()];
        self.in_tx(move |tx| Box::pin(take_back(tx, FORGET_ASKING, HIDE_ASKING, room_id, ids, notes))).await
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
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query =
                sqlx::query(SENT).bind(*by.as_uuid()).bind(only.map(|room| *room.as_uuid())).bind(i64::from(limit));
            let rows = query.fetch_all(&mut *reader).await.map_err(store_error)?;
            let row = |row: &PgRow| {
                let (room_id, user_id) = (row.id(0, RoomId::from_uuid)?, row.id(1, UserId::from_uuid)?);
                Ok(SentInvitation { room_id, user_id, invited_at: row.time(2)? })
            };
            rows.iter().map(row).collect()
        })
        .await
    }

    async fn take_back_invitation(
        &self,
        room_id: RoomId,
        user: UserId,
        by: UserId,
        notes: Vec<UserNote>,
    ) -> Result<Vec<Told>, StoreError> {
        let ids = vec![*user.as_uuid(), *by.as_uuid()];
        self.in_tx(move |tx| Box::pin(take_back(tx, FORGET_INVITATION, FORGET_SENT, room_id, ids, notes))).await
    }

    async fn own_invites(&self, user: UserId, now: Timestamp, limit: u32) -> Result<Vec<OwnInvite>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let query = sqlx::query(INVITES).bind(*user.as_uuid()).bind(now.as_micros()).bind(i64::from(limit));
            let rows = query.fetch_all(&mut *reader).await.map_err(store_error)?;
            let row = |row: &PgRow| Ok(OwnInvite { room_id: row.id(6, RoomId::from_uuid)?, invite: invite(row)? });
            rows.iter().map(row).collect()
        })
        .await
    }
}

/// Forgets what waits and tells of it; and takes away in any case what its maker sees. The room is locked: who comes in
/// by it is in before, or does not come.
async fn take_back(
    tx: &mut PgConnection,
    forget: &'static str,
    hide: &'static str,
    room_id: RoomId,
    ids: Vec<uuid::Uuid>,
    notes: Vec<UserNote>,
) -> Result<Vec<Told>, StoreError> {
    locks::room(tx, room_id).await?;
    let first = |sql: &'static str| sqlx::query(sql).bind(*room_id.as_uuid());
    let bound = |sql: &'static str| ids.iter().fold(first(sql), |query, id| query.bind(*id));
    bound(hide).execute(&mut *tx).await.map_err(store_error)?;
    match bound(forget).execute(&mut *tx).await.map_err(store_error)?.rows_affected() {
        0 => Ok(Vec::new()),
        _ => notes::write(tx, &notes).await,
    }
}

async fn remember(
    tx: &mut PgConnection,
    room_id: RoomId,
    by: UserId,
    users: Vec<UserId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    locks::room(tx, room_id).await?;
    let gone = notes::departed(tx, users.iter().copied().chain([by])).await?;
    let room = sqlx::query(ROOM).bind(*room_id.as_uuid()).fetch_optional(&mut *tx).await.map_err(store_error)?;
    if room.is_none() || gone.contains(&by) {
        return Ok(());
    }
    let users: Vec<UserId> = users.into_iter().filter(|user| !gone.contains(user)).collect();
    let bind = |bound: Bind, user: &UserId| {
        bound.bind(*room_id.as_uuid()).bind(*user.as_uuid()).bind(*by.as_uuid()).bind(now.as_micros())
    };
    REMEMBER.execute(tx, &users, bind).await
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements {
    many: &[&REMEMBER],
    single: &[ASKING, FORGET_ASKING, HIDE_ASKING, ROOM, SENT, FORGET_SENT, FORGET_INVITATION, INVITES],
};
