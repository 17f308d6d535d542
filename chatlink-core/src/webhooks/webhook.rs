//! What a webhook is.

use super::{secret::SealedSecrets, url::WebhookUrl};
use crate::error::{Invalid, StoreError};
use chatlink_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Webhooks of one installation at most.
pub const WEBHOOKS: u32 = 10;

/// The most characters of a name.
const NAME: usize = 64;

/// Names a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookId(pub Uuid);

/// What whoever runs the installation calls a webhook: 1 to 64 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookName(String);

/// Whether a webhook is told of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebhookState {
    /// It is.
    Active,
    /// Not until it is enabled: whoever runs the installation wants it so.
    Paused,
    /// Not until it is enabled: it said that it is gone, or failed for too long.
    Disabled,
}

/// How a webhook fails at present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failing {
    /// Since when nothing was taken; none: what was last posted was.
    pub since: Option<Timestamp>,
    /// Tries that failed since then.
    pub attempts: u32,
    /// When the next one is due.
    pub due_at: Option<Timestamp>,
    /// What went wrong last, in words of this program: never what the receiver said.
    pub last_error: Option<String>,
}

/// A webhook, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// What it is called.
    pub name: WebhookName,
    /// Where it is.
    pub url: WebhookUrl,
    /// Since when it is told of events.
    pub created_at: Timestamp,
    /// Whether it is told of events.
    pub state: WebhookState,
    /// How it fails at present.
    pub failing: Failing,
}

/// A webhook as it stands in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRow {
    /// It.
    pub webhook: Webhook,
    /// What its deliveries are signed with.
    pub secrets: SealedSecrets,
}

impl fmt::Display for WebhookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for WebhookId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

impl WebhookName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebhookName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let name = text.trim();
        let refuse = |code: &str, message: &str| Err(Invalid::field("name", code, message));
        match name.chars().count() {
            0 => refuse("required", "a name is needed"),
            1..=NAME if name.chars().any(char::is_control) => refuse("not_allowed", "no control characters"),
            1..=NAME => Ok(Self(name.to_owned())),
            _ => refuse("too_long", "64 characters at most"),
        }
    }
}

impl WebhookState {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }
}

impl FromStr for WebhookState {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        match text {
            "active" => Ok(Self::Active),
            "paused" => Ok(Self::Paused),
            "disabled" => Ok(Self::Disabled),
            _ => Err(StoreError::corrupt("a webhook's state")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_printable() {
        assert_eq!("  our backend ".parse::<WebhookName>().unwrap().as_str(), "our backend");
        for wrong in ["", " ", "a\u{7}b", &"x".repeat(NAME + 1)] {
            assert_eq!(wrong.parse::<WebhookName>().unwrap_err().0[0].field, "name", "{wrong:?}");
        }
        assert!("é".repeat(NAME).parse::<WebhookName>().is_ok());
    }

    #[test]
    fn a_state_is_read_by_its_name() {
        for state in [WebhookState::Active, WebhookState::Paused, WebhookState::Disabled] {
            assert_eq!(state.as_str().parse::<WebhookState>().unwrap(), state);
        }
        assert!("dead".parse::<WebhookState>().is_err());
    }
}
