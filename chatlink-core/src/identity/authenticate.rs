//! Whose token, cookie or host's token it is.

use super::{
    Identity,
    error::AuthError,
    forms::Grant,
    principal::{Principal, Via},
    token,
    verifier::Verifier,
};
use crate::{error::StoreError, services};
use std::time::Duration;

/// A use of a session is written down at most this often.
pub(crate) const TOUCH: Duration = Duration::from_secs(5 * 60);
/// A host's verifier must answer within this time.
const VERIFIER_DEADLINE: Duration = Duration::from_secs(5);

impl Identity {
    /// Whose access token (or, with a verifier, host's token) this is. No query for our own tokens.
    ///
    /// # Errors
    /// Unknown, expired or revoked; the host cannot be asked.
    pub async fn authenticate_bearer(&self, token: &str) -> Result<Principal, AuthError> {
        // A secret of ours, whose way in is another one: no verifier is shown it.
        if services::is_service_token(token) {
            return Err(AuthError::Unauthenticated);
        }
        if let Some(verifier) = &self.context.verifier {
            return self.authenticate_host(verifier.as_ref(), token).await;
        }
        let access = self.access.check(token, self.now()).ok_or(AuthError::Unauthenticated)?;
        if self.ends.contains(access.session_id) {
            return Err(AuthError::Unauthenticated);
        }
        Ok(Principal {
            user_id: access.user_id,
            session_id: Some(access.session_id),
            expires_at: access.expires_at,
            via: Via::Bearer,
        })
    }

    /// Whose cookie this is.
    ///
    /// # Errors
    /// Unknown, expired or revoked; the store's failure.
    pub async fn authenticate_cookie(&self, token: &str) -> Result<Principal, AuthError> {
        if self.context.verifier.is_some() {
            return Err(AuthError::Unauthenticated);
        }
        let hash = token::hash_of(token).ok_or(AuthError::Unauthenticated)?;
        let (store, now) = (&self.context.store, self.now());
        let found = self.observe(store.find_session(&hash, Grant::Cookie, now).await)?;
        let session = found.ok_or(AuthError::Unauthenticated)?;
        if now.since(session.last_used_at) >= TOUCH {
            let limits = &self.context.settings.sessions;
            self.observe(store.touch_session(session.session_id, limits, now).await)?;
        }
        Ok(Principal {
            user_id: session.user_id,
            session_id: Some(session.session_id),
            expires_at: session.expires_at,
            via: Via::Cookie,
        })
    }

    async fn authenticate_host(&self, verifier: &dyn Verifier, token: &str) -> Result<Principal, AuthError> {
        let answer = tokio::time::timeout(VERIFIER_DEADLINE, verifier.verify(token)).await;
        let user = match answer {
            Ok(Ok(user)) => user.ok_or(AuthError::Unauthenticated)?,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the host's verifier failed");
                return Err(AuthError::Unavailable);
            }
            Err(_) => {
                tracing::warn!("the host's verifier did not answer in time");
                return Err(AuthError::Unavailable);
            }
        };
        // Without an end a leaked token would be good for ever, and its connection too.
        let expires_at = user.expires_at.filter(|at| self.now() < *at).ok_or(AuthError::Unauthenticated)?;
        let account = self.context.account_of_token(user.person).ok_or(AuthError::Unauthenticated)?;
        let account = self.observe(self.context.store.host_account(account, self.now()).await)?;
        let user_id = account.ok_or(AuthError::Unauthenticated)?;
        Ok(Principal { user_id, session_id: None, expires_at, via: Via::Host })
    }

    pub(super) fn observe<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.context.observe(result)
    }
}
