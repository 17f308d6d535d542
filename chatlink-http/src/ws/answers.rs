//! Answers on their way from the half that reads to the half that writes. Nothing is kept for a socket that has none.

use chatlink_protocol::frame::Reply;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Answers that wait; the reader does not read on while they are as many.
const MOST: usize = 64;

/// Those of one socket.
#[derive(Default)]
pub(super) struct Answers {
    waiting: Mutex<Vec<Reply>>,
    came: Notify,
    went: Notify,
}

impl Answers {
    /// Adds some, once there is room.
    pub(super) async fn put(&self, replies: Vec<Reply>) {
        while self.waiting().len() >= MOST {
            self.went.notified().await;
        }
        if !replies.is_empty() {
            self.waiting().extend(replies);
            self.came.notify_one();
        }
    }

    /// Waits until there are some.
    pub(super) async fn ready(&self) {
        while self.waiting().is_empty() {
            self.came.notified().await;
        }
    }

    /// Takes all that wait.
    pub(super) fn take(&self) -> Vec<Reply> {
        let taken = std::mem::take(&mut *self.waiting());
        if !taken.is_empty() {
            self.went.notify_one();
        }
        taken
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Reply>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_protocol::frame::{Ack, ReplyResult};
    use futures_util::FutureExt as _;

    fn replies(ids: std::ops::Range<u64>) -> Vec<Reply> {
        ids.map(|id| Reply { id, result: ReplyResult::Ok(Ack::default()) }).collect()
    }

    #[tokio::test]
    async fn all_that_wait_are_taken_in_order() {
        let answers = Answers::default();
        assert!(answers.ready().now_or_never().is_none(), "there is none yet");
        answers.put(replies(0..2)).await;
        answers.put(Vec::new()).await;
        answers.put(replies(2..3)).await;
        answers.ready().await;
        assert_eq!(answers.take(), replies(0..3));
        assert!(answers.take().is_empty());
        assert!(answers.ready().now_or_never().is_none(), "all are gone");
    }

    #[tokio::test]
    async fn who_asks_for_more_than_is_written_waits() {
        let answers = Answers::default();
        answers.put(replies(0..MOST as u64)).await;
        let more = answers.put(replies(100..101));
        tokio::pin!(more);
        assert!(more.as_mut().now_or_never().is_none());
        assert_eq!(answers.take().len(), MOST);
        more.await;
        assert_eq!(answers.take(), replies(100..101));
    }
}
