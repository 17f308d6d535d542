//! The installation's secret, and the keys derived from it.

use crate::entropy::{Entropy, random};
use base64::Engine as _;
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// What a derived key is for. One key, one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// MACs of one-time codes.
    Code,
    /// MACs of requests, kept to tell a repetition from a conflict.
    Request,
    /// MACs of cursors handed to clients.
    Cursor,
    /// CSRF tokens.
    Csrf,
    /// The Ed25519 seed of access tokens.
    AccessToken,
    /// MACs inside refresh tokens.
    RefreshToken,
    /// MACs of contacts that must be recognised and not remembered.
    ContactTrace,
    /// The seal of second factors' seeds.
    SecondFactor,
    /// The seal of what nodes tell each other.
    Transport,
    /// The seal of webhooks' secrets.
    Webhook,
    /// A name for the secret itself, safe to keep in the store.
    Fingerprint,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"chatlink v1 code",
            Self::Request => b"chatlink v1 request",
            Self::Cursor => b"chatlink v1 cursor",
            Self::Csrf => b"chatlink v1 csrf",
            Self::AccessToken => b"chatlink v1 access token",
            Self::RefreshToken => b"chatlink v1 refresh token",
            Self::ContactTrace => b"chatlink v1 contact trace",
            Self::SecondFactor => b"chatlink v1 second factor",
            Self::Transport => b"chatlink v1 transport",
            Self::Webhook => b"chatlink v1 webhook",
            Self::Fingerprint => b"chatlink v1 fingerprint",
        }
    }
}

/// Every purpose, each at its own number.
const PURPOSES: [Purpose; 11] = [
    Purpose::Code,
    Purpose::Request,
    Purpose::Cursor,
    Purpose::Csrf,
    Purpose::AccessToken,
    Purpose::RefreshToken,
    Purpose::ContactTrace,
    Purpose::SecondFactor,
    Purpose::Transport,
    Purpose::Webhook,
    Purpose::Fingerprint,
];

/// Bytes of a seal's nonce.
pub const NONCE: usize = 24;

/// The installation's secrets. The first signs, the others still verify, so that a secret can be
/// replaced without logging everybody out. Printing one shows nothing.
#[derive(Clone)]
pub struct Keys {
    /// Of each secret the keys of all purposes: they are asked for at every message.
    derived: Vec<Derived>,
}

/// The keys of one secret, in the order of [`PURPOSES`].
type Derived = Zeroizing<[[u8; 32]; PURPOSES.len()]>;

/// Why a secret was not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeysError {
    /// There must be one at least.
    #[error("no secret was given")]
    Missing,
    /// Below 32 bytes.
    #[error("a secret must have 32 bytes or more; make one with `chatlink secret new`")]
    TooShort,
    /// Not base64.
    #[error("a secret must be written in base64")]
    NotBase64,
}

impl Keys {
    /// Keys of these secrets, 32 random bytes or more each; the first one signs.
    ///
    /// # Errors
    /// None given, or one too short.
    pub fn new(secrets: Vec<Vec<u8>>) -> Result<Self, KeysError> {
        if secrets.is_empty() {
            return Err(KeysError::Missing);
        }
        if secrets.iter().any(|secret| secret.len() < 32) {
            return Err(KeysError::TooShort);
        }
        let derived = secrets.into_iter().map(|secret| derive_all(&Zeroizing::new(secret))).collect();
        Ok(Self { derived })
    }

    /// Keys of a fresh secret that nobody keeps: for tests, examples and stores in memory. What they
    /// signed is worthless to the next process, and a store on disk refuses the next process's keys.
    #[must_use]
    pub fn ephemeral(entropy: &dyn Entropy) -> Self {
        Self { derived: vec![derive_all(&*Zeroizing::new(random::<32>(entropy)))] }
    }

    /// Reads `CHATLINK_SECRET`: base64, several separated by commas.
    ///
    /// # Errors
    /// Not base64, or as [`new`](Self::new).
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let secrets = parts
            .map(|part| base64::engine::general_purpose::STANDARD.decode(part).map_err(|_| KeysError::NotBase64))
            .collect::<Result<_, _>>()?;
        Self::new(secrets)
    }

    /// The key of a purpose, from the secret that signs.
    #[must_use]
    pub fn key(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        self.keys(purpose).next().unwrap_or_default()
    }

    /// The keys of a purpose from every secret, the signing one first.
    pub fn keys(&self, purpose: Purpose) -> impl Iterator<Item = Zeroizing<[u8; 32]>> {
        self.derived.iter().map(move |keys| Zeroizing::new(keys[purpose as usize]))
    }

    /// HMAC-SHA-256 of the parts (each length-prefixed), by the signing secret.
    #[must_use]
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.key(purpose), parts)
    }

    /// Whether `tag` is the MAC of the parts by any of the secrets. In constant time a secret.
    #[must_use]
    pub fn verify(&self, purpose: Purpose, parts: &[&[u8]], tag: &[u8]) -> bool {
        let mut good = subtle::Choice::from(0);
        for key in self.keys(purpose) {
            good |= mac(&key, parts).ct_eq(tag);
        }
        good.into()
    }

    /// Seals bytes that the store keeps and must not read (XChaCha20-Poly1305), by the signing secret.
    /// They open with the same `bound` bytes alone. The nonce is random: 24 fresh bytes. `None`: more
    /// than any secret of ours has.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, bound: &[u8], nonce: [u8; NONCE], plain: &[u8]) -> Option<Vec<u8>> {
        let cipher = XChaCha20Poly1305::new(&(*self.key(purpose)).into());
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: bound }).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`seal`](Self::seal) made, by any of the secrets. `None`: none of them made it so.
    #[must_use]
    pub fn open(&self, purpose: Purpose, bound: &[u8], sealed: &[u8]) -> Option<Opened> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = || Payload { msg: sealed, aad: bound };
        self.keys(purpose).enumerate().find_map(|(at, key)| {
            let cipher = XChaCha20Poly1305::new(&(*key).into());
            let plain = cipher.decrypt(&XNonce::from(*nonce), payload()).ok()?;
            Some(Opened { plain: Zeroizing::new(plain), by_old_secret: at > 0 })
        })
    }

    /// Names of the secrets, safe to store: the store keeps them to notice a foreign secret.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<[u8; 16]> {
        let short = |key: Zeroizing<[u8; 32]>| {
            let mut name = [0; 16];
            name.copy_from_slice(&key[..16]);
            name
        };
        self.keys(Purpose::Fingerprint).map(short).collect()
    }
}

