//! A connection: an edge authenticates, then hands commands in and carries frames out.

use super::{
    greetings::Greetings,
    hub::{Hub, encode, seen},
    life::Life,
    presence::{self, WATCHED},
    queue::{Drained, Queue},
    transport::Signal,
};
use crate::{
    context::Context,
    error::{Coded, Invalid, StoreError},
    identity::Principal,
    limiter::{Cost, Limited},
    people::People,
    rooms::{Membership, Right, Rooms, SMALL_ROOM},
    timeline::{Choices, NewCorrection, Sending, TalkError, Timeline},
};
use bytes::Bytes;
use chatlink_protocol::{
    ErrorCode, Problem, RoomId, Seq, SessionId, Timestamp, UserId,
    frame::{Ack, ClientFrame, Command, Head, Hello, Limits, Push, RESUME_ROOMS, Reply, ReplyResult},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tracing::Instrument as _;

/// The shortest time between two typing frames of one person in one room.
const TYPING_EVERY: Duration = Duration::from_secs(2);

/// What a connection needs of the engine.
#[derive(Clone)]
pub(crate) struct Services {
    pub(crate) context: Arc<Context>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) people: Arc<People>,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) greetings: Arc<Greetings>,
}

/// One socket of one person. The hub fills its queue; the edge drains it with
/// [`outgoing`](Self::outgoing) and hands what the socket says to [`handle`](Self::handle), from the
/// same task or from two. Dropping it ends it.
pub struct Connection {
    pub(super) services: Services,
    pub(super) user: UserId,
    life: Life,
    expires_at: Mutex<Timestamp>,
    pub(super) queue: Arc<Queue>,
    typed: Mutex<HashMap<RoomId, Timestamp>>,
}

/// What goes out on a socket.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Write these texts, each a frame, then flush once.
    Frames(Vec<Bytes>),
    /// Close for this reason, and write no more.
    Close(ErrorCode),
}

/// Why a connection was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The person has as many as are allowed.
    #[error("too many connections")]
    TooMany,
    /// The account was deleted since its token was made.
    #[error("there is no such person any more")]
    Gone,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// His rooms could not be listed.
    #[error(transparent)]
    Rooms(#[from] TalkError),
}

impl Coded for ConnectError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooMany => ErrorCode::RateLimited,
            Self::Gone => ErrorCode::Unauthenticated,
            Self::Store(error) => error.code(),
            Self::Rooms(error) => error.code(),
        }
    }
}

impl Connection {
    /// Takes a connection in: from the `hello` that it queues on, it gets the events of every room
    /// that its user is a member of. The `hello` shows the first `rooms` of them.
    pub(crate) async fn open(
        services: Services,
        user: UserId,
        life: Life,
        expires_at: Timestamp,
        rooms: u32,
    ) -> Result<Self, ConnectError> {
        let most = services.context.settings.talk.connections_a_person;
        let queue = services.hub.connect(user, life.end(), most).ok_or(ConnectError::TooMany)?;
        let connection =
            Self { services, user, life, expires_at: Mutex::new(expires_at), queue, typed: Mutex::default() };
        connection.greet(rooms).await?;
        Ok(connection)
    }

    /// Listens to the user's rooms, then asks again which they are: whoever was added or removed
    /// between the two is set right before anything goes out.
    async fn greet(&self, rooms: u32) -> Result<(), ConnectError> {
        let Services { context, hub, greetings, .. } = &self.services;
        let before = greetings.memberships(self.user).await?;
        self.listen(&before);
        let now = greetings.memberships(self.user).await?;
        let current: HashSet<_> = now.iter().map(|membership| membership.room_id).collect();
        for Membership { room_id, .. } in before.iter().filter(|membership| !current.contains(&membership.room_id)) {
            hub.leave(*room_id, &self.queue);
            self.queue.withdraw(*room_id);
        }
        self.listen(&now);
        let log = greetings.log(self.user).await?;
        if log.gone {
            return Err(ConnectError::Gone);
        }
        let user_seq = log.head;
        // Read after the head: newer than it says at worst, and the change itself comes again.
        let privacy = greetings.privacy(self.user).await?;
        hub.note_told(self.user, user_seq, privacy);
        greetings.touch(self.user).await?;
        let seen = |membership: &Membership| seen(membership.head, Some(privacy));
        let heads: BTreeMap<RoomId, Head> =
            heard(&now).take(RESUME_ROOMS).map(|membership| (membership.room_id, seen(membership))).collect();
        let rooms = match rooms {
            0 => None,
            some => self.services.rooms.hello(self.user, some).await?,
        };
        let edit_seconds = context.settings.talk.edit_window.map(|window| window.as_secs());
        let hello = Hello {
            epoch: context.installation.epoch.clone(),
            user_id: self.user,
            user_seq,
            limits: Limits { edit_seconds, ..Limits::default() },
            heads,
            rooms,
        };
        self.queue.open(encode(&Push::Hello(hello)));
        Ok(())
    }

