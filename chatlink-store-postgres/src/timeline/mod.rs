//! Timelines on PostgreSQL.

mod corrections;
mod decide;
mod govern;
mod join;
mod load;
mod mentions;
mod pins;
mod polls;
mod propose;
mod purge;
mod read;
mod row;
mod threads;
mod write;

pub(crate) use corrections::{state as correction_state, words as correction_words};
pub(crate) use read::fill;
pub(crate) use row::{item, item_columns, message_rest, shown};
pub(crate) use threads::unread_of_thread;

use crate::{PostgresStore, error::store_error, notes, rows::Read};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{
        EventId, RoomId, Seq, Timestamp, UserId, UserSeq,
        frame::{Head, UserEvent},
    },
    timeline::{
        Act, Appended, EventsPage, Heads, MessageFacts, Reader, TimelinePage, TimelineStore, Told, UserNote, Window,
    },
};
use sqlx::PgConnection;

const HEADS: &str = "SELECT 0::bigint, room_id, head_seq, receipts_rev FROM rooms
         WHERE room_id = ANY($1)
         UNION ALL
         SELECT 1, user_id, user_seq, 0 FROM user_log_heads
         WHERE user_id = ANY($2)
         UNION ALL
         SELECT 2, user_id, 0, 0 FROM accounts
         WHERE state = 'deleted' AND user_id = ANY($2)";

#[async_trait]
impl TimelineStore for PostgresStore {
    async fn append(&self, batch: Vec<Act>, now: Timestamp) -> Result<Appended, StoreError> {
        self.in_tx_again((batch, now), |tx, (batch, now)| Box::pin(append(tx, batch, now))).await
    }

    async fn events(
        &self,
        room_id: RoomId,
        reader: Reader,
        after: Seq,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<EventsPage>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            read::events(&mut connection, room_id, reader, after, limit, now).await
        })
        .await
    }

    async fn timeline(
        &self,
        room_id: RoomId,
        reader: Reader,
        window: Window,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<TimelinePage>, StoreError> {
        self.in_read(move |tx| Box::pin(read::timeline(tx, room_id, reader, None, (window, limit), now))).await
    }

    async fn find_message(
        &self,
        room_id: RoomId,
        message_id: EventId,
        now: Timestamp,
    ) -> Result<Option<MessageFacts>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            read::find_message(&mut connection, room_id, message_id, now).await
        })
        .await
    }

    async fn purge_expired(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        self.purge(now, limit).await
    }

    async fn heads(&self, rooms: &[RoomId], users: &[UserId]) -> Result<Heads, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            heads(&mut connection, rooms, users).await
        })
        .await
    }

    async fn note(&self, notes: Vec<UserNote>, _now: Timestamp) -> Result<Vec<Told>, StoreError> {
        self.in_tx_again(notes, |tx, notes| Box::pin(async move { notes::write(tx, &notes).await })).await
    }

    async fn user_log(
        &self,
        user: UserId,
        after: UserSeq,
        limit: u32,
    ) -> Result<(Vec<UserEvent>, UserSeq), StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            notes::read(&mut connection, user, after, limit).await
        })
        .await
    }
}

/// The whole of an append: lock the rooms, load what the batch names, decide in order, write.
async fn append(tx: &mut PgConnection, batch: Vec<Act>, now: Timestamp) -> Result<Appended, StoreError> {
    let mut state = load::Loaded::of(tx, &batch, now).await?;
    let mut plan = decide::Plan::default();
    let outcomes = batch.into_iter().map(|act| plan.decide(&mut state, act, now)).collect();
    let touched: Vec<_> = state.rooms.into_values().filter(|room| room.touched).collect();
    let told = write::write(tx, plan, &touched).await?;
    Ok(Appended { outcomes, told })
}

async fn heads(connection: &mut PgConnection, rooms: &[RoomId], users: &[UserId]) -> Result<Heads, StoreError> {
    let mut heads = Heads { users: users.iter().map(|user| (*user, UserSeq(0))).collect(), ..Heads::default() };
    let rows = sqlx::query(HEADS)
        .bind(rooms.iter().map(|room| *room.as_uuid()).collect::<Vec<_>>())
        .bind(users.iter().map(|user| *user.as_uuid()).collect::<Vec<_>>())
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    for row in rows {
        match row.value::<i64>(0)? {
            0 => {
                heads.rooms.insert(row.id(1, RoomId::from_uuid)?, Head { seq: row.seq(2)?, rev: row.count(3)? });
            }
            1 => {
                heads.users.insert(row.id(1, UserId::from_uuid)?, UserSeq(row.count(2)?));
            }
            _ => {
                heads.gone.insert(row.id(1, UserId::from_uuid)?);
            }
        }
    }
    Ok(heads)
}

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::sql::Statements] = &[
    corrections::STATEMENTS,
    load::STATEMENTS,
    mentions::STATEMENTS,
    pins::STATEMENTS,
    polls::STATEMENTS,
    purge::STATEMENTS,
    read::STATEMENTS,
    threads::STATEMENTS,
    write::STATEMENTS,
    crate::sql::Statements { many: &[], single: &[HEADS] },
];
