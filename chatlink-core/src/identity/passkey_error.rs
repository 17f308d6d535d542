//! Why a passkey was not added or removed, and why a login by one was refused.

use super::{error::seconds, factor_error::ReauthError, passkey::CeremonyFault};
use crate::{
    error::{Coded, Invalid, StoreError},
    limiter::Limited,
};
use chatlink_protocol::{ErrorCode, Problem};
use std::time::Duration;

/// A passkey was not added or removed.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// This deployment takes no passkeys.
    #[error("no passkeys are taken here")]
    Off,
    /// Its name is none.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The person did not prove to be the owner.
    #[error(transparent)]
    Reauth(#[from] ReauthError),
    /// The ceremony is unknown, answered or over.
    #[error("the ceremony is over")]
    Gone,
    /// The device's answer is wrong, or the passkey is kept already.
    #[error("the passkey was not accepted")]
    Refused,
    /// The account has [`MAX_PASSKEYS`](super::MAX_PASSKEYS).
    #[error("the account has as many passkeys as it may have")]
    Full,
    /// The account has no such passkey.
    #[error("there is no such passkey")]
    NotFound,
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A login by a passkey was refused.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyLoginError {
    /// This deployment takes no passkeys.
    #[error("no passkeys are taken here")]
    Off,
    /// The ceremony, the passkey or its signature: nobody learns which.
    #[error("the passkey was not accepted")]
    Wrong,
    /// Too many from this network.
    #[error("too many logins")]
    Limited(Duration),
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CeremonyFault {
    /// The failure that it is, unless the answer is to blame.
    pub(super) fn failure(self) -> Option<StoreError> {
        match self {
            Self::Refused(_) => None,
            Self::Broken(source) => Some(StoreError::Corrupt(source)),
        }
    }
}

impl Coded for PasskeyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Off => ErrorCode::Forbidden,
            Self::Invalid(error) => error.code(),
            Self::Reauth(error) => error.code(),
            Self::Gone => ErrorCode::AttemptGone,
            Self::Refused => ErrorCode::Invalid,
            Self::Full => ErrorCode::PasskeysFull,
            Self::NotFound => ErrorCode::NotFound,
            Self::Limited(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Off => problem.detail = Some(self.to_string()),
            Self::Invalid(error) => error.describe(problem),
            Self::Reauth(error) => error.describe(problem),
            Self::Refused => Invalid::field("credential", "wrong", "not an answer to this ceremony").describe(problem),
            Self::Gone | Self::Full | Self::NotFound => {}
            Self::Limited(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for PasskeyLoginError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Off => ErrorCode::Forbidden,
            Self::Wrong => ErrorCode::PasskeyWrong,
            Self::Limited(_) => ErrorCode::RateLimited,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Off => problem.detail = Some(self.to_string()),
            Self::Wrong => {}
            Self::Limited(wait) => problem.retry_after = Some(seconds(*wait)),
            Self::Store(error) => error.describe(problem),
        }
    }
}
