//! The task that owns all state of a logged-in person: nothing is locked, and whoever watches is told without waiting for
//! him. It does what the pure parts want: reads, sends, writes.

use crate::{
    Act, Cancelled, ClientError, Clock, ConnectionState, Entropy, Job, Retry, Session,
    api::{Api, EventsPage, TimelinePage},
    cache::Cache,
    connection::Connection,
    queue::{Outcome, SendQueue},
    timeline::{Own, Want, Window},
    world::{Backoff, fresh_id},
};
use chatlink_protocol::{
    ClientId, EventId, Item, RoomId, Seq, UserId, UserSeq,
    frame::{Ack, Command, Hello, Push, UserEvent},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time::sleep,
};

/// Rooms that are kept current at the same time.
const WINDOWS: usize = 20;
/// Items of a fresh snapshot.
const PAGE: u32 = 50;
/// How long what failed waits before it is tried again.
const BACKOFF: Backoff = Backoff { base: Duration::from_secs(1), cap: Duration::from_secs(15) };
/// A timer is set no further ahead: one that a sleeping device held up is late by that at most.
const STEP: Duration = Duration::from_secs(60);

/// What the facade asks for.
pub(super) enum Order {
    Open(RoomId, oneshot::Sender<watch::Receiver<Arc<Vec<Item>>>>),
    First(RoomId, oneshot::Sender<Option<Seq>>),
    Prepend(RoomId, TimelinePage, oneshot::Sender<bool>),
    Enqueue(RoomId, Act, oneshot::Sender<Result<ClientId, ClientError>>),
    Cancel(ClientId, oneshot::Sender<Cancelled>),
    Retry(ClientId, oneshot::Sender<()>),
    Wipe(oneshot::Sender<Result<(), ClientError>>),
}

/// What was done aside.
enum Done {
    Snapshot(RoomId, TimelinePage),
    Events(RoomId, EventsPage),
    /// A read failed, and its time to be tried again has come.
    ReadAgain(RoomId),
    /// The room is not to be read any more.
    Closed(RoomId),
    Sent(ClientId, RoomId, Result<Ack, ClientError>),
    SendAgain(ClientId),
    Told,
}

struct Open {
    window: Window,
    list: watch::Sender<Arc<Vec<Item>>>,
    tries: u32,
}

pub(super) struct Engine {
    api: Api,
    me: UserId,
    connection: Connection,
    cache: Cache,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    queue: SendQueue,
    outgoing: watch::Sender<Arc<Vec<Job>>>,
    windows: BTreeMap<RoomId, Open>,
    /// The one that was opened last comes last.
    opened: Vec<RoomId>,
    epoch: Option<String>,
    user_seq: UserSeq,
    /// How often the first one of a room failed.
    sends_failed: BTreeMap<RoomId, u32>,
    aside: JoinSet<Done>,
    /// Counts the lines that came up: whoever waits to try again need not wait longer.
    lines: watch::Sender<u64>,
}

impl Engine {
    pub(super) async fn new(
        api: Api,
        session: &Session,
        connection: Connection,
        mut cache: Cache,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, ClientError> {
        let queue = SendQueue::restore(cache.jobs().await?);
        let outgoing = watch::Sender::new(Arc::new(queue.jobs().cloned().collect()));
        Ok(Self {
            api,
            me: session.identity().user_id,
            connection,
            cache,
            clock,
            entropy,
            queue,
            outgoing,
            windows: BTreeMap::new(),
            opened: Vec::new(),
            epoch: None,
            user_seq: UserSeq(0),
            sends_failed: BTreeMap::new(),
            aside: JoinSet::new(),
            lines: watch::Sender::new(0),
        })
    }

    pub(super) fn outgoing(&self) -> watch::Receiver<Arc<Vec<Job>>> {
        self.outgoing.subscribe()
    }

    /// Runs until nobody gives orders any more.
    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>, mut pushes: mpsc::Receiver<Push>) {
        loop {
            let wake = self.next_wake();
            tokio::select! {
                order = orders.recv() => {
                    let Some(order) = order else { return };
                    let answer = self.obey(order).await;
                    // Who is answered finds it done, and told to all who watch.
                    self.settle().await;
                    answer();
                    continue;
                }
                Some(push) = pushes.recv() => {
                    self.take(push);
                    // What came together is told together.
                    while let Ok(push) = pushes.try_recv() {
                        self.take(push);
                    }
                }
                Some(done) = self.aside.join_next() => if let Ok(done) = done { self.done(done) },
                () = sleep(wake) => self.expire(),
            }
            self.settle().await;
        }
    }

