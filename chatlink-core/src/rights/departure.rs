//! What a deleted account leaves behind it: groups to be left, messages and corrections to be taken back. A job,
//! written with the deletion, that survives restarts and bears repetition: each step finds done what was
//! done, and every event is made by the ordinary committer.

use super::{OwnCorrection, OwnMessage, OwnPlace};
use crate::{
    context::Context,
    error::StoreError,
    jobs::{Ended, Policy, Repeat, Run, WorkError, Worker},
    timeline::{TalkError, Timeline},
};
use async_trait::async_trait;
use chatlink_protocol::{ClientId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// The kind of the job.
pub(crate) const KIND: &str = "chatlink.departure";
/// Messages or corrections taken back at once: they commit together and hold no writer up for long.
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
    /// Whether the messages are done, and this is a place among the corrections.
    #[serde(default)]
    corrections: bool,
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
        let mut corrections = noted.as_ref().is_some_and(|noted| noted.corrections);
        let mut after = noted.map(|Progress { room_id, client_id, .. }| OwnPlace { room_id, client_id });
        loop {
            let (last, count) = match corrections {
                false => self.messages_back(user_id, after).await?,
                true => self.corrections_back(user_id, after).await?,
            };
            let Some(last) = last else {
                if corrections {
                    return Ok(Ended::Done);
                }
                (corrections, after) = (true, None);
                continue;
            };
            taken_back += count;
            let OwnPlace { room_id, client_id } = last;
            let progress = Progress { room_id, client_id, taken_back, corrections };
            run.note(serde_json::to_value(progress).unwrap_or_default());
            after = Some(last);
            if run.is_stopping() {
                return Ok(Ended::Interrupted);
            }
        }
    }
}

/// The last place of a page that was taken back, and how many it had; `None`: there was nothing any more.
type TakenBack = (Option<OwnPlace>, u64);

impl Departure {
    async fn messages_back(&self, user: UserId, after: Option<OwnPlace>) -> Result<TakenBack, WorkError> {
        let page = self.context.store.own_messages(user, after, CHUNK, self.context.now()).await;
        let page = self.context.observe(page)?;
        let taken = (page.last().map(OwnMessage::place), page.len() as u64);
        let acts = page.into_iter().map(|message| {
            let timeline = self.timeline.clone();
            async move { timeline.take_back(user, message.room_id, message.id).await }
        });
        all_at_once(acts).await.map_err(|error| WorkError::Passing(error.into()))?;
        Ok(taken)
    }

    async fn corrections_back(&self, user: UserId, after: Option<OwnPlace>) -> Result<TakenBack, WorkError> {
        let page = self.context.store.own_corrections(user, after, CHUNK, self.context.now()).await;
        let page = self.context.observe(page)?;
        let taken = (page.last().map(|correction| correction.place), page.len() as u64);
        let acts = page.into_iter().map(|OwnCorrection { place, message_id, id, .. }| {
            let timeline = self.timeline.clone();
            async move { timeline.take_correction_back(user, place.room_id, message_id, id).await }
        });
        all_at_once(acts).await.map_err(|error| WorkError::Passing(error.into()))?;
        Ok(taken)
    }
}

/// All of a page at once: the committer writes them together.
async fn all_at_once<F>(acts: impl Iterator<Item = F>) -> Result<(), TalkError>
where
    F: Future<Output = Result<(), TalkError>> + Send + 'static,
{
    let mut acts: JoinSet<_> = acts.collect();
    while let Some(done) = acts.join_next().await {
        done.map_err(|panic| StoreError::Corrupt(panic.into()))??;
    }
    Ok(())
}

/// Leaves every group that the person's row still stands in; direct rooms keep their two people.
pub(super) async fn leave_groups(context: &Context, timeline: &Arc<Timeline>, user: UserId) -> Result<(), TalkError> {
    let rooms = context.observe(context.store.memberships(user).await)?;
    for chunk in rooms.chunks(CHUNK as usize) {
        let acts = chunk.iter().map(|membership| {
            let (timeline, room) = (timeline.clone(), membership.room_id);
            async move { timeline.depart(user, room).await }
        });
        all_at_once(acts).await?;
    }
    Ok(())
}
