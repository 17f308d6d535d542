//! A room's timeline.

mod item;

pub use item::{Content, Correction, CorrectionState, Item, MembershipChange, Poll, Reaction, ThreadSummary};

use crate::{
    Cancelled, ChatError, ObserverError, Subscription, Target,
    alive::Alive,
    tasks::Tasks,
    watch::{News, place},
};
use chatlink_client::{Act, Change, Chat as Client, ClientError};
use chatlink_protocol::{ClientId, EventId, RoomId, Seq};
use std::{future::Future, sync::Arc};

/// The timeline of one room.
#[derive(uniffi::Object)]
pub struct Timeline {
    chat: Client,
    room: RoomId,
    tasks: Tasks,
    _alive: Alive,
}

/// One change of what is shown. Those of a batch are made one after the other.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum TimelineChange {
    /// Something is put in before this index.
    Insert {
        /// Where.
        index: u32,
        /// What.
        item: Item,
    },
    /// What stands there is another version of itself.
    Update {
        /// Where.
        index: u32,
        /// As it is now.
        item: Item,
    },
    /// What stands there goes.
    Remove {
        /// Where.
        index: u32,
    },
}

/// Hears what a timeline shows: a snapshot, and then what changed.
#[uniffi::export(foreign)]
pub trait TimelineObserver: Send + Sync + 'static {
    /// This is what is shown now, the oldest first; empty until it was read.
    ///
    /// # Errors
    /// It was not taken in: the next call tells the whole list.
    fn snapshot(&self, items: Vec<Item>) -> Result<(), ObserverError>;

    /// This changed of it.
    ///
    /// # Errors
    /// It was not taken in: the next call tells the whole list.
    fn changed(&self, changes: Vec<TimelineChange>) -> Result<(), ObserverError>;

    /// Nothing changes any more: the room is not to be read, others were opened since, or the client was stopped.
    ///
    /// # Errors
    /// None that change anything.
    fn ended(&self) -> Result<(), ObserverError>;
}

#[uniffi::export]
impl Timeline {
    /// Which room.
    #[must_use]
    pub fn room(&self) -> RoomId {
        self.room
    }

    /// Hears what is shown, the newest part of it first, as long as the subscription lives. Of the rooms that were
    /// observed the last twenty are kept; the lists of the others end.
    #[must_use]
    pub fn observe(&self, observer: Arc<dyn TimelineObserver>) -> Arc<Subscription> {
        let (chat, room) = (self.chat.clone(), self.room);
        Subscription::to_list(&self.tasks, async move { chat.timeline(room).await.ok() }, observer, tell)
    }

    /// Puts the page before what is shown. `false`: there is nothing older, or nobody observes the room.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn load_before(&self) -> Result<bool, ChatError> {
        let room = self.room;
        self.call(|chat| async move { Ok(chat.load_before(room).await?.is_continue()) }).await
    }

    /// Takes a message over to be sent, now or when there is a line again. It is kept before this answers its name.
    ///
    /// # Errors
    /// The queue is full, or the device's store failed: then it is not taken over.
    #[uniffi::method(default(reply_to = None))]
    pub async fn send(&self, text: String, reply_to: Option<EventId>) -> Result<ClientId, ChatError> {
        self.enqueue(Act::Send { text, reply_to }).await
    }

    /// Takes an edit of one's own message over.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn edit(&self, target: Target, text: String) -> Result<ClientId, ChatError> {
        self.enqueue(Act::Edit { target: target.into(), text }).await
    }

    /// Takes a reaction over; without a key one's reaction is taken back.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn react(&self, target: Target, key: Option<String>) -> Result<ClientId, ChatError> {
        self.enqueue(Act::React { target: target.into(), key }).await
    }

    /// Takes the wish over to take a message back for all.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn redact(&self, target: Target) -> Result<ClientId, ChatError> {
        self.enqueue(Act::Redact { target: target.into() }).await
    }

    /// Cancels what surely did not arrive, with all that was to change it.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn cancel(&self, id: ClientId) -> Result<Cancelled, ChatError> {
        self.call(|chat| async move { chat.cancel(id).await.map(Cancelled::from) }).await
    }

    /// Tries what was refused again, after what was written since.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn retry(&self, id: ClientId) -> Result<(), ChatError> {
        self.call(|chat| async move { chat.retry(id).await }).await
    }

    /// Everything up to this seq was read. Lost with the line; say it again on the next occasion.
    ///
    /// # Errors
    /// The seq is none.
    pub fn read(&self, seq: Seq) -> Result<(), ChatError> {
        self.chat.read(self.room, seq);
        Ok(())
    }

    /// The person is typing; to be said every few seconds, and may be lost.
    pub fn typing(&self) {
        self.chat.typing(self.room);
    }
}

impl Timeline {
    pub(crate) fn new(chat: Client, room: RoomId, tasks: Tasks) -> Arc<Self> {
        Arc::new(Self { chat, room, tasks, _alive: Alive::new() })
    }

    async fn enqueue(&self, act: Act) -> Result<ClientId, ChatError> {
        let room = self.room;
        self.call(|chat| async move { chat.enqueue(room, act).await }).await
    }

    async fn call<T, W>(&self, work: impl FnOnce(Client) -> W) -> Result<T, ChatError>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, ClientError>> + Send + 'static,
    {
        self.tasks.call(work(self.chat.clone())).await
    }
}

fn tell(observer: &dyn TimelineObserver, news: News<chatlink_protocol::Item>) -> Result<(), ObserverError> {
    match news {
        News::Snapshot(items) => observer.snapshot(items.into_iter().map(Into::into).collect()),
        News::Changes(changes) => observer.changed(changes.into_iter().map(Into::into).collect()),
        News::End => observer.ended(),
    }
}

impl From<Change<chatlink_protocol::Item>> for TimelineChange {
    fn from(change: Change<chatlink_protocol::Item>) -> Self {
        match change {
            Change::Insert(index, item) => Self::Insert { index: place(index), item: item.into() },
            Change::Update(index, item) => Self::Update { index: place(index), item: item.into() },
            Change::Remove(index) => Self::Remove { index: place(index) },
        }
    }
}
