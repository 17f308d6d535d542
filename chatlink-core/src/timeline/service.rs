//! The use cases of timelines.

use super::{
    Act, ActKey, Content, Deed, EventsPage, Extras, Life, NewMessage, Outcome, ReactionChange, ReactionKey, Reader,
    TalkError, Text, TimelinePage, Window,
    committer::{CommitStats, Committer},
    decide::{self, Decided, Said},
    receipts::Receipts,
};
use crate::{
    context::Context,
    error::Invalid,
    host::{Consent, Outgoing},
    keys::Purpose,
    limiter::Cost,
    realtime::Hub,
    rooms::{Authz, AuthzCache, Refusal, Right, RoomKind, Way},
};
use chatlink_protocol::{
    EventBody, EventId, Item, RoomId, Seq, UserId, UserSeq, event,
    frame::{Ack, Receipt, UserEvent},
};
use std::sync::Arc;

/// Events of one page of the log at most.
pub const EVENTS_LIMIT: u32 = 200;
/// Items of one page of a timeline at most.
pub const ITEMS_LIMIT: u32 = 100;
/// How often a decision is made anew when the room changes under it.
pub(super) const TRIES: usize = 8;

/// Acts and reads in rooms. `me` is whoever the caller authenticated.
pub struct Timeline {
    pub(super) context: Arc<Context>,
    committer: Committer,
    cache: Arc<AuthzCache>,
    receipts: Arc<Receipts>,
}

impl Timeline {
    pub(crate) fn new(context: Arc<Context>, hub: &Arc<Hub>, cache: Arc<AuthzCache>) -> Self {
        let committer = Committer::start(context.clone(), hub.clone(), cache.clone());
        let receipts = Receipts::start(&context, hub.clone(), cache.clone());
        Self { context, committer, cache, receipts }
    }

    /// How many acts were committed in how many batches.
    #[must_use]
    pub fn commit_stats(&self) -> CommitStats {
        self.committer.stats()
    }

    /// Sends a message. Acknowledged means committed; the same `client_id` again answers the same
    /// event, however often.
    ///
    /// # Errors
    /// Not a member, severed, pending, conflict, no such `reply_to`, too fast, or the store.
    pub async fn send(&self, me: UserId, room: RoomId, message: NewMessage) -> Result<Sent, TalkError> {
        self.spend(me)?;
        let key = self.key_of(&message);
        let text = match self.words(me, &message.content).await {
            Ok(text) => text,
            // It may have been there when this was sent for the first time.
            Err(error) => return self.recall(me, room, key, error).await,
        };
        let written = Written { text: &text, reply_to: message.reply_to, ..Written::default() };
        let host = self.ask_host(me, room, written).await?;
        let (reply_to, expires_in, extras) = (message.reply_to, message.expires_in, extras(&message));
        let said = Said { text, reply_to, expires_at: None, extras };
        let allowance = self.context.settings.talk.request_messages;
        let decide = |authz: &Authz| {
            let now = self.context.now();
            let expires_at = authz.settings.life(expires_in).map(|life| life.end(now));
            let said = Said { expires_at, ..said.clone() };
            let decided = decide::message(authz, me, allowance, said, now)?;
            host.map(|()| decided)
        };
        self.settle(Actor::Member(me), room, Some(key), decide).await
    }

    /// The words of a message: the sender's own, or those of a message that he may read and that stays.
    async fn words(&self, me: UserId, content: &Content) -> Result<String, TalkError> {
        let of = match content {
            Content::Written(text) => return Ok(text.as_str().to_owned()),
            Content::Forwarded(of) => of,
        };
        let item = match self.item(me, of.room_id, of.message_id).await {
            // A message of a room that one is not in is like one that is not there.
            Err(TalkError::NoRoom) => return Err(TalkError::NoMessage),
            read => read?,
        };
        match item.body {
            EventBody::Message(event::Message { expires_at: Some(_), .. }) => {
                Err(Invalid::field("forward", "expiring", "what will be gone is not passed on").into())
            }
            EventBody::Message(event::Message { text: Some(text), .. }) => Ok(text),
            _ => Err(TalkError::MessageGone),
        }
    }

