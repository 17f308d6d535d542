//! The use cases of timelines.

use super::{
    Deed, EventsPage, ReactionChange, ReactionKey, Reader, TalkError, Text, TimelinePage, Told, Window,
    committer::{CommitStats, Committer},
    decide,
    engine::{Actor, Sent, TRIES},
    receipts::Receipts,
    send::Written,
};
use crate::{
    context::Context,
    error::Invalid,
    limiter::Cost,
    people::People,
    realtime::Hub,
    rooms::{Authz, AuthzCache},
};
use chatlink_protocol::{EventId, Item, RoomId, Seq, UserId, UserSeq, frame::UserEvent};
use std::sync::Arc;

/// Events of one page of the log at most.
pub const EVENTS_LIMIT: u32 = 200;
/// Items of one page of a timeline at most.
pub const ITEMS_LIMIT: u32 = 100;

/// Acts and reads in rooms. `me` is whoever the caller authenticated.
pub struct Timeline {
    pub(super) context: Arc<Context>,
    pub(super) committer: Committer,
    pub(super) cache: Arc<AuthzCache>,
    pub(super) receipts: Arc<Receipts>,
    pub(super) people: Arc<People>,
    hub: Arc<Hub>,
}

impl Timeline {
    pub(crate) fn new(context: Arc<Context>, hub: &Arc<Hub>, cache: Arc<AuthzCache>, people: Arc<People>) -> Self {
        let committer = Committer::start(context.clone(), hub.clone(), cache.clone());
        let receipts = Receipts::start(&context, hub.clone(), cache.clone());
        Self { context, committer, cache, receipts, people, hub: hub.clone() }
    }

    /// Tells people's own devices.
    pub(super) fn tell(&self, told: Vec<Told>) {
        self.hub.tell(told);
    }

    /// How many acts were committed in how many batches.
    #[must_use]
    pub fn commit_stats(&self) -> CommitStats {
        self.committer.stats()
    }

    /// Takes one of the host's own messages back.
    pub(crate) async fn redact_as_system(&self, room: RoomId, message: EventId) -> Result<Sent, TalkError> {
        let found = self.context.store.find_message(room, message, self.context.now()).await;
        let facts = self.context.observe(found)?.filter(|facts| facts.sender_id == UserId::SYSTEM);
        if facts.is_none() {
            return Err(TalkError::NoMessage);
        }
        self.settle(Actor::System, room, None, |_| Ok(Deed::Redact { target: message }.into())).await
    }

