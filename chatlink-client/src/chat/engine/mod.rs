//! The task that owns all state of a logged-in person: nothing is locked, and whoever watches is told without waiting for
//! him. It does what the pure parts want: reads, sends, writes.

mod hearing;
mod keeping;
mod listing;
mod living;
mod marking;
mod orders;
mod reading;
mod sending;
mod threading;

pub(super) use orders::Order;

use crate::{
    ClientError, Clock, ConnectionState, Entropy, Job, RoomEntry, Session, Strand,
    api::{Api, FollowedThread},
    cache::{QueueFile, Views, Writes},
    connection::Connection,
    followed::Followed,
    living::{Delivered, RoomMarks, Typists, Watch},
    marks::{ReadHere, ReadMarks},
    own_log::OwnLog,
    queue::{Outcome, SendQueue},
    rooms::RoomList,
    world::Backoff,
};
use chatlink_protocol::{
    ClientId, RoomId, UserId,
    frame::{Ack, Head, Presence, Push, Receipt},
};
use futures_util::FutureExt as _;
use keeping::Saved;
use living::Kept;
use reading::Open;
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, sleep},
};

/// How long what failed waits before it is tried again.
const BACKOFF: Backoff = Backoff { base: Duration::from_secs(1), cap: Duration::from_secs(15) };
/// A timer is set no further ahead: one that a sleeping device held up is late by that at most.
const STEP: Duration = Duration::from_secs(60);
/// When what the device's store did not take is offered to it again.
const KEEP_AGAIN: Duration = Duration::from_secs(2);

/// What was done aside.
enum Done {
    Read(Strand, reading::Read),
    Listed(listing::Read),
    Sent(ClientId, RoomId, Result<Ack, ClientError>),
    SendAgain(ClientId),
    Marked(Strand, marking::Answer),
    RoomMarks(RoomId, living::Read),
    Threads(RoomId, threading::Read),
    Watched {
        heard: bool,
    },
    /// What was missed came, as far as it came.
    Resumed(BTreeMap<RoomId, Head>),
}

/// What the engine works with.
pub(in crate::chat) struct Tools {
    pub(super) api: Api,
    pub(super) connection: Connection,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) read_here: Arc<ReadHere>,
}

pub(super) struct Engine {
    tools: Tools,
    me: UserId,
    file: QueueFile,
    views: Views,
    saved: Saved,
    queue: SendQueue,
    outgoing: watch::Sender<Arc<Vec<Job>>>,
    /// How often the first one of a room failed.
    sends_failed: BTreeMap<RoomId, u32>,
    marks: ReadMarks,
    marks_failed: u32,
    /// What the device's store did not take yet, of each thing the last write.
    unkept: Writes,
    windows: BTreeMap<Strand, Open>,
    /// The one that was opened last comes last.
    opened: Vec<Strand>,
    rooms: RoomList,
    entries: watch::Sender<Arc<Vec<RoomEntry>>>,
    lists_failed: u32,
    own_log: OwnLog,
    room_marks: BTreeMap<RoomId, Kept<RoomMarks, Receipt>>,
    followed: BTreeMap<RoomId, Kept<Followed, FollowedThread>>,
    typists: BTreeMap<RoomId, Kept<Typists, UserId>>,
    presence: Kept<Watch, Presence>,
    delivered: Delivered,
    deliver_at: Option<Instant>,
    epoch: Option<String>,
    aside: JoinSet<Done>,
    /// Counts the lines that came up: whoever waits to try again need not wait longer.
    lines: watch::Sender<u64>,
}

impl Engine {
    pub(super) async fn new(tools: Tools, session: &Session, folder: Option<&Path>) -> Result<Self, ClientError> {
        let me = session.identity().user_id;
        let mut file = QueueFile::open(folder, me).await?;
        let mut views = Views::open(folder, me).await;
        let (queue, marks) = (SendQueue::restore(file.jobs().await?), ReadMarks::restore(file.marks().await?));
        let kept = views.kept().await;
        let place = kept.as_ref().map(|kept| kept.place.clone());
        let (epoch, own_log) = match &place {
            Some(place) => (Some(place.epoch.clone()), OwnLog::at(place.user_seq)),
            None => (None, OwnLog::default()),
        };
        let blocked = place.as_ref().map(|place| place.blocked.clone()).unwrap_or_default();
        let mut rooms = RoomList::new(me, kept.map(|kept| kept.rooms).unwrap_or_default(), blocked);
        marks.of_rooms().for_each(|(room, seq)| rooms.read(room, seq));
        let _ = rooms.take_changed();
        let entries = watch::Sender::new(Arc::new(rooms.take_entries().unwrap_or_default()));
        let outgoing = watch::Sender::new(Arc::new(queue.jobs().cloned().collect()));
        Ok(Self {
            tools,
            me,
            file,
            views,
            saved: Saved::new(place),
            queue,
            outgoing,
            sends_failed: BTreeMap::new(),
            marks,
            marks_failed: 0,
            unkept: Writes::default(),
            windows: BTreeMap::new(),
            opened: Vec::new(),
            rooms,
            entries,
            lists_failed: 0,
            own_log,
            room_marks: BTreeMap::new(),
            followed: BTreeMap::new(),
            typists: BTreeMap::new(),
            presence: Kept::new(Watch::default()),
            delivered: Delivered::default(),
            deliver_at: None,
            epoch,
            aside: JoinSet::new(),
            lines: watch::Sender::new(0),
        })
    }

