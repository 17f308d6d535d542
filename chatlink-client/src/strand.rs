//! Where messages stand one after the other.

use chatlink_protocol::{EventId, RoomId};

/// A room's main timeline, or the thread beneath one of its messages: what is read by itself, and written into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Strand {
    /// The room.
    pub room: RoomId,
    /// The message that the thread begins with; `None`: the main timeline.
    pub root: Option<EventId>,
}

impl Strand {
    /// The thread beneath a message.
    #[must_use]
    pub const fn thread(room: RoomId, root: EventId) -> Self {
        Self { room, root: Some(root) }
    }
}

impl From<RoomId> for Strand {
    /// The room's main timeline.
    fn from(room: RoomId) -> Self {
        Self { room, root: None }
    }
}
