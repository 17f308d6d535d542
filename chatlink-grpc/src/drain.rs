//! The orderly end of what a server that shuts down does not wait for: streams, and changes whose callers hung up.

use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// Ends all streams of a router, and lets changes under way come to their end. Keep a clone of what goes into
/// [`Options::drain`](crate::Options::drain).
#[derive(Clone, Debug, Default)]
pub struct Drain {
    stop: CancellationToken,
    work: TaskTracker,
}

impl Drain {
    /// Ends every stream with `UNAVAILABLE` once the answers under way are out, and waits for the last one, and for the
    /// last change that a call began. New streams are ended at once.
    pub async fn finish(&self) {
        self.stop.cancel();
        self.work.close();
        self.work.wait().await;
    }

    /// Resolves when the end has begun.
    pub(crate) async fn begun(&self) {
        self.stop.cancelled().await;
    }

    /// Whether the end has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Held by a stream as long as it lives, by a change until it is done.
    pub(crate) fn hold(&self) -> TaskTrackerToken {
        self.work.token()
    }
}
