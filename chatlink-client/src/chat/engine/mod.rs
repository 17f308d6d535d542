//! The task that owns all state of a logged-in person: nothing is locked, and whoever watches is told without waiting for
//! him. It does what the pure parts want: reads, sends, writes.

mod reading;
mod sending;

use crate::{
    Act, Cancelled, ClientError, Clock, Entropy, Job, Session,
    api::{Api, TimelinePage},
    cache::Cache,
    connection::Connection,
    queue::{Outcome, SendQueue, Write},
    timeline::Window,
    world::Backoff,
};
use chatlink_protocol::{
    ClientId, Item, RoomId, Seq, UserId, UserSeq,
    frame::{Ack, Command, Hello, Push},
};
use reading::Open;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time::sleep,
};

/// How long what failed waits before it is tried again.
const BACKOFF: Backoff = Backoff { base: Duration::from_secs(1), cap: Duration::from_secs(15) };
/// A timer is set no further ahead: one that a sleeping device held up is late by that at most.
const STEP: Duration = Duration::from_secs(60);
/// When what the device's store did not take is offered to it again.
const KEEP_AGAIN: Duration = Duration::from_secs(2);

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
    Read(RoomId, reading::Read),
    Sent(ClientId, RoomId, Result<Ack, ClientError>),
    SendAgain(ClientId),
    Told,
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
    /// Writes of the queue that the device's store did not take yet, of each job the last one.
    unkept: Vec<Write>,
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
            unkept: Vec::new(),
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

    async fn wipe(&mut self) -> Result<(), ClientError> {
        self.aside.abort_all();
        self.windows.clear();
        self.opened.clear();
        self.queue = SendQueue::default();
        self.unkept.clear();
        Ok(self.cache.wipe().await?)
    }

    fn take(&mut self, push: Push) {
        match push {
            Push::Hello(hello) => self.greet(&hello),
            Push::Event { event } => self.receive(event),
            Push::Heads { rooms, .. } => rooms.into_iter().for_each(|(room, head)| self.reach(room, head.seq)),
            Push::Gap { room_id, .. } => self.with_window(room_id, Window::distrust),
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

    fn done(&mut self, done: Done) {
        match done {
            Done::Read(room, read) => self.has_read(room, read),
            Done::Sent(id, room, result) => self.sent(id, room, result),
            Done::SendAgain(id) => self.queue.settle(id, Outcome::Later),
            Done::Told => {}
        }
    }

    /// Does what the pure parts want by now, and tells who watches.
    async fn settle(&mut self) {
        self.send_on().await;
        self.read();
        self.tell_windows();
        self.tell_outgoing();
    }

    fn expire(&mut self) {
        let now = self.clock.now();
        self.windows.values_mut().for_each(|open| open.window.expire(now));
    }

    fn next_wake(&self) -> Duration {
        let step = if self.unkept.is_empty() { STEP } else { KEEP_AGAIN };
        let next = self.windows.values().filter_map(|open| open.window.next_expiry()).min();
        next.map_or(step, |at| at.since(self.clock.now()).min(step))
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
