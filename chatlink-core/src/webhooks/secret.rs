//! What deliveries are signed with.

use super::webhook::WebhookId;
use crate::{
    entropy::{Entropy, random},
    error::StoreError,
    keys::{Keys, NONCE, Purpose},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chatlink_protocol::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a secret.
const BYTES: usize = 32;

/// A webhook's secret, which its receiver has, too. Printing it shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Zeroizing<[u8; BYTES]>);

/// A webhook's secrets as the store keeps them: sealed by the installation's.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecrets {
    /// What signs.
    pub current: Vec<u8>,
    /// What signs besides until then: the one before a rotation.
    pub former: Option<(Vec<u8>, Timestamp)>,
}

/// A webhook's secrets, open.
pub(super) struct OpenSecrets {
    /// What signs, the current one first.
    signing: Vec<WebhookSecret>,
    /// The same sealed anew, where a secret of the installation that signs no more had sealed them.
    pub(super) renewed: Option<SealedSecrets>,
}

impl WebhookSecret {
    /// A fresh one.
    pub(super) fn fresh(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(random(entropy)))
    }

    /// As its receiver takes it: `whsec_` and base64.
    #[must_use]
    pub fn shown(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("whsec_{}", STANDARD.encode(self.0.as_slice())))
    }

    /// `v1,` and the signature of `id.timestamp.body` in base64.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        // HMAC takes keys of any length, so this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.0) else { return String::new() };
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// Sealed for the store; it opens for the same webhook alone.
    pub(super) fn seal(&self, keys: &Keys, of: WebhookId, entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        let sealed = keys.seal(Purpose::Webhook, of.0.as_bytes(), random::<NONCE>(entropy), &*self.0);
        sealed.ok_or_else(|| StoreError::corrupt("a webhook's secret cannot be sealed"))
    }

    /// What [`seal`](Self::seal) made, and whether it should be sealed again.
    fn open(keys: &Keys, of: WebhookId, sealed: &[u8]) -> Option<(Self, bool)> {
        let opened = keys.open(Purpose::Webhook, of.0.as_bytes(), sealed)?;
        let secret = <[u8; BYTES]>::try_from(opened.plain.as_slice()).ok()?;
        Some((Self(Zeroizing::new(secret)), opened.by_old_secret))
    }
}

impl SealedSecrets {
    /// Opens those that sign at that time.
    pub(super) fn open(
        &self,
        keys: &Keys,
        of: WebhookId,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Result<OpenSecrets, StoreError> {
        let open = |sealed: &[u8]| {
            let opened = WebhookSecret::open(keys, of, sealed);
            opened.ok_or_else(|| StoreError::corrupt("a webhook's secret was sealed by no secret of this installation"))
        };
        let (current, mut is_old) = open(&self.current)?;
        let mut signing = vec![current];
        let former = self.former.as_ref().filter(|(_, until)| now < *until);
        let mut kept = None;
        if let Some((sealed, until)) = former {
            let (secret, by_old_secret) = open(sealed)?;
            is_old |= by_old_secret;
            kept = Some((secret.seal(keys, of, entropy)?, *until));
            signing.push(secret);
        }
        let renewed = match is_old {
            true => Some(Self { current: signing[0].seal(keys, of, entropy)?, former: kept }),
            false => None,
        };
        Ok(OpenSecrets { signing, renewed })
    }
}

impl OpenSecrets {
    /// The signatures of a delivery, separated by spaces: a receiver takes any that it knows.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let signatures: Vec<_> = self.signing.iter().map(|secret| secret.sign(id, timestamp, body)).collect();
        signatures.join(" ")
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

impl fmt::Debug for SealedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSecrets(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use uuid::Uuid;

    /// Of a secret that is the numbers 0 to 31; the same answer that `openssl dgst -sha256 -hmac` gives.
    #[test]
    fn a_signature_is_that_of_the_standard() {
        let mut bytes = [0; BYTES];
        (0..).zip(&mut bytes).for_each(|(n, byte)| *byte = n);
        let secret = WebhookSecret(Zeroizing::new(bytes));
        assert_eq!(secret.shown().as_str(), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        let signed = secret.sign("msg_1", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,GWvjEzx3AphU7wha3hNZPXJnymF9Fg+ZdvPQqWPOjZ0=");
        assert_eq!(format!("{secret:?}"), "WebhookSecret(…)");
    }

    #[test]
    fn a_secret_opens_for_its_webhook_and_is_sealed_anew() {
        let entropy = SeededEntropy::new(1);
        let (id, other) = (WebhookId(Uuid::from_u128(1)), WebhookId(Uuid::from_u128(2)));
        let old = Keys::new(vec![vec![1; 32]]).unwrap();
        let both = Keys::new(vec![vec![2; 32], vec![1; 32]]).unwrap();
        let new = Keys::new(vec![vec![2; 32]]).unwrap();
        let (first, second) = (WebhookSecret::fresh(&entropy), WebhookSecret::fresh(&entropy));
        let until = Timestamp::from_micros(10);
        let sealed = SealedSecrets {
            current: second.seal(&old, id, &entropy).unwrap(),
            former: Some((first.seal(&old, id, &entropy).unwrap(), until)),
        };
        let now = Timestamp::EPOCH;
        assert!(sealed.open(&old, other, &entropy, now).is_err() && sealed.open(&new, id, &entropy, now).is_err());
        let opened = sealed.open(&old, id, &entropy, now).unwrap();
        let expected = format!("{} {}", second.sign("m", 1, b"x"), first.sign("m", 1, b"x"));
        assert_eq!((opened.sign("m", 1, b"x"), opened.renewed.is_none()), (expected.clone(), true));
        let renewed = sealed.open(&both, id, &entropy, now).unwrap().renewed.unwrap();
        assert_eq!(renewed.open(&new, id, &entropy, now).unwrap().sign("m", 1, b"x"), expected);
        let later = sealed.open(&both, id, &entropy, until).unwrap();
        assert_eq!(later.sign("m", 1, b"x"), second.sign("m", 1, b"x"), "a day is over");
        assert_eq!(later.renewed.unwrap().former, None);
    }
}
