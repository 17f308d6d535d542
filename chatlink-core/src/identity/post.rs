//! The way out for codes and notices: a bounded queue beside the requests, with a few tries each.

use super::{
    caller::MailLanguage,
    notice::{Notice, NoticeKind, SendError},
};
use crate::{contact::Contact, context::Context};
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Notices that may wait at once.
const PLACES: usize = 1_000;
/// Notices handed over at once.
const LANES: usize = 8;
/// Waits between tries; all within the life of a code.
const BACKOFF: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120)];

/// Sends notices after the request that caused them was decided.
pub(crate) struct Post {
    context: Arc<Context>,
    places: Arc<Semaphore>,
    lanes: Arc<Semaphore>,
}

/// A place in the queue, taken before anything is decided: what is decided can then be sent.
pub(crate) struct Place(OwnedSemaphorePermit);

impl Post {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, places: Arc::new(Semaphore::new(PLACES)), lanes: Arc::new(Semaphore::new(LANES)) }
    }

    /// A place in the queue. `None`: it is full.
    pub(crate) fn reserve(&self) -> Option<Place> {
        self.places.clone().try_acquire_owned().ok().map(Place)
    }

    /// Sends by the queue. Lost when the process ends before: whoever waits asks for another.
    pub(crate) fn send(&self, place: Place, to: Contact, kind: NoticeKind, language: MailLanguage) {
        let notice = Notice { kind, language, product: self.context.settings.product_name.clone() };
        if self.context.sender.take_at_once(&to, &notice) {
            return;
        }
        let (context, lanes) = (self.context.clone(), self.lanes.clone());
        self.context.tasks.spawn(async move {
            let stop = context.stop.clone();
            tokio::select! {
                () = deliver(&context, &lanes, &to, &notice) => {}
                () = stop.cancelled() => {}
            }
            drop(place.0);
        });
    }
}

async fn deliver(context: &Context, lanes: &Semaphore, to: &Contact, notice: &Notice) {
    for wait in BACKOFF.map(Some).into_iter().chain([None]) {
        let lane = lanes.acquire().await;
        let sent = context.sender.send(to, notice).await;
        drop(lane);
        match (sent, wait) {
            (Ok(()), _) => return,
            (Err(SendError::Unavailable(_)), Some(wait)) => tokio::time::sleep(wait).await,
            // The cause may quote the address: its kind alone is logged.
            (Err(error), _) => return tracing::warn!(kind = to.kind().as_str(), %error, "a notice was not delivered"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ScriptedSender, chat_with};
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_notice_is_tried_again_until_it_is_out() {
        let sender = ScriptedSender::failing(3);
        let identity = chat_with(sender.clone()).await;
        let post = &identity.identity().post;
        let to: Contact = "ana@example.org".parse().unwrap();
        post.send(post.reserve().unwrap(), to, NoticeKind::PasswordChanged, MailLanguage::English);
        sender.wait_for(4).await;
        assert_eq!(sender.delivered(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_queue_is_told_before_anything_is_decided() {
        let identity = chat_with(ScriptedSender::failing(0)).await;
        let post = &identity.identity().post;
        let places: Vec<_> = std::iter::from_fn(|| post.reserve()).collect();
        assert_eq!(places.len(), PLACES);
        let caller = super::super::Caller::default();
        let refused = identity.identity().start_registration(&caller, "ana@example.org").await;
        assert!(matches!(refused, Err(super::super::StartError::Busy)));
        drop(places);
        assert!(identity.identity().start_registration(&caller, "ana@example.org").await.is_ok());
    }
}
