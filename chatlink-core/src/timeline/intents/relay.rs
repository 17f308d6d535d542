//! Sends what hosts posted.

use super::{IntentBody, IntentEnd, IntentRow, RejectedIntent};
use crate::{
    context::Context,
    error::{Coded as _, StoreError},
    timeline::{NewMessage, Sending, TalkError, Timeline},
};
use chatlink_protocol::{ErrorCode, RoomId, Timestamp};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

/// How often it looks when nobody nudges.
const LOOK: Duration = Duration::from_millis(500);
/// Intents taken at once.
const CHUNK: u32 = 200;
/// What was taken and not settled by then was taken by a node that died: the message's name keeps it from being sent
/// twice.
const CLAIM: Duration = Duration::from_secs(10);

/// Sends committed intents: each room's in the order of inserting, rooms side by side.
pub(crate) struct Relay {
    context: Arc<Context>,
    timeline: Arc<Timeline>,
    wake: Arc<Notify>,
}

impl Relay {
    pub(crate) fn new(context: Arc<Context>, timeline: Arc<Timeline>, wake: Arc<Notify>) -> Self {
        Self { context, timeline, wake }
    }

    pub(crate) async fn run(self) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.context.stop.cancelled() => return,
                _ = looks.tick() => {}
                () = self.wake.notified() => {}
            }
            loop {
                match self.pass().await {
                    Ok(true) if !self.context.stop.is_cancelled() => {}
                    Ok(_) => break,
                    Err(error) => {
                        tracing::warn!(error = %crate::Chain(&error), "intents were not relayed; the next look tries again");
                        break;
                    }
                }
            }
        }
    }

    /// Takes and sends some; whether there may be more to do now.
    async fn pass(&self) -> Result<bool, StoreError> {
        let now = self.context.now();
        let taken = self.context.store.claim_intents(CHUNK, now.minus(CLAIM), now).await;
        let taken = self.context.observe(taken)?;
        if taken.is_empty() {
            return Ok(false);
        }
        let mut rooms: BTreeMap<RoomId, Vec<IntentRow>> = BTreeMap::new();
        for row in taken {
            rooms.entry(row.room_id).or_default().push(row);
        }
        let mut sending = JoinSet::new();
        for rows in rooms.into_values() {
            sending.spawn(send_in_order(self.context.clone(), self.timeline.clone(), rows));
        }
        // A room whose task panicked keeps its claim until that is over.
        let mut ends = Vec::new();
        while let Some(room) = sending.join_next().await {
            ends.extend(room.unwrap_or_default());
        }
        let put_off = ends.iter().any(|(_, end)| *end == IntentEnd::Later);
        let settled = self.context.store.settle_intents(now, ends, self.context.now()).await;
        self.context.observe(settled)?;
        Ok(!put_off)
    }
}

/// One room's, one after the other; the first that has to wait lets those behind it wait, too.
async fn send_in_order(context: Arc<Context>, timeline: Arc<Timeline>, rows: Vec<IntentRow>) -> Vec<(u64, IntentEnd)> {
    let mut ends = Vec::with_capacity(rows.len());
    let mut waits = false;
    for row in rows {
        let end = if waits { IntentEnd::Later } else { send(&timeline, &row).await };
        waits |= end == IntentEnd::Later;
        if let IntentEnd::Rejected(code) = end {
            tracing::warn!(number = row.number, room = %row.room_id, code, "an intent of the host became no message");
            tell(&context, &row, code, context.now());
        }
        ends.push((row.number, end));
    }
    ends
}

async fn send(timeline: &Timeline, row: &IntentRow) -> IntentEnd {
    let Ok(body) = serde_json::from_str::<IntentBody>(&row.body) else {
        return IntentEnd::Rejected(ErrorCode::Malformed.name());
    };
    match try_to_send(timeline, row, body).await {
        Ok(()) => IntentEnd::Sent,
        // It may be sent, and nobody knows: under the same name it is found.
        Err(TalkError::Store(_)) => IntentEnd::Later,
        // A muted sender would hold up everybody else's in the room.
        Err(error) if error.code().retry() && !matches!(error, TalkError::Muted(_)) => IntentEnd::Later,
        Err(error) => IntentEnd::Rejected(error.code().name()),
    }
}

async fn try_to_send(timeline: &Timeline, row: &IntentRow, body: IntentBody) -> Result<(), TalkError> {
    let IntentBody { text, reply_to, thread, mentions, mentions_all, expires_in } = body;
    let plain = Sending::words(row.client_id, &text);
    let message: NewMessage = Sending { reply_to, thread, mentions, mentions_all, expires_in, ..plain }.parse()?;
    match row.sender_id {
        Some(sender) => timeline.send(sender, row.room_id, message).await.map(drop),
        None => timeline.send_as_system(row.room_id, message).await.map(drop),
    }
}

fn tell(context: &Context, row: &IntentRow, code: &str, at: Timestamp) {
    let Some(ear) = &context.ear else { return };
    let IntentRow { number, client_id, room_id, sender_id, .. } = *row;
    ear.tell_rejected(RejectedIntent { number, client_id, room_id, sender_id, code: code.to_owned(), at });
}
