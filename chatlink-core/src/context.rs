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
    pub(crate) failed: watch::Sender<bool>,
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
}

/// The engine has failed: its disk did not keep what it was told to keep. Writes are refused from
/// now on; end the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the storage failed to keep a write")]
pub struct Failed;

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
            self.failed.send_replace(true);
        }
        result
    }

    /// Whether writes must be refused.
    pub(crate) fn has_failed(&self) -> bool {
        *self.failed.borrow()
    }
}
