//! The orderly end of what a server that shuts down does not wait for: connections, and changes whose callers hung up.

use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// Ends all connections of an edge, and lets changes under way come to their end. An edge takes one with its options; keep a
/// clone of it.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    stop: CancellationToken,
    work: TaskTracker,
}

impl Drain {
    /// Ends every connection of the edge as its transport says "restart" (WebSocket 1012, gRPC `UNAVAILABLE`), once the
    /// answers under way are out, and waits for the last one, and for the last change that a call began. New ones are ended
    /// at once.
    pub async fn finish(&self) {
        self.stop.cancel();
        self.work.close();
        self.work.wait().await;
    }

    /// For edges: resolves when the end has begun.
    pub async fn begun(&self) {
        self.stop.cancelled().await;
    }

    /// For edges: whether the end has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// For edges: what is held by a connection as long as it lives, by a change until it is done.
    pub fn hold(&self) -> TaskTrackerToken {
        self.work.token()
    }
}
