//! What every use case holds: the ports, the keys and the settings.

use crate::{
    clock::Clock,
    entropy::{Entropy, uuid_v7},
    error::StoreError,
    host::{Ear, Questions},
    identity::{CodeSender, Passkeys, Verifier},
    keys::Keys,
    limiter::Limiter,
    metrics::Meter,
    people::Pictures,
    previews::PreviewFetcher,
    settings::Settings,
    store::{Installation, Store},
};
use chatlink_protocol::Timestamp;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

/// Ports, keys and settings, shared by all use cases of one engine.
pub(crate) struct Context {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) sender: Arc<dyn CodeSender>,
    pub(crate) keys: Keys,
    pub(crate) settings: Settings,
    pub(crate) installation: Installation,
    /// Background work of the engine; drained at shutdown.
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    pub(crate) failed: watch::Sender<Option<Failed>>,
    pub(crate) limiter: Limiter,
    /// Where is counted what happens.
    pub(crate) meter: Arc<Meter>,
    /// The host's word on who people are; none where they log in here.
    pub(crate) verifier: Option<Arc<dyn Verifier>>,
    /// Makes avatars of files; none: no pictures are taken.
    pub(crate) pictures: Option<Arc<dyn Pictures>>,
    /// The ceremonies of passkeys; none: there are no passkeys here.
    pub(crate) passkeys: Option<Arc<dyn Passkeys>>,
    /// Who fetches pages; none: links have no previews here.
    pub(crate) previews: Option<Arc<dyn PreviewFetcher>>,
    /// The host's word on contacts and messages, where it has one.
    pub(crate) questions: Option<Questions>,
    /// Who of the host hears what was committed.
    pub(crate) ear: Option<Ear>,
    /// Wakes whoever waits for events of this node.
    pub(crate) committed: watch::Sender<()>,
}

/// Why the engine has failed. Writes are refused from now on; end the process, and start it anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The disk did not keep what it was told to keep.
    #[error("the storage failed to keep a write")]
    LostWrite,
    /// The store is of another epoch than at the start: a standby took over that may lack the last commits, or a backup was
    /// restored. What this process knows of rooms and logs need not hold there, so that nobody is connected to it any more.
    #[error(
        "the store's history is another one than at the start, as after a failover: what is known here may not hold"
    )]
    OtherHistory,
}

impl Failed {
    /// What a write is answered from now on.
    pub(crate) fn refusal(self) -> StoreError {
        StoreError::Lost(Box::new(self))
    }
}

impl Context {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh UUIDv7 of this instant.
    pub(crate) fn fresh_id(&self) -> Uuid {
        uuid_v7(self.now(), self.entropy.as_ref())
    }

    /// Looks at a store's answer on its way out: a lost write turns the whole engine failed.
    pub(crate) fn observe<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if matches!(result, Err(StoreError::Lost(_))) {
            self.fail(Failed::LostWrite);
        }
        result
    }

    /// Turns the engine failed, for good. The first reason stays.
    fn fail(&self, why: Failed) {
        self.failed.send_if_modified(|failed| failed.is_none() && failed.replace(why).is_none());
    }

    /// Why writes must be refused, if they must.
    pub(crate) fn failure(&self) -> Option<Failed> {
        *self.failed.borrow()
    }

    /// Asks the store whether it is there, and still of the history that this engine began with; else the engine fails.
    ///
    /// # Errors
    /// The store is away, or is of another history.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let epoch = self.observe(self.store.ping().await)?;
        if epoch.as_deref() == Some(self.installation.epoch.as_str()) {
            return Ok(());
        }
        self.fail(Failed::OtherHistory);
        Err(Failed::OtherHistory.refusal())
    }
}
