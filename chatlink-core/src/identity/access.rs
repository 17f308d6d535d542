//! Access tokens: EdDSA JWTs of type `at+jwt` (RFC 9068), checked without a query.

use crate::keys::{Keys, Purpose};
use chatlink_protocol::{SessionId, Timestamp, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, jwk::Jwk};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Signs by the first secret, verifies by all of them.
pub(crate) struct AccessTokens {
    /// The first one signs.
    pairs: Vec<(EncodingKey, DecodingKey)>,
    validation: Validation,
    party: String,
}

/// What a good token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) user_id: UserId,
    pub(crate) session_id: SessionId,
    pub(crate) expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    client_id: String,
    jti: Uuid,
    iat: i64,
    exp: i64,
}

/// The type of our tokens; another JWT of ours, should there ever be one, is none of these.
const TYPE: &str = "at+jwt";
/// Longer than any token of ours.
const MAX_TEXT: usize = 1024;

impl AccessTokens {
    /// Tokens of one installation: issuer and audience are its id, never an address.
    pub(crate) fn new(keys: &Keys, installation: Uuid) -> Self {
        let party = format!("urn:uuid:{installation}");
        let pairs = keys.keys(Purpose::AccessToken).filter_map(|seed| key_pair(&seed)).collect();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&party]);
        validation.set_audience(&[&party]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // By our clock, below, not by the machine's.
        validation.validate_exp = false;
        Self { pairs, validation, party }
    }

    /// A token for that session. `None` when signing fails, which good keys rule out.
    pub(crate) fn issue(&self, access: &Access, jti: Uuid, now: Timestamp) -> Option<String> {
        let claims = Claims {
            iss: self.party.clone(),
            aud: self.party.clone(),
            sub: access.user_id,
            sid: access.session_id,
            client_id: "chatlink".to_owned(),
            jti,
            iat: now.as_secs(),
            exp: access.expires_at.as_secs(),
        };
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::EdDSA) };
        let (signing, _) = self.pairs.first()?;
        encode(&header, &claims, signing).ok()
    }

    /// What a token says, if it is ours and not expired.
    pub(crate) fn check(&self, token: &str, now: Timestamp) -> Option<Access> {
        if token.len() > MAX_TEXT {
            return None;
        }
        let data = self.pairs.iter().find_map(|(_, key)| decode::<Claims>(token, key, &self.validation).ok())?;
        let expires_at = Timestamp::from_micros(data.claims.exp.checked_mul(1_000_000)?);
        let good = data.header.typ.as_deref() == Some(TYPE) && now < expires_at;
        good.then_some(Access { user_id: data.claims.sub, session_id: data.claims.sid, expires_at })
    }
}

