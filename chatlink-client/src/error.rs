//! What may go wrong, by what the caller can do about it.

use crate::cache::CacheError;
use chatlink_protocol::{ErrorCode, FieldError, Problem};
use std::time::Duration;

/// The longest wait that a server may ask for and that is still waited for unseen. Beyond it a person is told.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a call did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The server judged the call and said no. The problem names the code, the fields and when to come back.
    #[error("refused: {}", .0.code.name())]
    Refused(Box<Problem>),
    /// No answer came: whether the call was carried out is not known.
    #[error("the server cannot be reached")]
    Unreachable,
    /// An answer that is none of ChatLink's, a proxy's page perhaps, or one of a later version.
    #[error("an unexpected answer of status {status}")]
    Unexpected {
        /// The HTTP status; 0 inside a socket.
        status: u16,
    },
    /// The session is over: log in again.
    #[error("the session is over")]
    LoggedOut,
    /// Nobody is logged in on this device.
    #[error("nobody is logged in")]
    NobodyKept,
    /// As many messages wait as may wait; try again when some of them were sent.
    #[error("the send queue is full")]
    QueueFull,
    /// The device's own store failed.
    #[error("the cache failed")]
    Cache(#[from] CacheError),
    /// The place where tokens are kept failed.
    #[error("the token store failed")]
    Tokens(#[from] crate::session::TokenStoreError),
    /// The base address is no `http` or `https` address.
    #[error("the server's address is not one")]
    Address,
    /// The device names nobody whom TLS may trust: its certificates (on Debian the package `ca-certificates`) are missing, or
    /// on Android the component that asks for them was not started. Nothing can be called, not even over `http`.
    #[error("the device has no certificates to trust")]
    NoTrust,
    /// The client was stopped meanwhile.
    #[error("the client was stopped")]
    Stopped,
}

/// Whether the same call may succeed later, unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It was judged.
    Never,
    /// The wire or the server failed, or asked to wait at least so long.
    After(Duration),
}

impl ClientError {
    /// The stable code, where the server gave one.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.problem().map(|problem| problem.code)
    }

    /// The whole problem, where the server gave one.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            _ => None,
        }
    }

    /// What is wrong with a field, or with something inside it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldError> {
        let inside =
            |field: &str| field.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']));
        self.problem()?.errors.iter().find(|error| inside(&error.field))
    }

    /// Whether it is worth trying again by itself.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Unreachable => Retry::After(Duration::ZERO),
            // A proxy that says no for a while speaks by its status alone.
            Self::Unexpected { status } if matches!(*status, 408 | 425 | 429 | 500..) => Retry::After(Duration::ZERO),
            Self::Refused(problem) if problem.code.retry() => {
                match Duration::from_secs(problem.retry_after.unwrap_or(0)) {
                    wait if wait <= PATIENCE => Retry::After(wait),
                    _ => Retry::Never,
                }
            }
            _ => Retry::Never,
        }
    }

    /// A refusal for which the token is to blame, not the call.
    pub(crate) fn blames_token(&self) -> bool {
        self.code() == Some(ErrorCode::Unauthenticated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: ErrorCode, retry_after: Option<u64>) -> ClientError {
        ClientError::Refused(Box::new(Problem { retry_after, ..Problem::new(code) }))
    }

    #[test]
    fn a_judged_call_is_not_tried_again_and_a_failed_one_is() {
        assert_eq!(refused(ErrorCode::Forbidden, None).retry(), Retry::Never);
        assert_eq!(refused(ErrorCode::RateLimited, Some(3)).retry(), Retry::After(Duration::from_secs(3)));
        assert_eq!(ClientError::Unreachable.retry(), Retry::After(Duration::ZERO));
        assert_eq!(ClientError::Unexpected { status: 502 }.retry(), Retry::After(Duration::ZERO));
        assert_eq!(ClientError::Unexpected { status: 404 }.retry(), Retry::Never);
        assert_eq!(ClientError::LoggedOut.retry(), Retry::Never);
    }

    #[test]
    fn who_is_muted_for_hours_is_told_and_does_not_wait_unseen() {
        assert_eq!(refused(ErrorCode::Muted, Some(20)).retry(), Retry::After(Duration::from_secs(20)));
        assert_eq!(refused(ErrorCode::Muted, Some(7_200)).retry(), Retry::Never);
    }

    #[test]
    fn a_field_is_found_by_its_name_or_by_what_is_inside_it() {
        let mut problem = Problem::new(ErrorCode::Invalid);
        problem.errors.push(FieldError::new("learning_languages[0].level", "unknown", "no such level"));
        let error = ClientError::Refused(Box::new(problem));
        assert_eq!(error.field("learning_languages").map(|field| field.code.as_str()), Some("unknown"));
        assert!(error.field("learning").is_none());
    }
}
