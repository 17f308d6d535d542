//! What a host does with intents, beside inserting them.

use super::{Intent, REJECTED_LIMIT, RejectedIntent};
use crate::{context::Context, error::StoreError};
use std::sync::Arc;
use tokio::sync::Notify;

/// The host's end of the inbox. It is the host's own: no edge leads here.
pub struct Intents {
    context: Arc<Context>,
    wake: Arc<Notify>,
}

impl Intents {
    pub(crate) fn new(context: Arc<Context>, wake: Arc<Notify>) -> Self {
        Self { context, wake }
    }

    /// Sends at once what was committed. Without it the relay looks by itself, twice a second.
    pub fn nudge(&self) {
        self.wake.notify_one();
    }

    /// Posts an intent without a transaction of the host's own: it is sent once, even if the process dies now.
    ///
    /// # Errors
    /// The store.
    pub async fn post(&self, intent: Intent) -> Result<(), StoreError> {
        self.context.observe(self.context.store.post_intent(intent).await)?;
        self.nudge();
        Ok(())
    }

    /// Intents that became no message, above a number, ascending; at most [`REJECTED_LIMIT`]. They stay until they are
    /// [forgotten](Self::forget), so that a host which missed
    /// [`AfterCommit::intent_rejected`](crate::host::AfterCommit::intent_rejected) finds them.
    ///
    /// # Errors
    /// The store.
    pub async fn rejected(&self, after: u64) -> Result<Vec<RejectedIntent>, StoreError> {
        self.context.observe(self.context.store.list_rejected(after, REJECTED_LIMIT).await)
    }

    /// Forgets rejected intents. Idempotent.
    ///
    /// # Errors
    /// The store.
    pub async fn forget(&self, numbers: Vec<u64>) -> Result<(), StoreError> {
        self.context.observe(self.context.store.forget_rejected(numbers).await)
    }
}
