//! What the facade asks for.

use super::{Engine, keeping::Saved};
use crate::{
    Act, Cancelled, ClientError, Strand,
    api::{FollowedThread, Profile, TimelinePage},
    cache::Writes,
    marks::ReadMarks,
    queue::SendQueue,
    rooms::RoomList,
};
use chatlink_protocol::{ClientId, Item, RoomId, Seq, UserId, frame::Receipt, room::Room};
use std::{collections::BTreeSet, sync::Arc};
use tokio::sync::{oneshot, watch};

/// What the facade asks for.
pub(in crate::chat) enum Order {
    Open(Strand, oneshot::Sender<watch::Receiver<Arc<Vec<Item>>>>),
    First(Strand, oneshot::Sender<Option<Seq>>),
    Prepend(Strand, TimelinePage, oneshot::Sender<bool>),
    Enqueue(RoomId, Act, oneshot::Sender<Result<ClientId, ClientError>>),
    Cancel(ClientId, oneshot::Sender<Cancelled>),
    Retry(ClientId, oneshot::Sender<()>),
    /// A room was shown by the server.
    Put(Box<Room>),
    /// People were shown by the server.
    Seen(Vec<Profile>),
    Person(UserId, oneshot::Sender<Option<Profile>>),
    Receipts(RoomId, oneshot::Sender<watch::Receiver<Arc<Vec<Receipt>>>>),
    Threads(RoomId, oneshot::Sender<watch::Receiver<Arc<Vec<FollowedThread>>>>),
    Typists(RoomId, oneshot::Sender<watch::Receiver<Arc<Vec<UserId>>>>),
    /// The presence of these people is to be told, and of nobody else's.
    Watch(Vec<UserId>),
    /// What changed is to be kept now.
    Save(oneshot::Sender<()>),
    Wipe(oneshot::Sender<Result<(), ClientError>>),
}

impl Engine {
    pub(super) async fn obey(&mut self, order: Order) -> Box<dyn FnOnce() + Send> {
        match order {
            Order::Open(strand, reply) => answer(reply, self.open(strand).await),
            Order::First(strand, reply) => {
                let window = self.windows.get(&strand).map(|open| &open.window);
                let first = window.filter(|window| window.has_before()).and_then(|window| window.items().next());
                answer(reply, first.map(|item| item.seq))
            }
            Order::Prepend(strand, page, reply) => {
                let fits = self.windows.get_mut(&strand).is_none_or(|open| open.window.prepend(page));
                answer(reply, fits)
            }
            Order::Enqueue(room, act, reply) => answer(reply, self.enqueue(room, act).await),
            Order::Cancel(id, reply) => answer(reply, self.queue.cancel(id)),
            Order::Retry(id, reply) => {
                self.queue.retry(id);
                answer(reply, ())
            }
            Order::Put(room) => {
                self.rooms.put(*room);
                Box::new(|| ())
            }
            Order::Seen(people) => {
                self.saved.see(people);
                Box::new(|| ())
            }
            Order::Receipts(room, reply) => answer(reply, self.watch_marks(room)),
            Order::Threads(room, reply) => answer(reply, self.watch_threads(room)),
            Order::Typists(room, reply) => answer(reply, self.watch_typists(room)),
            Order::Watch(people) => {
                self.presence.state.set(people);
                Box::new(|| ())
            }
            Order::Person(id, reply) => answer(reply, self.person(id).await),
            Order::Save(reply) => {
                self.settle().await;
                self.save().await;
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
        self.marks = ReadMarks::default();
        self.unkept = Writes::default();
        self.followed.clear();
        self.rooms = RoomList::new(self.me, Vec::new(), BTreeSet::new());
        self.saved = Saved::new(None);
        self.epoch = None;
        // One that fails keeps nobody from trying the other.
        let (file, views) = (self.file.wipe().await, self.views.wipe().await);
        Ok(file.and(views)?)
    }
}

/// The answer, to be given in a while. Who went away needs none.
fn answer<T: Send + 'static>(reply: oneshot::Sender<T>, value: T) -> Box<dyn FnOnce() + Send> {
    Box::new(move || drop(reply.send(value)))
}
