//! Sending: words of members, words of the host.

use super::{
    Act, ActKey, Content, Deed, Extras, Life, NewMessage, NewPoll, TalkError, Timeline,
    committer::Answer,
    decide::{self, Decided, Said},
    engine::{Actor, Sent, Underway},
};
use crate::{
    error::Invalid,
    host::{Consent, Outgoing},
    keys::Purpose,
    rooms::{Authz, Refusal},
};
use chatlink_protocol::{EventBody, EventId, RoomId, UserId, event};
use tracing::Instrument as _;

impl Timeline {
    /// Sends a message. Acknowledged means committed; the same `client_id` again answers the same
    /// event, however often.
    ///
    /// # Errors
    /// Not a member, severed, pending, a request of somebody whom `me` may not meet, conflict, a `reply_to` that `me` cannot read, too fast, or the store.
    pub async fn send(&self, me: UserId, room: RoomId, message: NewMessage) -> Result<Sent, TalkError> {
        let asked = match self.ask(me, room, message).await? {
            Asking::Decides(asked) => asked,
            Asking::Recalled(sent) => return Ok(sent),
        };
        self.send_asked(me, &asked).await
    }

    /// Sends messages that came together, in their order, and commits them together where it can: who writes one after the
    /// other without waiting for the answers waits for one commit, not for one each. An answer a message, as of
    /// [`send`](Self::send); that one is refused holds up no other.
    pub async fn send_all(&self, me: UserId, messages: Vec<(RoomId, NewMessage)>) -> Vec<Result<Sent, TalkError>> {
        let mut sent = Vec::with_capacity(messages.len());
        let mut underway: Vec<Result<Begun, TalkError>> = Vec::with_capacity(messages.len());
        for (room, message) in messages {
            let drawn = self.draw(me, room, message).await;
            if let Ok(Drawn::Act(_, act, _)) = &drawn
                && underway.iter().any(|before| matches!(before, Ok(before) if before.parts_from(act)))
            {
                self.end_all(me, &mut underway, &mut sent).await;
            }
            underway.push(match drawn {
                Ok(Drawn::Act(asked, act, kept)) => {
                    let version = act.authz_version;
                    let span = tracing::debug_span!("act");
                    Ok(Begun::Underway(asked, version, kept, self.committer.hand_in(*act).instrument(span).await))
                }
                Ok(Drawn::Recalled(sent)) => Ok(Begun::Done(sent)),
                Err(error) => Err(error),
            });
        }
        self.end_all(me, &mut underway, &mut sent).await;
        sent
    }

    /// Asks a message all that it is asked, and decides it.
    async fn draw(&self, me: UserId, room: RoomId, message: NewMessage) -> Result<Drawn, TalkError> {
        let asked = match self.ask(me, room, message).await? {
            Asking::Decides(asked) => asked,
            Asking::Recalled(sent) => return Ok(Drawn::Recalled(sent)),
        };
        let decide = |authz: &Authz| self.decide_message(me, &asked, authz);
        let drawn = self.draw_up(Actor::Member(me), room, Some(asked.key), &decide).await;
        let (act, underway) = drawn.map_err(|error| no_answer(asked.reply_to(), error))?;
        Ok(Drawn::Act(asked, Box::new(act), underway))
    }

    /// What came of those underway, in their order.
    async fn end_all(
        &self,
        me: UserId,
        underway: &mut Vec<Result<Begun, TalkError>>,
        sent: &mut Vec<Result<Sent, TalkError>>,
    ) {
        for begun in underway.drain(..) {
            sent.push(match begun {
                Ok(begun) => self.end(me, begun).await,
                Err(error) => Err(error),
            });
        }
    }

    /// What came of one. What was stale is sent anew here, before those behind it are looked at: they were decided on the
    /// same state of the room, so they are stale, too, and the order stays.
    async fn end(&self, me: UserId, begun: Begun) -> Result<Sent, TalkError> {
        let (asked, underway, answer) = match begun {
            Begun::Done(sent) => return Ok(sent),
            Begun::Underway(asked, _, underway, answer) => (asked, underway, answer),
        };
        let concluded = self.conclude(&underway, answer.outcome().await);
        match concluded.map_err(|error| no_answer(asked.reply_to(), error))? {
            Some(sent) => Ok(sent),
            None => {
                self.cache.forget(asked.room);
                self.send_asked(me, &asked).await
            }
        }
    }

    async fn send_asked(&self, me: UserId, asked: &Asked) -> Result<Sent, TalkError> {
        let decide = |authz: &Authz| self.decide_message(me, asked, authz);
        let sent = self.settle(Actor::Member(me), asked.room, Some(asked.key), decide).await;
        sent.map_err(|error| no_answer(asked.reply_to(), error))
    }