    pub(super) fn outgoing(&self) -> watch::Receiver<Arc<Vec<Job>>> {
        self.outgoing.subscribe()
    }

    pub(super) fn entries(&self) -> watch::Receiver<Arc<Vec<RoomEntry>>> {
        self.entries.subscribe()
    }

    pub(super) fn presence(&self) -> watch::Receiver<Arc<Vec<Presence>>> {
        self.presence.watch()
    }

    /// Runs until nobody gives orders any more.
    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Order>, mut pushes: mpsc::Receiver<Push>) {
        let read_here = self.tools.read_here.clone();
        let mut line = self.tools.connection.state();
        loop {
            let wake = self.next_wake();
            let mut answer = None;
            tokio::select! {
                order = orders.recv() => {
                    let Some(order) = order else { break };
                    answer = Some(self.obey(order).await);
                }
                Some(push) = pushes.recv() => self.take(push),
                Some(done) = self.aside.join_next() => {
                    // What came before the answer is known before it.
                    self.take_all(&mut pushes);
                    if let Ok(done) = done {
                        self.done(done);
                    }
                }
                Ok(()) = line.changed() => {}
                () = read_here.told() => {}
                () = sleep(wake) => self.expire(),
            }
            // What came together is told together, and a line that is ready was greeted.
            self.take_all(&mut pushes);
            self.settle().await;
            // Who is answered finds it done, and told to all who watch.
            if let Some(answer) = answer {
                answer();
            }
        }
        self.take_read();
        let _ = self.keep().await;
        self.save().await;
    }

    fn take_all(&mut self, pushes: &mut mpsc::Receiver<Push>) {
        while let Ok(push) = pushes.try_recv() {
            self.take(push);
        }
    }

    fn done(&mut self, done: Done) {
        match done {
            Done::Read(strand, read) => self.has_read(strand, read),
            Done::Listed(read) => self.has_listed(read),
            Done::Sent(id, room, result) => self.sent(id, room, result),
            Done::SendAgain(id) => self.queue.settle(id, Outcome::Later),
            Done::Marked(strand, answer) => self.marked(strand, answer),
            Done::RoomMarks(room, read) => self.has_read_marks(room, read),
            Done::Threads(room, read) => self.has_read_threads(room, read),
            Done::Watched { heard: true } => {}
            Done::Watched { heard: false } => self.presence.state.failed(),
            Done::Resumed(heads) => heads.into_iter().for_each(|(room, head)| self.reach(room, head)),
        }
    }

    /// Does what the pure parts want by now, and tells who watches.
    async fn settle(&mut self) {
        self.take_read();
        self.read();
        self.list();
        self.tell_windows();
        self.tell_rooms();
        if self.let_arrive() {
            // Whoever starts without a network finds it in one of the two.
            self.save().await;
        }
        self.send_on().await;
        self.mark_on();
        self.tell_outgoing();
        self.live();
        self.follow_threads();
        self.save_if_due().await;
    }

    fn is_ready(&self) -> bool {
        *self.tools.connection.state().borrow() == ConnectionState::Ready
    }

    fn expire(&mut self) {
        let now = self.tools.clock.now();
        self.windows.values_mut().for_each(|open| open.window.expire(now));
        self.rooms.expire(now);
    }

    fn next_wake(&self) -> Duration {
        let step = if self.unkept.is_empty() { STEP } else { KEEP_AGAIN };
        let soonest = self.saved.due().into_iter().chain(self.next_of_living()).min();
        let step = soonest.map_or(step, |due| step.min(due.saturating_duration_since(Instant::now())));
        let next =
            self.windows.values().filter_map(|open| open.window.next_expiry()).chain(self.rooms.next_expiry()).min();
        next.map_or(step, |at| at.since(self.tools.clock.now()).min(step))
    }

    /// How long what failed so often waits.
    fn wait_after(&self, tries: u32) -> Duration {
        BACKOFF.wait(tries, self.tools.entropy.as_ref())
    }
}

/// Does something beside all else. All of it is of one type: what drives a task is in the library once.
fn beside(aside: &mut JoinSet<Done>, work: impl Future<Output = Done> + Send + 'static) {
    aside.spawn(work.boxed());
}

/// Waits, but when a line comes up not longer than was asked for.
async fn or_line(mut lines: watch::Receiver<u64>, asked: Duration, wait: Duration) {
    sleep(asked).await;
    let _ = tokio::time::timeout(wait.saturating_sub(asked), lines.changed()).await;
}
