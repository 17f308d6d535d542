//! Recovery codes: ten, for the day on which the authenticator is lost. 120 random bits each, shown
//! once, kept as hashes, good once.

use super::totp::DIGITS;
use crate::entropy::{Entropy, random};
use chatlink_protocol::UserId;
use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// How many a person has.
pub const RECOVERY_CODES: usize = 10;
const BYTES: usize = 15;
const LETTERS: usize = 24;

/// SHA-256 of a recovery code, bound to its person: all that a store keeps of it. Above 112 bits a plain hash
/// is enough (OWASP ASVS 6.5.2): it needs no key, and outlives every change of the installation's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecoveryHash(pub [u8; 32]);

/// What a person typed as the second factor.
pub(crate) enum Typed {
    /// A code of the authenticator app.
    Code(String),
    /// A recovery code.
    Recovery(RecoveryHash),
}

/// Fresh codes in groups of four letters, and what the store keeps of them.
pub(crate) fn draw(user: UserId, entropy: &dyn Entropy) -> (Vec<String>, Vec<RecoveryHash>) {
    let one = |_| {
        let bytes: [u8; BYTES] = random(entropy);
        (grouped(&BASE32_NOPAD.encode(&bytes)), hash(user, &bytes))
    };
    (0..RECOVERY_CODES).map(one).unzip()
}

impl Typed {
    /// Spaces, dashes and case do not matter, nor digits that look like letters. `None`: neither kind.
    pub(crate) fn read(user: UserId, text: &str) -> Option<Self> {
        let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).take(LETTERS + 1).collect();
        if bare.len() == DIGITS && bare.bytes().all(|digit| digit.is_ascii_digit()) {
            return Some(Self::Code(bare));
        }
        let letter = |c: char| match c.to_ascii_uppercase() {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        };
        let letters: String = bare.chars().map(letter).collect();
        let bytes = BASE32_NOPAD.decode(letters.as_bytes()).ok()?;
        (bytes.len() == BYTES).then(|| Self::Recovery(hash(user, &bytes)))
    }
}

fn grouped(letters: &str) -> String {
    let mut text = String::with_capacity(letters.len() + 3);
    for (at, letter) in letters.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

fn hash(user: UserId, bytes: &[u8]) -> RecoveryHash {
    let mut hash = Sha256::new();
    hash.update(b"chatlink v1 recovery code");
    hash.update(user.as_uuid().as_bytes());
    hash.update(bytes);
    RecoveryHash(hash.finalize().into())
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use uuid::Uuid;

    fn user(number: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn ten_codes_of_120_bits_that_differ() {
        let (codes, hashes) = draw(user(1), &SeededEntropy::new(1));
        assert_eq!((codes.len(), hashes.len()), (RECOVERY_CODES, RECOVERY_CODES));
        let distinct: std::collections::HashSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), RECOVERY_CODES);
        assert!(
            codes.iter().all(|code| code.len() == 29 && code.split('-').all(|group| group.len() == 4)),
            "{codes:?}"
        );
    }

    #[test]
    fn a_code_is_read_as_people_type_it_and_is_one_persons() {
        let (codes, hashes) = draw(user(1), &SeededEntropy::new(2));
        let read = |who, text: &str| match Typed::read(user(who), text) {
            Some(Typed::Recovery(hash)) => Some(hash),
            _ => None,
        };
        let bare = codes[0].replace('-', "");
        for text in [codes[0].clone(), bare.to_lowercase(), codes[0].replace('-', " "), bare.replace('O', "0")] {
            assert_eq!(read(1, &text), Some(hashes[0]), "{text}");
        }
        assert_ne!(read(2, &codes[0]), Some(hashes[0]));
        assert!(matches!(Typed::read(user(1), " 123 456 "), Some(Typed::Code(code)) if code == "123456"));
        for bad in ["", "12345", "1234567", &bare[1..], &format!("{bare}A"), "!!!!-!!!!-!!!!-!!!!", "１２３４５６"]
        {
            assert!(Typed::read(user(1), bad).is_none(), "{bad}");
        }
    }
}
