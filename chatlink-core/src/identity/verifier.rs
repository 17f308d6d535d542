//! A host's own users: its tokens are checked by the host, its people get accounts here.

use crate::{error::Source, people::AgeBand};
use async_trait::async_trait;
use chatlink_protocol::Timestamp;

/// Checks the host's tokens. With one, the engine has no logins of its own.
#[async_trait]
pub trait Verifier: Send + Sync + 'static {
    /// Whose token this is. `None`: nobody's, or not good any more.
    async fn verify(&self, token: &str) -> Result<Option<HostUser>, VerifierError>;
}

/// A person, as the host's token tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostUser {
    /// The host's own name for the person: 1 to 200 bytes, the same for ever.
    pub external_id: String,
    /// The name shown.
    pub display_name: Option<String>,
    /// The age band; without one it is unknown, and the person meets only others of unknown age.
    pub age_band: Option<AgeBand>,
    /// The language of texts, a BCP 47 tag.
    pub locale: Option<String>,
    /// Until when the token is good. A token without an end is refused.
    pub expires_at: Option<Timestamp>,
}

/// The host could not say.
#[derive(Debug, thiserror::Error)]
#[error("the host's verifier is not available")]
pub struct VerifierError(#[source] pub Source);
