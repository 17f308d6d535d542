//! Attempts on PostgreSQL: how they begin, are checked and end, and how they lie in their rows.

mod check;
mod end;
mod open;
mod row;

pub(super) use check::finish;
pub(super) use end::{end, end_resets};
pub(super) use row::find_any;

use super::purge;
use crate::PostgresStore;
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    identity::{
        Attempt, AttemptId, AttemptPurpose, AttemptStore, CheckOutcome, Leftover, NetworkPrefix, NewAttempt, ProofHash,
        Proved, ResendOutcome, RightCode, StartOutcome,
    },
    protocol::Timestamp,
    settings::CodeLimits,
};

#[async_trait]
impl AttemptStore for PostgresStore {
    async fn start(&self, new: NewAttempt, limits: &CodeLimits, now: Timestamp) -> Result<StartOutcome, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { open::start(tx, new, &limits, now).await })).await
    }

    async fn find_attempt(&self, purpose: AttemptPurpose, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            row::find(&mut reader, purpose, id).await
        })
        .await
    }

    async fn resend(
        &self,
        purpose: AttemptPurpose,
        id: AttemptId,
        code_mac: [u8; 32],
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<ResendOutcome, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { open::resend(tx, purpose, id, code_mac, &limits, now).await })).await
    }

    async fn admit_check(
        &self,
        purpose: AttemptPurpose,
        id: AttemptId,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<CheckOutcome, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { check::admit(tx, purpose, id, prefix, &limits, now).await })).await
    }

    async fn prove(
        &self,
        right: RightCode,
        proof: ProofHash,
        prefix: NetworkPrefix,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let limits = limits.clone();
        self.in_tx(move |tx| Box::pin(async move { check::prove(tx, right, proof, prefix, &limits, now).await })).await
    }

    async fn refuse(&self, proved: Proved, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        self.in_tx(move |tx| Box::pin(end::refuse(tx, proved, until, now))).await
    }

    async fn purge_identity(&self, what: Leftover, limit: u32, now: Timestamp) -> Result<u32, StoreError> {
        self.in_tx(move |tx| Box::pin(purge::purge(tx, what, limit, now))).await
    }
}