    /// Listens to rooms, and hears nothing in those whose request was declined.
    fn listen(&self, memberships: &[Membership]) {
        for membership in memberships {
            if membership.declined {
                self.queue.begin_deaf(membership.room_id);
            }
            self.services.hub.join(membership.room_id, membership.head, self.user, &self.queue);
        }
    }

    /// Whose it is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The session that it lives and ends with.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        match self.life {
            Life::Session(session) => Some(session),
            Life::Host | Life::Service(_) => None,
        }
    }

    /// Until when its token is good; a fresh token moves it.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        *self.expires_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is over by its token: a host's token and a service token end with their time, a session does not.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.session().is_none() && self.services.context.now() >= self.expires_at()
    }

    /// A fresh token was shown: it counts when it is of the same person and session.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthenticated`]: it is somebody else's, or of another session; nothing changed.
    pub fn renew(&self, fresh: &Principal) -> Result<(), ErrorCode> {
        if fresh.user_id != self.user || Life::of(fresh) != self.life {
            return Err(ErrorCode::Unauthenticated);
        }
        *self.expires_at.lock().unwrap_or_else(PoisonError::into_inner) = fresh.expires_at;
        Ok(())
    }

    /// Waits for frames and takes all that wait. Cancelling loses nothing.
    pub async fn outgoing(&self) -> Outgoing {
        match self.queue.drain().await {
            Drained::Frames(frames) => Outgoing::Frames(frames),
            Drained::Closed(code) => Outgoing::Close(code),
        }
    }

    /// Does what a client frame asks, and answers it if it has an `id`. What it makes known to
    /// others comes through [`outgoing`](Self::outgoing), to this connection too.
    /// [`Command::Auth`] is the edge's own: here it is answered like a ping.
    pub async fn handle(&self, frame: ClientFrame) -> Option<Reply> {
        let span = tracing::debug_span!("command", otel.name = frame.command.name());
        answer(frame.id, self.run(frame.command).instrument(span).await)
    }

    /// Does what several frames ask that wait together: as [`handle`](Self::handle) one after the other, but for messages
    /// behind each other, which are committed together.
    pub async fn handle_all(&self, frames: Vec<ClientFrame>) -> Vec<Reply> {
        let mut replies = Vec::with_capacity(frames.len());
        let mut sends = Vec::new();
        for ClientFrame { id, command } in frames {
            match sending(command) {
                Ok(send) => sends.push((id, send)),
                Err(command) => {
                    self.send_all(std::mem::take(&mut sends), &mut replies).await;
                    replies.extend(self.handle(ClientFrame { id, command }).await);
                }
            }
        }
        self.send_all(sends, &mut replies).await;
        replies
    }

    async fn send_all(&self, sends: Vec<(Option<u64>, (RoomId, Sending))>, replies: &mut Vec<Reply>) {
        let mut ids = Vec::with_capacity(sends.len());
        let mut messages = Vec::with_capacity(sends.len());
        for (id, (room, asked)) in sends {
            match asked.parse() {
                Ok(message) => {
                    ids.push(id);
                    messages.push((room, message));
                }
                Err(invalid) => replies.extend(answer(id, Err(invalid.into()))),
            }
        }
        let span = tracing::debug_span!("command", otel.name = "send", messages = messages.len());
        let sent = self.services.timeline.send_all(self.user, messages).instrument(span).await;
        let sent = ids.into_iter().zip(sent);
        replies.extend(sent.filter_map(|(id, sent)| answer(id, sent.map(|sent| sent.ack))));
    }

    /// The answer to a text that is no client frame.
    #[must_use]
    pub fn malformed(id: Option<u64>) -> Option<Reply> {
        id.map(|id| Reply { id, result: ReplyResult::Error(Box::new(Problem::new(ErrorCode::Malformed))) })
    }

    async fn run(&self, command: Command) -> Result<Ack, TalkError> {
        let (me, timeline) = (self.user, &self.services.timeline);
        let command = match sending(command) {
            Ok((room_id, asked)) => return timeline.send(me, room_id, asked.parse()?).await.map(|sent| sent.ack),
            Err(command) => command,
        };
        match command {
            Command::Edit { room_id, message_id, text } => {
                timeline.edit(me, room_id, message_id, text.parse()?).await.map(|sent| sent.ack)
            }
            Command::Redact { room_id, message_id } => {
                timeline.redact(me, room_id, message_id).await.map(|sent| sent.ack)
            }
            Command::React { room_id, message_id, key } => {
                let sent = match key {
                    Some(key) => timeline.react(me, room_id, message_id, key.parse()?).await,
                    None => timeline.take_reaction_back(me, room_id, message_id, None).await,
                };
                sent.map(|sent| sent.ack)
            }
            Command::Unreact { room_id, message_id, key } => {
                timeline.take_reaction_back(me, room_id, message_id, Some(key.parse()?)).await.map(|sent| sent.ack)
            }
            Command::Vote { room_id, message_id, choices } => {
                timeline.vote(me, room_id, message_id, Choices::parse(&choices)?).await.map(|sent| sent.ack)
            }
            Command::ClosePoll { room_id, message_id } => {
                timeline.close_poll(me, room_id, message_id).await.map(|sent| sent.ack)
            }
            Command::Correct { room_id, message_id, client_id, text, note, kind, version } => {
                let new = NewCorrection::parse(client_id, &text, note.as_deref(), kind.as_deref(), version)?;
                timeline.correct(me, room_id, message_id, new).await.map(|sent| sent.ack)
            }
            Command::AcceptCorrection { room_id, message_id, correction_id } => {
                timeline.accept_correction(me, room_id, message_id, correction_id).await.map(|sent| sent.ack)
            }
            Command::DeclineCorrection { room_id, message_id, correction_id } => {
                timeline.decline_correction(me, room_id, message_id, correction_id).await.map(|sent| sent.ack)
            }
            Command::WithdrawCorrection { room_id, message_id, correction_id } => {
                timeline.withdraw_correction(me, room_id, message_id, correction_id).await.map(|sent| sent.ack)
            }
            Command::Pin { room_id, message_id } => {
                timeline.pin(me, room_id, message_id, true).await.map(|sent| sent.ack)
            }
            Command::Unpin { room_id, message_id } => {
                timeline.pin(me, room_id, message_id, false).await.map(|sent| sent.ack)
            }
            Command::Delivered { room_id, seq } => done(timeline.mark(me, room_id, seq, Seq(0)).await),
            Command::Read { room_id, seq } => done(timeline.mark(me, room_id, seq, seq).await),
            Command::ReadThread { room_id, message_id, seq } => {
                done(timeline.read_thread(me, room_id, message_id, seq).await)
            }
            Command::Typing { room_id } => done(self.typing(room_id).await),
            Command::Watch { user_ids } => done(self.watch(user_ids).await),
            Command::WatchRoom { room_id } => done(self.watch_room(room_id).await),
            Command::Resume { epoch, user_seq, rooms } => done(self.resume(&epoch, user_seq, rooms).await),
            // Sent by now.
            Command::Send { .. } | Command::Auth { .. } | Command::Ping => Ok(Ack::default()),
        }
    }

    /// Tells the others in a small room that the user is typing, at most every two seconds.
    async fn typing(&self, room: RoomId) -> Result<(), TalkError> {
        let Services { context, hub, timeline, .. } = &self.services;
        let now = context.now();
        context.limiter.spend(self.user, Cost::Read, 1, now)?;
        if self.typed_just_now(room, now) {
            return Ok(());
        }
        // A block, too, ends it at once.
        let authz = timeline.standing(self.user, room).await?;
        let small = authz.members.len() <= SMALL_ROOM;
        // Who may not write there writes nothing.
        let writes = authz.pending.is_none() && authz.allow(self.user, Right::Write, now).is_ok();
        let shows = |user| hub.shows(user, |privacy| privacy.typing);
        if small && writes && shows(self.user) {
            self.typed.lock().unwrap_or_else(PoisonError::into_inner).insert(room, now);
            let push = Push::Typing { room_id: room, user_id: self.user };
            hub.broadcast(room, &push, |user| user != self.user && shows(user));
            hub.outbound.send(|| Signal::Typing { who: vec![(room, self.user)] });
        }
        Ok(())
    }

    fn typed_just_now(&self, room: RoomId, now: Timestamp) -> bool {
        let mut typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner);
        typed.retain(|_, at| now.since(*at) < TYPING_EVERY);
        typed.contains_key(&room)
    }

    /// Replaces the people whose presence is told here, and tells where they stand now.
    async fn watch(&self, users: Vec<UserId>) -> Result<(), TalkError> {
        let Services { hub, people, .. } = &self.services;
        if users.len() > WATCHED {
            return Err(Invalid::field("user_ids", "too_many", format!("{WATCHED} at most")).into());
        }
        self.spend_for(users.len())?;
        loop {
            let parted = hub.presences.parted();
            let seen = people.may_meet_all(self.user, &users).await?;
            let seen: Vec<_> = users.iter().copied().filter(|user| seen.contains(user)).collect();
            // A block that came meanwhile would be forgotten.
            if hub.presences.watch(self.user, &self.queue, &seen, parted) {
                break;
            }
        }
        presence::show(hub, self.user, &self.queue);
        Ok(())
    }

    /// Replaces the room of which is told here how many are there, and tells it now if it is a large one.
    async fn watch_room(&self, room: Option<RoomId>) -> Result<(), TalkError> {
        let Services { context, hub, timeline, .. } = &self.services;
        context.limiter.spend(self.user, Cost::Read, 1, context.now())?;
        let authz = match room {
            Some(room) => Some(timeline.standing(self.user, room).await?),
            None => None,
        };
        hub.crowds.watch(room, self.user, &self.queue);
        if let Some(authz) = authz {
            hub.crowds.tell(hub, &authz);
        }
        Ok(())
    }

    /// Counts a frame that asks about so many things at once.
    pub(super) fn spend_for(&self, things: usize) -> Result<(), Limited> {
        let context = &self.services.context;
        let calls = u32::try_from(things / 10).unwrap_or(u32::MAX).saturating_add(1);
        context.limiter.spend(self.user, Cost::Read, calls, context.now())
    }
}

