//! What members keep for themselves, on PostgreSQL: stars, hidden messages, drafts.

mod drafts;
mod marks;
mod own;
mod stars;

pub(crate) use marks::{forget_members, forget_messages};
pub(crate) use own::{fill, hide_events};

use crate::PostgresStore;
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{Timestamp, UserId},
    timeline::{
        Told,
        mine::{DraftRow, Marked, MessageMark, MineStore, StarPlace, StarRow},
    },
};

#[async_trait]
impl MineStore for PostgresStore {
    async fn star(&self, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
        self.in_tx(move |tx| Box::pin(marks::star(tx, mark, now))).await
    }

    async fn unstar(&self, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
        self.in_tx(move |tx| Box::pin(marks::unstar(tx, mark, now))).await
    }

    async fn list_stars(
        &self,
        user: UserId,
        after: Option<StarPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<StarRow>, StoreError> {
        self.in_read(move |tx| Box::pin(stars::list(tx, user, after, limit, now))).await
    }

    async fn hide(&self, mark: MessageMark, now: Timestamp) -> Result<Marked, StoreError> {
        self.in_tx(move |tx| Box::pin(marks::hide(tx, mark, now))).await
    }

    async fn set_draft(&self, user: UserId, draft: DraftRow) -> Result<Option<Told>, StoreError> {
        self.in_tx(move |tx| Box::pin(drafts::set(tx, user, draft))).await
    }

    async fn list_drafts(&self, user: UserId, limit: u32) -> Result<Vec<DraftRow>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            drafts::list(&mut connection, user, limit).await
        })
        .await
    }
}

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::sql::Statements] =
    &[drafts::STATEMENTS, marks::STATEMENTS, own::STATEMENTS, stars::STATEMENTS];
