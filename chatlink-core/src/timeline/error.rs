//! Why an act or a read in a room was refused.

use crate::{
    error::{Coded, Invalid, StoreError},
    limiter::Limited,
    rooms::{MAX_MEMBERS, Refusal},
};
use chatlink_protocol::{ErrorCode, Problem};

/// Why an act or a read in a room was refused.
#[derive(Debug, thiserror::Error)]
pub enum TalkError {
    /// Not a member, or no such room: the two are not told apart.
    #[error("no such room")]
    NoRoom,
    /// A member without the right.
    #[error("not allowed in this room")]
    NoRight,
    /// One blocked the other, or is gone.
    #[error("the other person cannot be reached")]
    Unreachable,
    /// No such person for the caller.
    #[error("no such person")]
    NoUser,
    /// The first contact waits for its answer.
    #[error("the request is not accepted yet")]
    RequestPending,
    /// A moderator took the word, for so many seconds.
    #[error("muted by a moderator")]
    Muted(u64),
    /// The room has as many members as it may have.
    #[error("the room is full")]
    RoomFull,
    /// The room has as many invites as it may have.
    #[error("the room has as many invites as it may have")]
    InvitesFull,
    /// No such invite for the caller.
    #[error("no such invite")]
    NoInvite,
    /// The room would have no owner any more.
    #[error("the room needs an owner")]
    LastOwner,
    /// The host's policy said no.
    #[error("the host's policy refused it")]
    RefusedByHost,
    /// The host's policy did not answer; the same call may pass later.
    #[error("the host's policy did not answer in time")]
    HostSilent,
    /// No such message in this room.
    #[error("no such message")]
    NoMessage,
    /// The message is redacted or expired.
    #[error("the message is gone")]
    MessageGone,
    /// Votes are cast on polls alone.
    #[error("the message is no poll")]
    NotAPoll,
    /// The poll takes no votes any more.
    #[error("the poll is closed")]
    PollClosed,
    /// No such correction of this message.
    #[error("no such correction")]
    NoCorrection,
    /// The message was edited since the caller looked at it.
    #[error("the message was edited since")]
    MessageChanged,
    /// The message has as many corrections as it may have.
    #[error("the message has as many corrections as it may have")]
    CorrectionsFull,
    /// The room has as many pins as it may have.
    #[error("the room has as many pins as it may have")]
    PinsFull,
    /// The `client_id` was used with another request.
    #[error("the client_id was used for another request")]
    Conflict,
    /// The room changed at every try; the same call will pass later.
    #[error("the room changes too fast")]
    Busy,
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// Invalid fields.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for TalkError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotMember => Self::NoRoom,
            Refusal::NoRight => Self::NoRight,
            Refusal::Severed => Self::Unreachable,
            Refusal::RequestPending => Self::RequestPending,
            Refusal::Full => Invalid::field("user_ids", "too_many", format!("{MAX_MEMBERS} members at most")).into(),
            Refusal::Muted(seconds) => Self::Muted(seconds),
            Refusal::NoUser => Self::NoUser,
            Refusal::LastOwner => Self::LastOwner,
            Refusal::Unmentionable => Invalid::field("mentions", "not_a_member", "members of the room alone").into(),
            Refusal::Host => Self::RefusedByHost,
            Refusal::HostSilent => Self::HostSilent,
        }
    }
}

impl Coded for TalkError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NoRoom => ErrorCode::RoomNotFound,
            Self::NoRight => ErrorCode::Forbidden,
            Self::Unreachable => ErrorCode::RecipientUnavailable,
            Self::NoUser => ErrorCode::UserNotFound,
            Self::RequestPending => ErrorCode::RequestPending,
            Self::Muted(_) => ErrorCode::Muted,
            Self::LastOwner => ErrorCode::LastOwner,
            Self::RoomFull => ErrorCode::RoomFull,
            Self::InvitesFull => ErrorCode::InvitesFull,
            Self::NoInvite => ErrorCode::InviteNotFound,
            Self::NoMessage => ErrorCode::MessageNotFound,
            Self::MessageGone => ErrorCode::MessageGone,
            Self::NotAPoll => ErrorCode::NotAPoll,
            Self::PollClosed => ErrorCode::PollClosed,
            Self::NoCorrection => ErrorCode::CorrectionNotFound,
            Self::MessageChanged => ErrorCode::MessageChanged,
            Self::CorrectionsFull => ErrorCode::CorrectionsFull,
            Self::PinsFull => ErrorCode::PinsFull,
            Self::Conflict => ErrorCode::ClientIdConflict,
            Self::RefusedByHost => ErrorCode::RefusedByHost,
            Self::Busy | Self::HostSilent => ErrorCode::Unavailable,
            Self::Limited(error) => error.code(),
            Self::Invalid(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Limited(error) => error.describe(problem),
            Self::Invalid(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
            Self::Busy | Self::HostSilent => problem.retry_after = Some(1),
            Self::Muted(seconds) => problem.retry_after = Some(*seconds),
            Self::NoRoom
            | Self::NoRight
            | Self::Unreachable
            | Self::NoUser
            | Self::RequestPending
            | Self::LastOwner
            | Self::RoomFull
            | Self::InvitesFull
            | Self::NoInvite
            | Self::RefusedByHost
            | Self::NoMessage
            | Self::MessageGone
            | Self::NotAPoll
            | Self::PollClosed
            | Self::NoCorrection
            | Self::MessageChanged
            | Self::CorrectionsFull
            | Self::PinsFull
            | Self::Conflict => {}
        }
    }
}
