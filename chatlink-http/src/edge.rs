//! What every handler of this edge can ask for as axum state.

use crate::Options;
use axum::extract::FromRef;
use chatlink_core::ChatLink;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Uploads at once on this node: 32 files of 5 MiB.
pub(crate) const UPLOADS: usize = 32;

/// The state of the router: the engine and the edge's options. Handlers take
/// `State<ChatLink>` where the engine is all they need.
#[derive(Clone)]
pub struct Edge {
    /// The engine.
    pub chat: ChatLink,
    /// How this edge was set up.
    pub options: Arc<Options>,
    /// Files that may be in memory at once.
    pub(crate) uploads: Arc<Semaphore>,
}

impl FromRef<Edge> for ChatLink {
    fn from_ref(edge: &Edge) -> Self {
        edge.chat.clone()
    }
}

impl FromRef<Edge> for Arc<Options> {
    fn from_ref(edge: &Edge) -> Self {
        edge.options.clone()
    }
}
