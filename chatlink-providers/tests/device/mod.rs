//! A device that keeps passkeys (WebAuthn, CTAP 2), in software: one key of ES256, no attestation. What it
//! signs can be bent, for tests of what must be refused.

#![allow(unreachable_pub, reason = "chatlink-tests takes this file in, and hands it on")]

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const CREDENTIAL: u8 = 0x40;

/// A device with a passkey.
#[derive(Clone)]
pub struct Device {
    /// The page that asks.
    pub origin: String,
    /// The domain that it signs for.
    pub domain: String,
    /// Whether it verified its person.
    pub verified: bool,
    /// Its count of uses; 0: it keeps none.
    pub counter: u32,
    /// Whose passkey it is.
    pub user: Vec<u8>,
    /// The key that it keeps.
    pub key: SigningKey,
    /// Its name for the passkey.
    pub credential_id: Vec<u8>,
}

impl Device {
    /// A device that was asked for a new passkey by a page of this origin. `seed`: its key and id.
    #[must_use]
    pub fn new(seed: u8, origin: &str, options: &Value) -> Self {
        Self {
            origin: origin.to_owned(),
            domain: text(&options["rp"]["id"]),
            verified: true,
            counter: 0,
            user: bytes(&options["user"]["id"]),
            key: SigningKey::from_slice(&[seed.max(1); 32]).expect("a key"),
            credential_id: vec![seed; 16],
        }
    }

    /// Answers what asks for a new passkey.
    #[must_use]
    pub fn create(&self, options: &Value) -> Value {
        let mut data = self.data(CREDENTIAL);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(&self.credential_id);
        data.extend(self.public_key());
        // {"fmt": "none", "attStmt": {}, "authData": …} in CBOR
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("a short length"));
        attestation.extend(data);
        self.credential(&json!({
            "clientDataJSON": encode(&self.client_data("webauthn.create", options)),
            "attestationObject": encode(&attestation),
            "transports": ["internal"],
        }))
    }

    /// Answers what asks for a passkey.
    #[must_use]
    pub fn get(&self, options: &Value) -> Value {
        let (data, client_data) = (self.data(0), self.client_data("webauthn.get", options));
        let signed = [data.clone(), Sha256::digest(&client_data).to_vec()].concat();
        let signature: Signature = self.key.sign(&signed);
        self.credential(&json!({
            "clientDataJSON": encode(&client_data),
            "authenticatorData": encode(&data),
            "signature": encode(signature.to_der().as_bytes()),
            "userHandle": encode(&self.user),
        }))
    }

    fn credential(&self, response: &Value) -> Value {
        let id = encode(&self.credential_id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "response": response,
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
        })
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let verified = if self.verified { VERIFIED } else { 0 };
        let mut data = Sha256::digest(&self.domain).to_vec();
        data.push(PRESENT | verified | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    /// COSE: an elliptic key on P-256 for ES256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let [_, point @ ..] = point.as_bytes() else { panic!("a point") };
        let (x, y) = point.split_at(32);
        [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", x, b"\x22\x58\x20", y].concat()
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn bytes(value: &Value) -> Vec<u8> {
    BASE64URL_NOPAD.decode(text(value).as_bytes()).expect("base64url")
}