    /// All that a message is asked before it is decided.
    async fn ask(&self, me: UserId, room: RoomId, message: NewMessage) -> Result<Asking, TalkError> {
        self.admit(me, room).await?;
        let key = self.key_of(&message);
        let text = match self.words(me, &message.content).await {
            Ok(text) => text,
            // It may have been there when this was sent for the first time.
            Err(error) => return self.recall(me, room, key, error).await.map(Asking::Recalled),
        };
        if let Err(error) = self.check_thread(me, room, message.thread).await {
            return self.recall(me, room, key, error).await.map(Asking::Recalled);
        }
        let options = message.poll.as_ref().map_or(&[][..], NewPoll::options);
        let written = Written { text: &text, options, reply_to: message.reply_to, ..Written::default() };
        let consent = self.ask_consent(me, room, written).await?;
        Ok(Asking::Decides(Box::new(Asked { room, key, text, message, consent })))
    }

    fn decide_message(&self, me: UserId, asked: &Asked, authz: &Authz) -> Result<Decided, Refusal> {
        let Asked { text, message, consent, .. } = asked;
        let now = self.context.now();
        let expires_at = authz.settings.life(message.expires_in).map(|life| life.end(now));
        let mut extras = extras(message);
        extras.poll = message.poll.as_ref().map(|poll| Box::new(poll.sent(now)));
        extras.thread = decide::root(authz, me, message.thread)?;
        let said = Said { text: text.clone(), reply_to: message.reply_to, expires_at, extras };
        let decided = decide::message(authz, me, self.context.settings.talk.request_messages, said, now)?;
        consent.map(|()| decided)
    }

    /// Whether `me` might send this message now, by the rules of [`send`](Self::send): nothing is written, and nothing
    /// spent of a first contact.
    ///
    /// # Errors
    /// As [`send`](Self::send), but for the host's policy, which is asked when it is sent.
    pub(super) async fn may_send(&self, me: UserId, room: RoomId, message: &NewMessage) -> Result<(), TalkError> {
        let allowance = self.context.settings.talk.request_messages;
        let decide = |authz: &Authz| {
            let said = Said { text: String::new(), reply_to: None, expires_at: None, extras: extras(message) };
            decide::message(authz, me, allowance, said, self.context.now())
        };
        // Asked first: it reads the room anew where it says no, and the room's own refusal comes before it.
        let consent = self.may_answer(me, room).await?;
        let (_, allowed) = self.decide(Actor::Member(me), room, None, &decide).await?;
        allowed?;
        consent?;
        self.check_thread(me, room, message.thread).await?;
        self.check_reply(me, room, message.reply_to).await
    }

