//! What many connections ask at the same time is asked of the store once: while one query runs the next ones gather.

use crate::error::StoreError;
use chatlink_protocol::UserId;
use std::collections::{HashMap, HashSet};
use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// People of one query.
const TOGETHER: usize = 256;
/// Askers that may wait; one more waits for a place.
const WAITING: usize = 4_096;

type Asker<V> = (UserId, oneshot::Sender<Result<V, StoreError>>);

/// A query about people that is made for all who ask together.
pub(super) struct Gather<V>(mpsc::Sender<Asker<V>>);

#[derive(Debug, thiserror::Error)]
#[error("the engine is stopping")]
struct Stopping;

impl<V: Clone + Default + Send + 'static> Gather<V> {
    /// `ask` answers for several people at once; who is not in its answer has the default.
    pub(super) fn start<F, A>(tasks: &TaskTracker, stop: CancellationToken, ask: F) -> Self
    where
        F: Fn(Vec<UserId>) -> A + Send + 'static,
        A: Future<Output = Result<HashMap<UserId, V>, StoreError>> + Send + 'static,
    {
        let (lane, askers) = mpsc::channel(WAITING);
        tasks.spawn(run(stop, askers, ask));
        Self(lane)
    }

    /// What is true of this person by a query that begins after this call.
    pub(super) async fn of(&self, user: UserId) -> Result<V, StoreError> {
        let (to, from) = oneshot::channel();
        self.0.send((user, to)).await.map_err(|_| stopping())?;
        from.await.map_err(|_| stopping())?
    }
}

fn stopping() -> StoreError {
    StoreError::Unavailable(Box::new(Stopping))
}

async fn run<V, F, A>(stop: CancellationToken, mut askers: mpsc::Receiver<Asker<V>>, ask: F)
where
    V: Clone + Default + Send + 'static,
    F: Fn(Vec<UserId>) -> A,
    A: Future<Output = Result<HashMap<UserId, V>, StoreError>> + Send + 'static,
{
    let mut waiting: Vec<Asker<V>> = Vec::new();
    loop {
        tokio::select! {
            count = askers.recv_many(&mut waiting, TOGETHER) => if count == 0 { return },
            () = stop.cancelled() => return,
        }
        let users: HashSet<_> = waiting.iter().map(|(user, _)| *user).collect();
        // In a task of its own: a store that panics fails those who asked, and nobody after them.
        let found = tokio::spawn(ask(users.into_iter().collect())).await;
        let found = found.unwrap_or_else(|panic| Err(StoreError::Corrupt(panic.into())));
        for (user, to) in waiting.drain(..) {
            // Who does not wait any more is none of our business.
            let _ = to.send(match &found {
                Ok(found) => Ok(found.get(&user).cloned().unwrap_or_default()),
                Err(error) => Err(error.shared()),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    use tokio::sync::Semaphore;
    use uuid::Uuid;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    /// Queries that each wait for a permit; the answer is how many there were by then.
    fn counted(permits: &Arc<Semaphore>, queries: &Arc<AtomicUsize>) -> Gather<usize> {
        let (permits, queries) = (permits.clone(), queries.clone());
        Gather::start(&TaskTracker::new(), CancellationToken::new(), move |users| {
            let (permits, queries) = (permits.clone(), queries.clone());
            async move {
                permits.acquire().await.unwrap().forget();
                let query = queries.fetch_add(1, Ordering::SeqCst) + 1;
                Ok(users.into_iter().filter(|asked| *asked != user(0)).map(|user| (user, query)).collect())
            }
        })
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_while_a_query_runs_shares_the_next_one() {
        let (permits, queries) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let gather = Arc::new(counted(&permits, &queries));
        let ask = |n| {
            let gather = gather.clone();
            tokio::spawn(async move { gather.of(user(n)).await.unwrap() })
        };
        // Time is paused: it moves on when everybody waits.
        let wait = || tokio::time::sleep(std::time::Duration::from_millis(1));
        let first = ask(1);
        wait().await;
        // The query of the first one is under way: these come too late for it, one of them twice.
        let others: Vec<_> = (0..100).chain([7]).map(ask).collect();
        wait().await;
        permits.add_permits(2);
        assert_eq!(first.await.unwrap(), 1);
        let mut answers = Vec::new();
        for other in others {
            answers.push(other.await.unwrap());
        }
        assert_eq!(answers[0], 0, "of whom nothing is known");
        assert!(answers[1..].iter().all(|query| *query == 2), "{answers:?}");
        assert_eq!(queries.load(Ordering::SeqCst), 2, "for 102 askers");
    }

    #[tokio::test]
    async fn a_store_that_panics_fails_nobody_who_asks_later() {
        let queries = AtomicUsize::new(0);
        let gather: Gather<usize> = Gather::start(&TaskTracker::new(), CancellationToken::new(), move |users| {
            let query = queries.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(query > 0, "the first query panics");
                Ok(users.into_iter().map(|user| (user, query)).collect())
            }
        });
        assert!(matches!(gather.of(user(1)).await, Err(StoreError::Corrupt(_))));
        assert_eq!(gather.of(user(1)).await.unwrap(), 1);
    }
}
