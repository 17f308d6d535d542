//! The runtime that all work runs on, and the way of a call into it.

use crate::ChatError;
use std::{future::Future, pin::Pin, sync::OnceLock, time::Duration};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::oneshot,
    task::AbortHandle,
};

/// Threads that drive tasks. No task computes for long.
const WORKERS: usize = 2;
/// Threads on which foreign code may stand still: observers, token stores. More of it waits for its turn.
const ASIDE: usize = 128;
/// How long a thread that has nothing to do stays.
const IDLE: Duration = Duration::from_secs(10);

static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();

/// Starts tasks from whichever thread foreign code comes in on.
#[derive(Clone, Debug)]
pub(crate) struct Tasks(Handle);

impl Tasks {
    /// The process has one runtime, made when it is first needed, which stays.
    pub(crate) fn new() -> Result<Self, ChatError> {
        let made = RUNTIME.get_or_init(|| {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(WORKERS).max_blocking_threads(ASIDE).thread_keep_alive(IDLE);
            builder.thread_name("chatlink").enable_all().build().ok()
        });
        made.as_ref().map(|runtime| Self(runtime.handle().clone())).ok_or(ChatError::NoThreads)
    }

    /// Does the work of a call in a task of its own: it runs to its end, even if nobody waits for it any more.
    pub(crate) async fn call<T, E>(
        &self,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, ChatError>
    where
        T: Send + 'static,
        E: Into<ChatError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.spawn(Box::pin(async move { drop(reply.send(work.await)) }));
        answer.await.map_err(|_| ChatError::Stopped)?.map_err(Into::into)
    }

    /// Starts what runs until it is aborted.
    pub(crate) fn start(&self, work: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        self.spawn(Box::pin(work))
    }

    /// All tasks are of one type: what drives a task is in the library once, and not once a call.
    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) -> AbortHandle {
        self.0.spawn(work).abort_handle()
    }
}

/// Calls foreign code, on a thread that may stand still meanwhile. `None`: it panicked.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
