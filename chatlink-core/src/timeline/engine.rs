//! How an act is decided and committed, and by whom.

use super::{
    Act, ActKey, Deed, Outcome, Reader, TalkError, Timeline,
    decide::{self, Decided},
};
use crate::{
    error::StoreError,
    limiter::Cost,
    rooms::{Authz, Refusal, Right, Way},
};
use chatlink_protocol::{EventId, RoomId, Seq, Timestamp, UserId, frame::Ack};
use std::sync::Arc;

/// A seq after every room's last.
const END: Seq = Seq(i64::MAX.unsigned_abs());
/// How often a decision is made anew when the room changes under it.
pub(super) const TRIES: usize = 8;

impl Timeline {
    /// The room for decisions about `me` that nothing in the store proves again; read anew when the
    /// cache denies him.
    pub(crate) async fn authz_of(&self, me: UserId, room: RoomId) -> Result<Arc<Authz>, TalkError> {
        let known = self.cache.load(&self.context, room).await?.ok_or(TalkError::NoRoom)?;
        if known.members.contains_key(&me) {
            return Ok(known);
        }
        // A stranger who asks again and again takes nothing out of the cache, and makes nobody read the whole room.
        if !self.is_member(me, room).await? {
            return Err(TalkError::NoRoom);
        }
        let fresh = self.cache.reload(&self.context, room).await?.ok_or(TalkError::NoRoom)?;
        if fresh.members.contains_key(&me) { Ok(fresh) } else { Err(TalkError::NoRoom) }
    }

    /// As [`authz_of`](Self::authz_of), for an answer that no further read proves to be his: that he is a member the
    /// store says now, whatever another process did since the room was cached.
    pub(crate) async fn reader_of(&self, me: UserId, room: RoomId) -> Result<Arc<Authz>, TalkError> {
        let authz = self.authz_of(me, room).await?;
        if self.is_member(me, room).await? {
            return Ok(authz);
        }
        self.cache.forget(room);
        Err(TalkError::NoRoom)
    }

    /// Whether `me` is a member now: a page of the log after its end, which reads his own row and no other.
    async fn is_member(&self, me: UserId, room: RoomId) -> Result<bool, TalkError> {
        let (reader, now) = (Reader::Member(me), self.context.now());
        let read = self.context.store.events(room, reader, END, 1, now).await;
        Ok(self.context.observe(read)?.is_some())
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
        let (act, underway) = self.draw_up(actor, room, key, decide).await?;
        let outcome = self.committer.commit(act).await;
        self.conclude(&underway, outcome)
    }

    /// Decides, and takes the act's place in the room's rate: it is handed in next, whatever comes of it.
    pub(super) async fn draw_up(
        &self,
        actor: Actor,
        room: RoomId,
        key: Option<ActKey>,
        decide: &impl Fn(&Authz) -> Result<Decided, Refusal>,
    ) -> Result<(Act, Underway), TalkError> {
        let (authz, decided) = self.decide(actor, room, key, decide).await?;
        let refusal = decided.as_ref().err().copied();
        let decided = decided.unwrap_or_else(|_| Deed::Recall.into());
        let pins = matches!(decided.deed, Deed::Pin { .. });
        let act = Act { key, ..self.form(actor, &authz, decided) };
        // What is refused takes nothing of the room's rate: so it is asked last, and paid back where nothing was said.
        let said = refusal.is_none() && act.deed.is_said() && matches!(actor, Actor::Member(_));
        if said {
            self.say(actor, room)?;
        }
        Ok((act, Underway { room, refusal, said, pins }))
    }

    /// What came of an act that was handed in. `None`: stale.
    pub(super) fn conclude(
        &self,
        underway: &Underway,
        outcome: Result<Outcome, StoreError>,
    ) -> Result<Option<Sent>, TalkError> {
        let Underway { room, refusal, said, pins } = *underway;
        if said && !matches!(outcome, Ok(Outcome::Appended(_))) {
            self.context.limiter.unsay(room);
        }
        match (outcome?, refusal) {
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
            (Outcome::NotAPoll, None) => Err(TalkError::NotAPoll),
            (Outcome::Closed, None) => Err(TalkError::PollClosed),
            (Outcome::Full, None) if pins => Err(TalkError::PinsFull),
            (Outcome::Full, None) => Err(TalkError::CorrectionsFull),
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
    pub(super) async fn decide<T>(
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

    pub(super) fn spend(&self, me: UserId) -> Result<(), TalkError> {
        Ok(self.context.limiter.spend(me, Cost::Send, 1, self.context.now())?)
    }

    /// Counts what `me` is about to say, if the room has a place for it: so that a full one costs the store and the
    /// host's policy nothing, however often somebody tries. Who is no member learns nothing of it.
    pub(super) async fn admit(&self, me: UserId, room: RoomId) -> Result<(), TalkError> {
        self.spend(me)?;
        self.authz_of(me, room).await?;
        let place = self.context.limiter.has_place(room, self.context.now());
        Ok(place.inspect_err(|_| self.context.limiter.repay(me))?)
    }

    /// Takes a place in the room for what is said there. The host speaks whenever it likes.
    fn say(&self, actor: Actor, room: RoomId) -> Result<(), TalkError> {
        let Actor::Member(me) = actor else { return Ok(()) };
        let place = self.context.limiter.say(room, self.context.now());
        Ok(place.inspect_err(|_| self.context.limiter.repay(me))?)
    }
}

/// An act between its decision and its outcome.
pub(super) struct Underway {
    room: RoomId,
    refusal: Option<Refusal>,
    /// Whether it took a place in the room's rate.
    said: bool,
    /// Whether it pins: what is full then are the pins.
    pins: bool,
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

fn ack(seq: Seq, id: EventId, at: Timestamp) -> Ack {
    Ack { seq: Some(seq), id: Some(id), at: Some(at) }
}
