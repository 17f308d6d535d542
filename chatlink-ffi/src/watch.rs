//! Subscriptions: one task each, which tells its observer a snapshot and then what changed.

use crate::{
    alive::Alive,
    tasks::{Tasks, aside},
};
use chatlink_client::{Change, Keyed, Watched};
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::task::AbortHandle;

/// An observer listens as long as this object lives. Dropping it ends that as [`stop`](Self::stop) does.
#[derive(Debug, uniffi::Object)]
pub struct Subscription {
    task: AbortHandle,
    stopped: Arc<AtomicBool>,
    _alive: Alive,
}

#[uniffi::export]
impl Subscription {
    /// Ends it: from now on no call to the observer begins, and one that runs comes to its end. May be called from inside
    /// the observer, and more than once.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.task.abort();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What an observer may throw. It changes nothing but this: the next time it is told the whole list.
#[derive(Clone, Debug, thiserror::Error, uniffi::Error)]
pub enum ObserverError {
    /// It did not take in what it was told.
    #[error("the observer failed")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ObserverError {
    /// What was thrown is not looked at: a stack trace may name anything.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

/// What the observer of a list is told.
pub(crate) enum News<T> {
    /// This is the list.
    Snapshot(Vec<T>),
    /// This changed of it, one after the other.
    Changes(Vec<Change<T>>),
    /// Nothing changes any more.
    End,
}

/// An observer, and whether it still wants to hear.
pub(crate) struct Ear<O: ?Sized> {
    observer: Arc<O>,
    stopped: Arc<AtomicBool>,
    _alive: Alive,
}

impl<O: ?Sized + Send + Sync + 'static> Ear<O> {
    /// Tells it something, and waits until it took it in. `false`: it threw.
    pub(crate) async fn tell(&self, tell: impl FnOnce(&O) -> Result<(), ObserverError> + Send + 'static) -> bool {
        let (observer, stopped) = (self.observer.clone(), self.stopped.clone());
        let told = aside(move || if stopped.load(Ordering::Acquire) { Ok(()) } else { tell(&observer) }).await;
        let heard = matches!(told, Some(Ok(())));
        if !heard {
            tracing::warn!("an observer threw");
        }
        heard
    }
}

impl Subscription {
    /// Starts the task that talks to the observer.
    pub(crate) fn of<O, W>(tasks: &Tasks, observer: Arc<O>, talk: impl FnOnce(Ear<O>) -> W) -> Arc<Self>
    where
        O: ?Sized,
        W: Future<Output = ()> + Send + 'static,
    {
        let stopped = Arc::new(AtomicBool::new(false));
        let ear = Ear { observer, stopped: stopped.clone(), _alive: Alive::new() };
        Arc::new(Self { task: tasks.start(talk(ear)), stopped, _alive: Alive::new() })
    }

    /// Tells an observer of a list, which is opened in the subscription's own task.
    pub(crate) fn to_list<T, O, L>(
        tasks: &Tasks,
        list: L,
        observer: Arc<O>,
        tell: fn(&O, News<T>) -> Result<(), ObserverError>,
    ) -> Arc<Self>
    where
        T: Keyed + Clone + Send + Sync + 'static,
        O: ?Sized + Send + Sync + 'static,
        L: Future<Output = Option<Watched<T>>> + Send + 'static,
    {
        Self::of(tasks, observer, |ear| async move {
            if let Some(list) = list.await {
                follow(list, &ear, tell).await;
            }
            ear.tell(move |observer| tell(observer, News::End)).await;
        })
    }
}

async fn follow<T, O>(mut list: Watched<T>, ear: &Ear<O>, tell: fn(&O, News<T>) -> Result<(), ObserverError>)
where
    T: Keyed + Clone + Send + Sync + 'static,
    O: ?Sized + Send + Sync + 'static,
{
    let mut news = News::Snapshot(list.snapshot().to_vec());
    loop {
        let heard = ear.tell(move |observer| tell(observer, news)).await;
        let Some(changes) = list.next().await else { return };
        // Who missed a batch cannot place the next one.
        news = if heard { News::Changes(changes) } else { News::Snapshot(list.snapshot().to_vec()) };
    }
}

/// An index as it goes out. Lists are bounded far below its end.
pub(crate) fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
