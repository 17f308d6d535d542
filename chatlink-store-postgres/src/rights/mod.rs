//! Data rights on PostgreSQL: what a deletion erases, and what only exports read.

mod erase;
mod read;

use crate::{PostgresStore, identity, jobs, locks};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    identity::Settled,
    protocol::{ReportId, Timestamp, UserId},
    rights::{Deleted, Deletion, OwnCorrection, OwnMessage, OwnPlace, OwnReport, RightsStore},
    settings::CodeLimits,
};
use sqlx::PgConnection;

#[async_trait]
impl RightsStore for PostgresStore {
    async fn delete_account(&self, deletion: Deletion, now: Timestamp) -> Result<Settled<Deleted>, StoreError> {
        self.in_tx_again((deletion, now), |tx, (deletion, now)| Box::pin(delete(tx, deletion, now))).await
    }

    async fn find_external(&self, external_id: &str) -> Result<Option<UserId>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            read::find_external(&mut reader, external_id).await
        })
        .await
    }

    async fn own_messages(
        &self,
        user: UserId,
        after: Option<OwnPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<OwnMessage>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            read::messages(&mut reader, user, after, limit, now).await
        })
        .await
    }

    async fn own_corrections(
        &self,
        user: UserId,
        after: Option<OwnPlace>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<OwnCorrection>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            read::corrections(&mut reader, user, after, limit, now).await
        })
        .await
    }

    async fn own_reports(
        &self,
        user: UserId,
        before: Option<(Timestamp, ReportId)>,
        limit: u32,
    ) -> Result<Vec<OwnReport>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            read::reports(&mut reader, user, before, limit).await
        })
        .await
    }

    async fn admit_export(
        &self,
        trace: [u8; 32],
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { identity::admit_export(tx, &trace, &limits, now).await })).await
    }
}

async fn delete(tx: &mut PgConnection, deletion: Deletion, now: Timestamp) -> Result<Settled<Deleted>, StoreError> {
    // In the order of all locks: who writes in a room, or for the person, is waited for and then waits.
    locks::rooms_of(tx, deletion.user_id).await?;
    let ended = match identity::depart(tx, &deletion, now).await? {
        Settled::Gone => return Ok(Settled::Gone),
        Settled::FactorUsed => return Ok(Settled::FactorUsed),
        Settled::Done(None) => return Ok(Settled::Done(Deleted::Stale)),
        Settled::Done(Some(ended)) => ended,
    };
    locks::person(tx, deletion.user_id).await?;
    let rooms = erase::rooms_of(tx, deletion.user_id).await?;
    erase::all(tx, deletion.user_id).await?;
    jobs::add(tx, deletion.job, now).await?;
    Ok(Settled::Done(Deleted::Deleted { sessions: ended, rooms }))
}

#[cfg(test)]
pub(crate) const STATEMENTS: &[crate::sql::Statements] = &[erase::STATEMENTS, read::STATEMENTS];
