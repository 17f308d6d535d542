//! A host's own users: its tokens are checked by the host, its people get accounts here.

use crate::{error::Source, people::ExternalPerson};
use async_trait::async_trait;
use chatlink_protocol::Timestamp;

/// Checks the host's tokens. With one, the engine has no logins of its own.
#[async_trait]
pub trait Verifier: Send + Sync + 'static {
    /// Whose token this is. `None`: nobody's, or not good any more.
    async fn verify(&self, token: &str) -> Result<Option<HostUser>, VerifierError>;
}

/// Whose token it is, as the token tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostUser {
    /// The person. The account is made at the first call, and follows what later tokens tell.
    pub person: ExternalPerson,
    /// Until when the token is good. A token without an end is refused.
    pub expires_at: Option<Timestamp>,
}

/// The host could not say.
#[derive(Debug, thiserror::Error)]
#[error("the host's verifier is not available")]
pub struct VerifierError(#[source] pub Source);
