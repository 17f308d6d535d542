//! A room's timeline, and its threads.

mod item;
mod threads;

pub use item::{
    Content, Correction, CorrectionState, Item, MembershipChange, PersonsVote, Poll, Reaction, Span, ThreadSummary,
    VotePage,
};
pub use threads::{FollowedThread, ThreadsChange, ThreadsObserver};

use crate::{
    Cancelled, ChatError, Decision, NewCorrection, NewMessage, ObserverError, Subscription, Target,
    alive::Alive,
    tasks::Tasks,
    watch::{News, place},
};
use chatlink_client::{Act, Change, Chat as Client, ClientError, Strand};
use chatlink_protocol::{ClientId, EventId, RoomId, Seq};
use std::{future::Future, sync::Arc};

/// The timeline of one room, or one of its threads.
#[derive(uniffi::Object)]
pub struct Timeline {
    chat: Client,
    strand: Strand,
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
        self.strand.room
    }

    /// The message whose thread this is; nothing: it is the room's main timeline.
    #[must_use]
    pub fn root(&self) -> Option<EventId> {
        self.strand.root
    }

    /// Hears what is shown, the newest part of it first, as long as the subscription lives. Of the timelines and threads that
    /// were observed the last twenty are kept; the lists of the others end.
    #[must_use]
    pub fn observe(&self, observer: Arc<dyn TimelineObserver>) -> Arc<Subscription> {
        let (chat, strand) = (self.chat.clone(), self.strand);
        Subscription::to_list(&self.tasks, async move { chat.timeline(strand).await.ok() }, observer, tell)
    }

    /// Puts the page before what is shown. `false`: there is nothing older, or nobody observes it.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn load_before(&self) -> Result<bool, ChatError> {
        let strand = self.strand;
        self.call(|chat| async move { Ok(chat.load_before(strand).await?.is_continue()) }).await
    }

    /// Takes words over to be sent, now or when there is a line again. They are kept before this answers their name.
    ///
    /// # Errors
    /// The queue is full, or the device's store failed: then they are not taken over.
    #[uniffi::method(default(reply_to = None))]
    pub async fn send(&self, text: String, reply_to: Option<EventId>) -> Result<ClientId, ChatError> {
        self.send_message(NewMessage { text: Some(text), reply_to, ..NewMessage::default() }).await
    }

    /// Takes a message over to be sent: words that name somebody or go after a while, a poll, another message's words.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn send_message(&self, message: NewMessage) -> Result<ClientId, ChatError> {
        self.enqueue(Act::Send(Box::new(message.within(self.strand.root)))).await
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

    /// Takes one's vote on a poll over: the places of the options chosen, from 0 on; none takes it back.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn vote(&self, target: Target, choices: Vec<u32>) -> Result<ClientId, ChatError> {
        self.enqueue(Act::Vote { target: target.into(), choices }).await
    }

    /// Takes the wish over to close a poll: its author's, in a group also its moderators'.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn close_poll(&self, target: Target) -> Result<ClientId, ChatError> {
        self.enqueue(Act::ClosePoll { target: target.into() }).await
    }

    /// Takes the wish over to pin a message for all in the room, or to take the pin off.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    #[uniffi::method(default(pinned = true))]
    pub async fn pin(&self, target: Target, pinned: bool) -> Result<ClientId, ChatError> {
        self.enqueue(Act::Pin { target: target.into(), pinned }).await
    }

    /// Takes an improved text of somebody else's message over.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn correct(&self, correction: NewCorrection) -> Result<ClientId, ChatError> {
        self.enqueue(Act::Correct(Box::new(correction.into()))).await
    }

    /// Takes over what becomes of a correction: its author's answer, or that who proposed it takes it back.
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub async fn decide(
        &self,
        message: EventId,
        correction: EventId,
        decision: Decision,
    ) -> Result<ClientId, ChatError> {
        self.enqueue(Act::Decide { message, correction, decision: decision.into() }).await
    }

    /// The thread beneath a message, as a timeline of its own. It shows the answers; the message itself stands here.
    #[must_use]
    pub fn thread(&self, root: EventId) -> Arc<Self> {
        Self::new(self.chat.clone(), Strand::thread(self.strand.room, root), self.tasks.clone())
    }

    /// Hears which threads of the room the person follows, as long as the subscription lives.
    #[must_use]
    pub fn observe_threads(&self, observer: Arc<dyn ThreadsObserver>) -> Arc<Subscription> {
        let (chat, room) = (self.chat.clone(), self.strand.room);
        Subscription::to_list(&self.tasks, async move { chat.threads(room).await.ok() }, observer, threads::tell)
    }

    /// The pinned messages of the room, the one pinned last first.
    ///
    /// # Errors
    /// See [`ChatError`].
    pub async fn pins(&self) -> Result<Vec<Item>, ChatError> {
        let (api, room) = (self.chat.api().clone(), self.strand.room);
        let pins = async move { api.pins(room).await.map(|items| items.into_iter().map(Item::from).collect()) };
        self.tasks.call(pins).await
    }

    /// Who chose what in a poll: votes are open.
    ///
    /// # Errors
    /// There is no such poll.
    #[uniffi::method(default(cursor = None))]
    pub async fn votes(&self, message: EventId, cursor: Option<String>) -> Result<VotePage, ChatError> {
        let (api, room) = (self.chat.api().clone(), self.strand.room);
        let page = async move { api.votes(room, message, cursor.as_deref()).await.map(VotePage::from) };
        self.tasks.call(page).await
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

    /// Everything up to this seq was read. It waits for nobody; it is kept, and said when there is a line.
    ///
    /// # Errors
    /// The seq is none.
    pub fn read(&self, seq: Seq) -> Result<(), ChatError> {
        self.chat.read(self.strand, seq);
        Ok(())
    }

    /// The person is typing; to be said every few seconds, and may be lost.
    pub fn typing(&self) {
        self.chat.typing(self.strand.room);
    }
}

impl Timeline {
    pub(crate) fn new(chat: Client, strand: Strand, tasks: Tasks) -> Arc<Self> {
        Arc::new(Self { chat, strand, tasks, _alive: Alive::new() })
    }

    async fn enqueue(&self, act: Act) -> Result<ClientId, ChatError> {
        let room = self.strand.room;
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
