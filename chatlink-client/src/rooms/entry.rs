//! A room as a list shows it.

use chatlink_protocol::{
    EventBody, Item, RoomId, Seq, Timestamp,
    room::{Avatar, Pending, Person, Room},
};

/// A line of the list of rooms.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
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
    pub partner: Option<Person>,
    /// The group's picture, or the partner's; `None`: initials stand for it.
    pub avatar: Option<Avatar>,
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
    /// Of which messages the person is told; `None`: as his settings say.
    pub notify: Option<String>,
    /// A first contact of the person's own that waits for its answer.
    pub pending: Option<Pending>,
    /// Up to where the person has read, here or elsewhere.
    pub read_seq: Seq,
    /// When something was last said in it.
    pub active_at: Timestamp,
}

impl RoomEntry {
    /// The words of the last message, where they are there to be read.
    #[must_use]
    pub fn preview(&self) -> Option<&str> {
        match self.last_item.as_ref().map(|item| &item.body) {
            Some(EventBody::Message(message)) => message.text.as_deref(),
            _ => None,
        }
    }

    /// Whether the person wants no notice of it now.
    #[must_use]
    pub fn is_muted(&self, now: Timestamp) -> bool {
        self.muted_until.is_some_and(|until| until > now)
    }

    pub(super) fn of(
        room: &Room,
        last_item: Option<&Item>,
        (unread, unread_mentions): (u32, u32),
        unread_threads: u32,
    ) -> Self {
        let (name, picture) = match &room.peer {
            Some(Person::Known { display_name, avatar, .. }) => (display_name.clone(), avatar.clone()),
            Some(Person::Deleted { .. }) => (String::new(), None),
            None => (room.title.clone(), room.avatar.clone()),
        };
        Self {
            id: room.id,
            kind: room.kind.clone(),
            title: name,
            topic: room.topic.clone(),
            role: room.role.clone(),
            member_count: room.member_count,
            partner: room.peer.clone(),
            avatar: picture,
            last_item: last_item.cloned(),
            unread,
            unread_mentions,
            unread_threads,
            marked_unread: room.marked_unread,
            pinned: room.pinned,
            archived: room.archived,
            muted_until: room.muted_until,
            notify: room.notify.clone(),
            pending: room.pending,
            read_seq: room.read_seq,
            active_at: room.updated_at,
        }
    }
}

impl crate::Keyed for RoomEntry {
    type Key = RoomId;

    fn key(&self) -> RoomId {
        self.id
    }
}
