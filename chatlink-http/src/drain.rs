//! The orderly end of what an HTTP server that shuts down does not wait for: upgraded connections, and changes whose
//! callers hung up.

use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// Ends all sockets of a router, and lets changes under way come to their end. Keep a clone of what goes into
/// [`Options::drain`](crate::Options::drain).
#[derive(Clone, Debug, Default)]
pub struct Drain {
    stop: CancellationToken,
    work: TaskTracker,
}

impl Drain {
    /// Closes every socket with 1012 (restart) once the answers under way are out, and waits for
    /// the last one, and for the last change that a request began. New ones are closed at once.
    pub async fn finish(&self) {
        self.stop.cancel();
        self.work.close();
        self.work.wait().await;
    }

    /// Resolves when the end has begun.
    pub(crate) async fn begun(&self) {
        self.stop.cancelled().await;
    }

    /// Held by a socket as long as it lives, by a change until it is done.
    pub(crate) fn hold(&self) -> TaskTrackerToken {
        self.work.token()
    }
}