/// What was sealed.
pub struct Opened {
    /// The bytes.
    pub plain: Zeroizing<Vec<u8>>,
    /// A secret that signs no more had sealed them: seal them again, so that it can be thrown away.
    pub by_old_secret: bool,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} secrets)", self.derived.len())
    }
}

fn derive_all(secret: &[u8]) -> Derived {
    Zeroizing::new(PURPOSES.map(|purpose| *derive(secret, purpose)))
}

fn derive(secret: &[u8], purpose: Purpose) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    // 32 bytes is within HKDF's bound (255 times the hash), so this cannot fail.
    let expanded = Hkdf::<Sha256>::new(None, secret).expand(purpose.label(), key.as_mut());
    debug_assert!(expanded.is_ok());
    key
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether `tag`, cut short, is the MAC of the parts. In constant time.
pub(crate) fn short_mac_matches(key: &[u8; 32], parts: &[&[u8]], tag: &[u8]) -> bool {
    mac(key, parts).get(..tag.len()).is_some_and(|full| full.ct_eq(tag).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_secret_still_verifies_and_no_longer_signs() {
        let old = Keys::new(vec![vec![1; 32]]).unwrap();
        let both = Keys::new(vec![vec![2; 32], vec![1; 32]]).unwrap();
        let tag = old.mac(Purpose::Code, &[b"a"]);
        assert!(both.verify(Purpose::Code, &[b"a"], &tag));
        assert!(!old.verify(Purpose::Code, &[b"a"], &both.mac(Purpose::Code, &[b"a"])));
    }

    #[test]
    fn every_purpose_has_the_key_of_its_own_label() {
        let keys = Keys::new(vec![vec![1; 32]]).unwrap();
        for purpose in PURPOSES {
            assert_eq!(keys.key(purpose), derive(&[1; 32], purpose), "{purpose:?}");
        }
    }

    #[test]
    fn purposes_and_parts_do_not_mix() {
        let keys = Keys::new(vec![vec![1; 32]]).unwrap();
        let tag = keys.mac(Purpose::Code, &[b"ab", b"c"]);
        assert!(!keys.verify(Purpose::Cursor, &[b"ab", b"c"], &tag));
        assert!(!keys.verify(Purpose::Code, &[b"a", b"bc"], &tag));
    }

    #[test]
    fn what_is_sealed_opens_where_it_was_bound_and_by_old_secrets_too() {
        let old = Keys::new(vec![vec![1; 32]]).unwrap();
        let both = Keys::new(vec![vec![2; 32], vec![1; 32]]).unwrap();
        let sealed = old.seal(Purpose::SecondFactor, b"ana", [7; NONCE], b"seed").unwrap();
        assert!(!sealed.windows(4).any(|bytes| bytes == b"seed"));
        let opened = old.open(Purpose::SecondFactor, b"ana", &sealed).unwrap();
        assert_eq!((opened.plain.as_slice(), opened.by_old_secret), (b"seed".as_slice(), false));
        assert!(both.open(Purpose::SecondFactor, b"ana", &sealed).unwrap().by_old_secret);
        assert!(old.open(Purpose::SecondFactor, b"ben", &sealed).is_none(), "another person's");
        assert!(old.open(Purpose::Code, b"ana", &sealed).is_none(), "another purpose");
        let fresh = both.seal(Purpose::SecondFactor, b"ana", [8; NONCE], b"seed").unwrap();
        assert!(old.open(Purpose::SecondFactor, b"ana", &fresh).is_none());
        for cut in [0, 10, NONCE, sealed.len() - 1] {
            assert!(old.open(Purpose::SecondFactor, b"ana", &sealed[..cut]).is_none());
        }
        let mut bent = sealed.clone();
        bent[NONCE] ^= 1;
        assert!(old.open(Purpose::SecondFactor, b"ana", &bent).is_none());
    }

    #[test]
    fn weak_secrets_are_refused() {
        assert_eq!(Keys::parse("").unwrap_err(), KeysError::Missing);
        assert_eq!(Keys::parse("AAAA").unwrap_err(), KeysError::TooShort);
        assert_eq!(Keys::parse("?").unwrap_err(), KeysError::NotBase64);
        assert!(!format!("{:?}", Keys::new(vec![vec![7; 32]]).unwrap()).contains('7'));
    }
}
