//! Delivers to one webhook: what is due, each room's events in their order, rooms side by side.

use super::{
    batch::{BATCH_EVENTS, Batch},
    desk::{Delivery, Desk, Flown},
    patience::{Waits, after_failure},
    port::{Begun, DueRoom},
    post::{Answered, WebhookPost},
    webhook::{Failing, Webhook, WebhookId, WebhookRow, WebhookState},
};
use crate::{
    context::Context,
    error::StoreError,
    jobs::{Ended, JobLease, WorkError},
    metrics::Meter,
};
use chatlink_protocol::{RoomId, Seq, Timestamp};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Deliveries of a webhook at one time, each of another room; one that fails is tried by one.
const SIDE_BY_SIDE: usize = 8;
/// How often it looks when nothing is committed on this node.
const LOOK: Duration = Duration::from_secs(1);
/// What is committed within so long goes together.
const GATHER: Duration = Duration::from_millis(20);
/// How long deliveries may take to their end when the node stops.
const LAST: Duration = Duration::from_millis(500);
/// Rooms of one look of the sweep, the time between two looks, and between two sweeps: at first and at the longest.
const SWEPT: u32 = 500;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
const BETWEEN_SWEEPS: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(300));

/// One webhook's deliveries. Dropping it breaks them off; what was not settled goes out again, as it was.
pub(super) struct Courier {
    context: Arc<Context>,
    id: WebhookId,
    lease: JobLease,
    desk: Desk,
    waits: Waits,
    sweep: Sweep,
    /// Behind which room the next look begins, so that each has its turn.
    place: Option<RoomId>,
    /// As the store has it, as far as it is known here.
    failing: Failing,
    /// When the last failure was noted: what began before says nothing more.
    failed_at: Timestamp,
}

/// Where the sweep is.
struct Sweep {
    after: Option<RoomId>,
    next: Instant,
    rest: Duration,
}

impl Courier {
    pub(super) fn new(context: Arc<Context>, post: Arc<dyn WebhookPost>, id: WebhookId, lease: JobLease) -> Self {
        let sweep = Sweep { after: None, next: Instant::now(), rest: BETWEEN_SWEEPS.0 };
        let (failing, failed_at) = (Failing::default(), Timestamp::EPOCH);
        let (desk, waits, place) = (Desk::new(post), Waits::default(), None);
        Self { context, id, lease, desk, waits, sweep, place, failing, failed_at }
    }

    /// Until the webhook is removed, or the node stops.
    pub(super) async fn run(mut self) -> Result<Ended, WorkError> {
        let context = self.context.clone();
        let mut committed = context.committed.subscribe();
        loop {
            // What is committed from here on is looked for once more.
            committed.mark_unchanged();
            let Some(row) = self.find().await? else { return Ok(Ended::Done) };
            let mut tick = Instant::now() + LOOK;
            if row.webhook.state == WebhookState::Active {
                self.sweep().await?;
                self.begin(&row).await?;
                tick = tick.min(self.sweep.next);
            }
            tokio::select! {
                biased;
                () = context.stop.cancelled() => {
                    let _ = timeout(LAST, self.finish(&row.webhook)).await;
                    return Ok(Ended::Interrupted);
                }
                flown = self.desk.next() => self.settle(&row.webhook, flown).await?,
                // The sender lives as long as the engine.
                _ = committed.changed() => sleep(GATHER).await,
                () = sleep_until(tick) => {}
            }
        }
    }

    async fn find(&mut self) -> Result<Option<WebhookRow>, StoreError> {
        let row = self.context.observe(self.context.store.find_webhook(self.id).await)?;
        if let Some(row) = &row {
            self.failing = row.webhook.failing.clone();
        }
        Ok(row)
    }

    /// One look of the sweep, if it is time for it.
    async fn sweep(&mut self) -> Result<(), StoreError> {
        if Instant::now() < self.sweep.next {
            return Ok(());
        }
        let swept = self.context.store.sweep_webhook(self.id, self.sweep.after, SWEPT).await;
        self.sweep.after = self.context.observe(swept)?;
        let rest = match self.sweep.after {
            Some(_) => BETWEEN_LOOKS,
            None => std::mem::replace(&mut self.sweep.rest, BETWEEN_SWEEPS.1),
        };
        self.sweep.next = Instant::now() + rest;
        Ok(())
    }

    /// Begins as many deliveries as may be.
    async fn begin(&mut self, row: &WebhookRow) -> Result<(), StoreError> {
        let now = self.context.now();
        let most = if self.failing.attempts > 0 { 1 } else { SIDE_BY_SIDE };
        let free = most.saturating_sub(self.desk.len());
        if free == 0 || self.failing.due_at.is_some_and(|due| now < due) {
            return Ok(());
        }
        let (mut batches, mut idle) = (Vec::new(), Vec::new());
        for due in self.look(free, now).await? {
            match self.batch(&due, now).await? {
                Some(batch) => batches.push(batch),
                None => idle.push(Begun { room_id: due.room_id, until: due.sent }),
            }
        }
        if !idle.is_empty() {
            self.context.observe(self.context.store.settle_deliveries(self.id, idle).await)?;
        }
        let begun: Vec<_> = batches.iter().map(|batch| Begun { room_id: batch.room_id, until: batch.until }).collect();
        if begun.is_empty() || !self.keep(begun).await? {
            return Ok(());
        }
        let secrets = row.secrets.open(&self.context.keys, self.id, self.context.entropy.as_ref(), now)?;
        batches.into_iter().for_each(|batch| self.desk.send(&row.webhook.url, &secrets, batch, now));
        match secrets.renewed {
            Some(renewed) => {
                let before = row.secrets.current.clone();
                let replaced = self.context.store.replace_webhook_secrets(self.id, before, renewed).await;
                self.context.observe(replaced).map(drop)
            }
            None => Ok(()),
        }
    }

