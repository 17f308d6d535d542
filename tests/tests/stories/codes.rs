//! Where each error code is seen to arrive as itself. A code that is new does not compile until it has its line here.

use chatlink_protocol::ErrorCode;
use std::collections::BTreeSet;

/// Where, beside the stand-ins, which answer every code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// In the story of refusals, by an engine that means it.
    Refusals,
    /// In the story of wrong codes.
    WrongCodes,
    /// By the stand-ins alone: what people do with these clients does not bring it about, or it is waited for and not told.
    StandIns,
}

/// Where this code is seen.
pub(crate) const fn seen(code: ErrorCode) -> Seen {
    match code {
        ErrorCode::Invalid
        | ErrorCode::LoginWrong
        | ErrorCode::SecondFactorRequired
        | ErrorCode::UsernameTaken
        | ErrorCode::UserNotFound
        | ErrorCode::RoomNotFound
        | ErrorCode::RequestPending
        | ErrorCode::Forbidden
        | ErrorCode::RefusedByHost
        | ErrorCode::RecipientUnavailable
        | ErrorCode::MessageNotFound
        | ErrorCode::MessageGone
        | ErrorCode::Unauthenticated => Seen::Refusals,
        ErrorCode::CodeWrong | ErrorCode::RateLimited | ErrorCode::AttemptGone => Seen::WrongCodes,
        ErrorCode::Malformed
        | ErrorCode::SecondFactorWrong
        | ErrorCode::PasskeyWrong
        | ErrorCode::CsrfWrong
        | ErrorCode::Muted
        | ErrorCode::NotFound
        | ErrorCode::InviteNotFound
        | ErrorCode::CorrectionNotFound
        | ErrorCode::MethodNotAllowed
        | ErrorCode::ClientIdConflict
        | ErrorCode::MessageChanged
        | ErrorCode::CorrectionsFull
        | ErrorCode::PinsFull
        | ErrorCode::NotAPoll
        | ErrorCode::PollClosed
        | ErrorCode::ContactTaken
        | ErrorCode::SecondFactorOn
        | ErrorCode::SecondFactorOff
        | ErrorCode::PasskeysFull
        | ErrorCode::LastContact
        | ErrorCode::LastOwner
        | ErrorCode::RoomFull
        | ErrorCode::InvitesFull
        | ErrorCode::TooLarge
        | ErrorCode::UnsupportedMediaType
        | ErrorCode::RoomRateLimited
        | ErrorCode::Internal
        | ErrorCode::Unavailable
        | ErrorCode::StorageFull => Seen::StandIns,
    }
}

/// The names of all codes that are seen there.
pub(crate) fn all(there: Seen) -> BTreeSet<String> {
    let codes = ErrorCode::ALL.iter().filter(|code| seen(**code) == there);
    codes.map(|code| code.name().to_owned()).collect()
}
