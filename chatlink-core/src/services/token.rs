//! A service token: its row, and the secret that the row knows by its hash alone.

use super::scope::Scopes;
use crate::{
    entropy::Entropy,
    error::Invalid,
    identity::{hash_of, mint},
    people::is_invisible,
};
use chatlink_protocol::{ServiceTokenId, SessionId, Timestamp, UserId};
use std::str::FromStr;

/// How every token begins, so that whoever looks for leaked secrets knows one.
const PREFIX: &str = "clst_";

/// What operators call a token: 1 to 60 characters, trimmed, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName(String);

/// As whom a token acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActsAs {
    /// As this account: a bot.
    User(UserId),
    /// As whichever of its own users the host names with a call: its backend.
    HostUsers,
}

/// A token, as its operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceToken {
    /// Its id.
    pub token_id: ServiceTokenId,
    /// What it is called; no two living tokens share a name.
    pub name: TokenName,
    /// What it may do.
    pub scopes: Scopes,
    /// As whom.
    pub acts_as: ActsAs,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// Until when it is good; none: until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, up to five minutes late; none: never.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl ServiceToken {
    /// Whether it is good for a call.
    #[must_use]
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

impl TokenName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(Invalid::field("name", "required", "1 to 60 characters")),
            61.. => Err(Invalid::field("name", "too_long", "1 to 60 characters")),
            _ if text.chars().any(is_invisible) => {
                Err(Invalid::field("name", "bad_character", "no control characters"))
            }
            _ => Ok(Self(text.to_owned())),
        }
    }
}

/// By what name the end of a token stands in the list of ends that every node follows: ids of tokens and of sessions are
/// never the same.
#[must_use]
pub const fn end_of(token: ServiceTokenId) -> SessionId {
    SessionId::from_uuid(*token.as_uuid())
}

/// Whether a bearer token is one of these, by its beginning.
pub(crate) fn is_service_token(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// A fresh token of 256 random bits, and what the store keeps of it.
pub(super) fn fresh(entropy: &dyn Entropy) -> (String, [u8; 32]) {
    let (secret, hash) = mint(entropy);
    (format!("{PREFIX}{secret}"), hash)
}

/// What the store keeps of a token that came in. `None`: not a token's shape.
pub(super) fn hash_of_token(text: &str) -> Option<[u8; 32]> {
    hash_of(text.strip_prefix(PREFIX)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_token_is_known_by_its_beginning_and_its_hash() {
        let (text, hash) = fresh(&SeededEntropy::new(3));
        assert!(is_service_token(&text) && text.len() == 48);
        assert_eq!(hash_of_token(&text), Some(hash));
        assert_eq!(hash_of_token(&text[5..]), None);
        assert_eq!(hash_of_token(&text[..47]), None);
    }

    #[test]
    fn a_name_is_short_and_visible() {
        let code = |text: &str| text.parse::<TokenName>().map_err(|invalid| invalid.0[0].code.clone());
        assert_eq!(code("  echo bot ").unwrap().as_str(), "echo bot");
        assert_eq!(code(" ").unwrap_err(), "required");
        assert_eq!(code(&"é".repeat(61)).unwrap_err(), "too_long");
        assert_eq!(code("a\u{202e}b").unwrap_err(), "bad_character");
    }
}