    async fn obey(&mut self, order: Order) -> Box<dyn FnOnce() + Send> {
        match order {
            Order::Open(room, reply) => answer(reply, self.open(room)),
            Order::First(room, reply) => {
                let window = self.windows.get(&room).map(|open| &open.window);
                let first = window.filter(|window| window.has_before()).and_then(|window| window.items().next());
                answer(reply, first.map(|item| item.seq))
            }
            Order::Prepend(room, page, reply) => {
                let fits = self.windows.get_mut(&room).is_none_or(|open| open.window.prepend(page));
                answer(reply, fits)
            }
            Order::Enqueue(room, act, reply) => answer(reply, self.enqueue(room, act).await),
            Order::Cancel(id, reply) => answer(reply, self.queue.cancel(id)),
            Order::Retry(id, reply) => {
                self.queue.retry(id);
                answer(reply, ())
            }
            Order::Wipe(reply) => answer(reply, self.wipe().await),
        }
    }

    fn open(&mut self, room: RoomId) -> watch::Receiver<Arc<Vec<Item>>> {
        self.opened.retain(|known| *known != room);
        self.opened.push(room);
        if self.opened.len() > WINDOWS {
            self.windows.remove(&self.opened.remove(0));
        }
        let me = self.me;
        let fresh = || Open { window: Window::new(me), list: watch::Sender::default(), tries: 0 };
        self.windows.entry(room).or_insert_with(fresh).list.subscribe()
    }

    async fn enqueue(&mut self, room: RoomId, act: Act) -> Result<ClientId, ClientError> {
        let id = fresh_id(self.clock.as_ref(), self.entropy.as_ref());
        if !self.queue.enqueue(id, room, act) {
            return Err(ClientError::QueueFull);
        }
        let kept = self.keep().await;
        if kept.is_err() {
            let _ = self.queue.cancel(id);
        }
        kept.map(|()| id)
    }

    async fn wipe(&mut self) -> Result<(), ClientError> {
        self.aside.abort_all();
        self.windows.clear();
        self.opened.clear();
        self.queue = SendQueue::default();
        Ok(self.cache.wipe().await?)
    }

    fn take(&mut self, push: Push) {
        match push {
            Push::Hello(hello) => self.greet(&hello),
            Push::Event { event } => {
                if let Some(open) = self.windows.get_mut(&event.room_id) {
                    open.window.receive(event);
                }
            }
            Push::Heads { rooms, .. } => rooms.into_iter().for_each(|(room, head)| self.reach(room, head.seq)),
            Push::Gap { room_id, .. } => {
                if let Some(open) = self.windows.get_mut(&room_id) {
                    open.window.distrust();
                }
            }
            Push::UserEvent(event) => self.own(&event),
            Push::Reset { epoch } => self.reset(epoch),
            Push::Resync => self.connection.restart(),
            // The socket's end follows, and says it to the session.
            Push::Bye { .. } => {}
            Push::Receipts { .. } | Push::Typing { .. } | Push::Presence(_) | Push::RoomPresence { .. } => {}
        }
    }

    /// A line is up: what was missed is replayed, and what waits is tried.
    fn greet(&mut self, hello: &Hello) {
        match &self.epoch {
            Some(known) if *known != hello.epoch => self.reset(hello.epoch.clone()),
            Some(_) => self.resume(),
            None => self.epoch = Some(hello.epoch.clone()),
        }
        self.user_seq = hello.user_seq;
        hello.heads.iter().for_each(|(room, head)| self.reach(*room, head.seq));
        self.lines.send_modify(|lines| *lines += 1);
    }

    fn resume(&mut self) {
        let cursor = |(room, open): (&RoomId, &Open)| Some((*room, open.window.cursor()?));
        let rooms: BTreeMap<_, _> = self.windows.iter().filter_map(cursor).collect();
        let Some(epoch) = self.epoch.clone().filter(|_| !rooms.is_empty()) else { return };
        let (connection, user_seq) = (self.connection.clone(), self.user_seq);
        self.aside.spawn(async move {
            // Should it fail, the heads tell what is missing.
            let _ = connection.request(Command::Resume { epoch, user_seq, rooms }).await;
            Done::Told
        });
    }

    fn reset(&mut self, epoch: String) {
        self.epoch = Some(epoch);
        self.windows.values_mut().for_each(|open| open.window.reset());
    }

    fn reach(&mut self, room: RoomId, seq: Seq) {
        if let Some(open) = self.windows.get_mut(&room) {
            open.window.reach(seq);
        }
    }

