//! Somebody who is logged in: timelines that keep themselves current, and a queue that sends.

mod engine;

use crate::{
    Act, Cancelled, ClientError, ConnectionState, Identity, Job, Session, SessionState, Target, Watched,
    api::{Api, Match, MatchFilter, Page},
    cache::Cache,
    client::Parts,
    connection::Connection,
    observe::Keyed,
};
use chatlink_protocol::{
    ClientId, EventId, Item, RoomId, Seq, UserId,
    frame::Command,
    room::{Room, RoomPage},
};
use engine::{Engine, Order};
use std::{ops::ControlFlow, sync::Arc};
use tokio::sync::{mpsc, oneshot, watch};

/// Orders that wait for the engine; who gives more waits, too.
const ORDERS: usize = 64;
/// How often an older page is read again that events overtook.
const TRIES: usize = 3;

/// A logged-in person on this device. Cheap to clone; everything ends when the last clone is dropped.
#[derive(Clone)]
pub struct Chat {
    api: Api,
    session: Arc<Session>,
    connection: Connection,
    orders: mpsc::Sender<Order>,
    outgoing: watch::Receiver<Arc<Vec<Job>>>,
}

impl Chat {
    /// Opens the person's cache and starts to connect.
    pub(crate) async fn begin(parts: Parts, session: Arc<Session>) -> Result<Self, ClientError> {
        let cache = Cache::open(parts.folder.as_deref(), session.identity().user_id).await?;
        let api = Api::new(parts.transport.clone(), session.clone());
        let (connection, pushes) = Connection::start(parts.transport, session.clone(), parts.entropy.clone());
        let (orders, taken) = mpsc::channel(ORDERS);
        let engine = Engine::new(api.clone(), &session, connection.clone(), cache, parts.clock, parts.entropy).await?;
        let outgoing = engine.outgoing();
        tokio::spawn(engine.run(taken, pushes));
        connection.resume().await;
        Ok(Self { api, session, connection, orders, outgoing })
    }

    /// Who is logged in.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.session.identity()
    }

    /// Where the session stands: its end comes once.
    #[must_use]
    pub fn session(&self) -> watch::Receiver<SessionState> {
        self.session.state()
    }

    /// Where the connection stands.
    #[must_use]
    pub fn connection(&self) -> watch::Receiver<ConnectionState> {
        self.connection.state()
    }

    /// Every typed call.
    #[must_use]
    pub const fn api(&self) -> &Api {
        &self.api
    }

    /// People who might fit, the best first.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn matches(&self, filter: &MatchFilter, cursor: Option<&str>) -> Result<Page<Match>, ClientError> {
        self.api.matches(filter, cursor).await
    }

    /// Conversations, pinned ones first, then by newest activity.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn rooms(&self, cursor: Option<&str>) -> Result<RoomPage, ClientError> {
        self.api.rooms(false, cursor).await
    }

    /// The direct room with a person; made when there is none yet.
    ///
    /// # Errors
    /// There is no such person for this caller.
    pub async fn open_direct(&self, user: UserId) -> Result<Room, ClientError> {
        self.api.open_direct(user).await
    }

    /// The newest part of a room's timeline, empty until it was read, kept current from now on. Of the rooms that were
    /// opened the last twenty are kept; the lists of the others end.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn timeline(&self, room: RoomId) -> Result<Watched<Item>, ClientError> {
        self.ask(|reply| Order::Open(room, reply)).await.map(Watched::new)
    }

    /// Puts the page before what is shown of an open room. [`Break`](ControlFlow::Break): there is nothing older, or the
    /// room is not open.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn load_before(&self, room: RoomId) -> Result<ControlFlow<()>, ClientError> {
        for _ in 0..TRIES {
            let Some(first) = self.ask(|reply| Order::First(room, reply)).await? else {
                return Ok(ControlFlow::Break(()));
            };
            let page = self.api.timeline(room, Some(first), 50).await?;
            if self.ask(|reply| Order::Prepend(room, page, reply)).await? {
                break;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What waits to be sent, or was refused.
    #[must_use]
    pub fn outgoing(&self) -> Watched<Job> {
        Watched::new(self.outgoing.clone())
    }

    /// Takes a message over to be sent, now or when there is a line again. It is kept before this answers its name.
    ///
    /// # Errors
    /// The queue is full, or the device's store failed: then it is not taken over.
    pub async fn send(&self, room: RoomId, text: &str) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::Send { text: text.to_owned(), reply_to: None }).await
    }

    /// Takes an edit of one's own message over.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn edit(&self, room: RoomId, target: Target, text: &str) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::Edit { target, text: text.to_owned() }).await
    }

    /// Takes a reaction over; without a key one's reaction is taken back.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn react(&self, room: RoomId, target: Target, key: Option<&str>) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::React { target, key: key.map(str::to_owned) }).await
    }

    /// Takes the wish over to take a message back for all.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn redact(&self, room: RoomId, target: Target) -> Result<ClientId, ClientError> {
        self.enqueue(room, Act::Redact { target }).await
    }

    /// Takes something over to be sent.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn enqueue(&self, room: RoomId, act: Act) -> Result<ClientId, ClientError> {
        self.ask(|reply| Order::Enqueue(room, act, reply)).await?
    }

    /// Cancels what surely did not arrive, with all that was to change it.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn cancel(&self, id: ClientId) -> Result<Cancelled, ClientError> {
        self.ask(|reply| Order::Cancel(id, reply)).await
    }

    /// Tries what was refused again, after what was written since.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn retry(&self, id: ClientId) -> Result<(), ClientError> {
        self.ask(|reply| Order::Retry(id, reply)).await
    }

    /// Everything in the room up to this seq was read. Lost with the line; say it again on the next occasion.
    pub fn read(&self, room_id: RoomId, seq: Seq) {
        self.connection.hint(Command::Read { room_id, seq });
    }

    /// The person is typing; to be said every few seconds, and may be lost.
    pub fn typing(&self, room_id: RoomId) {
        self.connection.hint(Command::Typing { room_id });
    }

    /// The network changed, perhaps: try now, or make sure that the line lives.
    pub fn network_changed(&self) {
        self.connection.nudge();
    }

    /// The app goes into the background: the line is closed, the queue waits.
    pub async fn background(&self) {
        self.connection.pause().await;
    }

    /// The app is shown: a line is opened and kept.
    pub async fn foreground(&self) {
        self.connection.resume().await;
    }

    /// Logs out: ends the session here and, where the server can be reached, there; forgets everything of it on this device.
    ///
    /// # Errors
    /// The device's stores failed: something of it may still lie there.
    pub async fn logout(&self) -> Result<(), ClientError> {
        self.connection.pause().await;
        let ended = self.session.log_out().await;
        self.ask(Order::Wipe).await??;
        ended
    }

    async fn ask<T>(&self, order: impl FnOnce(oneshot::Sender<T>) -> Order) -> Result<T, ClientError> {
        let (reply, answer) = oneshot::channel();
        self.orders.send(order(reply)).await.map_err(|_| ClientError::Stopped)?;
        answer.await.map_err(|_| ClientError::Stopped)
    }
}

impl Keyed for Item {
    type Key = EventId;

    fn key(&self) -> EventId {
        self.id
    }
}

impl Keyed for Job {
    type Key = ClientId;

    fn key(&self) -> ClientId {
        self.id
    }
}
