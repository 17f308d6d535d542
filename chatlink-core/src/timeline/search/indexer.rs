//! Keeps a store's index of messages up with what is written: a durable job, so that a node that dies
//! leaves nothing behind.

use crate::{
    context::Context,
    jobs::{Ended, Policy, Repeat, Run, WorkError, Worker},
};
use async_trait::async_trait;
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// Pieces of one call.
const CHUNK: u32 = 32;
const SECOND: Duration = Duration::from_secs(1);

/// Asks the store to index what is new. Until it did, search reads that itself.
pub(crate) struct Indexer(pub(crate) Arc<Context>);

#[async_trait]
impl Worker for Indexer {
    fn kind(&self) -> &'static str {
        "chatlink.search.index"
    }

    fn policy(&self) -> Policy {
        let repeat = Repeat::Every { busy: SECOND * 5, idle: SECOND * 30 };
        Policy { repeat, first_wait: SECOND * 5, longest_wait: SECOND * 300 }
    }

    async fn work(&self, run: &Run) -> Result<Ended, WorkError> {
        let mut indexed = 0_u64;
        loop {
            let chunk = self.0.observe(self.0.store.index_messages(CHUNK, self.0.now()).await)?;
            indexed += u64::from(chunk);
            run.note(json!({ "indexed": indexed }));
            match (chunk < CHUNK, indexed) {
                (true, 0) => return Ok(Ended::Nothing),
                (true, _) => return Ok(Ended::Done),
                (false, _) if run.is_stopping() => return Ok(Ended::Interrupted),
                // Who waits to write goes first.
                (false, _) => tokio::task::yield_now().await,
            }
        }
    }
}
