//! What a deleted account leaves behind it: groups to be left, and messages to be taken back. A job,
//! written with the deletion, that survives restarts and bears repetition: each step finds done what was
//! done, and every event is made by the ordinary committer.

use super::{OwnMessage, OwnPlace};
use crate::{
    context::Context,
    error::StoreError,
    jobs::{Ended, Policy, Repeat, Run, WorkError, Worker},
    rooms::RoomKind,
    timeline::{TalkError, Timeline},
};
use async_trait::async_trait;
use chatlink_protocol::{ClientId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// The kind of the job.
pub(crate) const KIND: &str = "chatlink.departure";
/// Messages taken back at once: they commit together and hold no writer up for long.
const CHUNK: u32 = 50;

/// Does what is left to do of deleted accounts.
pub(crate) struct Departure {
    context: Arc<Context>,
    timeline: Arc<Timeline>,
}

#[derive(Deserialize)]
struct Payload {
    user_id: UserId,
    take_back: bool,
}

/// How far the taking back got.
#[derive(Serialize, Deserialize)]
struct Progress {
    room_id: RoomId,
    client_id: ClientId,
    taken_back: u64,
}

impl Departure {
    pub(crate) fn new(context: Arc<Context>, timeline: Arc<Timeline>) -> Self {
        Self { context, timeline }
    }
}

#[async_trait]
impl Worker for Departure {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        // A promise to somebody who cannot ask again: given up by nobody but an operator.
        let repeat = Repeat::Once { tries: 10_000 };
        Policy { repeat, first_wait: Duration::from_secs(2), longest_wait: Duration::from_secs(15 * 60) }
    }

    async fn work(&self, run: &Run) -> Result<Ended, WorkError> {
        let payload = serde_json::from_value(run.job().payload.clone());
        let Payload { user_id, take_back } = payload.map_err(|error| WorkError::Lasting(error.into()))?;
        leave_groups(&self.context, &self.timeline, user_id).await.map_err(|error| WorkError::Passing(error.into()))?;
        if !take_back {
            return Ok(Ended::Done);
        }
        let noted = run.job().progress.clone().and_then(|noted| serde_json::from_value::<Progress>(noted).ok());
        let mut taken_back = noted.as_ref().map_or(0, |noted| noted.taken_back);
        let mut after = noted.map(|Progress { room_id, client_id, .. }| OwnPlace { room_id, client_id });
        loop {
            let page = self.context.store.own_messages(user_id, after, CHUNK, self.context.now()).await;
            let page = self.context.observe(page)?;
            let Some(last) = page.last().map(OwnMessage::place) else { return Ok(Ended::Done) };
            taken_back += page.len() as u64;
            self.take_back(user_id, page).await.map_err(|error| WorkError::Passing(error.into()))?;
            let OwnPlace { room_id, client_id } = last;
            run.note(serde_json::to_value(Progress { room_id, client_id, taken_back }).unwrap_or_default());
            after = Some(last);
            if run.is_stopping() {
                return Ok(Ended::Interrupted);
            }
        }
    }
}

impl Departure {
    /// Takes a page of messages back, all at once: the committer writes them together.
    async fn take_back(&self, user: UserId, page: Vec<OwnMessage>) -> Result<(), TalkError> {
        let mut acts = JoinSet::new();
        for message in page {
            let timeline = self.timeline.clone();
            acts.spawn(async move { timeline.take_back(user, message.room_id, message.id).await });
        }
        while let Some(done) = acts.join_next().await {
            done.map_err(|panic| StoreError::Corrupt(panic.into()))??;
        }
        Ok(())
    }
}

/// Leaves every group that the person's row still stands in.
pub(super) async fn leave_groups(context: &Context, timeline: &Timeline, user: UserId) -> Result<(), TalkError> {
    for (room, ..) in context.observe(context.store.memberships(user).await)? {
        let authz = context.observe(context.store.load_authz(room).await)?;
        if authz.is_some_and(|authz| authz.kind == RoomKind::Group) {
            timeline.depart(user, room).await?;
        }
    }
    Ok(())
}
