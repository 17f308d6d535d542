//! Rooms on PostgreSQL.

mod admission;
mod asking;
pub(crate) mod avatars;
mod first_contact;
mod invites;
mod list;
mod member;
mod open;
mod public;
pub(crate) mod receipts;
mod underway;

use crate::{PostgresStore, people::version, rows::Read as _};
use async_trait::async_trait;
use bytes::Bytes;
use chatlink_core::{
    StoreError,
    people::{AvatarSize, AvatarVersion},
    protocol::{RoomId, Timestamp, UserId, frame::Receipt},
    rooms::{
        Authz, CreateGroup, DirectPair, Inbox, MemberRow, Membership, NewGroup, OpenDirect, PrefsChange, ReceiptMark,
        ReceiptsFlushed, RoomPlace, RoomRow, RoomSettings, RoomStore,
    },
    timeline::{Life, Told, UserNote},
};

use sqlx::postgres::PgRow;
use std::collections::HashMap;

/// Whether a room `r` is a direct one in which one blocked the other, or one's account is gone.
macro_rules! severed {
    () => {
        "EXISTS (SELECT 1 FROM direct_rooms d WHERE d.room_id = r.room_id AND (
            EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = d.low AND b.blocked = d.high)
            OR EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = d.high AND b.blocked = d.low)
            OR EXISTS (SELECT 1 FROM accounts a WHERE a.user_id IN (d.low, d.high) AND a.state <> 'active')))"
    };
}
pub(crate) use severed;

/// What its admins set of a room `r`, beside the title: as [`settings`] reads it.
macro_rules! settings_columns {
    () => {
        "r.topic, r.posting, r.visibility, r.join_rule, r.language, r.level, r.expires_in, r.avatar"
    };
}
pub(crate) use invites::pass;
pub(crate) use settings_columns;

/// The settings in a row whose title stands at `title`, and whose [`settings_columns`] begin at `first`.
pub(crate) fn settings(row: &PgRow, title: usize, first: usize) -> Result<RoomSettings, StoreError> {
    Ok(RoomSettings {
        title: row.value(title)?,
        topic: row.value(first)?,
        posting: row.name(first + 1)?,
        visibility: row.name(first + 2)?,
        join: row.name(first + 3)?,
        language: row.maybe_name(first + 4)?,
        level: row.maybe_name(first + 5)?,
        expires_in: row.value::<Option<i64>>(first + 6)?.map(life).transpose()?,
        avatar: version(row, first + 7)?,
    })
}

fn life(seconds: i64) -> Result<Life, StoreError> {
    let life = u64::try_from(seconds).ok().and_then(|seconds| Life::from_secs(seconds).ok());
    life.ok_or_else(|| StoreError::corrupt("a life out of range"))
}

#[async_trait]
impl RoomStore for PostgresStore {
    async fn open_direct(
        &self,
        room_id: RoomId,
        pair: DirectPair,
        opener: UserId,
        created: Vec<UserNote>,
        accepted: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<OpenDirect, StoreError> {
        let opening = open::Opening { room_id, pair, opener, created, accepted };
        self.in_tx(move |tx| Box::pin(open::open_direct(tx, opening, now))).await
    }

    async fn create_group(
        &self,
        group: NewGroup,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<CreateGroup, StoreError> {
        self.in_tx(move |tx| Box::pin(open::create_group(tx, group, notes, now))).await
    }

    async fn load_authz(&self, room_id: RoomId) -> Result<Option<Authz>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            member::load_authz(&mut connection, room_id).await
        })
        .await
    }

    async fn accept(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        _now: Timestamp,
    ) -> Result<Option<Vec<Told>>, StoreError> {
        self.in_tx(move |tx| Box::pin(open::accept(tx, room_id, user, notes))).await
    }

    async fn decline(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        _now: Timestamp,
    ) -> Result<Option<Vec<Told>>, StoreError> {
        self.in_tx(move |tx| Box::pin(open::decline(tx, room_id, user, notes))).await
    }

    async fn list_rooms(
        &self,
        user: UserId,
        inbox: Inbox,
        after: Option<RoomPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<RoomRow>, StoreError> {
        self.in_read(move |tx| Box::pin(list::list(tx, user, inbox, after, limit, now))).await
    }

    async fn find_room(&self, user: UserId, room_id: RoomId, now: Timestamp) -> Result<Option<RoomRow>, StoreError> {
        self.in_read(move |tx| Box::pin(list::find(tx, user, room_id, now))).await
    }

    async fn badge(&self, user: UserId, now: Timestamp) -> Result<u32, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            list::badge(&mut connection, user, now).await
        })
        .await
    }

    async fn find_room_avatar(
        &self,
        room_id: RoomId,
        version: AvatarVersion,
        size: AvatarSize,
    ) -> Result<Option<Bytes>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            avatars::find(&mut connection, room_id, version, size).await
        })
        .await
    }

    async fn list_members(
        &self,
        room_id: RoomId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<MemberRow>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            member::list_members(&mut connection, room_id, after, limit).await
        })
        .await
    }

    async fn set_prefs(
        &self,
        user: UserId,
        room_id: RoomId,
        change: PrefsChange,
        _now: Timestamp,
    ) -> Result<Option<Told>, StoreError> {
        self.in_tx(move |tx| Box::pin(member::set_prefs(tx, user, room_id, change))).await
    }

    async fn flush_receipts(
        &self,
        marks: Vec<ReceiptMark>,
        _now: Timestamp,
    ) -> Result<Vec<ReceiptsFlushed>, StoreError> {
        self.in_tx_again(marks, |tx, marks| Box::pin(receipts::flush(tx, marks))).await
    }

    async fn list_receipts(
        &self,
        room_id: RoomId,
        only: Option<UserId>,
        limit: u32,
    ) -> Result<(u64, Vec<Receipt>), StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            receipts::list(&mut connection, room_id, only, limit).await
        })
        .await
    }

    async fn memberships_of(&self, users: &[UserId]) -> Result<HashMap<UserId, Vec<Membership>>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            list::memberships(&mut connection, users).await
        })
        .await
    }
}

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::sql::Statements] = &[
    admission::STATEMENTS,
    asking::STATEMENTS,
    avatars::STATEMENTS,
    first_contact::STATEMENTS,
    invites::STATEMENTS,
    public::STATEMENTS,
    list::STATEMENTS,
    member::STATEMENTS,
    open::STATEMENTS,
    receipts::STATEMENTS,
    underway::STATEMENTS,
];
