//! Opaque tokens: cookies, refresh tokens, proofs. 256 random bits each; a store keeps their
//! SHA-256 alone.

use super::registration::ProofHash;
use crate::{
    entropy::{Entropy, random},
    keys::{Keys, Purpose, short_mac_matches},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chatlink_protocol::SessionId;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

const TAG_BYTES: usize = 16;

/// A fresh token of 256 random bits: its text, and what the store keeps.
pub(crate) fn mint(entropy: &dyn Entropy) -> (String, [u8; 32]) {
    let secret: [u8; 32] = random(entropy);
    (URL_SAFE_NO_PAD.encode(secret), sha256(&secret))
}

/// What the store keeps of a token that came in. `None`: not a token's shape.
pub(crate) fn hash_of(text: &str) -> Option<[u8; 32]> {
    let secret: [u8; 32] = decode(text, 43)?.try_into().ok()?;
    Some(sha256(&secret))
}

/// What the store keeps of a proof that came in.
pub(crate) fn proof_of(text: &str) -> Option<ProofHash> {
    hash_of(text).map(ProofHash)
}

/// A fresh refresh token. Its session's id comes first, and a MAC of both last: so one that was
/// used before is told from one that never was, without keeping all that ever were.
pub(crate) fn mint_refresh(session: SessionId, keys: &Keys, entropy: &dyn Entropy) -> (String, [u8; 32]) {
    let secret: [u8; 32] = random(entropy);
    let tag = keys.mac(Purpose::RefreshToken, &[session.as_uuid().as_bytes(), &secret]);
    let bytes = [session.as_uuid().as_bytes().as_slice(), &secret, &tag[..TAG_BYTES]].concat();
    (URL_SAFE_NO_PAD.encode(&bytes), sha256(&secret))
}

/// The session of a refresh token that we made, and what the store keeps of it.
pub(crate) fn open_refresh(text: &str, keys: &Keys) -> Option<(SessionId, [u8; 32])> {
    let bytes = decode(text, 86)?;
    let (session, rest) = bytes.split_at_checked(16)?;
    let (secret, tag) = rest.split_at_checked(32)?;
    let ours = tag.len() == TAG_BYTES
        && keys.keys(Purpose::RefreshToken).any(|key| short_mac_matches(&key, &[session, secret], tag));
    ours.then_some((SessionId::from_uuid(Uuid::from_slice(session).ok()?), sha256(secret)))
}

fn decode(text: &str, length: usize) -> Option<Vec<u8>> {
    (text.len() == length).then(|| URL_SAFE_NO_PAD.decode(text).ok())?
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn tokens_are_known_by_their_hash_alone() {
        let (text, hash) = mint(&SeededEntropy::new(4));
        assert_eq!(hash_of(&text), Some(hash));
        assert_eq!(hash_of(&text[1..]), None);
        assert_eq!(hash_of(&format!("{text}A")), None);
        assert_eq!(hash_of(&"!".repeat(43)), None);
    }

    #[test]
    fn a_refresh_token_that_we_did_not_make_opens_nothing() {
        let keys = Keys::new(vec![vec![1; 32]]).unwrap();
        let session = SessionId::from_uuid(Uuid::from_u128(7));
        let (text, hash) = mint_refresh(session, &keys, &SeededEntropy::new(5));
        assert_eq!(open_refresh(&text, &keys), Some((session, hash)));
        assert_eq!(open_refresh(&text, &Keys::new(vec![vec![2; 32]]).unwrap()), None);
        let forged = URL_SAFE_NO_PAD.encode([[7; 16].as_slice(), &[1; 48]].concat());
        assert_eq!(open_refresh(&forged, &keys), None);
        assert_eq!(open_refresh("", &keys), None);
    }
}
