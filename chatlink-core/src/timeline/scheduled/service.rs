//! The use cases of messages that wait for their time.

use super::{SCHEDULED, Scheduled, ScheduledRow, ScheduledWords};
use crate::{
    context::Context,
    error::{Invalid, StoreError},
    limiter::Cost,
    realtime::Hub,
    rooms::Right,
    timeline::{Content, Sending, TalkError, Timeline},
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

    /// Keeps a message until `send_at`, in place of one of the same name that waits. Whether it may be said is asked
    /// now and again when it is sent. Idempotent.
    ///
    /// # Errors
    /// A wrong field, not a member, without the right to write, too many, being sent, too fast, or the store.
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
        let Content::Written(text) = message.content else {
            return Err(Invalid::field("forward", "not_later", "what is passed on goes at once").into());
        };
        if message.poll.is_some() {
            return Err(Invalid::field("poll", "not_later", "polls are asked at once").into());
        }
        for (field, given) in [("thread", message.thread.is_some()), ("expires_in", message.expires_in.is_some())] {
            if given {
                return Err(Invalid::field(field, "not_later", "a message for later is a plain one").into());
            }
        }
        self.timeline.allowed(me, room_id, Right::Write).await?;
        let words = ScheduledWords {
            text: text.into_string(),
            reply_to: message.reply_to,
            mentions: message.mentions,
            mentions_all: message.mentions_all,
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
