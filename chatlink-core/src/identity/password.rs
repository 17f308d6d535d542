//! Passwords: their rules, and hashing that cannot be used to stall others.

use super::argon::Argon;
use crate::{
    entropy::{Entropy, random},
    error::Invalid,
    settings::PasswordCost,
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Fewest characters.
const MIN_CHARS: usize = 10;
/// Most bytes.
const MAX_BYTES: usize = 1024;
/// Who may wait for a hash beside those that run.
const QUEUE: usize = 32;

/// A password as it is hashed: NFKC, so that it is the same from every keyboard. Shown by nothing.
#[derive(Clone)]
pub(crate) struct Password(Zeroizing<String>);

/// Too many passwords are being hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Busy;

/// Hashes passwords: at most as many at once as there are processors, the others wait in a bounded
/// queue.
pub(crate) struct Hasher {
    places: Arc<Semaphore>,
    running: Arc<Semaphore>,
    works: Arc<Works>,
}

/// What all turns share.
struct Works {
    argon: Argon,
    /// The hash that is compared when there is none, so that it takes as long: no password's.
    nobody: String,
    /// Runs of the hash function so far.
    runs: AtomicU64,
}

/// The right to one run of the hash function.
pub(crate) struct Slot {
    works: Arc<Works>,
    _place: OwnedSemaphorePermit,
    _running: OwnedSemaphorePermit,
}

impl Password {
    /// A password that somebody wants to have from now on; its length is checked, its strength by
    /// [`Slot::judge`].
    pub(crate) fn choose(text: &str) -> Result<Self, Invalid> {
        let refuse = |code: &str| Err(Invalid::field("password", code, "10 characters to 1024 bytes"));
        if text.len() > MAX_BYTES {
            return refuse("too_long");
        }
        let password = Self::offer(text);
        match (password.0.chars().count(), password.0.len()) {
            (0, _) => refuse("required"),
            (..MIN_CHARS, _) => refuse("too_short"),
            (_, length) if length > MAX_BYTES => refuse("too_long"),
            _ => Ok(password),
        }
    }

    /// A password that somebody says is his. One that nobody can have is compared all the same.
    pub(crate) fn offer(text: &str) -> Self {
        let text = if text.len() > MAX_BYTES { "" } else { text };
        Self(Zeroizing::new(text.nfkc().collect()))
    }
}

impl Hasher {
    pub(crate) fn new(cost: PasswordCost, entropy: &dyn Entropy) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let argon = Argon::new(cost);
        let nobody = argon.nobodys(random(entropy), random(entropy)).unwrap_or_default();
        Self {
            places: Arc::new(Semaphore::new(cores + QUEUE)),
            running: Arc::new(Semaphore::new(cores)),
            works: Arc::new(Works { argon, nobody, runs: AtomicU64::new(0) }),
        }
    }

    /// How often a password was hashed or compared so far.
    #[cfg(test)]
    pub(crate) fn runs(&self) -> u64 {
        self.works.runs.load(Ordering::Relaxed)
    }

    /// Waits for a turn. Refused at once when too many wait already.
    pub(crate) async fn reserve(&self) -> Result<Slot, Busy> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Busy)?;
        let running = self.running.clone().acquire_owned().await.map_err(|_| Busy)?;
        Ok(Slot { works: self.works.clone(), _place: place, _running: running })
    }
}

impl Slot {
    /// Refuses a new password that is guessed early: common, or made of the person's `own` words.
    pub(crate) async fn judge(&self, password: &Password, own: Vec<String>) -> Result<Result<(), Invalid>, Busy> {
        let password = password.clone();
        tokio::task::spawn_blocking(move || judge(&password.0, &own)).await.map_err(|_| Busy)
    }

    /// Hashes a new password.
    pub(crate) async fn hash(self, password: &Password, entropy: &dyn Entropy) -> Result<String, Busy> {
        let (password, salt) = (password.clone(), random::<16>(entropy));
        self.works.runs.fetch_add(1, Ordering::Relaxed);
        let work = move || {
            let hashed = self.works.argon.hash(password.0.as_bytes(), salt);
            // The turn ends with the work, even if nobody waits for it any more.
            drop(self);
            hashed
        };
        tokio::task::spawn_blocking(work).await.ok().flatten().ok_or(Busy)
    }

