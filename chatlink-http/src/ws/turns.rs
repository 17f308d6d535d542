//! Two halves of one task, each polled only when it was woken itself: a frame that is written does not make the reader look
//! for one that came, which is half the work of a socket in a large room.

use futures_util::task::AtomicWaker;
use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

/// Runs both until one of them ends; its answer. Where both were woken the first goes first.
pub(super) async fn until_one_ends<T>(first: impl Future<Output = T>, second: impl Future<Output = T>) -> T {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let task = Arc::new(AtomicWaker::new());
    let turns = [Turn::of(&task), Turn::of(&task)];
    let [of_first, of_second] = [0, 1].map(|at: usize| Waker::from(turns[at].clone()));
    poll_fn(|context| {
        task.register(context.waker());
        if turns[0].is_due()
            && let Poll::Ready(end) = first.as_mut().poll(&mut Context::from_waker(&of_first))
        {
            return Poll::Ready(end);
        }
        match turns[1].is_due() {
            true => second.as_mut().poll(&mut Context::from_waker(&of_second)),
            false => Poll::Pending,
        }
    })
    .await
}

/// Whether a half was woken since it was polled last; at first it was.
struct Turn {
    is_due: AtomicBool,
    task: Arc<AtomicWaker>,
}

impl Turn {
    fn of(task: &Arc<AtomicWaker>) -> Arc<Self> {
        Arc::new(Self { is_due: AtomicBool::new(true), task: task.clone() })
    }

    fn is_due(&self) -> bool {
        self.is_due.swap(false, Ordering::AcqRel)
    }
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_due.store(true, Ordering::Release);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;
    use tokio::sync::{Notify, mpsc};

    /// Counts how often it is polled.
    async fn counted<T>(count: &AtomicU32, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        poll_fn(|context| {
            count.fetch_add(1, Ordering::Relaxed);
            future.as_mut().poll(context)
        })
        .await
    }

    #[tokio::test]
    async fn each_is_polled_when_it_was_woken_and_then_alone() {
        let (read, written) = (AtomicU32::new(0), AtomicU32::new(0));
        let (frames, mut waiting) = mpsc::channel::<u32>(1);
        let reader = counted(&read, std::future::pending::<u32>());
        let writer = counted(&written, async {
            let mut sum = 0;
            while let Some(frame) = waiting.recv().await {
                sum += frame;
            }
            sum
        });
        let told = tokio::spawn(async move {
            for frame in 0..100 {
                frames.send(frame).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(until_one_ends(reader, writer).await, 4950);
        told.await.unwrap();
        assert_eq!(read.into_inner(), 1);
        assert!(written.into_inner() > 50);
    }

    type Order = std::sync::Mutex<Vec<&'static str>>;

    async fn half(notify: &Notify, name: &'static str, order: &Order) {
        notify.notified().await;
        order.lock().unwrap().push(name);
        std::future::pending::<()>().await;
    }

    #[tokio::test]
    async fn the_first_goes_first_where_both_were_woken() {
        let (one, other, order) = (Notify::new(), Notify::new(), Order::default());
        let both = until_one_ends(half(&one, "first", &order), half(&other, "second", &order));
        let wake = async {
            tokio::task::yield_now().await;
            other.notify_one();
            one.notify_one();
            tokio::task::yield_now().await;
        };
        tokio::select! { biased; () = both => {}, () = wake => {} }
        assert_eq!(*order.lock().unwrap(), ["first", "second"]);
    }
}
