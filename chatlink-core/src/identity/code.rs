//! One-time codes: drawn, sealed, and compared. A code is never kept; its MAC is bound to what the
//! code is for, where it went and which attempt it belongs to.

use super::registration::{Attempt, AttemptId, AttemptPurpose};
use crate::{
    contact::Contact,
    entropy::{Entropy, below},
    keys::{Keys, Purpose},
};
use std::fmt;

/// A code on its way to a person. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// Evidence that a person gave the code of an attempt, as the attempt was when its check was
/// admitted. Made by [`RightCode::compare`] alone.
#[derive(Clone, Debug, PartialEq)]
pub struct RightCode {
    id: AttemptId,
    code_mac: [u8; 32],
}

impl Code {
    /// Draws a code of the purpose's length, uniformly.
    pub fn draw(purpose: AttemptPurpose, entropy: &dyn Entropy) -> Self {
        let digits = purpose.digits();
        let number = below(entropy, 10_u64.pow(digits));
        Self(format!("{number:0width$}", width = digits as usize))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The MAC of a code: what stores keep.
#[must_use]
pub fn seal(keys: &Keys, purpose: AttemptPurpose, contact: Option<&Contact>, id: AttemptId, code: &str) -> [u8; 32] {
    keys.mac(Purpose::Code, &parts(purpose, contact, &id, code))
}

fn parts<'a>(purpose: AttemptPurpose, contact: Option<&'a Contact>, id: &'a AttemptId, code: &'a str) -> [&'a [u8]; 5] {
    let (kind, key) = contact.map_or(("", ""), |contact| (contact.kind().as_str(), contact.key()));
    [purpose.as_str().as_bytes(), kind.as_bytes(), key.as_bytes(), id.0.as_bytes(), code.as_bytes()]
}

impl RightCode {
    /// Compares what a person typed (spaces and dashes aside) with an attempt whose check was
    /// admitted. In constant time; an attempt that is not live is compared all the same.
    #[must_use]
    pub fn compare(keys: &Keys, admitted: &Attempt, typed: &str) -> Option<Self> {
        let code: String = typed.chars().filter(|c| !matches!(c, ' ' | '-')).take(16).collect();
        let parts = parts(admitted.purpose, admitted.contact.as_ref(), &admitted.id, &code);
        let same = keys.verify(Purpose::Code, &parts, &admitted.code_mac);
        (same & admitted.live).then_some(Self { id: admitted.id, code_mac: admitted.code_mac })
    }

    /// Whether it was the code that the attempt has now: a resend in between kills it.
    #[must_use]
    pub fn is_for(&self, attempt: &Attempt) -> bool {
        self.id == attempt.id && self.code_mac == attempt.code_mac
    }

    /// Of which attempt.
    #[must_use]
    pub const fn attempt_id(&self) -> AttemptId {
        self.id
    }

    /// The MAC that it matched, for the guard of the step.
    #[must_use]
    pub const fn code_mac(&self) -> &[u8; 32] {
        &self.code_mac
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn codes_have_their_length_and_do_not_repeat_much() {
        let entropy = SeededEntropy::new(3);
        let draw = |purpose| Code::draw(purpose, &entropy).0;
        let codes: std::collections::HashSet<_> = (0..500).map(|_| draw(AttemptPurpose::Registration)).collect();
        assert!(codes.len() > 490 && codes.iter().all(|code| code.len() == 6));
        assert!(codes.iter().any(|code| code.starts_with('0')));
        assert_eq!(draw(AttemptPurpose::Reset).len(), 8);
    }

    #[test]
    fn a_mac_is_bound_to_purpose_contact_and_attempt() {
        let keys = Keys::new(vec![vec![1; 32]]).unwrap();
        let (ana, ben) = ("ana@example.org".parse().unwrap(), "ben@example.org".parse().unwrap());
        let id = AttemptId(uuid::Uuid::from_u128(1));
        let mac = seal(&keys, AttemptPurpose::Registration, Some(&ana), id, "123456");
        assert_ne!(mac, seal(&keys, AttemptPurpose::Reset, Some(&ana), id, "123456"));
        assert_ne!(mac, seal(&keys, AttemptPurpose::Registration, Some(&ben), id, "123456"));
        assert_ne!(mac, seal(&keys, AttemptPurpose::Registration, Some(&ana), AttemptId(uuid::Uuid::nil()), "123456"));
        assert_ne!(mac, seal(&keys, AttemptPurpose::Registration, Some(&ana), id, "123457"));
    }
}
