//! Whose call it is that came with a service token.

use super::{
    ServiceTokens,
    error::ServiceError,
    scope::{Scope, Scopes},
    token::{ActsAs, ServiceToken, hash_of_token, is_service_token},
};
use crate::identity::TOUCH;
use chatlink_protocol::{ServiceTokenId, Timestamp, UserId};

/// Where a call names the user of the host whom it is for: beside the token, on every edge that takes one.
pub const ON_BEHALF_OF: &str = "chatlink-as";

/// A service token, as a call proved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePrincipal {
    /// The token.
    pub token_id: ServiceTokenId,
    /// What it may do.
    pub scopes: Scopes,
    /// Whom it acts as; none: the host's backend, for nobody.
    pub acting: Option<UserId>,
    /// Until when the proof is good. A token without an end has one in thousands of years.
    pub expires_at: Timestamp,
}

/// A person as whom a service token acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServicePerson {
    /// The account.
    pub user_id: UserId,
    /// The token.
    pub token_id: ServiceTokenId,
    /// Until when the proof is good.
    pub expires_at: Timestamp,
}

impl ServicePrincipal {
    /// Whether the token may do all of this.
    ///
    /// # Errors
    /// The first scope that it lacks.
    pub fn require(&self, scopes: &[Scope]) -> Result<(), ServiceError> {
        match scopes.iter().find(|scope| !self.scopes.has(**scope)) {
            Some(scope) => Err(ServiceError::Lacks(*scope)),
            None => Ok(()),
        }
    }

    /// The person as whom the call is made.
    ///
    /// # Errors
    /// It names nobody.
    pub fn person(&self) -> Result<ServicePerson, ServiceError> {
        let user_id = self.acting.ok_or(ServiceError::NamesNobody)?;
        Ok(ServicePerson { user_id, token_id: self.token_id, expires_at: self.expires_at })
    }
}

impl ServiceTokens {
    /// Whether a bearer token is meant for [`authenticate`](Self::authenticate), by its beginning.
    #[must_use]
    pub fn is_one(bearer: &str) -> bool {
        is_service_token(bearer)
    }

    /// Whose call it is: by the token, and where the token is a host's for its own users, by the host's name of the one
    /// whom the call is for. One query, two with a name.
    ///
    /// # Errors
    /// The token is not good; a name where the token acts as one account; a name that is nobody's; the store.
    pub async fn authenticate(
        &self,
        token: &str,
        on_behalf_of: Option<&str>,
    ) -> Result<ServicePrincipal, ServiceError> {
        let hash = hash_of_token(token).ok_or(ServiceError::Unauthenticated)?;
        let now = self.identity.now();
        let found = self.context.store.find_service_token(&hash, now).await;
        let token = self.context.observe(found)?.ok_or(ServiceError::Unauthenticated)?;
        let acting = self.acting(&token, on_behalf_of).await?;
        if token.last_used_at.is_none_or(|before| now.since(before) >= TOUCH) {
            self.context.observe(self.context.store.touch_service_token(token.token_id, now).await)?;
        }
        let expires_at = token.expires_at.unwrap_or(Timestamp::from_micros(i64::MAX));
        Ok(ServicePrincipal { token_id: token.token_id, scopes: token.scopes, acting, expires_at })
    }

    async fn acting(&self, token: &ServiceToken, named: Option<&str>) -> Result<Option<UserId>, ServiceError> {
        match (token.acts_as, named) {
            (ActsAs::User(user), None) => Ok(Some(user)),
            (ActsAs::User(_), Some(_)) => Err(ServiceError::ActsAsOne),
            (ActsAs::HostUsers, None) => Ok(None),
            (ActsAs::HostUsers, Some(external_id)) => {
                // Who registered here has no name of the host, and is found by none.
                let user = self.context.observe(self.context.store.find_external(external_id).await)?;
                user.map(Some).ok_or(ServiceError::NoUser)
            }
        }
    }
}
