//! Sends what is due.

use super::{ScheduledRow, Settling};
use crate::{
    context::Context,
    error::{Coded as _, StoreError},
    jobs::{Ended, Policy, Repeat, Run, WorkError, Worker},
    realtime::Hub,
    timeline::{TalkError, Timeline},
};
use async_trait::async_trait;
use chatlink_protocol::Timestamp;
use std::{sync::Arc, time::Duration};

/// The job's kind.
pub(crate) const KIND: &str = "chatlink.scheduled";
/// Messages taken at once.
const CHUNK: u32 = 50;
/// What was taken and not settled by then was taken by a node that died: the message's name keeps it from being
/// sent twice.
const CLAIM: Duration = Duration::from_secs(60);
/// What might be sent yet is tried again after this.
const AGAIN: Duration = Duration::from_secs(60);
/// How long after its time a message is tried that might be sent yet.
const PATIENCE: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);

/// Sends the messages whose time has come, each as its writer would.
pub(crate) struct SendDue {
    context: Arc<Context>,
    hub: Arc<Hub>,
    timeline: Arc<Timeline>,
}

impl SendDue {
    pub(crate) fn new(context: Arc<Context>, hub: Arc<Hub>, timeline: Arc<Timeline>) -> Self {
        Self { context, hub, timeline }
    }

    async fn send(&self, row: ScheduledRow, claimed_at: Timestamp) -> Result<(), StoreError> {
        let (user, client_id, until) = (row.user_id, row.client_id, row.send_at.plus(PATIENCE));
        let settling = match self.try_to_send(row).await {
            Ok(()) => Settling::Sent,
            // It may be sent, and nobody knows: it stays taken until it is tried again under the same name.
            Err(TalkError::Store(_)) if self.context.now() < until => return Ok(()),
            Err(error) if error.code().retry() && self.context.now() < until => {
                Settling::Later(self.context.now().plus(AGAIN))
            }
            Err(error) => Settling::Failed(error.code().name()),
        };
        let settled = self.context.store.settle_scheduled(user, client_id, claimed_at, settling).await;
        let told = self.context.observe(settled)?;
        self.hub.tell(told);
        Ok(())
    }

    async fn try_to_send(&self, row: ScheduledRow) -> Result<(), TalkError> {
        let ScheduledRow { user_id, room_id, client_id, words, .. } = row;
        self.timeline.send(user_id, room_id, words.sending(client_id).parse()?).await.map(drop)
    }
}

#[async_trait]
impl Worker for SendDue {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        // A message is at most so late; an idle store is written to twice a run.
        Policy {
            repeat: Repeat::Every { busy: SECOND * 2, idle: SECOND * 10 },
            first_wait: SECOND * 5,
            longest_wait: SECOND * 60,
        }
    }

    async fn work(&self, run: &Run) -> Result<Ended, WorkError> {
        let mut sent = false;
        loop {
            let now = self.context.now();
            let taken = self.context.store.claim_scheduled(CHUNK, now.minus(CLAIM), now).await;
            let due = self.context.observe(taken)?;
            if due.is_empty() {
                return Ok(if sent { Ended::Done } else { Ended::Nothing });
            }
            sent = true;
            for row in due {
                self.send(row, now).await?;
            }
            if run.is_stopping() {
                return Ok(Ended::Interrupted);
            }
        }
    }
}