/// An Ed25519 pair of a seed, in the forms that the JWT library takes.
fn key_pair(seed: &[u8; 32]) -> Option<(EncodingKey, DecodingKey)> {
    // PKCS #8 (RFC 8410) of an Ed25519 seed: a fixed head of 16 bytes, then the seed.
    const HEAD: [u8; 16] =
        [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let der = zeroize::Zeroizing::new([HEAD.as_slice(), seed].concat());
    let signing = EncodingKey::from_ed_der(&der);
    let public = Jwk::from_encoding_key(&signing, Algorithm::EdDSA).ok()?;
    let verifying = DecodingKey::from_jwk(&public).ok()?;
    Some((signing, verifying))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn tokens(secrets: &[u8], installation: u128) -> AccessTokens {
        let keys = Keys::new(secrets.iter().map(|byte| vec![*byte; 32]).collect()).unwrap();
        AccessTokens::new(&keys, Uuid::from_u128(installation))
    }

    fn access(expires_at: Timestamp) -> Access {
        Access {
            user_id: UserId::from_uuid(Uuid::from_u128(1)),
            session_id: SessionId::from_uuid(Uuid::from_u128(2)),
            expires_at,
        }
    }

    #[test]
    fn a_token_is_good_until_it_expires_by_our_clock() {
        let (ours, now) = (tokens(&[1], 9), Timestamp::from_micros(1_000_000_000));
        let access = access(now.plus(Duration::from_secs(600)));
        let token = ours.issue(&access, Uuid::nil(), now).unwrap();
        assert_eq!(ours.check(&token, now), Some(access));
        assert_eq!(ours.check(&token, now.plus(Duration::from_secs(599))), Some(access));
        assert_eq!(ours.check(&token, now.plus(Duration::from_secs(600))), None);
    }

    #[test]
    fn tokens_of_others_are_none() {
        let now = Timestamp::from_micros(1_000_000_000);
        let access = access(now.plus(Duration::from_secs(600)));
        let token = tokens(&[1], 9).issue(&access, Uuid::nil(), now).unwrap();
        assert_eq!(tokens(&[1], 8).check(&token, now), None, "another installation");
        assert_eq!(tokens(&[2], 9).check(&token, now), None, "another secret");
        assert_eq!(tokens(&[2, 1], 9).check(&token, now), Some(access), "an old secret still verifies");
        for bad in ["", "a.b.c", &token[..token.len() - 2], &"a".repeat(5_000)] {
            assert_eq!(tokens(&[1], 9).check(bad, now), None);
        }
    }

    fn claims(party: &str) -> Claims {
        Claims {
            iss: party.to_owned(),
            aud: party.to_owned(),
            sub: UserId::from_uuid(Uuid::nil()),
            sid: SessionId::from_uuid(Uuid::nil()),
            client_id: String::new(),
            jti: Uuid::nil(),
            iat: 0,
            exp: i64::MAX / 2_000_000,
        }
    }

    #[test]
    fn a_token_for_another_audience_or_of_another_issuer_is_none() {
        let now = Timestamp::from_micros(1_000_000_000);
        let ours = tokens(&[1], 9);
        let header = Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::EdDSA) };
        let sign = |claims: &Claims| encode(&header, claims, &ours.pairs[0].0).unwrap();
        assert!(ours.check(&sign(&claims(&ours.party)), now).is_some());
        let other = format!("urn:uuid:{}", Uuid::from_u128(8));
        assert_eq!(ours.check(&sign(&Claims { aud: other.clone(), ..claims(&ours.party) }), now), None);
        assert_eq!(ours.check(&sign(&Claims { iss: other, ..claims(&ours.party) }), now), None);
    }

    #[test]
    fn a_key_that_a_token_brings_along_counts_for_nothing() {
        let now = Timestamp::from_micros(1_000_000_000);
        let (ours, theirs) = (tokens(&[1], 9), tokens(&[2], 9));
        let header = Header {
            typ: Some(TYPE.to_owned()),
            jwk: Some(Jwk::from_encoding_key(&theirs.pairs[0].0, Algorithm::EdDSA).unwrap()),
            jku: Some("https://elsewhere.example/keys".to_owned()),
            x5u: Some("https://elsewhere.example/certificate".to_owned()),
            kid: Some("../keys/1".to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        let token = encode(&header, &claims(&ours.party), &theirs.pairs[0].0).unwrap();
        assert!(theirs.check(&token, now).is_some(), "it is well made");
        assert_eq!(ours.check(&token, now), None);
    }

    #[test]
    fn another_algorithm_or_type_is_none() {
        let now = Timestamp::from_micros(1_000_000_000);
        let ours = tokens(&[1], 9);
        let claims = claims(&ours.party);
        let hmac = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&[1; 32])).unwrap();
        assert_eq!(ours.check(&hmac, now), None);
        let untyped = encode(&Header::new(Algorithm::EdDSA), &claims, &ours.pairs[0].0).unwrap();
        assert_eq!(ours.check(&untyped, now), None);
        let none = format!("eyJhbGciOiJub25lIn0.{}.", untyped.split('.').nth(1).unwrap());
        assert_eq!(ours.check(&none, now), None);
    }
}