    /// Whether `me` can read what a message answers; what is gone may still be answered.
    pub(super) async fn check_reply(
        &self,
        me: UserId,
        room: RoomId,
        reply_to: Option<EventId>,
    ) -> Result<(), TalkError> {
        let Some(message) = reply_to else { return Ok(()) };
        self.facts(room, message, me).await.map(drop).map_err(|error| no_answer(reply_to, error))
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
            EventBody::Message(event::Message { poll: Some(_), .. }) => {
                Err(Invalid::field("forward", "poll", "polls are not passed on").into())
            }
            EventBody::Message(event::Message { text: Some(text), .. }) => Ok(text),
            _ => Err(TalkError::MessageGone),
        }
    }

    /// Whether there can be a thread of this message: threads have none of their own.
    async fn check_thread(&self, me: UserId, room: RoomId, root: Option<EventId>) -> Result<(), TalkError> {
        let Some(root) = root else { return Ok(()) };
        let facts = self.facts(room, root, me).await?;
        match facts.thread {
            Some(_) => Err(Invalid::field("thread", "nested", "a message of the main timeline").into()),
            None if facts.gone => Err(TalkError::MessageGone),
            None => Ok(()),
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
        let NewMessage { content, reply_to, expires_in, poll, thread, mentions, mentions_all, .. } = message;
        if mentions_all || !mentions.is_empty() {
            return Err(Invalid::field("mentions", "not_for_the_host", "the host names nobody").into());
        }
        if thread.is_some() {
            return Err(Invalid::field("thread", "not_for_the_host", "threads are the members' own").into());
        }
        if poll.is_some() {
            return Err(Invalid::field("poll", "not_for_the_host", "polls are asked by members").into());
        }
        let Content::Written(text) = content else {
            return Err(Invalid::field("forward", "not_for_the_host", "the host has words of its own").into());
        };
        let text = text.into_string();
        let decide = |authz: &Authz| {
            let expires_at = authz.settings.life(expires_in).map(|life| life.end(self.context.now()));
            Ok(decide::notice(text.clone(), reply_to, expires_at))
        };
        let sent = self.settle(Actor::System, room, Some(key), decide).await;
        sent.map_err(|error| no_answer(reply_to, error))
    }

    /// What our policy and the host's say to words that a member is about to write. Where one says no a
    /// repetition may still stand: so the answer goes into the decision.
    pub(super) async fn ask_consent(
        &self,
        me: UserId,
        room_id: RoomId,
        written: Written<'_>,
    ) -> Result<Result<(), Refusal>, TalkError> {
        if let Err(refusal) = self.may_answer(me, room_id).await? {
            return Ok(Err(refusal));
        }
        let Some(questions) = &self.context.questions else { return Ok(Ok(())) };
        self.authz_of(me, room_id).await?;
        let sender = self.context.host_person(me).await?;
        let Written { text, options, note, reply_to, edits, corrects } = written;
        let (text, options, note) = (text.to_owned(), options.to_vec(), note.map(str::to_owned));
        let outgoing = Outgoing { sender, room_id, text, options, note, reply_to, edits, corrects };
        Ok(match questions.before_send(outgoing).await {
            Consent::Given => Ok(()),
            Consent::Refused => Err(Refusal::Host),
            Consent::Silent => Err(Refusal::HostSilent),
        })
    }

    /// Whether words of `me` may accept a request that waits for him: as he may accept it by itself, if he may meet its
    /// opener. Where none waits for him there is nothing to ask.
    async fn may_answer(&self, me: UserId, room: RoomId) -> Result<Result<(), Refusal>, TalkError> {
        let Some(opener) = self.authz_of(me, room).await?.opener_before(me) else { return Ok(Ok(())) };
        if self.people.may_meet(me, opener).await? {
            return Ok(Ok(()));
        }
        // It may have been accepted elsewhere since the room was cached.
        self.cache.forget(room);
        let waits = self.authz_of(me, room).await?.opener_before(me).is_some();
        Ok(if waits { Err(Refusal::NotMember) } else { Ok(()) })
    }

    fn key_of(&self, message: &NewMessage) -> ActKey {
        ActKey { client_id: message.client_id, request: self.request_mac(message) }
    }

    fn request_mac(&self, message: &NewMessage) -> [u8; 32] {
        let NewMessage { content, reply_to, expires_in, mentions, mentions_all, poll, thread, .. } = message;
        let marks = poll.as_ref().map(NewPoll::mark);
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
        if let (Some(poll), Some(marks)) = (poll, &marks) {
            parts.extend([b"poll", &marks[..]]);
            parts.extend(poll.options().iter().map(String::as_bytes));
        }
        if let Some(root) = thread {
            parts.extend([&b"thread"[..], root.as_uuid().as_bytes()]);
        }
        self.context.keys.mac(Purpose::Request, &parts)
    }
}

/// What is said of an answer to a message that is not there for its sender: it is not told whether it is anywhere.
fn no_answer(reply_to: Option<EventId>, error: TalkError) -> TalkError {
    match (reply_to, error) {
        (Some(_), TalkError::NoMessage) => {
            Invalid::field("reply_to", "no_message", "a message of this room that one can read").into()
        }
        (_, error) => error,
    }
}

/// What a message says beside its words; a poll begins when it is sent.
fn extras(message: &NewMessage) -> Extras {
    let forwarded = matches!(message.content, Content::Forwarded(_));
    let (mentions, mentions_all) = (message.mentions.clone(), message.mentions_all);
    Extras { forwarded, mentions, mentions_all, ..Extras::default() }
}

/// A message that was asked all that it is asked before it is decided.
struct Asked {
    room: RoomId,
    key: ActKey,
    /// Its own words, or those that it passes on.
    text: String,
    message: NewMessage,
    consent: Result<(), Refusal>,
}

impl Asked {
    fn reply_to(&self) -> Option<EventId> {
        self.message.reply_to
    }
}

enum Asking {
    Decides(Box<Asked>),
    /// A repetition of what would be refused by now.
    Recalled(Sent),
}

/// A message that was decided.
enum Drawn {
    Act(Box<Asked>, Box<Act>, Underway),
    Recalled(Sent),
}

/// A message between its decision, on that version of its room's rights, and its outcome.
enum Begun {
    Done(Sent),
    Underway(Box<Asked>, u64, Underway, Answer),
}

impl Begun {
    /// Whether an act behind this one was decided on another state of the same room: this one may be stale then, and
    /// would come behind it.
    fn parts_from(&self, act: &Act) -> bool {
        matches!(self, Self::Underway(asked, version, ..) if asked.room == act.room_id && *version != act.authz_version)
    }
}

/// Words that a member is about to write, as the host's policy is asked about them.
#[derive(Clone, Copy, Default)]
pub(super) struct Written<'a> {
    pub(super) text: &'a str,
    pub(super) options: &'a [String],
    pub(super) note: Option<&'a str>,
    pub(super) reply_to: Option<EventId>,
    pub(super) edits: Option<EventId>,
    pub(super) corrects: Option<EventId>,
}