/// The rooms of which their member is told.
pub(super) fn heard(memberships: &[Membership]) -> impl Iterator<Item = &Membership> {
    memberships.iter().filter(|membership| !membership.declined)
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.services.hub.presences.forget(&self.queue);
        self.services.hub.crowds.watch(None, self.user, &self.queue);
        self.services.hub.disconnect(self.user, &self.queue);
    }
}

/// The answer to a frame that has an `id`.
fn answer(id: Option<u64>, done: Result<Ack, TalkError>) -> Option<Reply> {
    let result = match done {
        Ok(ack) => ReplyResult::Ok(ack),
        Err(error) => {
            if error.code() == ErrorCode::Internal {
                tracing::error!(error = %crate::Chain(&error), "a command failed");
            }
            ReplyResult::Error(Box::new(error.problem()))
        }
    };
    id.map(|id| Reply { id, result })
}

/// The message that a command asks to send; any other command comes back.
#[allow(clippy::result_large_err, reason = "a command on its way, no failure")]
fn sending(command: Command) -> Result<(RoomId, Sending), Command> {
    match command {
        Command::Send {
            room_id,
            client_id,
            text,
            reply_to,
            expires_in,
            forward,
            mentions,
            mentions_all,
            poll,
            thread,
        } => Ok((
            room_id,
            Sending { client_id, text, forward, reply_to, expires_in, mentions, mentions_all, poll, thread },
        )),
        other => Err(other),
    }
}

fn done(result: Result<(), TalkError>) -> Result<Ack, TalkError> {
    result.map(|()| Ack::default())
}
