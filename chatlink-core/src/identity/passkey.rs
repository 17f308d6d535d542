//! Passkeys: the port of their ceremonies, and what the engine asks of what comes out of them.
//!
//! A passkey is a key pair that a device keeps for one account of one site (WebAuthn). A **ceremony** has
//! two halves: the server asks with a challenge, and the device answers with a signature. In between the
//! store keeps what the second half needs, once.

use crate::{
    error::{Invalid, Source},
    people::is_invisible,
};
use chatlink_protocol::UserId;
use serde_json::Value;
use std::{str::FromStr, time::Duration};

/// How long a ceremony waits for its answer.
pub const CEREMONY_LIFE: Duration = Duration::from_secs(5 * 60);
/// Passkeys of one account.
pub const MAX_PASSKEYS: usize = 10;
/// The longest id of a credential (WebAuthn).
const MAX_CREDENTIAL_ID: usize = 1_023;
/// What an adapter may want to keep of one credential: a key takes some hundred bytes.
const MAX_CREDENTIAL: usize = 16 * 1_024;

/// Whose passkey it is to be, as the device shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyOwner {
    /// The account: what a login by it answers with.
    pub user_id: UserId,
    /// The username.
    pub username: String,
}

/// The first half of a ceremony.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What the second half needs. Kept by the server and never shown: it holds the challenge.
    pub state: Vec<u8>,
    /// What the device is asked, as `PublicKeyCredential.parse…OptionsFromJSON` of browsers reads it.
    pub options: Value,
}

/// A passkey that a device made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadePasskey {
    /// The device's name for it; unique.
    pub credential_id: Vec<u8>,
    /// All that [`Passkeys::finish_login`] needs of it; nothing secret.
    pub credential: Vec<u8>,
    /// How often it was used by its own count; 0 where it does not count.
    pub counter: u32,
}

/// Which passkey a login shows, before its signature is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPasskey {
    /// The passkey.
    pub credential_id: Vec<u8>,
    /// Whose it says it is.
    pub user_id: UserId,
}

/// Why the second half of a ceremony failed.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyFault {
    /// The answer is none, or not to this challenge, this site or this passkey; or the person behind the
    /// device was not verified.
    #[error("the answer is wrong")]
    Refused(#[source] Source),
    /// What was kept cannot be read, or the first half could not be made: not the caller's fault.
    #[error("the ceremony is broken")]
    Broken(#[source] Source),
}

/// The ceremonies of passkeys. An adapter knows the site (its domain and its origins), draws the
/// challenges, and checks what devices sign; it keeps nothing. Both ceremonies demand that the device
/// verifies its person (PIN, finger, face): that is what makes a passkey two factors. Called on async
/// threads: some milliseconds of arithmetic, no I/O.
pub trait Passkeys: Send + Sync {
    /// Asks for a new passkey of that person that can be found without a username; none by a device that
    /// holds one of `known`.
    ///
    /// # Errors
    /// [`CeremonyFault::Broken`] alone.
    fn begin_new(&self, owner: &PasskeyOwner, known: &[Vec<u8>]) -> Result<Asked, CeremonyFault>;

    /// Checks the answer to [`begin_new`](Self::begin_new).
    ///
    /// # Errors
    /// The answer is wrong, or the state cannot be read.
    fn finish_new(&self, state: &[u8], answer: &Value) -> Result<MadePasskey, CeremonyFault>;

    /// Asks for any passkey of this site.
    ///
    /// # Errors
    /// [`CeremonyFault::Broken`] alone.
    fn begin_login(&self) -> Result<Asked, CeremonyFault>;

    /// Which passkey the answer to [`begin_login`](Self::begin_login) is by. `None`: it is no answer.
    fn read_login(&self, answer: &Value) -> Option<ShownPasskey>;

    /// Checks the answer to [`begin_login`](Self::begin_login) against the credential that
    /// [`finish_new`](Self::finish_new) made. Answers the device's count of uses, which the store
    /// compares with the last one.
    ///
    /// # Errors
    /// The answer is wrong, or what was kept cannot be read.
    fn finish_login(&self, state: &[u8], answer: &Value, credential: &[u8]) -> Result<u32, CeremonyFault>;
}

/// What its owner calls a passkey: 1 to 50 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyName(String);

impl PasskeyName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PasskeyName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(Invalid::field("name", "required", "1 to 50 characters")),
            51.. => Err(Invalid::field("name", "too_long", "1 to 50 characters")),
            _ if text.chars().any(is_invisible) => {
                Err(Invalid::field("name", "bad_character", "no control characters"))
            }
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl MadePasskey {
    /// Itself, where it is of a size that can be kept.
    pub(super) fn bounded(self) -> Option<Self> {
        let id = (1..=MAX_CREDENTIAL_ID).contains(&self.credential_id.len());
        (id && self.credential.len() <= MAX_CREDENTIAL).then_some(self)
    }
}

/// Whether a passkey that counted `last` uses may show `next`: its count rises, or it never counts. One
/// that stands still or goes back is that of a copy, or of the one that was copied. Stores ask this in
/// the statement that takes the use.
#[must_use]
pub const fn counter_rises(last: u32, next: u32) -> bool {
    next > last || (next == 0 && last == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_a_person_can_read() {
        let code = |text: &str| text.parse::<PasskeyName>().map_err(|invalid| invalid.0[0].code.clone());
        assert_eq!(code("  My phone ").unwrap().as_str(), "My phone");
        assert_eq!(code(&"é".repeat(50)).unwrap().as_str().chars().count(), 50);
        assert_eq!(code(" ").unwrap_err(), "required");
        assert_eq!(code(&"é".repeat(51)).unwrap_err(), "too_long");
        assert_eq!(code("a\u{202e}b").unwrap_err(), "bad_character");
    }

    #[test]
    fn a_count_rises_or_is_not_kept_at_all() {
        assert!(counter_rises(0, 0) && counter_rises(0, 1) && counter_rises(7, u32::MAX));
        assert!(!counter_rises(1, 1) && !counter_rises(2, 1) && !counter_rises(1, 0));
    }

    #[test]
    fn what_is_too_large_to_keep_is_no_passkey() {
        let made = |id: usize, bytes: usize| MadePasskey {
            credential_id: vec![1; id],
            credential: vec![2; bytes],
            counter: 0,
        };
        assert!(made(1, 0).bounded().is_some() && made(1_023, 16_384).bounded().is_some());
        assert!(made(0, 9).bounded().is_none() && made(1_024, 9).bounded().is_none());
        assert!(made(9, 16_385).bounded().is_none());
    }
}