    /// A repetition of what would be refused by now: its first answer still holds.
    pub(super) async fn recall(
        &self,
        me: UserId,
        room: RoomId,
        key: ActKey,
        error: TalkError,
    ) -> Result<Sent, TalkError> {
        match self.settle(Actor::Member(me), room, Some(key), |_| Ok(Deed::Recall.into())).await {
            Err(TalkError::NoMessage) => Err(error),
            recalled => recalled,
        }
    }

    /// Says something in the host's own name: in every room that there is, whatever its members may.
    pub(crate) async fn send_as_system(&self, room: RoomId, message: NewMessage) -> Result<Sent, TalkError> {
        let key = self.key_of(&message);
        let NewMessage { content, reply_to, expires_in, .. } = message;
        let Content::Written(text) = content else {
            return Err(Invalid::field("forward", "not_for_the_host", "the host has words of its own").into());
        };
        let text = text.into_string();
        let decide = |authz: &Authz| {
            let expires_at = authz.settings.life(expires_in).map(|life| life.end(self.context.now()));
            Ok(decide::notice(text.clone(), reply_to, expires_at))
        };
        self.settle(Actor::System, room, Some(key), decide).await
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
    /// Not a member, not one's own, gone, too fast, or the store.
    pub async fn edit(&self, me: UserId, room: RoomId, message: EventId, text: Text) -> Result<Sent, TalkError> {
        self.spend(me)?;
        let written = Written { text: text.as_str(), edits: Some(message), ..Written::default() };
        let host = self.ask_host(me, room, written).await?;
        let text = text.into_string();
        // The version is part of the decision, so that it is read anew when the act was stale.
        for _ in 0..TRIES {
            let facts = self.facts(room, message, me).await?;
            if facts.gone {
                return Err(TalkError::MessageGone);
            }
            // Of another's message is said that it is another's.
            if facts.sender_id == me {
                self.check_window(&facts)?;
            }
            let decide = |authz: &Authz| {
                let decided = decide::edit(authz, me, message, facts, text.clone(), self.context.now())?;
                host.map(|()| decided)
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
        let around = Window::Around(self.facts(room, message, me).await?.seq);
        let read = self.context.store.timeline(room, Reader::Member(me), around, 1, self.context.now()).await;
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

    /// Notes that everything up to these seqs reached `me`, or was read. Kept in memory and flushed
    /// within half a second; a client repeats its own.
    ///
    /// # Errors
    /// Not a member, or the store.
    pub async fn mark(&self, me: UserId, room: RoomId, delivered: Seq, read: Seq) -> Result<(), TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let authz = self.authz_of(me, room).await?;
        // A request is looked at without a trace: the opener learns nothing before it is accepted.
        if authz.pending.is_some_and(|pending| pending.opener != me) {
            return Ok(());
        }
        let receipt = Receipt { user_id: me, delivered_seq: delivered.max(read), read_seq: read };
        self.receipts.merge(authz.room_id, receipt);
        Ok(())
    }

    /// As [`mark`](Self::mark), and answers after the flush.
    ///
    /// # Errors
    /// Not a member, or the store.
    pub async fn mark_read_now(&self, me: UserId, room: RoomId, seq: Seq) -> Result<(), TalkError> {
        self.mark(me, room, seq, seq).await?;
        self.flush_marks().await
    }

    /// Writes the marks of `me` that this node has gathered, before he reads what follows from them.
    pub(crate) async fn flush_marks_of(&self, me: UserId) {
        self.receipts.flush_of(me).await;
    }

    /// Writes the marks that this node has gathered.
    pub(crate) async fn flush_marks(&self) -> Result<(), TalkError> {
        Ok(self.receipts.flush().await?)
    }

    /// The marks of the room's members; in rooms above 100 members one's own alone.
    ///
    /// # Errors
    /// Not a member, too fast, or the store.
    pub async fn receipts(&self, me: UserId, room: RoomId) -> Result<(u64, Vec<Receipt>), TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let authz = self.standing(me, room).await?;
        self.receipts.list(&authz, me).await
    }

    /// Who has read a message, as [`receipts`](Self::receipts) shows it; not its sender.
    pub(crate) async fn readers(&self, me: UserId, room: RoomId, message: EventId) -> Result<Vec<UserId>, TalkError> {
        self.context.limiter.spend(me, Cost::Read, 1, self.context.now())?;
        let facts = self.facts(room, message, me).await?;
        self.flush_marks_of(me).await;
        let authz = self.standing(me, room).await?;
        let (_, marks) = self.receipts.list(&authz, me).await?;
        let read = marks.into_iter().filter(|mark| mark.read_seq >= facts.seq && mark.user_id != facts.sender_id);
        Ok(read.map(|mark| mark.user_id).collect())
    }

    /// The room for an answer that a block takes away: what is cached of a direct room may be older than it.
    async fn standing(&self, me: UserId, room: RoomId) -> Result<Arc<Authz>, TalkError> {
        let known = self.authz_of(me, room).await?;
        if known.kind == RoomKind::Group {
            return Ok(known);
        }
        self.cache.reload(&self.context, room).await?.ok_or(TalkError::NoRoom)
    }

    /// The room for decisions about `me` that nothing in the store proves again; read anew when the
    /// cache denies him.
    pub(crate) async fn authz_of(&self, me: UserId, room: RoomId) -> Result<Arc<Authz>, TalkError> {
        let known = self.cache.load(&self.context, room).await?.ok_or(TalkError::NoRoom)?;
        if known.members.contains_key(&me) {
            return Ok(known);
        }
        // A stranger who asks again and again takes nothing out of the cache.
        let fresh = self.cache.reload(&self.context, room).await?.ok_or(TalkError::NoRoom)?;
        if fresh.members.contains_key(&me) { Ok(fresh) } else { Err(TalkError::NoRoom) }
    }

    /// Comes into a room by himself.
    pub(crate) async fn join(&self, me: UserId, room: RoomId, way: Way) -> Result<(), TalkError> {
        let decided = || Decided { deed: Deed::Join { way }, notes: vec![decide::room_note(me, room, "joined")] };
        match self.settle(Actor::Newcomer(me), room, None, |_| Ok(decided())).await {
            // The account is gone.
            Err(TalkError::NoMessage) => Err(TalkError::NoRoom),
            joined => joined.map(|_| ()),
        }
    }

    /// The room as it is for who may be no member of it.
    pub(crate) async fn room(&self, room: RoomId) -> Result<Arc<Authz>, TalkError> {
        self.cache.load(&self.context, room).await?.ok_or(TalkError::NoRoom)
    }

    /// The room, if `me` has this right in it now.
    pub(crate) async fn allowed(&self, me: UserId, room: RoomId, right: Right) -> Result<Arc<Authz>, TalkError> {
        let decide = |authz: &Authz| authz.allow(me, right, self.context.now());
        let (authz, allowed) = self.decide(Actor::Member(me), room, None, &decide).await?;
        allowed?;
        Ok(authz)
    }

    /// Decides and commits, anew while the room changes under the decision.
    pub(crate) async fn act(
        &self,
        me: UserId,
        room: RoomId,
        key: Option<ActKey>,
        decide: impl Fn(&Authz) -> Result<Decided, Refusal>,
    ) -> Result<Sent, TalkError> {
        self.spend(me)?;
        self.settle(Actor::Member(me), room, key, decide).await
    }

    /// As [`act`](Self::act), for what was counted already.
    pub(super) async fn settle(
        &self,
        actor: Actor,
        room: RoomId,
        key: Option<ActKey>,
        decide: impl Fn(&Authz) -> Result<Decided, Refusal>,
    ) -> Result<Sent, TalkError> {
        for _ in 0..TRIES {
            if let Some(sent) = self.try_act(actor, room, key, &decide).await? {
                return Ok(sent);
            }
            self.cache.forget(room);
        }
        Err(TalkError::Busy)
    }

    /// As [`act`](Self::act), for a decision that may find nothing to do. Answers whether it acted.
    pub(crate) async fn act_or_skip(
        &self,
        me: UserId,
        room: RoomId,
        decide: impl Fn(&Authz) -> Result<Option<Decided>, Refusal>,
    ) -> Result<bool, TalkError> {
        let authz = self.authz_of(me, room).await?;
        if matches!(decide(&authz), Ok(None)) {
            self.spend(me)?;
            return Ok(false);
        }
        // Between the look and the act it may have been done by another: then there is nothing to write.
        let decide = |authz: &Authz| decide(authz).map(|decided| decided.unwrap_or_else(|| Deed::Recall.into()));
        match self.act(me, room, None, decide).await {
            Ok(_) => Ok(true),
            Err(TalkError::NoMessage) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Forgets what is cached of a room that was changed in another way than by an act.
    pub(crate) fn forget(&self, room: RoomId) {
        self.cache.forget(room);
    }

    /// One try. `None`: stale.
    pub(super) async fn try_act(
        &self,
        actor: Actor,
        room: RoomId,
        key: Option<ActKey>,
        decide: &impl Fn(&Authz) -> Result<Decided, Refusal>,
    ) -> Result<Option<Sent>, TalkError> {
        let (authz, decided) = self.decide(actor, room, key, decide).await?;
        let refusal = decided.as_ref().err().copied();
        let decided = decided.unwrap_or_else(|_| Deed::Recall.into());
        let full =
            if matches!(decided.deed, Deed::Pin { .. }) { TalkError::PinsFull } else { TalkError::CorrectionsFull };
        let act = Act { key, ..self.form(actor, &authz, decided) };
        let outcome = self.committer.commit(act).await?;
        match (outcome, refusal) {
            (Outcome::Repeated { seq, id, at }, _) => Ok(Some(Sent { ack: ack(seq, id, at), repeated: true })),
            (Outcome::Conflict, _) => Err(TalkError::Conflict),
            (_, Some(refusal)) => Err(refusal.into()),
            (Outcome::Appended(event), None) => {
                Ok(Some(Sent { ack: ack(event.seq, event.id, event.at), repeated: false }))
            }
            (Outcome::Unchanged, None) => Ok(Some(Sent { ack: Ack::default(), repeated: true })),
            (Outcome::Stale, None) => Ok(None),
            (Outcome::NoTarget, None) => Err(TalkError::NoMessage),
            (Outcome::Gone, None) => Err(TalkError::MessageGone),
            (Outcome::Full, None) => Err(full),
            (Outcome::NoRoom | Outcome::Banned, None) => Err(TalkError::NoRoom),
            (Outcome::NoPlace, None) => Err(TalkError::RoomFull),
        }
    }

    /// One try at several acts that each bump the room's version: decided together, each for the room as the
    /// one before it leaves it, and handed in together, so that they commit together. An outcome an act.
    pub(crate) async fn try_all(
        &self,
        me: UserId,
        room: RoomId,
        decide: impl Fn(&Authz) -> Result<Vec<Decided>, Refusal>,
    ) -> Result<Vec<(Deed, Outcome)>, TalkError> {
        let (authz, decided) = self.decide(Actor::Member(me), room, None, &decide).await?;
        let mut acts: Vec<Act> =
            decided?.into_iter().map(|decided| self.form(Actor::Member(me), &authz, decided)).collect();
        for (act, version) in acts.iter_mut().zip(authz.version..) {
            act.authz_version = version;
        }
        let deeds: Vec<Deed> = acts.iter().map(|act| act.deed.clone()).collect();
        let outcomes = self.committer.commit_all(acts).await?;
        if outcomes.contains(&Outcome::Stale) {
            self.cache.forget(room);
        }
        Ok(deeds.into_iter().zip(outcomes).collect())
    }

    /// A decision as an act without a name.
    fn form(&self, actor: Actor, authz: &Authz, Decided { deed, notes }: Decided) -> Act {
        Act {
            room_id: authz.room_id,
            sender_id: actor.id(),
            authz_version: authz.version,
            event_id: EventId::from_uuid(self.context.fresh_id()),
            key: None,
            deed,
            notes,
        }
    }

    /// Decides on the cached room, and once more on the stored one when that says no: the cache may
    /// be older than the right. A refusal comes back as a value where a repetition might still hold.
    async fn decide<T>(
        &self,
        actor: Actor,
        room: RoomId,
        key: Option<ActKey>,
        decide: &impl Fn(&Authz) -> Result<T, Refusal>,
    ) -> Result<(Arc<Authz>, Result<T, Refusal>), TalkError> {
        let authz = self.authz_for(actor, room).await?;
        if let Ok(decided) = decide(&authz) {
            return Ok((authz, Ok(decided)));
        }
        self.cache.forget(room);
        let authz = self.authz_for(actor, room).await?;
        match decide(&authz) {
            Err(refusal) if key.is_none() => Err(refusal.into()),
            decided => Ok((authz, decided)),
        }
    }

    /// The room as whoever acts may know it: a member his own, the host every one.
    async fn authz_for(&self, actor: Actor, room: RoomId) -> Result<Arc<Authz>, TalkError> {
        match actor {
            Actor::Member(me) => self.authz_of(me, room).await,
            Actor::System | Actor::Departed(_) | Actor::Newcomer(_) => {
                self.cache.load(&self.context, room).await?.ok_or(TalkError::NoRoom)
            }
        }
    }

    /// What the host's policy says to words that a member is about to write. Where it says no a
    /// repetition may still stand: so the answer goes into the decision.
    pub(super) async fn ask_host(
        &self,
        me: UserId,
        room_id: RoomId,
        written: Written<'_>,
    ) -> Result<Result<(), Refusal>, TalkError> {
        let Some(questions) = &self.context.questions else { return Ok(Ok(())) };
        self.authz_of(me, room_id).await?;
        let sender = self.context.host_person(me).await?;
        let Written { text, note, reply_to, edits, corrects } = written;
        let (text, note) = (text.to_owned(), note.map(str::to_owned));
        let outgoing = Outgoing { sender, room_id, text, note, reply_to, edits, corrects };
        Ok(match questions.before_send(outgoing).await {
            Consent::Given => Ok(()),
            Consent::Refused => Err(Refusal::Host),
            Consent::Silent => Err(Refusal::HostSilent),
        })
    }

    pub(super) fn spend(&self, me: UserId) -> Result<(), TalkError> {
        Ok(self.context.limiter.spend(me, Cost::Send, 1, self.context.now())?)
    }

    fn key_of(&self, message: &NewMessage) -> ActKey {
        ActKey { client_id: message.client_id, request: self.request_mac(message) }
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

    fn request_mac(&self, message: &NewMessage) -> [u8; 32] {
        let NewMessage { content, reply_to, expires_in, mentions, mentions_all, .. } = message;
        let reply_to = reply_to.map(|id| id.as_uuid().into_bytes()).unwrap_or_default();
        let life = expires_in.map_or(0, Life::as_secs).to_le_bytes();
        let mut parts: Vec<&[u8]> = match content {
            Content::Written(text) => vec![b"message", text.as_str().as_bytes()],
            Content::Forwarded(of) => {
                vec![b"forward", of.room_id.as_uuid().as_bytes(), of.message_id.as_uuid().as_bytes()]
            }
        };
        parts.extend([&reply_to[..], &life]);
        parts.extend(mentions.iter().map(|user| &user.as_uuid().as_bytes()[..]));
        if *mentions_all {
            parts.push(b"all");
        }
        self.context.keys.mac(Purpose::Request, &parts)
    }
}

/// What a message says beside its words.
fn extras(message: &NewMessage) -> Extras {
    let forwarded = matches!(message.content, Content::Forwarded(_));
    Extras { forwarded, mentions: message.mentions.clone(), mentions_all: message.mentions_all }
}

/// Words that a member is about to write, as the host's policy is asked about them.
#[derive(Clone, Copy, Default)]
pub(super) struct Written<'a> {
    pub(super) text: &'a str,
    pub(super) note: Option<&'a str>,
    pub(super) reply_to: Option<EventId>,
    pub(super) edits: Option<EventId>,
    pub(super) corrects: Option<EventId>,
}

/// Who acts.
#[derive(Clone, Copy)]
pub(super) enum Actor {
    /// A person, who must be a member.
    Member(UserId),
    /// A person who comes in.
    Newcomer(UserId),
    /// The host.
    System,
    /// A deleted account: what it asked for when it went.
    Departed(UserId),
}

impl Actor {
    const fn id(self) -> UserId {
        match self {
            Self::Member(user) | Self::Newcomer(user) | Self::Departed(user) => user,
            Self::System => UserId::SYSTEM,
        }
    }
}

/// How a send went.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// The event's place; empty when there was nothing to do.
    pub ack: Ack,
    /// Whether an earlier call did it.
    pub repeated: bool,
}

fn ack(seq: Seq, id: EventId, at: chatlink_protocol::Timestamp) -> Ack {
    Ack { seq: Some(seq), id: Some(id), at: Some(at) }
}
