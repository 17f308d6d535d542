//! Why a service token is not made, or not enough.

use super::{port::MAX_TOKENS, scope::Scope};
use crate::error::{Coded, Invalid, StoreError};
use chatlink_protocol::{ErrorCode, FieldError, Problem};

/// A token was not made.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// Fields that are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Another living token is called so.
    #[error("another living token has this name")]
    NameTaken,
    /// There are as many as may be.
    #[error("there are {MAX_TOKENS} living tokens already")]
    TooMany,
    /// There is no such account.
    #[error("there is no account that it could act as")]
    NoUser,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A call by a token was refused.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Unknown, expired, revoked, or its account is gone.
    #[error("the token is not good")]
    Unauthenticated,
    /// The token acts as one account, and the call names somebody.
    #[error("the token acts as one account alone")]
    ActsAsOne,
    /// The token acts as users of the host, and the call names none.
    #[error("the call names nobody whom it is for")]
    NamesNobody,
    /// The host has no user of that name here.
    #[error("the host has no such user here")]
    NoUser,
    /// The token lacks this scope.
    #[error("the token lacks the scope {0}")]
    Lacks(Scope),
    /// No service token may do this, whatever its scopes.
    #[error("no service token may do this")]
    Never,
    /// Only a service token may do this, and another proof was shown.
    #[error("only a service token may do this")]
    Wanted,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for IssueError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(error) => error.code(),
            Self::NameTaken | Self::TooMany => ErrorCode::Invalid,
            Self::NoUser => ErrorCode::UserNotFound,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Invalid(error) => error.describe(problem),
            Self::NameTaken => problem.errors = vec![FieldError::new("name", "taken", self.to_string())],
            Self::TooMany => problem.detail = Some(self.to_string()),
            Self::NoUser => {}
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for ServiceError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unauthenticated => ErrorCode::Unauthenticated,
            Self::ActsAsOne | Self::Lacks(_) | Self::Never | Self::Wanted => ErrorCode::Forbidden,
            Self::NamesNobody => ErrorCode::Invalid,
            Self::NoUser => ErrorCode::UserNotFound,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Unauthenticated | Self::NoUser => {}
            Self::NamesNobody => {
                problem.errors = vec![FieldError::new(super::ON_BEHALF_OF, "required", self.to_string())];
            }
            Self::ActsAsOne | Self::Lacks(_) | Self::Never | Self::Wanted => problem.detail = Some(self.to_string()),
            Self::Store(error) => error.describe(problem),
        }
    }
}
