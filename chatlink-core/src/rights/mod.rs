//! What people may ask of what is kept about them: all of it, and that it goes.
//!
//! An [`Export`] gives a person everything that is kept of them, page by page. A deletion is one verb
//! of the store ([`RightsStore::delete_account`]): after it the account and all that was the person's
//! alone is gone, and nobody can tell it from a block. What makes events is left to a durable job that
//! the same verb writes ([`departure`]): groups are left, and messages taken back where that was asked,
//! through the ordinary committer.

mod delete;
mod departure;
mod export;
mod port;

pub use delete::{DeleteError, DeleteExternalError};
pub use export::{Export, ExportError, OwnAccount, Part};
pub use port::{
    DEPARTED_KEPT, Deleted, Deletion, Deletor, OwnCorrection, OwnMessage, OwnPlace, OwnReport, RightsStore,
};

pub(crate) use departure::{Departure, KIND as DEPARTURE};

use crate::{context::Context, identity::Identity, people::People, realtime::Hub, timeline::Timeline};
use std::sync::Arc;
use tokio::sync::Notify;

/// The use cases of data rights.
#[derive(Clone)]
pub struct Rights {
    context: Arc<Context>,
    identity: Arc<Identity>,
    timeline: Arc<Timeline>,
    people: Arc<People>,
    hub: Arc<Hub>,
    /// Wakes this node's runner of jobs.
    wake: Arc<Notify>,
}

/// What becomes of a deleted account's messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Words {
    /// They stay, under "deleted account".
    #[default]
    Stay,
    /// They are taken back, all of them.
    TakenBack,
}

impl Rights {
    pub(crate) fn new(
        context: Arc<Context>,
        identity: Arc<Identity>,
        timeline: Arc<Timeline>,
        people: Arc<People>,
        hub: Arc<Hub>,
        wake: Arc<Notify>,
    ) -> Self {
        Self { context, identity, timeline, people, hub, wake }
    }
}