    fn own(&mut self, event: &UserEvent) {
        self.user_seq = self.user_seq.max(event.user_seq);
        let change = match event.kind.as_str() {
            "hide" => Own::Hidden,
            "star" => Own::Starred(event.body["starred"] == true),
            _ => return,
        };
        let room = event.body["room_id"].as_str().and_then(|room| room.parse::<RoomId>().ok());
        let open = room.and_then(|room| self.windows.get_mut(&room));
        if let (Some(open), Ok(message)) = (open, event.subject.parse::<EventId>()) {
            open.window.own(message, change);
        }
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::Snapshot(room, page) => {
                if let Some(open) = self.windows.get_mut(&room) {
                    open.tries = 0;
                    open.window.snapshot(page);
                }
            }
            Done::Events(room, page) => {
                if let Some(open) = self.windows.get_mut(&room) {
                    open.tries = 0;
                    open.window.filled(page);
                }
            }
            Done::ReadAgain(room) => {
                if let Some(open) = self.windows.get_mut(&room) {
                    open.tries = open.tries.saturating_add(1);
                    open.window.failed();
                }
            }
            Done::Closed(room) => {
                self.opened.retain(|known| *known != room);
                self.windows.remove(&room);
            }
            Done::Sent(id, room, result) => self.sent(id, room, result),
            Done::SendAgain(id) => self.queue.settle(id, Outcome::Later),
            Done::Told => {}
        }
    }

    fn sent(&mut self, id: ClientId, room: RoomId, result: Result<Ack, ClientError>) {
        let error = match result {
            Ok(ack) => {
                self.sends_failed.remove(&room);
                return self.queue.settle(id, Outcome::Done(ack.id));
            }
            Err(error) => error,
        };
        let asked = match error.retry() {
            Retry::After(asked) => asked,
            // The token is to blame, not the message: another line begins with another one, or the next login does.
            Retry::Never if error.blames_token() || matches!(error, ClientError::LoggedOut) => Duration::ZERO,
            Retry::Never => {
                let problem = error.problem().cloned().map(Box::new);
                return self.queue.settle(id, Outcome::Refused(problem));
            }
        };
        let failed = self.sends_failed.entry(room).or_default();
        let wait = asked + BACKOFF.wait(*failed, self.entropy.as_ref());
        *failed = failed.saturating_add(1);
        let lines = self.lines.subscribe();
        // Until then its room counts as under way: nothing overtakes it.
        self.aside.spawn(async move {
            or_line(lines, asked, wait).await;
            Done::SendAgain(id)
        });
    }

    /// Does what the pure parts want by now, and tells who watches.
    async fn settle(&mut self) {
        if *self.connection.state().borrow() == ConnectionState::Ready {
            let begun = self.queue.begin();
            // Kept before it is tried: who cancels after a restart must know that it may have arrived.
            let _ = self.keep().await;
            begun.into_iter().for_each(|job| self.send(job));
        } else {
            let _ = self.keep().await;
        }
        self.read();
        self.tell();
    }

    fn send(&mut self, job: Job) {
        let (connection, id, room) = (self.connection.clone(), job.id, job.room_id);
        self.aside.spawn(async move {
            let result = match job.command() {
                Some(command) => connection.request(command).await,
                None => Err(ClientError::Unexpected { status: 0 }),
            };
            Done::Sent(id, room, result)
        });
    }

    fn read(&mut self) {
        for (room, open) in &mut self.windows {
            let Some(want) = open.window.ask() else { continue };
            let (api, room, lines) = (self.api.clone(), *room, self.lines.subscribe());
            let wait = BACKOFF.wait(open.tries, self.entropy.as_ref());
            self.aside.spawn(async move {
                let done = match want {
                    Want::Snapshot => api.timeline(room, None, PAGE).await.map(|page| Done::Snapshot(room, page)),
                    Want::Events(after) => api.events(room, after).await.map(|page| Done::Events(room, page)),
                };
                match done {
                    Ok(done) => done,
                    Err(error) if error.retry() == Retry::Never && error.code().is_some() => Done::Closed(room),
                    Err(_) => {
                        or_line(lines, Duration::ZERO, wait).await;
                        Done::ReadAgain(room)
                    }
                }
            });
        }
    }

    fn tell(&mut self) {
        for open in self.windows.values() {
            let differs = |told: &mut Arc<Vec<Item>>| {
                let differs = !told.iter().eq(open.window.items());
                if differs {
                    *told = Arc::new(open.window.items().cloned().collect());
                }
                differs
            };
            open.list.send_if_modified(differs);
        }
        self.outgoing.send_if_modified(|told| {
            let differs = !told.iter().eq(self.queue.jobs());
            if differs {
                *told = Arc::new(self.queue.jobs().cloned().collect());
            }
            differs
        });
    }

    async fn keep(&mut self) -> Result<(), ClientError> {
        for write in self.queue.take_writes() {
            self.cache
                .write(&write)
                .await
                .inspect_err(|error| tracing::warn!(%error, "the send queue was not kept"))?;
        }
        Ok(())
    }

    fn expire(&mut self) {
        let now = self.clock.now();
        self.windows.values_mut().for_each(|open| open.window.expire(now));
    }

    fn next_wake(&self) -> Duration {
        let next = self.windows.values().filter_map(|open| open.window.next_expiry()).min();
        next.map_or(STEP, |at| at.since(self.clock.now()).min(STEP))
    }
}

/// The answer, to be given in a while. Who went away needs none.
fn answer<T: Send + 'static>(reply: oneshot::Sender<T>, value: T) -> Box<dyn FnOnce() + Send> {
    Box::new(move || drop(reply.send(value)))
}

/// Waits, but when a line comes up not longer than was asked for.
async fn or_line(mut lines: watch::Receiver<u64>, asked: Duration, wait: Duration) {
    sleep(asked).await;
    let _ = tokio::time::timeout(wait.saturating_sub(asked), lines.changed()).await;
}
