//! The orderly end of sockets: an HTTP server that shuts down does not wait for upgraded connections.

use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// Ends all sockets of a router. Keep a clone of what goes into
/// [`Options::drain`](crate::Options::drain).
#[derive(Clone, Debug, Default)]
pub struct Drain {
    stop: CancellationToken,
    sockets: TaskTracker,
}

impl Drain {
    /// Closes every socket with 1012 (restart) once the answers under way are out, and waits for
    /// the last one. New ones are closed at once.
    pub async fn finish(&self) {
        self.stop.cancel();
        self.sockets.close();
        self.sockets.wait().await;
    }

    /// Resolves when the end has begun.
    pub(crate) async fn begun(&self) {
        self.stop.cancelled().await;
    }

    /// Held by a socket as long as it lives.
    pub(crate) fn hold(&self) -> TaskTrackerToken {
        self.sockets.token()
    }
}
