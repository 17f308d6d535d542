//! The threads that a person follows.

use crate::{
    Item, ObserverError,
    watch::{News, place},
};
use chatlink_client::{Change, api};
use chatlink_protocol::Seq;

/// A thread that the person follows: he wrote its first message, wrote in it or is named in it.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct FollowedThread {
    /// The message that it begins with; its `thread` says how much was said in it.
    pub root: Item,
    /// Up to where the person has read it.
    pub read_seq: Seq,
    /// Messages of it to read, capped at 100.
    pub unread: u32,
}

/// One change of the threads. Those of a batch are made one after the other.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum ThreadsChange {
    /// Something is put in before this index.
    Insert {
        /// Where.
        index: u32,
        /// What.
        item: FollowedThread,
    },
    /// What stands there is another version of itself.
    Update {
        /// Where.
        index: u32,
        /// As it is now.
        item: FollowedThread,
    },
    /// What stands there goes.
    Remove {
        /// Where.
        index: u32,
    },
}

/// Hears which threads of a room the person follows: a snapshot, and then what changed.
#[uniffi::export(foreign)]
pub trait ThreadsObserver: Send + Sync + 'static {
    /// These are the threads now, the one in which something was said last first; empty until they were read.
    ///
    /// # Errors
    /// It was not taken in: the next call tells the whole list.
    fn snapshot(&self, items: Vec<FollowedThread>) -> Result<(), ObserverError>;

    /// This changed of them.
    ///
    /// # Errors
    /// It was not taken in: the next call tells the whole list.
    fn changed(&self, changes: Vec<ThreadsChange>) -> Result<(), ObserverError>;

    /// Nothing changes any more: the room is none of the person's, or the client was stopped.
    ///
    /// # Errors
    /// None that change anything.
    fn ended(&self) -> Result<(), ObserverError>;
}

pub(super) fn tell(observer: &dyn ThreadsObserver, news: News<api::FollowedThread>) -> Result<(), ObserverError> {
    match news {
        News::Snapshot(threads) => observer.snapshot(threads.into_iter().map(Into::into).collect()),
        News::Changes(changes) => observer.changed(changes.into_iter().map(Into::into).collect()),
        News::End => observer.ended(),
    }
}

impl From<Change<api::FollowedThread>> for ThreadsChange {
    fn from(change: Change<api::FollowedThread>) -> Self {
        match change {
            Change::Insert(index, thread) => Self::Insert { index: place(index), item: thread.into() },
            Change::Update(index, thread) => Self::Update { index: place(index), item: thread.into() },
            Change::Remove(index) => Self::Remove { index: place(index) },
        }
    }
}

impl From<api::FollowedThread> for FollowedThread {
    fn from(thread: api::FollowedThread) -> Self {
        Self { root: thread.root.into(), read_seq: thread.read_seq, unread: thread.unread }
    }
}
