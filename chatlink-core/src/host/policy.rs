//! The host's word on what may be done, asked before it is.

use async_trait::async_trait;
use chatlink_protocol::{EventId, RoomId, UserId};

/// The host's rules. They narrow the engine's own and never widen them: who is blocked, too young or
/// not a member is refused before the host is asked.
///
/// Each question has a deadline ([`HookLimits::deadline`](crate::settings::HookLimits)). No answer in
/// time, or a panic, counts as [`HookLimits::unanswered`](crate::settings::HookLimits), which refuses
/// unless the deployment says otherwise. An implementation must not block its thread; many questions
/// are asked at once.
#[async_trait]
pub trait Policy: Send + Sync + 'static {
    /// Whether `from` may open a room with `to`, or add them to one. Refused looks as if `to` did not
    /// exist. Rooms that are open already stay open: [`before_send`](Self::before_send) decides there.
    async fn may_contact(&self, from: &Person, to: &Person) -> Verdict {
        let _ = (from, to);
        Verdict::Allow
    }

    /// Whether this message, this new text of an old one, or this correction may be written. Asked before the write, of
    /// people's messages alone; asked again when a client repeats a message, whose first answer stands.
    async fn before_send(&self, message: &Outgoing) -> Verdict {
        let _ = message;
        Verdict::Allow
    }
}

/// What a policy answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Let it be.
    Allow,
    /// Do not.
    Refuse,
}

/// A person, as a host knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub user_id: UserId,
    /// The host's own name; `None` for who registered here.
    pub external_id: Option<String>,
}

/// A message that is about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Who sends it: a member of the room.
    pub sender: Person,
    /// Where.
    pub room_id: RoomId,
    /// The words.
    pub text: String,
    /// Of a poll, whose question the words are: what one may choose; else empty.
    pub options: Vec<String>,
    /// What a correction says about them.
    pub note: Option<String>,
    /// The message that it answers.
    pub reply_to: Option<EventId>,
    /// The message whose text it replaces; `None`: a new one.
    pub edits: Option<EventId>,
    /// The message that it corrects; `None`: it is no correction.
    pub corrects: Option<EventId>,
}
