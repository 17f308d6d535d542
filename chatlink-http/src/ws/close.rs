//! Why a socket ends, as a close code. 1012 and 1013 say: come back; 1007 to 1009 say: not like this.

use axum::{
    Error,
    extract::ws::{CloseFrame, Message, Utf8Bytes},
};
use chatlink_protocol::ErrorCode;
use std::error::Error as _;
use tungstenite::error::{CapacityError, Error as Fault};

/// Why a socket ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The peer is gone or silent: nothing more to say.
    Gone,
    /// Not what was agreed: 1002.
    Protocol,
    /// Text that is no UTF-8: 1007.
    NotUtf8,
    /// Not allowed, with the reason: 1008.
    Policy(&'static str),
    /// Above 128 KiB: 1009.
    TooLarge,
    /// The server ends: 1012.
    Restart,
    /// Too many: 1013.
    TryLater,
}

impl End {
    /// The end that the engine asks for.
    pub(super) fn of_code(code: ErrorCode) -> Self {
        match code {
            ErrorCode::Unavailable | ErrorCode::Internal | ErrorCode::StorageFull => Self::Restart,
            ErrorCode::RateLimited => Self::TryLater,
            code => Self::Policy(code.name()),
        }
    }

    /// The end that a fault of the socket asks for.
    pub(super) fn of_error(error: &Error) -> Self {
        match error.source().and_then(|source| source.downcast_ref::<Fault>()) {
            Some(Fault::Utf8(_)) => Self::NotUtf8,
            Some(Fault::Capacity(CapacityError::MessageTooLong { .. })) => Self::TooLarge,
            Some(Fault::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => Self::Gone,
            Some(Fault::Protocol(_)) => Self::Protocol,
            _ => Self::Gone,
        }
    }

    /// The last frame, if there is somebody to read it.
    pub(super) fn frame(self) -> Option<Message> {
        let (code, reason) = match self {
            Self::Gone => return None,
            Self::Protocol => (1002, "protocol error"),
            Self::NotUtf8 => (1007, "not UTF-8"),
            Self::Policy(reason) => (1008, reason),
            Self::TooLarge => (1009, "128 KiB at most"),
            // The hint spreads those who come back over two seconds.
            Self::Restart => (1012, "restart; come back after a random part of 2 s"),
            Self::TryLater => (1013, "try later"),
        };
        Some(Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) })))
    }
}
