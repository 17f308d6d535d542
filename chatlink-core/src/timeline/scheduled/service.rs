//! The use cases of messages that wait for their time.

use super::{SCHEDULED, Scheduled, ScheduledRow, ScheduledWords};
use crate::{
    context::Context,
    error::{Invalid, StoreError},
    limiter::Cost,
    realtime::Hub,
    timeline::{Content, Life, NewPoll, Sending, TalkError, Timeline},
};
use chatlink_protocol::{ClientId, RoomId, Timestamp, UserId};
use std::{sync::Arc, time::Duration};

/// How far ahead a message may be written.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Keeps messages until their time. `me` is whoever the caller authenticated.
pub struct Schedule {
    context: Arc<Context>,
    hub: Arc<Hub>,
    timeline: Arc<Timeline>,
}

impl Schedule {
    pub(crate) fn new(context: Arc<Context>, hub: Arc<Hub>, timeline: Arc<Timeline>) -> Self {
        Self { context, hub, timeline }
    }

    /// Keeps a message until `send_at`, in place of one of the same name that waits: all that a message may be but one
    /// that is passed on. Whether it may be said is asked now, as of a message that is sent at once, and again when it
    /// is sent. Idempotent.
    ///
    /// # Errors
    /// A wrong field, whatever a send is refused for, too many, being sent, too fast, or the store.
    pub async fn put(&self, me: UserId, room_id: RoomId, asked: Sending, send_at: Timestamp) -> Result<(), TalkError> {
        let now = self.context.now();
        self.context.limiter.spend(me, Cost::Send, 1, now)?;
        let mut invalid = Invalid::default();
        let message = invalid.take(asked.parse());
        if send_at <= now {
            invalid.push("send_at", "in_past", "a time to come");
        } else if send_at.since(now) > LONGEST {
            invalid.push("send_at", "too_far", "within a year");
        }
        let Some(message) = message else { return Err(invalid.into()) };
        invalid.check()?;
        let Content::Written(text) = &message.content else {
            return Err(Invalid::field("forward", "not_later", "what is passed on goes at once").into());
        };
        self.timeline.may_send(me, room_id, &message).await?;
        let words = ScheduledWords {
            text: text.as_str().to_owned(),
            reply_to: message.reply_to,
            mentions: message.mentions,
            mentions_all: message.mentions_all,
            expires_in: message.expires_in.map(Life::as_secs),
            poll: message.poll.map(NewPoll::asked),
            thread: message.thread,
        };
        let row = ScheduledRow { user_id: me, client_id: message.client_id, room_id, words, send_at, failed: None };
        self.settle(self.context.store.schedule(row).await)
    }

    /// Forgets a message that waits, or one that failed.
    ///
    /// # Errors
    /// There is none, it is being sent, too fast, or the store.
    pub async fn cancel(&self, me: UserId, client_id: ClientId) -> Result<(), TalkError> {
        self.context.limiter.spend(me, Cost::Send, 1, self.context.now())?;
        self.settle(self.context.store.cancel_scheduled(me, client_id).await)
    }

    /// One's messages that wait or failed, the next one first.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn list(&self, me: UserId) -> Result<Vec<ScheduledRow>, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        Ok(self.context.observe(self.context.store.list_scheduled(me, SCHEDULED).await)?)
    }

    fn settle(&self, changed: Result<Scheduled, StoreError>) -> Result<(), TalkError> {
        match self.context.observe(changed)? {
            Scheduled::Done(told) => {
                self.hub.tell(told);
                Ok(())
            }
            Scheduled::Unknown => Err(TalkError::NoMessage),
            Scheduled::Sending => Err(Invalid::field("send_at", "too_late", "it is being sent").into()),
            Scheduled::Full => {
                Err(Invalid::field("client_id", "too_many", format!("{SCHEDULED} messages wait at most")).into())
            }
        }
    }
}
