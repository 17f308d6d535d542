//! The use cases of what members keep for themselves, and of who has read.

use super::{Draft, DraftRow, Marked, MessageMark, StarPlace, StarRow};
use crate::{
    context::Context,
    cursor,
    error::{Invalid, StoreError},
    limiter::Cost,
    realtime::Hub,
    timeline::{TalkError, Timeline, UserNote},
};
use chatlink_protocol::{EventId, RoomId, UserId};
use serde_json::{Value, json};
use std::{future::Future, sync::Arc};

/// Stars of one page at most.
pub const STARS_LIMIT: u32 = 100;
/// Drafts that are listed at most: there is one a room.
const DRAFTS: u32 = 1_000;

/// Stars, hides, keeps drafts. `me` is whoever the caller authenticated.
pub struct Mine {
    context: Arc<Context>,
    hub: Arc<Hub>,
    timeline: Arc<Timeline>,
}

/// A page of stars.
#[derive(Clone, Debug, PartialEq)]
pub struct StarPage {
    /// Newest star first.
    pub items: Vec<StarRow>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

impl Mine {
    pub(crate) fn new(context: Arc<Context>, hub: Arc<Hub>, timeline: Arc<Timeline>) -> Self {
        Self { context, hub, timeline }
    }

    /// Stars a message for oneself. Idempotent.
    ///
    /// # Errors
    /// Not a member, no such message or a gone one, too many, too fast, or the store.
    pub async fn star(&self, me: UserId, room: RoomId, message: EventId) -> Result<(), TalkError> {
        let mark = mark(me, room, message, "star", json!({ "room_id": room, "starred": true }));
        self.settle(me, self.context.store.star(mark, self.context.now())).await
    }

    /// Takes one's star off a message. Idempotent.
    ///
    /// # Errors
    /// Not a member, no such message, too fast, or the store.
    pub async fn unstar(&self, me: UserId, room: RoomId, message: EventId) -> Result<(), TalkError> {
        let mark = mark(me, room, message, "star", json!({ "room_id": room, "starred": false }));
        self.settle(me, self.context.store.unstar(mark, self.context.now())).await
    }

    /// Hides a message for oneself, on every device and for good. Nobody else learns of it. Idempotent.
    ///
    /// # Errors
    /// Not a member, no such message or a gone one, too many, too fast, or the store.
    pub async fn hide(&self, me: UserId, room: RoomId, message: EventId) -> Result<(), TalkError> {
        let mark = mark(me, room, message, "hide", json!({ "room_id": room }));
        self.settle(me, self.context.store.hide(mark, self.context.now())).await
    }

    /// One's starred messages, newest star first.
    ///
    /// # Errors
    /// A cursor of another list, too fast, or the store.
    pub async fn stars(&self, me: UserId, cursor: Option<&str>, limit: u32) -> Result<StarPage, TalkError> {
        let context = &self.context;
        context.limiter.spend(me, Cost::Read, 1, context.now())?;
        let (list, epoch) = (format!("stars {me}"), &context.installation.epoch);
        let after: Option<StarPlace> =
            cursor.map(|text| cursor::open(&context.keys, epoch, &list, text)).transpose().map_err(Invalid::from)?;
        let limit = limit.clamp(1, STARS_LIMIT);
        let items = context.observe(context.store.list_stars(me, after, limit, context.now()).await)?;
        let last = items.last().filter(|_| items.len() >= limit as usize);
        let next_cursor = last.and_then(|row| cursor::seal(&context.keys, epoch, &list, &row.place()).ok());
        Ok(StarPage { items, next_cursor })
    }

    /// Keeps what one has begun to write in a room; an empty one takes it away.
    ///
    /// # Errors
    /// Not a member, a `reply_to` that one cannot read, too fast, or the store.
    pub async fn set_draft(&self, me: UserId, room_id: RoomId, draft: Draft) -> Result<(), TalkError> {
        let context = &self.context;
        context.limiter.spend(me, Cost::Send, 1, context.now())?;
        let row = DraftRow { room_id, body: draft.body(context.now()) };
        self.timeline.check_reply(me, room_id, row.body.reply_to).await?;
        let told = context.observe(context.store.set_draft(me, row).await)?.ok_or(TalkError::NoRoom)?;
        self.hub.tell(vec![told]);
        Ok(())
    }

    /// One's drafts.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn drafts(&self, me: UserId) -> Result<Vec<DraftRow>, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        Ok(self.context.observe(self.context.store.list_drafts(me, DRAFTS).await)?)
    }

    /// Who has read a message, its sender left out: of those who show it to `me`; in rooms above 100 members
    /// oneself at most.
    ///
    /// # Errors
    /// Not a member, no such message, too fast, or the store.
    pub async fn readers(&self, me: UserId, room: RoomId, message: EventId) -> Result<Vec<UserId>, TalkError> {
        self.timeline.readers(me, room, message).await
    }

    async fn settle(
        &self,
        me: UserId,
        marked: impl Future<Output = Result<Marked, StoreError>>,
    ) -> Result<(), TalkError> {
        self.context.limiter.spend(me, Cost::Send, 1, self.context.now())?;
        match self.context.observe(marked.await)? {
            Marked::Done(told) => {
                self.hub.tell(told);
                Ok(())
            }
            Marked::Unchanged => Ok(()),
            Marked::NoRoom => Err(TalkError::NoRoom),
            Marked::NoMessage => Err(TalkError::NoMessage),
            Marked::Gone => Err(TalkError::MessageGone),
            Marked::Full => Err(Invalid::field("message_id", "too_many", "as many as there may be").into()),
        }
    }
}

fn mark(user_id: UserId, room_id: RoomId, message_id: EventId, kind: &'static str, body: Value) -> MessageMark {
    let note = UserNote { user_id, kind, subject: message_id.to_string(), body };
    MessageMark { user_id, room_id, message_id, note }
}