    /// Keeps the ends of deliveries; `false`: another node delivers, or nobody may.
    async fn keep(&self, begun: Vec<Begun>) -> Result<bool, StoreError> {
        self.context.observe(self.context.store.begin_deliveries(self.id, self.lease, begun).await)
    }

    /// Rooms whose turn it is: due, with nothing under way, and not waiting after a failure.
    async fn look(&mut self, free: usize, now: Timestamp) -> Result<Vec<DueRoom>, StoreError> {
        let limit = u32::try_from(free + self.desk.len() + self.waits.len()).unwrap_or(u32::MAX);
        let mut found = Vec::new();
        // Round once: from its place to the end, and from the beginning.
        for after in [self.place, None] {
            let due = self.context.observe(self.context.store.due_rooms(self.id, after, limit).await)?;
            for room in due {
                let is_free = !self.desk.holds(room.room_id) && !self.waits.waits(room.room_id, now);
                if is_free && found.len() < free && !found.contains(&room) {
                    found.push(room);
                }
            }
            if found.len() == free || self.place.is_none() {
                break;
            }
        }
        self.place = found.last().map(|room| room.room_id);
        Ok(found)
    }

    async fn batch(&self, due: &DueRoom, now: Timestamp) -> Result<Option<Batch>, StoreError> {
        let reader = crate::timeline::Reader::Node;
        let limit = due.until.map_or(BATCH_EVENTS, |until| span(due.sent, until));
        let page = self.context.store.events(due.room_id, reader, due.sent, limit, now).await;
        let events = self.context.observe(page)?.map(|page| page.events).unwrap_or_default();
        Batch::of(self.id, &self.context.installation.epoch, due, &events)
    }

    /// Notes what became of deliveries. The cursor moves here and nowhere else: after the receiver's word.
    async fn settle(&mut self, webhook: &Webhook, flown: Vec<Flown>) -> Result<(), StoreError> {
        let (now, meter) = (self.context.now(), self.context.meter.clone());
        let (mut taken, mut failed) = (Vec::new(), None);
        for flown in flown {
            let Delivery { room_id, until, events, begun_at } = flown.delivery;
            if flown.answered == Answered::Taken {
                taken.push(Begun { room_id, until });
                self.waits.taken(room_id);
                Meter::one(&meter.webhooks_taken);
                Meter::more(&meter.webhook_events, events);
                continue;
            }
            Meter::one(&meter.webhooks_failed);
            self.waits.failed(room_id, self.context.entropy.as_ref(), now);
            if begun_at >= self.failed_at || flown.answered == Answered::Gone {
                failed = Some(flown.answered);
            }
        }
        let was_taken = !taken.is_empty();
        if was_taken {
            self.context.observe(self.context.store.settle_deliveries(self.id, taken).await)?;
        }
        match failed {
            Some(Answered::Gone) => self.note_failure(webhook, Answered::Gone, now).await,
            Some(answered) if !was_taken => self.note_failure(webhook, answered, now).await,
            _ if was_taken && self.failing.attempts > 0 => {
                tracing::info!(webhook = %self.id, host = webhook.url.host(), "a webhook takes deliveries again");
                self.note(Failing::default(), WebhookState::Active).await
            }
            _ => Ok(()),
        }
    }

    async fn note_failure(&mut self, webhook: &Webhook, answered: Answered, now: Timestamp) -> Result<(), StoreError> {
        let (failing, state) = after_failure(&self.failing, answered, self.context.entropy.as_ref(), now);
        let (id, host, attempts) = (self.id, webhook.url.host(), failing.attempts);
        match failing.due_at {
            Some(due) => {
                let wait = due.since(now).as_secs();
                tracing::warn!(webhook = %id, host, attempts, wait, error = %answered, "a webhook failed");
            }
            None => {
                tracing::error!(webhook = %id, host, attempts, error = %answered, "a webhook is disabled: nothing more is told to it");
            }
        }
        self.failed_at = now;
        self.note(failing, state).await
    }

    async fn note(&mut self, failing: Failing, state: WebhookState) -> Result<(), StoreError> {
        self.failing = failing.clone();
        self.context.observe(self.context.store.note_webhook(self.id, failing, state).await).map(drop)
    }

    /// Waits for what is under way.
    async fn finish(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        while self.desk.len() > 0 {
            let flown = self.desk.next().await;
            self.settle(webhook, flown).await?;
        }
        Ok(())
    }
}

/// How many events lie between.
fn span(after: Seq, until: Seq) -> u32 {
    u32::try_from(until.0.saturating_sub(after.0)).unwrap_or(BATCH_EVENTS).max(1)
}
