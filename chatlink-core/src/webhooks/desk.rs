//! The deliveries of a webhook that are under way.

use super::{
    batch::Batch,
    post::{Answered, SignedPost, WebhookPost},
    secret::OpenSecrets,
    url::WebhookUrl,
};
use chatlink_protocol::{RoomId, Seq, Timestamp};
use std::{collections::HashSet, sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::timeout};
use tokio_util::task::AbortOnDropHandle;

/// How long a delivery may take, whoever posts it: that one has a shorter deadline of its own.
const DEADLINE: Duration = Duration::from_secs(15);

/// Posts, and knows of which rooms something is under way.
pub(super) struct Desk {
    post: Arc<dyn WebhookPost>,
    under_way: JoinSet<Flown>,
    rooms: HashSet<RoomId>,
}

/// A delivery, without its words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivery {
    pub(super) room_id: RoomId,
    pub(super) until: Seq,
    pub(super) events: u64,
    pub(super) begun_at: Timestamp,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flown {
    pub(super) delivery: Delivery,
    pub(super) answered: Answered,
}

impl Desk {
    pub(super) fn new(post: Arc<dyn WebhookPost>) -> Self {
        Self { post, under_way: JoinSet::new(), rooms: HashSet::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.rooms.len()
    }

    /// Whether something of that room is under way.
    pub(super) fn holds(&self, room: RoomId) -> bool {
        self.rooms.contains(&room)
    }

    /// Signs a batch and lets it go.
    pub(super) fn send(&mut self, url: &WebhookUrl, secrets: &OpenSecrets, batch: Batch, now: Timestamp) {
        let Batch { room_id, until, events, message_id, body, .. } = batch;
        let signature = secrets.sign(&message_id, now.as_secs(), &body);
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("webhook-id", message_id),
            ("webhook-timestamp", now.as_secs().to_string()),
            ("webhook-signature", signature),
        ];
        let delivery = Delivery { room_id, until, events, begun_at: now };
        let signed = SignedPost { url: url.clone(), headers, body };
        self.rooms.insert(room_id);
        self.under_way.spawn(fly(self.post.clone(), signed, delivery));
    }

    /// Waits for the next one that ends, and answers it with all others that have; for ever while nothing is under way.
    pub(super) async fn next(&mut self) -> Vec<Flown> {
        let Some(first) = self.under_way.join_next().await else { return std::future::pending().await };
        let mut ended = vec![first];
        while let Some(more) = self.under_way.try_join_next() {
            ended.push(more);
        }
        // None of them panics: whoever posts has a task of its own.
        let ended: Vec<Flown> = ended.into_iter().filter_map(Result::ok).collect();
        for flown in &ended {
            self.rooms.remove(&flown.delivery.room_id);
        }
        ended
    }
}

/// Posts once. A panic and a hang of whoever posts end with it.
async fn fly(post: Arc<dyn WebhookPost>, signed: SignedPost, delivery: Delivery) -> Flown {
    let call = AbortOnDropHandle::new(tokio::spawn(async move { post.post(signed).await }));
    let answered = match timeout(DEADLINE, call).await {
        Ok(Ok(answered)) => answered,
        Ok(Err(_)) => Answered::Failed,
        Err(_) => Answered::Late,
    };
    Flown { delivery, answered }
}
