//! What can go wrong: the store's failures, and how every refusal reaches the wire.

use chatlink_protocol::{ErrorCode, Problem};
use std::{error::Error as StdError, fmt};

/// A boxed cause, logged once at the edge and never sent.
pub type Source = Box<dyn StdError + Send + Sync>;

/// Why a store could not answer. Absence is an `Option` and an expected conflict an outcome: this
/// is failure only.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Away, overloaded or out of connections: the same call may succeed later. Whether a write
    /// took place is unknown; its `client_id` settles it.
    #[error("the store is not available")]
    Unavailable(#[source] Source),
    /// The device is full: writes are refused, reads go on.
    #[error("the storage is full")]
    Full(#[source] Source),
    /// The disk did not keep what it was told to keep (fsync), or a database took over that may lack some of it: nothing may
    /// be acknowledged any more.
    #[error("the storage failed to keep a write")]
    Lost(#[source] Source),
    /// The store holds what it must not, or answered what it cannot: a bug, or a damaged file.
    #[error("the store's data is not as it must be")]
    Corrupt(#[source] Source),
}

impl StoreError {
    /// A [`Corrupt`](Self::Corrupt) with a sentence for the log.
    pub fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt(what.into().into())
    }

    /// The same failure for another caller whom it hit together with this one.
    #[must_use]
    pub fn shared(&self) -> Self {
        let source = || self.to_string().into();
        match self {
            Self::Unavailable(_) => Self::Unavailable(source()),
            Self::Full(_) => Self::Full(source()),
            Self::Lost(_) => Self::Lost(source()),
            Self::Corrupt(_) => Self::Corrupt(source()),
        }
    }
}

/// An error with all its causes in one line, for logs: `the store is not available: database is locked`.
#[derive(Clone, Copy, Debug)]
pub struct Chain<'a>(pub &'a (dyn StdError + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// An error that has a place on the wire. Every use-case error implements it, without a wildcard
/// arm, so that a new variant asks for its code.
pub trait Coded: StdError {
    /// Its code.
    fn code(&self) -> ErrorCode;

    /// Adds what this occurrence knows: seconds to wait, invalid fields, tries left.
    fn describe(&self, problem: &mut Problem) {
        let _ = problem;
    }

    /// The whole problem, but for what the edge knows (`instance`, `request_id`).
    fn problem(&self) -> Problem {
        let mut problem = Problem::new(self.code());
        self.describe(&mut problem);
        problem
    }
}

impl Coded for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable(_) | Self::Lost(_) => ErrorCode::Unavailable,
            Self::Full(_) => ErrorCode::StorageFull,
            Self::Corrupt(_) => ErrorCode::Internal,
        }
    }

    fn describe(&self, problem: &mut Problem) {
        if matches!(self, Self::Unavailable(_) | Self::Lost(_)) {
            problem.retry_after = Some(1);
        }
    }
}

/// Invalid fields of a request, all of them at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("some fields are invalid")]
pub struct Invalid(pub Vec<chatlink_protocol::FieldError>);

impl Invalid {
    /// One invalid field.
    pub fn field(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![chatlink_protocol::FieldError::new(field, code, message)])
    }

    /// Notes an invalid field.
    pub fn push(&mut self, field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) {
        self.0.push(chatlink_protocol::FieldError::new(field, code, message));
    }

    /// Keeps `result`'s value, or notes its invalid fields and answers `None`.
    pub fn take<T>(&mut self, result: Result<T, Self>) -> Option<T> {
        result.map_err(|mut more| self.0.append(&mut more.0)).ok()
    }

    /// `Ok` when nothing was noted.
    ///
    /// # Errors
    /// Itself, when something was.
    pub fn check(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl Coded for Invalid {
    fn code(&self) -> ErrorCode {
        ErrorCode::Invalid
    }

    fn describe(&self, problem: &mut Problem) {
        problem.errors.clone_from(&self.0);
    }
}
