//! The host's own voice in rooms.

use crate::timeline::{NewMessage, Sent, TalkError, Timeline};
use chatlink_protocol::{EventId, RoomId};

/// Writes in the host's own name: `sender_id` is [`UserId::SYSTEM`](chatlink_protocol::UserId::SYSTEM),
/// which is nobody's account, so that no person can pass for the host, and clients show it apart. It
/// needs no membership, asks no policy and touches no first contact.
#[derive(Clone, Copy)]
pub struct System<'a> {
    timeline: &'a Timeline,
}

impl<'a> System<'a> {
    pub(crate) const fn new(timeline: &'a Timeline) -> Self {
        Self { timeline }
    }

    /// Says this in a room. Acknowledged means committed; the same `client_id` again answers the same
    /// event, however often.
    ///
    /// # Errors
    /// A member that is not for the host (mentions, a poll, a thread, a forward), no such room, no such `reply_to`, conflict,
    /// or the store.
    pub async fn send(&self, room: RoomId, message: NewMessage) -> Result<Sent, TalkError> {
        self.timeline.send_as_system(room, message).await
    }

    /// Takes one of the host's own messages back for all. Idempotent.
    ///
    /// # Errors
    /// No such room, no such message of the host's, or the store.
    pub async fn redact(&self, room: RoomId, message: EventId) -> Result<Sent, TalkError> {
        self.timeline.redact_as_system(room, message).await
    }
}
