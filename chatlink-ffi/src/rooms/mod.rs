//! The person's conversations.

mod list;

pub use list::{RoomEntry, RoomListChange, RoomListObserver};

use crate::{ChatError, Invitation, Item, Picture, Subscription, alive::Alive, tasks::Tasks};
use chatlink_client::{Chat as Client, api};
use chatlink_protocol::{RoomId, Seq, Timestamp, UserId, room};
use std::sync::Arc;

/// The person's conversations.
#[derive(uniffi::Object)]
pub struct RoomList {
    chat: Client,
    tasks: Tasks,
    _alive: Alive,
}

/// A room as the person sees it.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Room {
    /// The room.
    pub id: RoomId,
    /// `direct` or `group`.
    pub kind: String,
    /// Empty in a direct room.
    pub title: String,
    /// What a group is about; may be empty.
    pub topic: String,
    /// A group's picture; nothing: initials stand for it.
    pub picture: Option<Picture>,
    /// The other person of a direct room.
    pub peer: Option<Peer>,
    /// `owner`, `admin`, `moderator` or `member`.
    pub role: String,
    /// How many are in it.
    pub member_count: u32,
    /// The newest item that the person may read.
    pub last_item: Option<Item>,
    /// Its last event.
    pub head_seq: Seq,
    /// Up to where the person has read.
    pub read_seq: Seq,
    /// Messages to read, capped at 100.
    pub unread: u32,
    /// Those of them that name the person, or all; capped at 100.
    pub unread_mentions: u32,
    /// Threads that the person follows in which there is something to read, capped at 100.
    pub unread_threads: u32,
    /// A first contact that waits for its answer: whether the person opened it.
    pub pending_by_me: Option<bool>,
    /// Put away.
    pub archived: bool,
    /// Kept on top.
    pub pinned: bool,
    /// Until when the person wants no notice of it.
    pub muted_until: Option<Timestamp>,
    /// Marked as unread.
    pub marked_unread: bool,
    /// When something last happened in it.
    pub updated_at: Timestamp,
}

/// A person's names; of a deleted account only that.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Peer {
    /// An account.
    Known {
        /// The person.
        id: UserId,
        /// The unique name.
        username: String,
        /// The name shown.
        display_name: String,
        /// Nothing: initials stand for it.
        picture: Option<Picture>,
    },
    /// A deleted account.
    Deleted {
        /// The person who was.
        id: UserId,
    },
}

/// A page of conversations.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct RoomPage {
    /// Pinned ones first, then by newest activity.
    pub items: Vec<Room>,
    /// Where the next page begins; nothing: this is the last one.
    pub next_cursor: Option<String>,
}

/// What waits for the person's answer.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct RequestPage {
    /// Direct rooms that others opened.
    pub items: Vec<Room>,
    /// Groups that others would bring the person into, the newest first.
    pub invitations: Vec<Invitation>,
    /// Where the next page begins; nothing: this is the last one.
    pub next_cursor: Option<String>,
}

#[uniffi::export]
impl RoomList {
    /// Hears the list as the device keeps it, as long as the subscription lives. Where a folder was named it is there from the
    /// start, as it was seen last.
    #[must_use]
    pub fn observe(&self, observer: Arc<dyn RoomListObserver>) -> Arc<Subscription> {
        let rooms = self.chat.room_list();
        Subscription::to_list(&self.tasks, async move { Some(rooms) }, observer, list::tell)
    }

    /// A page of conversations as the server has them, those that are put away or those that are not.
    ///
    /// # Errors
    /// See [`ChatError`].
    #[uniffi::method(default(archived = false, cursor = None))]
    pub async fn page(&self, archived: bool, cursor: Option<String>) -> Result<RoomPage, ChatError> {
        let api = self.chat.api().clone();
        let page = async move { api.rooms(archived, cursor.as_deref()).await.map(RoomPage::from) };
        self.tasks.call(page).await
    }

    /// First contacts and invitations into groups that wait for the person's answer.
    ///
    /// # Errors
    /// See [`ChatError`].
    #[uniffi::method(default(cursor = None))]
    pub async fn requests(&self, cursor: Option<String>) -> Result<RequestPage, ChatError> {
        let api = self.chat.api().clone();
        let page = async move { api.requests(cursor.as_deref()).await.map(RequestPage::from) };
        self.tasks.call(page).await
    }

    /// Accepts a first contact, or an invitation into a group. Repeating it does no harm.
    ///
    /// # Errors
    /// There is none.
    pub async fn accept(&self, room: RoomId) -> Result<(), ChatError> {
        let api = self.chat.api().clone();
        self.tasks.call(async move { api.accept_request(room).await }).await
    }

    /// Declines a first contact or an invitation, of which whoever asked learns nothing.
    ///
    /// # Errors
    /// There is none.
    pub async fn decline(&self, room: RoomId) -> Result<(), ChatError> {
        let api = self.chat.api().clone();
        self.tasks.call(async move { api.decline_request(room).await }).await
    }
}

impl RoomList {
    pub(crate) fn new(chat: Client, tasks: Tasks) -> Arc<Self> {
        Arc::new(Self { chat, tasks, _alive: Alive::new() })
    }
}

impl From<room::Room> for Room {
    fn from(room: room::Room) -> Self {
        Self {
            id: room.id,
            kind: room.kind,
            title: room.title,
            topic: room.topic,
            picture: room.avatar.map(Into::into),
            peer: room.peer.map(Into::into),
            role: room.role,
            member_count: room.member_count,
            last_item: room.last_item.map(Into::into),
            head_seq: room.head_seq,
            read_seq: room.read_seq,
            unread: room.unread,
            unread_mentions: room.unread_mentions,
            unread_threads: room.unread_threads,
            pending_by_me: room.pending.map(|pending| pending.by_me),
            archived: room.archived,
            pinned: room.pinned,
            muted_until: room.muted_until,
            marked_unread: room.marked_unread,
            updated_at: room.updated_at,
        }
    }
}

impl From<room::Person> for Peer {
    fn from(person: room::Person) -> Self {
        match person {
            room::Person::Known { id, username, display_name, avatar } => {
                Self::Known { id, username, display_name, picture: avatar.map(Into::into) }
            }
            room::Person::Deleted { id, .. } => Self::Deleted { id },
        }
    }
}

impl From<api::Requests> for RequestPage {
    fn from(page: api::Requests) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            invitations: page.invitations.into_iter().map(Into::into).collect(),
            next_cursor: page.next_cursor,
        }
    }
}

impl From<room::RoomPage> for RoomPage {
    fn from(page: room::RoomPage) -> Self {
        Self { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }
    }
}
