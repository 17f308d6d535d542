//! Why a second factor, or a proof of oneself before a change, was not taken.

use super::{error::seconds, password::Busy};
use crate::error::{Coded, Invalid, StoreError};
use chatlink_protocol::{ErrorCode, Problem};
use std::time::Duration;

/// A second factor was not taken. Said after a right password alone.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// The account asks for one, and none was shown.
    #[error("a second factor is needed")]
    Required,
    /// Not right, or used before.
    #[error("the second factor is wrong")]
    Wrong,
    /// Too many misses; nothing was compared.
    #[error("too many wrong second factors")]
    Limited(Duration),
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person who is logged in did not prove to be the one who may change the account.
#[derive(Debug, thiserror::Error)]
pub enum ReauthError {
    /// The password is wrong.
    #[error("the password is wrong")]
    Wrong,
    /// Too many failures; no password was compared.
    #[error("too many failed logins")]
    Limited(Duration),
    /// The password is right, the second factor is not.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// Too many passwords are being hashed.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A second factor was not switched on, off, or given new recovery codes.
#[derive(Debug, thiserror::Error)]
pub enum FactorChangeError {
    /// The person did not prove to be the owner.
    #[error(transparent)]
    Reauth(#[from] ReauthError),
    /// One is on already.
    #[error("a second factor is on already")]
    AlreadyOn,
    /// None is on, or none waits for its first code.
    #[error("no second factor is on")]
    NotOn,
    /// The first code is wrong.
    #[error("the code is wrong")]
    CodeWrong,
    /// Too many wrong codes; nothing was compared.
    #[error("too many wrong codes")]
    Limited(Duration),
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for FactorError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Required => ErrorCode::SecondFactorRequired,
            Self::Wrong => ErrorCode::SecondFactorWrong,
            Self::Limited(_) => ErrorCode::RateLimited,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Required | Self::Wrong => {}
            Self::Limited(wait) => problem.retry_after = Some(seconds(*wait)),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for ReauthError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Wrong => ErrorCode::Invalid,
            Self::Limited(_) | Self::Busy => ErrorCode::RateLimited,
            Self::Factor(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Wrong => Invalid::field("password", "wrong", "not the present password").describe(problem),
            Self::Limited(wait) => problem.retry_after = Some(seconds(*wait)),
            Self::Factor(error) => error.describe(problem),
            Self::Busy => problem.retry_after = Some(1),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for FactorChangeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Reauth(error) => error.code(),
            Self::AlreadyOn => ErrorCode::SecondFactorOn,
            Self::NotOn => ErrorCode::SecondFactorOff,
            Self::CodeWrong => ErrorCode::CodeWrong,
            Self::Limited(_) => ErrorCode::RateLimited,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Reauth(error) => error.describe(problem),
            Self::AlreadyOn | Self::NotOn | Self::CodeWrong => {}
            Self::Limited(wait) => problem.retry_after = Some(seconds(*wait)),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl From<Busy> for ReauthError {
    fn from(_: Busy) -> Self {
        Self::Busy
    }
}
