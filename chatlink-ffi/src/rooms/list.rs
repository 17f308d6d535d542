//! The list of conversations as the device keeps it.

use crate::{
    Item, ObserverError, Peer, Picture,
    watch::{News, place},
};
use chatlink_client::{Change, RoomEntry as Known};
use chatlink_protocol::{RoomId, Seq, Timestamp};

/// A conversation in the list.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct RoomEntry {
    /// The room.
    pub id: RoomId,
    /// `direct` or `group`.
    pub kind: String,
    /// A group's title; of a direct room the partner's name, empty where the account is gone.
    pub title: String,
    /// What a group is about; may be empty.
    pub topic: String,
    /// The person's role: `owner`, `admin`, `moderator` or `member`.
    pub role: String,
    /// How many are in it.
    pub member_count: u32,
    /// The other person of a direct room.
    pub partner: Option<Peer>,
    /// The group's picture, or the partner's; nothing: initials stand for it.
    pub picture: Option<Picture>,
    /// The newest item that the person may read, as it is now.
    pub last_item: Option<Item>,
    /// Messages to read, capped at 100.
    pub unread: u32,
    /// Those of them that name the person, or all; capped at 100.
    pub unread_mentions: u32,
    /// Threads that the person follows in which there is something to read, capped at 100.
    pub unread_threads: u32,
    /// Marked as unread by the person.
    pub marked_unread: bool,
    /// Kept on top.
    pub pinned: bool,
    /// Put away: after all that are not.
    pub archived: bool,
    /// Until when the person wants no notice of it; it may have passed.
    pub muted_until: Option<Timestamp>,
    /// Of which messages the person is told: `all`, `mentions` or `none`; nothing: as his settings say.
    pub notify: Option<String>,
    /// A first contact that waits for its answer: whether the person opened it.
    pub pending_by_me: Option<bool>,
    /// Up to where the person has read, here or elsewhere.
    pub read_seq: Seq,
    /// When something was last said in it.
    pub active_at: Timestamp,
}

/// One change of the list. Those of a batch are made one after the other.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum RoomListChange {
    /// Something is put in before this index.
    Insert {
        /// Where.
        index: u32,
        /// What.
        item: RoomEntry,
    },
    /// What stands there is another version of itself.
    Update {
        /// Where.
        index: u32,
        /// As it is now.
        item: RoomEntry,
    },
    /// What stands there goes.
    Remove {
        /// Where.
        index: u32,
    },
}

/// Hears the list of conversations: a snapshot, and then what changed.
#[uniffi::export(foreign)]
pub trait RoomListObserver: Send + Sync + 'static {
    /// This is the list now: pinned ones first, then by newest activity, at last those that are put away.
    ///
    /// # Errors
    /// It was not taken in: the next call tells the whole list.
    fn snapshot(&self, items: Vec<RoomEntry>) -> Result<(), ObserverError>;

    /// This changed of it.
    ///
    /// # Errors
    /// It was not taken in: the next call tells the whole list.
    fn changed(&self, changes: Vec<RoomListChange>) -> Result<(), ObserverError>;

    /// Nothing changes any more: the client was stopped.
    ///
    /// # Errors
    /// None that change anything.
    fn ended(&self) -> Result<(), ObserverError>;
}

pub(super) fn tell(observer: &dyn RoomListObserver, news: News<Known>) -> Result<(), ObserverError> {
    match news {
        News::Snapshot(rooms) => observer.snapshot(rooms.into_iter().map(Into::into).collect()),
        News::Changes(changes) => observer.changed(changes.into_iter().map(Into::into).collect()),
        News::End => observer.ended(),
    }
}

impl From<Change<Known>> for RoomListChange {
    fn from(change: Change<Known>) -> Self {
        match change {
            Change::Insert(index, room) => Self::Insert { index: place(index), item: room.into() },
            Change::Update(index, room) => Self::Update { index: place(index), item: room.into() },
            Change::Remove(index) => Self::Remove { index: place(index) },
        }
    }
}

impl From<Known> for RoomEntry {
    fn from(room: Known) -> Self {
        Self {
            id: room.id,
            kind: room.kind,
            title: room.title,
            topic: room.topic,
            role: room.role,
            member_count: room.member_count,
            partner: room.partner.map(Into::into),
            picture: room.avatar.map(Into::into),
            last_item: room.last_item.map(Into::into),
            unread: room.unread,
            unread_mentions: room.unread_mentions,
            unread_threads: room.unread_threads,
            marked_unread: room.marked_unread,
            pinned: room.pinned,
            archived: room.archived,
            muted_until: room.muted_until,
            notify: room.notify,
            pending_by_me: room.pending.map(|pending| pending.by_me),
            read_seq: room.read_seq,
            active_at: room.active_at,
        }
    }
}
