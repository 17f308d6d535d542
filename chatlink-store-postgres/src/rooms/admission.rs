//! Who comes into rooms on PostgreSQL.

use super::{asking, invites, public};
use crate::{
    PostgresStore,
    error::store_error,
    rows::{Many, Read},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{InviteId, RoomId, Timestamp, UserId},
    rooms::{
        AdmissionStore, AskToJoin, AskingRow, BanRow, CreateInvite, InviteRow, Invited, NewInvite, PublicFilter,
        PublicRow,
    },
    timeline::UserNote,
};
use sqlx::postgres::PgRow;
use std::collections::HashSet;

const LIST_BANS: &str = "SELECT b.user_id, b.banned_by, b.banned_at
         FROM bans b
         WHERE b.room_id = $1 AND ($2::bigint IS NULL OR (b.banned_at, b.user_id) < ($2, $3))
         ORDER BY b.banned_at DESC, b.user_id DESC LIMIT $4";

const BANNED: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "SELECT b.user_id FROM k JOIN bans b ON b.room_id = k.room_id AND b.user_id = k.user_id",
};

#[async_trait]
impl AdmissionStore for PostgresStore {
    async fn list_bans(
        &self,
        room_id: RoomId,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<BanRow>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            let rows = sqlx::query(LIST_BANS)
                .bind(*room_id.as_uuid())
                .bind(after.map(|(at, _)| at.as_micros()))
                .bind(after.map(|(_, user)| *user.as_uuid()))
                .bind(i64::from(limit))
                .fetch_all(&mut *connection)
                .await
                .map_err(store_error)?;
            let ban = |row: &PgRow| {
                Ok(BanRow {
                    user_id: row.id(0, UserId::from_uuid)?,
                    banned_by: row.maybe_id(1, UserId::from_uuid)?,
                    banned_at: row.time(2)?,
                })
            };
            rows.iter().map(ban).collect()
        })
        .await
    }

    async fn find_banned(&self, room_id: RoomId, users: &[UserId]) -> Result<HashSet<UserId>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            let bind = |bound: crate::rows::Bind, user: &UserId| bound.bind(*room_id.as_uuid()).bind(*user.as_uuid());
            let rows = BANNED.fetch(&mut connection, users, bind).await?;
            rows.iter().map(|row| row.id(0, UserId::from_uuid)).collect()
        })
        .await
    }

    async fn create_invite(&self, invite: NewInvite, now: Timestamp) -> Result<CreateInvite, StoreError> {
        self.in_tx(move |tx| Box::pin(invites::create(tx, invite, now))).await
    }

    async fn list_invites(&self, room_id: RoomId, now: Timestamp) -> Result<Vec<InviteRow>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            invites::list(&mut connection, room_id, now).await
        })
        .await
    }

    async fn revoke_invite(&self, room_id: RoomId, invite_id: InviteId) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(invites::revoke(tx, room_id, invite_id))).await
    }

    async fn find_invite(&self, token_hash: [u8; 32], user: UserId) -> Result<Option<Invited>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            invites::find(&mut connection, token_hash, user).await
        })
        .await
    }

    async fn list_public(
        &self,
        user: UserId,
        filter: PublicFilter,
        after: Option<(Timestamp, RoomId)>,
        limit: u32,
    ) -> Result<Vec<PublicRow>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            public::list(&mut connection, user, filter, after, limit).await
        })
        .await
    }

    async fn ask_to_join(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<AskToJoin, StoreError> {
        self.in_tx(move |tx| Box::pin(asking::ask(tx, room_id, user, notes, now))).await
    }

    async fn list_asking(
        &self,
        room_id: RoomId,
        only: Option<UserId>,
        after: Option<(Timestamp, UserId)>,
        limit: u32,
    ) -> Result<Vec<AskingRow>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            asking::list(&mut connection, room_id, only, after, limit).await
        })
        .await
    }

    async fn decline_asking(&self, room_id: RoomId, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(asking::decline(tx, room_id, user, now))).await
    }
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements { many: &[&BANNED], single: &[LIST_BANS] };