    /// Takes a deleted account out of a group. Idempotent.
    pub(crate) async fn depart(&self, gone: UserId, room: RoomId) -> Result<(), TalkError> {
        match self.settle(Actor::Departed(gone), room, None, |authz| decide::depart(authz, gone)).await {
            // A room, or a member's row, that is gone already.
            Ok(_) | Err(TalkError::NoRoom | TalkError::NoRight) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes a deleted account's own message back, as it asked when it went. Idempotent.
    pub(crate) async fn take_back(&self, gone: UserId, room: RoomId, message: EventId) -> Result<(), TalkError> {
        match self.settle(Actor::Departed(gone), room, None, |_| Ok(Deed::Redact { target: message }.into())).await {
            Ok(_) | Err(TalkError::NoRoom | TalkError::NoMessage | TalkError::MessageGone) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Replaces the text of one's own message.
    ///
    /// # Errors
    /// Not a member, not one's own, a request of one's own that waits, gone, a poll, too late, too fast, or the store.
    pub async fn edit(&self, me: UserId, room: RoomId, message: EventId, text: Text) -> Result<Sent, TalkError> {
        self.admit(me, room).await?;
        let written = Written { text: text.as_str(), edits: Some(message), ..Written::default() };
        let consent = self.ask_consent(me, room, written).await?;
        let text = text.into_string();
        // The version is part of the decision, so that it is read anew when the act was stale.
        for _ in 0..TRIES {
            let facts = self.facts(room, message, me).await?;
            if facts.gone {
                return Err(TalkError::MessageGone);
            }
            // Of another's message is said that it is another's.
            if facts.sender_id == me {
                if facts.poll.is_some() {
                    return Err(Invalid::field("text", "poll", "polls are not edited").into());
                }
                self.check_window(&facts)?;
            }
            let decide = |authz: &Authz| {
                let decided = decide::edit(authz, me, message, facts, text.clone(), self.context.now())?;
                consent.map(|()| decided)
            };
            match self.try_act(Actor::Member(me), room, None, &decide).await? {
                Some(sent) => return Ok(sent),
                None => self.cache.forget(room),
            }
        }
        Err(TalkError::Busy)
    }

    /// Whether a message is still young enough to be edited.
    fn check_window(&self, facts: &super::MessageFacts) -> Result<(), Invalid> {
        let Some(window) = self.context.settings.talk.edit_window else { return Ok(()) };
        if self.context.now().since(facts.at) <= window {
            return Ok(());
        }
        let seconds = window.as_secs();
        Err(Invalid::field("text", "too_late", format!("messages are edited within {seconds} seconds")))
    }

    /// Takes a message back for all. Idempotent.
    ///
    /// # Errors
    /// Not a member, neither one's own nor a moderator, too fast, or the store.
    pub async fn redact(&self, me: UserId, room: RoomId, message: EventId) -> Result<Sent, TalkError> {
        self.spend(me)?;
        let facts = self.facts(room, message, me).await?;
        let decide = |authz: &Authz| decide::redact(authz, me, message, facts, self.context.now());
        self.settle(Actor::Member(me), room, None, decide).await
    }

    /// Sets one's reaction to a message; it replaces an earlier one. Idempotent.
    ///
    /// # Errors
    /// Not a member, severed, no such message or a gone one, too fast, or the store.
    pub async fn react(&self, me: UserId, room: RoomId, message: EventId, key: ReactionKey) -> Result<Sent, TalkError> {
        self.change_reaction(me, room, message, ReactionChange::Give(key.into_string())).await
    }

    /// Takes one's reaction to a message back if it is this one, or with `None` whichever it is.
    /// Idempotent: another one stays, and nothing is done.
    ///
    /// # Errors
    /// As [`react`](Self::react).
    pub async fn take_reaction_back(
        &self,
        me: UserId,
        room: RoomId,
        message: EventId,
        key: Option<ReactionKey>,
    ) -> Result<Sent, TalkError> {
        let change = key.map_or(ReactionChange::TakeBackAny, |key| ReactionChange::TakeBack(key.into_string()));
        self.change_reaction(me, room, message, change).await
    }

    async fn change_reaction(
        &self,
        me: UserId,
        room: RoomId,
        message: EventId,
        change: ReactionChange,
    ) -> Result<Sent, TalkError> {
        let decide = |authz: &Authz| decide::react(authz, me, message, change.clone(), self.context.now());
        self.act(me, room, None, decide).await
    }

    /// The log after `after`, ascending and contiguous, from the first event that `me` may read.
    ///
    /// # Errors
    /// Not a member, too fast, or the store.
    pub async fn events(&self, me: UserId, room: RoomId, after: Seq, limit: u32) -> Result<EventsPage, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let limit = limit.clamp(1, EVENTS_LIMIT);
        let read = self.context.store.events(room, Reader::Member(me), after, limit, self.context.now()).await;
        self.context.observe(read)?.ok_or(TalkError::NoRoom)
    }

    /// A snapshot of a part of the timeline.
    ///
    /// # Errors
    /// Not a member, too fast, or the store.
    pub async fn page(&self, me: UserId, room: RoomId, window: Window, limit: u32) -> Result<TimelinePage, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let limit = limit.clamp(1, ITEMS_LIMIT);
        let read = self.context.store.timeline(room, Reader::Member(me), window, limit, self.context.now()).await;
        self.context.observe(read)?.ok_or(TalkError::NoRoom)
    }

    /// One message as `me` may see it, wherever it stands: what an answer quotes.
    ///
    /// # Errors
    /// Not a member, no such message or one from before `me`'s first seq, too fast, or the store.
    pub async fn message(&self, me: UserId, room: RoomId, message: EventId) -> Result<Item, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        self.item(me, room, message).await
    }

    /// As [`message`](Self::message), for what was counted already.
    pub(super) async fn item(&self, me: UserId, room: RoomId, message: EventId) -> Result<Item, TalkError> {
        let facts = self.facts(room, message, me).await?;
        let (reader, around, now) = (Reader::Member(me), Window::Around(facts.seq), self.context.now());
        let read = match facts.thread {
            None => self.context.store.timeline(room, reader, around, 1, now).await,
            Some(root) => self.context.store.thread(room, reader, root, around, 1, now).await,
        };
        let page = self.context.observe(read)?.ok_or(TalkError::NoRoom)?;
        page.items.into_iter().find(|item| item.id == message).ok_or(TalkError::NoMessage)
    }

    /// The user's own log after `after`, and its head.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn log(&self, me: UserId, after: UserSeq) -> Result<(Vec<UserEvent>, UserSeq), TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        Ok(self.context.observe(self.context.store.user_log(me, after, EVENTS_LIMIT).await)?)
    }

    pub(super) async fn facts(
        &self,
        room: RoomId,
        message: EventId,
        me: UserId,
    ) -> Result<super::MessageFacts, TalkError> {
        let authz = self.authz_of(me, room).await?;
        let found = self.context.store.find_message(room, message, self.context.now()).await;
        let facts = self.context.observe(found)?.ok_or(TalkError::NoMessage)?;
        // What stood before one's first seq does not exist for one.
        let readable = authz.members.get(&me).is_some_and(|member| facts.seq >= member.from_seq);
        if readable { Ok(facts) } else { Err(TalkError::NoMessage) }
    }
}
