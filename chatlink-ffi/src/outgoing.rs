//! What waits to be sent.

use crate::{
    Act, ObserverError, Problem,
    watch::{News, place},
};
use chatlink_client as client;
use chatlink_protocol::{ClientId, RoomId};

/// Something that waits to be sent, or was refused.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Outgoing {
    /// Its name; of a message the `client_id` that its item will have.
    pub id: ClientId,
    /// Where to.
    pub room: RoomId,
    /// What is done.
    pub act: Act,
    /// How it stands.
    pub state: OutgoingState,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum OutgoingState {
    /// It waits for its turn and was never tried.
    Waiting,
    /// It was tried, and whether it arrived is not known.
    Tried,
    /// It was refused, and waits for a person; the problem is there where the server gave one.
    Failed {
        /// What the server said.
        problem: Option<Problem>,
    },
}

/// What became of a wish to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Cancelled {
    /// It is gone, and all that was to change it.
    Yes,
    /// It may have arrived: only taking it back for all helps now.
    MayBeSent,
    /// There is none of this name: sent meanwhile, or cancelled before.
    Unknown,
}

/// One change of what waits. Those of a batch are made one after the other.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum OutgoingChange {
    /// Something is put in before this index.
    Insert {
        /// Where.
        index: u32,
        /// What.
        item: Outgoing,
    },
    /// What stands there stands differently now.
    Update {
        /// Where.
        index: u32,
        /// As it is now.
        item: Outgoing,
    },
    /// What stands there goes.
    Remove {
        /// Where.
        index: u32,
    },
}

/// Hears what waits to be sent: a snapshot, and then what changed.
#[uniffi::export(foreign)]
pub trait OutgoingObserver: Send + Sync + 'static {
    /// This is the list now, in the order in which it was written.
    ///
    /// # Errors
    /// It was not taken in: the next call tells the whole list.
    fn snapshot(&self, items: Vec<Outgoing>) -> Result<(), ObserverError>;

    /// This changed of it.
    ///
    /// # Errors
    /// It was not taken in: the next call tells the whole list.
    fn changed(&self, changes: Vec<OutgoingChange>) -> Result<(), ObserverError>;

    /// Nothing changes any more: the client was stopped.
    ///
    /// # Errors
    /// None that change anything.
    fn ended(&self) -> Result<(), ObserverError>;
}

pub(crate) fn tell(observer: &dyn OutgoingObserver, news: News<client::Job>) -> Result<(), ObserverError> {
    match news {
        News::Snapshot(jobs) => observer.snapshot(jobs.into_iter().map(Into::into).collect()),
        News::Changes(changes) => observer.changed(changes.into_iter().map(Into::into).collect()),
        News::End => observer.ended(),
    }
}

impl From<client::Change<client::Job>> for OutgoingChange {
    fn from(change: client::Change<client::Job>) -> Self {
        match change {
            client::Change::Insert(index, job) => Self::Insert { index: place(index), item: job.into() },
            client::Change::Update(index, job) => Self::Update { index: place(index), item: job.into() },
            client::Change::Remove(index) => Self::Remove { index: place(index) },
        }
    }
}

impl From<client::Job> for Outgoing {
    fn from(job: client::Job) -> Self {
        Self { id: job.id, room: job.room_id, act: job.act.into(), state: job.state.into() }
    }
}

impl From<client::JobState> for OutgoingState {
    fn from(state: client::JobState) -> Self {
        match state {
            client::JobState::Waiting => Self::Waiting,
            client::JobState::Tried => Self::Tried,
            client::JobState::Failed(problem) => Self::Failed { problem: problem.map(|problem| (*problem).into()) },
        }
    }
}

impl From<client::Cancelled> for Cancelled {
    fn from(cancelled: client::Cancelled) -> Self {
        match cancelled {
            client::Cancelled::Yes => Self::Yes,
            client::Cancelled::MayBeSent => Self::MayBeSent,
            client::Cancelled::Unknown => Self::Unknown,
        }
    }
}
