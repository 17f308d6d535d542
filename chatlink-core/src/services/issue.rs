//! How a token is made, by an engine or beside one: a command line has a store and no engine.

use super::{
    error::IssueError,
    port::{NewServiceToken, ServiceStore, TokenKept},
    scope::Scopes,
    token::{ActsAs, ServiceToken, TokenName, fresh},
};
use crate::{
    entropy::{Entropy, uuid_v7},
    error::Invalid,
};
use chatlink_protocol::{ServiceTokenId, Timestamp};
use std::{fmt, time::Duration};

/// The longest that a token with an end may live: ten years.
const LONGEST: Duration = Duration::from_secs(3650 * 24 * 3600);

/// What a token is to be.
#[derive(Clone, Debug)]
pub struct TokenForm {
    /// What it is called, 1 to 60 characters.
    pub name: String,
    /// The names of what it may do.
    pub scopes: Vec<String>,
    /// As whom.
    pub acts_as: ActsAs,
    /// For how long it is good, from a minute to ten years; none: until it is revoked.
    pub expires_in: Option<Duration>,
}

/// A token that was made.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its row.
    pub token: ServiceToken,
    /// The token itself, shown once: nobody can tell it again.
    pub secret: String,
}

impl TokenForm {
    fn parse(&self, now: Timestamp, entropy: &dyn Entropy) -> Result<ServiceToken, Invalid> {
        let mut invalid = Invalid::default();
        let name = invalid.take(self.name.parse::<TokenName>());
        let scopes = invalid.take(Scopes::parse(self.scopes.iter().map(String::as_str)));
        if self.expires_in.is_some_and(|life| !(Duration::from_secs(60)..=LONGEST).contains(&life)) {
            invalid.push("expires_in", "out_of_range", "a minute to ten years");
        }
        match (name, scopes, invalid.check()) {
            (Some(name), Some(scopes), Ok(())) => Ok(ServiceToken {
                token_id: ServiceTokenId::from_uuid(uuid_v7(now, entropy)),
                name,
                scopes,
                acts_as: self.acts_as,
                created_at: now,
                expires_at: self.expires_in.map(|life| now.plus(life)),
                last_used_at: None,
                revoked_at: None,
            }),
            (_, _, refused) => Err(refused.err().unwrap_or_default()),
        }
    }
}

/// Makes a token and keeps what is to be kept of it.
///
/// # Errors
/// Fields that are wrong (all named), a name that is another living token's, too many tokens, nobody to act as, or the store.
pub async fn issue(
    store: &(impl ServiceStore + ?Sized),
    form: &TokenForm,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Issued, IssueError> {
    let token = form.parse(now, entropy)?;
    let (secret, hash) = fresh(entropy);
    match store.keep_service_token(NewServiceToken { token: token.clone(), hash }, now).await? {
        TokenKept::Done => {
            tracing::info!(token_id = %token.token_id, "a service token was made");
            Ok(Issued { token, secret })
        }
        TokenKept::NameTaken => Err(IssueError::NameTaken),
        TokenKept::TooMany => Err(IssueError::TooMany),
        TokenKept::NoUser => Err(IssueError::NoUser),
    }
}

/// Without the secret.
impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("token", &self.token).finish_non_exhaustive()
    }
}
