//! What may go wrong, as foreign code sees it: by what it can do about it.

use chatlink_client::{ClientError, Retry as After};

/// Why a call did not do what was asked.
#[derive(Clone, Debug, thiserror::Error, uniffi::Error)]
pub enum ChatError {
    /// The server judged the call and said no.
    #[error("refused: {}", problem.code)]
    Refused {
        /// What it said.
        problem: Problem,
    },
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
    /// As many messages wait as may wait; try again when some of them were sent.
    #[error("the send queue is full")]
    QueueFull,
    /// The device's own store failed, or the place where tokens are kept.
    #[error("the device's store failed")]
    Store,
    /// The server's address is no `http` or `https` address.
    #[error("the server's address is not one")]
    Address,
    /// The device names nobody whom TLS may trust: its certificates are missing, or on Android `ChatLinkAndroid.start` was not
    /// called. Nothing can be called, not even over `http`.
    #[error("the device has no certificates to trust")]
    NoTrust,
    /// An id that is none.
    #[error("not an id")]
    NoId,
    /// The device gives no threads to work with.
    #[error("no threads")]
    NoThreads,
    /// The client was stopped meanwhile.
    #[error("the client was stopped")]
    Stopped,
}

/// What the server said of its refusal.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Problem {
    /// The stable code: `username_taken`. docs/protocol.md lists all.
    pub code: String,
    /// One sentence in English, for developers.
    pub message: String,
    /// What is wrong with which fields, all at once.
    pub fields: Vec<FieldProblem>,
    /// Whether to try again.
    pub retry: Retry,
    /// Checks of a code that are left.
    pub tries_left: Option<u8>,
    /// The name of this call in the server's log.
    pub request_id: Option<String>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FieldProblem {
    /// Which one, a path where it lies deeper: `learning_languages[0].level`.
    pub name: String,
    /// The stable code.
    pub code: String,
    /// One sentence in English, for developers.
    pub message: String,
}

/// Whether the same call may succeed later, unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Retry {
    /// It was judged.
    Never,
    /// After so many seconds.
    After {
        /// At least.
        seconds: u64,
    },
    /// When the server can be reached again.
    WhenOnline,
}

#[uniffi::export]
impl ChatError {
    /// Whether to try again.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Refused { problem } => problem.retry,
            Self::Unexpected { status } => ClientError::Unexpected { status: *status }.retry().into(),
            Self::Unreachable => Retry::WhenOnline,
            Self::LoggedOut
            | Self::QueueFull
            | Self::Store
            | Self::Address
            | Self::NoTrust
            | Self::NoId
            | Self::NoThreads
            | Self::Stopped => Retry::Never,
        }
    }

    /// The server's stable code, where it gave one.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        match self {
            Self::Refused { problem } => Some(problem.code.clone()),
            _ => None,
        }
    }
}

impl From<ClientError> for ChatError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused(problem) => Self::Refused { problem: (*problem).into() },
            ClientError::Unreachable => Self::Unreachable,
            ClientError::Unexpected { status } => Self::Unexpected { status },
            ClientError::LoggedOut | ClientError::NobodyKept => Self::LoggedOut,
            ClientError::QueueFull => Self::QueueFull,
            ClientError::Cache(_) | ClientError::Tokens(_) => Self::Store,
            ClientError::Address => Self::Address,
            ClientError::NoTrust => Self::NoTrust,
            ClientError::Stopped => Self::Stopped,
            _ => Self::Unexpected { status: 0 },
        }
    }
}

impl From<After> for Retry {
    fn from(retry: After) -> Self {
        match retry {
            After::Never => Self::Never,
            After::After(wait) => Self::After { seconds: wait.as_secs() },
        }
    }
}

impl From<chatlink_protocol::Problem> for Problem {
    fn from(problem: chatlink_protocol::Problem) -> Self {
        let retry = ClientError::Refused(Box::new(problem.clone())).retry().into();
        Self {
            code: problem.code.name().to_owned(),
            message: problem.detail.unwrap_or(problem.title),
            fields: problem.errors.into_iter().map(FieldProblem::from).collect(),
            retry,
            tries_left: problem.tries_left,
            request_id: problem.request_id,
        }
    }
}

impl From<chatlink_protocol::FieldError> for FieldProblem {
    fn from(error: chatlink_protocol::FieldError) -> Self {
        Self { name: error.field, code: error.code, message: error.message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_protocol::{ErrorCode, FieldError};

    #[test]
    fn a_refusal_keeps_its_code_its_fields_and_when_to_come_back() {
        let mut problem = chatlink_protocol::Problem::new(ErrorCode::RateLimited);
        problem.retry_after = Some(7);
        problem.errors.push(FieldError::new("username", "taken", "somebody has it"));
        let error = ChatError::from(ClientError::Refused(Box::new(problem)));
        assert_eq!((error.code().as_deref(), error.retry()), (Some("rate_limited"), Retry::After { seconds: 7 }));
        let ChatError::Refused { problem } = error else { panic!("{error:?}") };
        let field = FieldProblem { name: "username".into(), code: "taken".into(), message: "somebody has it".into() };
        assert_eq!(problem.fields, [field]);
    }

    #[test]
    fn what_did_not_arrive_waits_for_the_line_and_what_was_judged_does_not() {
        assert_eq!(ChatError::from(ClientError::Unreachable).retry(), Retry::WhenOnline);
        assert_eq!(ChatError::from(ClientError::Unexpected { status: 502 }).retry(), Retry::After { seconds: 0 });
        let forbidden = chatlink_protocol::Problem::new(ErrorCode::Forbidden);
        assert_eq!(ChatError::from(ClientError::Refused(Box::new(forbidden))).retry(), Retry::Never);
    }
}
