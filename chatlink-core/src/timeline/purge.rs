//! Erases the bytes of messages whose time has come. Nobody waits for it: every read and delivery
//! filters on the time itself.

use crate::context::Context;
use std::{sync::Arc, time::Duration};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(5);
/// Messages of one transaction: short enough that no send waits long behind it.
const CHUNK: u32 = 100;

pub(super) async fn run(context: Arc<Context>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = context.stop.cancelled() => return,
        }
        loop {
            match context.observe(context.store.purge_expired(context.now(), CHUNK).await) {
                Ok(erased) if erased == CHUNK && !context.stop.is_cancelled() => tokio::task::yield_now().await,
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(error = %crate::Chain(&error), "expired messages were not erased; they are tried again");
                    break;
                }
            }
        }
    }
}