    /// Compares a password with somebody's hash, or with nobody's in the same time: one run of the
    /// hash function, whatever the answer. The slot comes back for a rehash.
    pub(crate) async fn compare(self, password: &Password, phc: Option<String>) -> Result<(bool, Self), Busy> {
        self.works.runs.fetch_add(1, Ordering::Relaxed);
        let password = password.clone();
        let work = move || {
            let right = self.works.argon.verify(phc.as_deref().unwrap_or(&self.works.nobody), password.0.as_bytes());
            (right & phc.is_some(), self)
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Busy)
    }

    /// Whether a right password's hash is weaker than today's cost.
    pub(crate) fn is_weak(&self, phc: &str) -> bool {
        self.works.argon.is_weaker(phc)
    }
}

/// Refuses what is guessed early: common, or made of the person's own words.
fn judge(password: &str, own: &[String]) -> Result<(), Invalid> {
    let own: Vec<&str> = own.iter().map(String::as_str).filter(|word| word.chars().count() >= 3).collect();
    let weak = |words: &[&str]| zxcvbn::zxcvbn(password, words).score() < zxcvbn::Score::Two;
    if !weak(&own) {
        return Ok(());
    }
    let (code, message) = if weak(&[]) {
        ("too_common", "a password that is not guessed early")
    } else {
        ("own_words", "a password without your own names and contacts")
    };
    Err(Invalid::field("password", code, message))
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    fn code(text: &str) -> String {
        Password::choose(text).unwrap_err().0[0].code.clone()
    }

    #[test]
    fn length_is_counted_in_characters_and_bounded_in_bytes() {
        assert_eq!(code(""), "required");
        assert_eq!(code("ñandúes 1"), "too_short");
        assert!(Password::choose("ñandúes 12").is_ok());
        assert!(Password::choose(&"x".repeat(1024)).is_ok());
        assert_eq!(code(&"x".repeat(1025)), "too_long");
        assert_eq!(code(&"ﷺ".repeat(300)), "too_long", "NFKC makes it longer");
    }

    #[test]
    fn early_guesses_are_refused_with_the_reason() {
        let own = ["zebra.lopez".to_owned(), "Zebra Lopez".to_owned(), "zebra.lopez@example.org".to_owned()];
        let reason = |text: &str| judge(text, &own).map_err(|error| error.0[0].code.clone());
        assert_eq!(reason("password123"), Err("too_common".to_owned()));
        assert_eq!(reason("1234567890"), Err("too_common".to_owned()));
        assert_eq!(reason("zebra.lopez"), Err("own_words".to_owned()));
        assert_eq!(reason("quiet harbour 41 lanterns"), Ok(()));
    }

    #[tokio::test]
    async fn a_password_matches_itself_from_every_keyboard() {
        let entropy = SeededEntropy::new(6);
        let hasher = Hasher::new(PasswordCost::for_tests(), &entropy);
        let composed = Password::choose("caf\u{e9} con leche").unwrap();
        let typed = Password::offer("cafe\u{301} con leche");
        let slot = hasher.reserve().await.unwrap();
        let phc = slot.hash(&composed, &entropy).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$"));
        let (right, slot) = hasher.reserve().await.unwrap().compare(&typed, Some(phc.clone())).await.unwrap();
        assert!(right);
        let (right, slot) = slot.compare(&Password::offer("café con lech"), Some(phc.clone())).await.unwrap();
        assert!(!right);
        let (right, slot) = slot.compare(&typed, None).await.unwrap();
        assert!(!right, "nobody's password is never right");
        assert!(!slot.is_weak(&phc));
    }

    #[tokio::test]
    async fn the_queue_has_an_end() {
        let hasher = Hasher::new(PasswordCost::for_tests(), &SeededEntropy::new(7));
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let mut slots = Vec::new();
        for _ in 0..cores {
            slots.push(hasher.reserve().await.unwrap());
        }
        let waiting: Vec<_> = (0..QUEUE).map(|_| hasher.places.clone().try_acquire_owned().unwrap()).collect();
        assert_eq!(hasher.reserve().await.err(), Some(Busy));
        drop((slots, waiting));
        assert!(hasher.reserve().await.is_ok());
    }

    #[test]
    fn the_default_cost_is_the_floor() {
        let cost = PasswordCost::default();
        assert_eq!((cost.memory_kib(), cost.passes(), cost.lanes()), (19 * 1024, 2, 1));
        let weak = PasswordCost::new(1, 1, 0);
        assert_eq!((weak.memory_kib(), weak.passes(), weak.lanes()), (19 * 1024, 2, 1));
    }
}
