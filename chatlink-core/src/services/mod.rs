//! Service tokens: what bots and a host's backends call with, instead of a login.
//!
//! A token acts as one account, a bot, or as whichever of its own users the host names with each call; never as somebody
//! who registered here. It may do what its [`Scopes`] say. It is no session: the verbs of [`identity`](crate::identity)
//! and [`rights`](crate::rights) ask for a [`Principal`](crate::identity::Principal), which nothing makes of a token, so
//! that none changes a password, ends sessions, takes an export or deletes an account.
//!
//! The store keeps a hash. Every call asks it, so that a token that was revoked is good for no further call on any node;
//! connections hear of its end as they hear of a session's, within a second.

mod authenticate;
mod error;
mod issue;
mod port;
mod scope;
#[cfg(test)]
mod tests;
mod token;

pub use authenticate::{ON_BEHALF_OF, ServicePerson, ServicePrincipal};
pub use error::{IssueError, ServiceError};
pub use issue::{Issued, TokenForm, issue};
pub use port::{MAX_TOKENS, NewServiceToken, SERVICE_TOKENS_LISTED, ServiceStore, TOKENS_KEPT, TokenKept};
pub use scope::{Scope, Scopes};
pub use token::{ActsAs, ServiceToken, TokenName, end_of};

pub(crate) use token::is_service_token;

use crate::{context::Context, error::StoreError, identity::Identity};
use chatlink_protocol::ServiceTokenId;
use std::sync::Arc;

/// The use cases of service tokens.
pub struct ServiceTokens {
    context: Arc<Context>,
    identity: Arc<Identity>,
}

impl ServiceTokens {
    pub(crate) fn new(context: Arc<Context>, identity: Arc<Identity>) -> Self {
        Self { context, identity }
    }

    /// Makes a token. Its secret is told here and never again.
    ///
    /// # Errors
    /// Fields that are wrong (all named), a name that is another living token's, too many tokens, nobody to act as, or the
    /// store.
    pub async fn create(&self, form: &TokenForm) -> Result<Issued, IssueError> {
        let Context { store, entropy, .. } = self.context.as_ref();
        match issue(store.as_ref(), form, self.identity.now(), entropy.as_ref()).await {
            Err(IssueError::Store(error)) => Ok(self.context.observe(Err(error))?),
            issued => issued,
        }
    }

    /// The living tokens and those that ended within 90 days, the newest first within each.
    ///
    /// # Errors
    /// The store.
    pub async fn list(&self) -> Result<Vec<ServiceToken>, StoreError> {
        self.context.observe(self.context.store.list_service_tokens().await)
    }

    /// Ends a token: for calls at once and on every node, for connections within a second. Answers whether it was alive.
    ///
    /// # Errors
    /// The store.
    pub async fn revoke(&self, token: ServiceTokenId) -> Result<bool, StoreError> {
        let ended = self.context.store.end_service_token(token, self.identity.now()).await;
        let ended = self.context.observe(ended)?;
        if ended {
            tracing::info!(token_id = %token, "a service token was revoked");
            self.identity.note_ends(&[end_of(token)]);
        }
        Ok(ended)
    }
}
