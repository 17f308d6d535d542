//! Another username: once in a while, and the old one is kept for its owner.

use super::{
    Identity, caller::Caller, error::seconds, factor_error::ReauthError, notice::NoticeKind, port::Renamed,
    principal::Principal, reauth::Reauth, username::Username,
};
use crate::error::{Coded, Invalid, StoreError};
use chatlink_protocol::{ErrorCode, Problem};
use std::time::Duration;

/// A username is changed once in this time, and the one before is kept for its owner for as long.
const EVERY: Duration = Duration::from_secs(30 * 24 * 3600);

/// A username was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RenameError {
    /// It is none.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The person did not prove to be the owner.
    #[error(transparent)]
    Reauth(#[from] ReauthError),
    /// It, or one that looks like it, is somebody's.
    #[error("the username is taken")]
    Taken,
    /// The last change is not long enough ago.
    #[error("the username was changed lately")]
    TooSoon(Duration),
    /// The store's failure.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// Changes the username and tells the owner.
    ///
    /// # Errors
    /// No username; not proven to be the owner; taken; or changed less than 30 days ago.
    pub async fn rename(
        &self,
        caller: &Caller,
        principal: &Principal,
        username: &str,
        proof: &Reauth,
    ) -> Result<(), RenameError> {
        let username: Username = username.parse()?;
        let proven = self.reauthenticate(caller, principal, proof).await?;
        let (store, now) = (&self.context.store, self.now());
        if proven.account.username == username.as_str() {
            return Ok(self.observe(store.settle_login(proven.login, now).await)?.proven()?);
        }
        match self.observe(store.rename(proven.login, username, EVERY, now).await)?.proven()? {
            Renamed::Renamed => {
                Ok(self.changed(caller, principal.user_id, "username", NoticeKind::UsernameChanged).await?)
            }
            Renamed::Taken => Err(RenameError::Taken),
            Renamed::TooSoon(until) => Err(RenameError::TooSoon(until.since(now))),
        }
    }
}

impl Coded for RenameError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(error) => error.code(),
            Self::Reauth(error) => error.code(),
            Self::Taken => ErrorCode::UsernameTaken,
            Self::TooSoon(_) => ErrorCode::RateLimited,
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Invalid(error) => error.describe(problem),
            Self::Reauth(error) => error.describe(problem),
            Self::Taken => {}
            Self::TooSoon(wait) => problem.retry_after = Some(seconds(*wait)),
            Self::Store(error) => error.describe(problem),
        }
    }
}
