//! Somebody who is logged in: timelines that keep themselves current, and a queue that sends.

mod acting;
mod engine;
mod groups;
mod watching;

use crate::{
    ClientError, ConnectionState, Identity, Job, Retry, RoomEntry, Session, SessionState, Strand, Watched,
    api::{Api, Match, MatchFilter, Page, Profile},
    client::{Names, Parts},
    connection::Connection,
    marks::ReadHere,
    observe::Keyed,
};
use chatlink_protocol::{
    ClientId, EventId, Item, RoomId, Seq, UserId,
    frame::{Command, Presence},
    room::{Room, RoomPage},
};
use engine::{Engine, Order, Tools};
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
    entries: watch::Receiver<Arc<Vec<RoomEntry>>>,
    presence: watch::Receiver<Arc<Vec<Presence>>>,
    read_here: Arc<ReadHere>,
    names: Names,
}

impl Chat {
    /// Opens the person's cache and starts to connect.
    pub(crate) async fn begin(parts: Parts, session: Arc<Session>) -> Result<Self, ClientError> {
        let api = Api::new(parts.transport.clone(), session.clone());
        let (connection, pushes) = Connection::start(parts.transport, session.clone(), parts.entropy.clone());
        let (orders, taken) = mpsc::channel(ORDERS);
        let read_here = Arc::new(ReadHere::default());
        let names = Names { clock: parts.clock.clone(), entropy: parts.entropy.clone() };
        let tools = Tools {
            api: api.clone(),
            connection: connection.clone(),
            clock: parts.clock,
            entropy: parts.entropy,
            read_here: read_here.clone(),
        };
        let engine = Engine::new(tools, &session, parts.folder.as_deref()).await?;
        let (outgoing, entries, presence) = (engine.outgoing(), engine.entries(), engine.presence());
        tokio::spawn(engine.run(taken, pushes));
        connection.resume().await;
        Ok(Self { api, session, connection, orders, outgoing, entries, presence, read_here, names })
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
        let page = self.api.matches(filter, cursor).await?;
        self.tell(Order::Seen(page.items.iter().map(|item| item.user.clone()).collect())).await;
        Ok(page)
    }

    /// A person: as the server shows him, or, where it cannot be reached, as he was seen last on this device.
    ///
    /// # Errors
    /// There is none for this caller, or he was never seen here and the server cannot be reached.
    pub async fn profile(&self, id: UserId) -> Result<Profile, ClientError> {
        match self.api.profile(id).await {
            Ok(profile) => {
                self.tell(Order::Seen(vec![profile.clone()])).await;
                Ok(profile)
            }
            Err(error) if error.retry() != Retry::Never => {
                self.ask(|reply| Order::Person(id, reply)).await?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The list of rooms: pinned ones first, then by newest activity, those that are put away last; first contacts that wait
    /// for the person's answer are not in it. It is kept current by what the socket tells, and where a folder is set it is
    /// there from the start, as it was seen last.
    #[must_use]
    pub fn room_list(&self) -> Watched<RoomEntry> {
        Watched::new(self.entries.clone())
    }

    /// A page of conversations as the server shows them, pinned ones first, then by newest activity.
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
        self.shown(self.api.open_direct(user).await?).await
    }

    /// The newest part of a room's timeline, or of a thread ([`Strand::thread`]), empty until it was read, kept current from now
    /// on. Of what was opened the last twenty are kept, and with a thread the timeline of its room; the lists of the others end.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn timeline(&self, strand: impl Into<Strand>) -> Result<Watched<Item>, ClientError> {
        let strand = strand.into();
        self.ask(|reply| Order::Open(strand, reply)).await.map(Watched::new)
    }

    /// Puts the page before what is shown of an open timeline or thread. [`Break`](ControlFlow::Break): there is nothing
    /// older, or it is not open.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn load_before(&self, strand: impl Into<Strand>) -> Result<ControlFlow<()>, ClientError> {
        let strand = strand.into();
        for _ in 0..TRIES {
            let Some(first) = self.ask(|reply| Order::First(strand, reply)).await? else {
                return Ok(ControlFlow::Break(()));
            };
            let page = self.api.page(strand, Some(first), 50).await?;
            if self.ask(|reply| Order::Prepend(strand, page, reply)).await? {
                break;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Everything in the room up to this seq was read, or in the thread. It waits for nobody; it is kept, and said when there
    /// is a line.
    pub fn read(&self, strand: impl Into<Strand>, seq: Seq) {
        self.read_here.say(strand.into(), seq);
    }

    /// The person is typing here; to be said every few seconds, and may be lost. Who else types is told by
    /// [`typists`](Self::typists).
    pub fn typing(&self, room_id: RoomId) {
        self.connection.hint(Command::Typing { room_id });
    }

    /// The network changed, perhaps: try now, or make sure that the line lives.
    pub fn network_changed(&self) {
        self.connection.nudge();
    }

    /// The app goes into the background: the line is closed, the queue waits, and all is kept by the time that this returns.
    pub async fn background(&self) {
        self.connection.pause().await;
        let _ = self.ask(Order::Save).await;
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

    async fn tell(&self, order: Order) {
        let _ = self.orders.send(order).await;
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
