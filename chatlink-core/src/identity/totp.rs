//! One-time passwords by time (RFC 6238): seeds, the steps that their codes name, and the picture
//! that an authenticator app reads. Pure: no clock, no store.

use crate::{
    entropy::{Entropy, random},
    keys::{Keys, NONCE, Purpose},
};
use chatlink_protocol::{Timestamp, UserId};
use data_encoding::BASE32_NOPAD;
use qrcodegen::{QrCode, QrCodeEcc};
use std::{fmt, fmt::Write as _};
use subtle::ConstantTimeEq as _;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

/// Bytes of a seed: as long as the hash, as RFC 4226 recommends.
const SEED: usize = 20;
/// Seconds of a step.
const STEP: i64 = 30;
/// Digits of a code.
pub(crate) const DIGITS: usize = 6;

/// What an authenticator app and we have in common. Shown once, kept sealed.
pub(crate) struct Seed(Zeroizing<[u8; SEED]>);

/// A seed as it was kept.
pub(crate) struct Unsealed {
    pub(crate) seed: Seed,
    /// The same, sealed by the secret that signs now; `None`: it is already.
    pub(crate) renewed: Option<Vec<u8>>,
}

impl Seed {
    /// 160 random bits.
    pub(crate) fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(random(entropy)))
    }

    /// What a store keeps: good for this person alone.
    pub(crate) fn seal(&self, keys: &Keys, user: UserId, entropy: &dyn Entropy) -> Option<Vec<u8>> {
        keys.seal(Purpose::SecondFactor, user.as_uuid().as_bytes(), random::<NONCE>(entropy), self.0.as_slice())
    }

    /// Opens what a store kept. `None`: sealed for somebody else, or by a secret that is gone.
    pub(crate) fn unseal(keys: &Keys, user: UserId, sealed: &[u8], entropy: &dyn Entropy) -> Option<Unsealed> {
        let opened = keys.open(Purpose::SecondFactor, user.as_uuid().as_bytes(), sealed)?;
        let seed = Self(Zeroizing::new(opened.plain.as_slice().try_into().ok()?));
        let renewed = if opened.by_old_secret { seed.seal(keys, user, entropy) } else { None };
        Some(Unsealed { seed, renewed })
    }

    /// The step whose code this is: the one of `now` or the one before, and after `after`. The newer
    /// one where both have the code. Compared in constant time.
    pub(crate) fn step_of(&self, code: &str, now: Timestamp, after: i64) -> Option<i64> {
        let current = now.as_secs().div_euclid(STEP);
        let mut found = None;
        for step in [current - 1, current] {
            let same: bool = self.code(step)?.as_bytes().ct_eq(code.as_bytes()).into();
            if same & (step > after) {
                found = Some(step);
            }
        }
        found
    }

    /// The code of a step.
    pub(crate) fn code(&self, step: i64) -> Option<String> {
        let seconds = u64::try_from(step.checked_mul(STEP)?).ok()?;
        Some(self.totp("", "")?.generate(seconds).to_string())
    }

    /// The seed as people type it.
    pub(crate) fn base32(&self) -> String {
        BASE32_NOPAD.encode(self.0.as_slice())
    }

    /// The address that an authenticator app reads.
    pub(crate) fn url(&self, product: &str, username: &str) -> Option<String> {
        self.totp(product, username)?.to_url().ok()
    }

    fn totp(&self, product: &str, username: &str) -> Option<Totp> {
        // A colon parts the two names in the address.
        let clean = |text: &str| text.replace(':', " ");
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(30);
        let builder = builder.with_secret(*self.0).with_account_name(clean(username));
        let issuer = Some(clean(product)).filter(|issuer| !issuer.is_empty());
        builder.with_issuer(issuer).build().ok()
    }
}

/// A text as a QR code, drawn as SVG: dark on white with its quiet zone, whatever the page's colours.
pub(crate) fn qr(text: &str) -> Option<String> {
    const QUIET: i32 = 4;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let whole = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET).ok()?;
        }
    }
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" shape-rendering="crispEdges"><path fill="#fff" d="M0,0h{whole}v{whole}h-{whole}z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use uuid::Uuid;

    /// The seed of RFC 6238, appendix B.
    fn rfc() -> Seed {
        Seed(Zeroizing::new(*b"12345678901234567890"))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // The last six of the eight digits that the RFC's table has.
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            assert_eq!(rfc().code(seconds / 30).unwrap(), code, "{seconds}");
        }
    }

    #[test]
    fn a_step_and_the_one_before_are_taken_and_none_else() {
        let seed = rfc();
        let step = 41_152_263;
        let code = seed.code(step).unwrap();
        let taken = |seconds| seed.step_of(&code, at(seconds), 0);
        assert_eq!(taken(step * 30 - 1), None, "not before its time");
        assert_eq!(taken(step * 30), Some(step));
        assert_eq!(taken(step * 30 + 59), Some(step), "the step before");
        assert_eq!(taken(step * 30 + 60), None);
        assert_eq!(seed.step_of(&code, at(step * 30), step), None, "used already");
        assert_eq!(seed.step_of(&code, at(step * 30), step - 1), Some(step));
        for bad in ["", "1", "1234567", "abcdef", &code[1..]] {
            assert_eq!(seed.step_of(bad, at(step * 30), 0), None, "{bad}");
        }
        assert_eq!(seed.step_of(&code, Timestamp::EPOCH, -9), None);
    }

    #[test]
    fn a_seed_is_kept_for_one_person() {
        let (entropy, keys) = (SeededEntropy::new(1), Keys::new(vec![vec![1; 32]]).unwrap());
        let (ana, ben) = (UserId::from_uuid(Uuid::from_u128(1)), UserId::from_uuid(Uuid::from_u128(2)));
        let seed = Seed::draw(&entropy);
        let sealed = seed.seal(&keys, ana, &entropy).unwrap();
        let unsealed = Seed::unseal(&keys, ana, &sealed, &entropy).unwrap();
        assert_eq!((unsealed.seed.base32(), unsealed.renewed), (seed.base32(), None));
        assert!(Seed::unseal(&keys, ben, &sealed, &entropy).is_none());
        let rotated = Keys::new(vec![vec![2; 32], vec![1; 32]]).unwrap();
        let renewed = Seed::unseal(&rotated, ana, &sealed, &entropy).unwrap().renewed.unwrap();
        let new = Keys::new(vec![vec![2; 32]]).unwrap();
        assert_eq!(Seed::unseal(&new, ana, &renewed, &entropy).unwrap().seed.base32(), seed.base32());
        assert!(Seed::unseal(&new, ana, &sealed, &entropy).is_none(), "the old secret is gone");
        assert_eq!(format!("{seed:?}"), "Seed(…)");
    }

    #[test]
    fn the_address_names_product_and_person_and_its_picture_is_drawn() {
        let url = rfc().url("Chat: Link", "ana.lopez").unwrap();
        assert!(url.starts_with("otpauth://totp/Chat%20%20Link:ana"), "{url}");
        assert!(
            url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && url.contains("issuer=Chat%20%20Link"),
            "{url}"
        );
        let picture = qr(&url).unwrap();
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>") && picture.contains("M4,4h1v1h-1z"));
        assert!(qr(&"x".repeat(5_000)).is_none());
    }
}
