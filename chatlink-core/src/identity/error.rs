//! Why the use cases of identity refuse: a small enum each, and its place on the wire.

use super::factor_error::{FactorError, ReauthError};
use crate::error::{Coded, Invalid, StoreError};
use chatlink_protocol::{ErrorCode, Problem};
use std::time::Duration;

/// Seconds for the wire, rounded up: who waits that long is let in.
pub(super) fn seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// An attempt could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The contact or the login is none.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Too many starts from this network.
    #[error("too many attempts from this network")]
    Limited(Duration),
    /// Too much mail waits: nothing was started.
    #[error("too many mails wait")]
    Busy,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A code could not be sent again.
#[derive(Debug, thiserror::Error)]
pub enum ResendError {
    /// Unknown, used, dead or over.
    #[error("the attempt is over")]
    Gone,
    /// It is not time yet; after the last mail the wait is that for the attempt's end.
    #[error("it is too early for another mail")]
    TooEarly(Duration),
    /// Too much mail waits: nothing was done.
    #[error("too many mails wait")]
    Busy,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A code was not taken.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Not the code that was sent.
    #[error("the code is wrong")]
    Wrong {
        /// Checks that are left.
        tries_left: u8,
    },
    /// Between two checks, or the network failed too often: not compared, not counted.
    #[error("it is too early for another check")]
    Limited(Duration),
    /// Unknown, used, dead or expired.
    #[error("the attempt is over")]
    Gone,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A registration could not be completed.
#[derive(Debug, thiserror::Error)]
pub enum CompleteError {
    /// No such proof, or it is used or expired.
    #[error("the attempt is over")]
    Gone,
    /// Some fields are not as they must be.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The username, or one that looks like it, is somebody's.
    #[error("the username is taken")]
    UsernameTaken,
    /// Another attempt with this contact was completed first.
    #[error("the contact is taken")]
    ContactTaken,
    /// Too many passwords are being hashed.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A login was refused.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Nobody's login, or not that person's password: nobody learns which.
    #[error("the login or the password is wrong")]
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

/// A token, a cookie or a refresh token was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Unknown, expired, revoked or used before.
    #[error("the login is dead")]
    Unauthenticated,
    /// The host's verifier could not answer.
    #[error("the host could not be asked")]
    Unavailable,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session could not be ended.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// The caller has no such session.
    #[error("there is no such session")]
    NotFound,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new password was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The person did not prove to be the owner.
    #[error(transparent)]
    Reauth(#[from] ReauthError),
    /// The code of the reset was right, the second factor is not.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// The proof is unknown, used or expired; or the account has no password.
    #[error("the attempt is over")]
    Gone,
    /// The new password breaks the rules.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Too many passwords are being hashed.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Coded for StartError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(error) => error.code(),
            Self::Limited(_) => ErrorCode::RateLimited,
            Self::Busy => ErrorCode::Unavailable,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Invalid(error) => error.describe(problem),
            Self::Limited(wait) => problem.retry_after = Some(seconds(*wait)),
            Self::Busy => problem.retry_after = Some(5),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for ResendError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Gone => ErrorCode::AttemptGone,
            Self::TooEarly(_) => ErrorCode::RateLimited,
            Self::Busy => ErrorCode::Unavailable,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Gone => {}
            Self::TooEarly(wait) => problem.retry_after = Some(seconds(*wait)),
            Self::Busy => problem.retry_after = Some(5),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for VerifyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Wrong { .. } => ErrorCode::CodeWrong,
            Self::Limited(_) => ErrorCode::RateLimited,
            Self::Gone => ErrorCode::AttemptGone,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Wrong { tries_left } => problem.tries_left = Some(*tries_left),
            Self::Limited(wait) => problem.retry_after = Some(seconds(*wait)),
            Self::Gone => {}
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for CompleteError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Gone => ErrorCode::AttemptGone,
            Self::Invalid(error) => error.code(),
            Self::UsernameTaken => ErrorCode::UsernameTaken,
            Self::ContactTaken => ErrorCode::ContactTaken,
            Self::Busy => ErrorCode::RateLimited,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Gone | Self::UsernameTaken | Self::ContactTaken => {}
            Self::Invalid(error) => error.describe(problem),
            Self::Busy => problem.retry_after = Some(1),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for LoginError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Wrong => ErrorCode::LoginWrong,
            Self::Limited(_) | Self::Busy => ErrorCode::RateLimited,
            Self::Factor(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Wrong => {}
            Self::Limited(wait) => problem.retry_after = Some(seconds(*wait)),
            Self::Factor(error) => error.describe(problem),
            Self::Busy => problem.retry_after = Some(1),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for AuthError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unauthenticated => ErrorCode::Unauthenticated,
            Self::Unavailable => ErrorCode::Unavailable,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Unauthenticated => {}
            Self::Unavailable => problem.retry_after = Some(1),
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for RevokeError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::NotFound,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::NotFound => {}
            Self::Store(error) => error.describe(problem),
        }
    }
}

impl Coded for PasswordError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Reauth(error) => error.code(),
            Self::Factor(error) => error.code(),
            Self::Busy => ErrorCode::RateLimited,
            Self::Gone => ErrorCode::AttemptGone,
            Self::Invalid(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Reauth(error) => error.describe(problem),
            Self::Factor(error) => error.describe(problem),
            Self::Gone => {}
            Self::Invalid(error) => error.describe(problem),
            Self::Busy => problem.retry_after = Some(1),
            Self::Store(error) => error.describe(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_as_told_waits_long_enough() {
        assert_eq!(seconds(Duration::ZERO), 1);
        assert_eq!(seconds(Duration::from_millis(1_001)), 2);
        assert_eq!(seconds(Duration::from_secs(60)), 60);
    }
}
