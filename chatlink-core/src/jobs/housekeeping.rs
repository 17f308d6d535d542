//! What nobody needs any more is forgotten, a recurring job a kind, in chunks: no transaction of it
//! holds a writer up for long.

use super::{
    policy::{Policy, Repeat},
    worker::{Ended, Run, WorkError, Worker},
};
use crate::{context::Context, error::StoreError, identity::Leftover, people::REPORTED_KEPT};
use async_trait::async_trait;
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// Rows of one transaction.
const CHUNK: u32 = 100;
/// How long a dead job is kept for operators to see.
const DEAD_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
const MINUTE: Duration = Duration::from_secs(60);

/// Forgets one kind of thing.
struct Purge {
    context: Arc<Context>,
    what: Purged,
}

#[derive(Clone, Copy)]
enum Purged {
    /// The words of messages whose time has come. Every read filters on that time itself: this is for
    /// the disk.
    Messages,
    Identity(Leftover),
    DeadJobs,
    /// The words that old reports carry.
    Reported,
}

/// The workers of housekeeping.
pub(crate) fn workers(context: &Arc<Context>) -> Vec<Arc<dyn Worker>> {
    let identity = Leftover::ALL.map(Purged::Identity);
    let all = [Purged::Messages, Purged::DeadJobs, Purged::Reported].into_iter().chain(identity);
    all.map(|what| Arc::new(Purge { context: context.clone(), what }) as Arc<dyn Worker>).collect()
}

#[async_trait]
impl Worker for Purge {
    fn kind(&self) -> &'static str {
        match self.what {
            Purged::Messages => "chatlink.purge.messages",
            Purged::DeadJobs => "chatlink.purge.dead_jobs",
            Purged::Reported => "chatlink.purge.reported",
            Purged::Identity(Leftover::Attempts) => "chatlink.purge.attempts",
            Purged::Identity(Leftover::Spendings) => "chatlink.purge.spendings",
            Purged::Identity(Leftover::Refusals) => "chatlink.purge.refusals",
            Purged::Identity(Leftover::LoginFailures) => "chatlink.purge.login_failures",
            Purged::Identity(Leftover::Sessions) => "chatlink.purge.sessions",
            Purged::Identity(Leftover::Ends) => "chatlink.purge.ends",
            Purged::Identity(Leftover::FactorOffers) => "chatlink.purge.factor_offers",
            Purged::Identity(Leftover::Ceremonies) => "chatlink.purge.ceremonies",
            Purged::Identity(Leftover::SecurityEvents) => "chatlink.purge.security_events",
            Purged::Identity(Leftover::Usernames) => "chatlink.purge.usernames",
            Purged::Identity(Leftover::Departures) => "chatlink.purge.departures",
            Purged::Identity(Leftover::Texts) => "chatlink.purge.texts",
            Purged::Identity(Leftover::Breakers) => "chatlink.purge.breakers",
        }
    }

    fn policy(&self) -> Policy {
        // An idle store is written to twice a run: what hurries nobody waits.
        let (busy, idle) = match self.what {
            Purged::Messages => (MINUTE / 12, MINUTE / 3),
            Purged::DeadJobs | Purged::Reported => (MINUTE, MINUTE * 60),
            Purged::Identity(Leftover::Sessions) => (MINUTE, MINUTE * 2),
            Purged::Identity(_) => (MINUTE, MINUTE * 10),
        };
        Policy { repeat: Repeat::Every { busy, idle }, first_wait: MINUTE / 12, longest_wait: MINUTE * 5 }
    }

    async fn work(&self, run: &Run) -> Result<Ended, WorkError> {
        let mut removed = 0_u64;
        loop {
            let chunk = self.chunk().await?;
            removed += u64::from(chunk);
            run.note(json!({ "removed": removed }));
            match (chunk < CHUNK, removed) {
                (true, 0) => return Ok(Ended::Nothing),
                (true, _) => return Ok(Ended::Done),
                (false, _) if run.is_stopping() => return Ok(Ended::Interrupted),
                // Who waits to write goes first.
                (false, _) => tokio::task::yield_now().await,
            }
        }
    }
}

impl Purge {
    /// How many it forgot; fewer than a chunk: nothing is left.
    async fn chunk(&self) -> Result<u32, StoreError> {
        let (store, now) = (&self.context.store, self.context.now());
        self.context.observe(match self.what {
            Purged::Messages => store.purge_expired(now, CHUNK).await,
            Purged::DeadJobs => store.purge_dead(now.minus(DEAD_KEPT), CHUNK).await,
            Purged::Reported => store.erase_reported(now.minus(REPORTED_KEPT), CHUNK).await,
            Purged::Identity(what) => store.purge_identity(what, CHUNK, now).await,
        })
    }
}
