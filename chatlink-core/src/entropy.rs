//! Randomness as a port, and the ids made from it.

use chatlink_protocol::Timestamp;
use std::sync::Mutex;
use uuid::Uuid;

/// Fills buffers with random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `bytes`. The engine's secrets are made from this: an adapter for production must be a
    /// cryptographically secure generator, and one that cannot deliver must end the process.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Codes and tokens without randomness would be guessable: nothing may go on.
            tracing::error!("the operating system gives no randomness");
            std::process::abort();
        }
    }
}

/// A repeatable generator (SplitMix64) for tests and simulations. Never for production.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    /// The generator of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// `N` random bytes.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// A uniform number below `bound` (at least 1), without modulo bias.
pub fn below(entropy: &dyn Entropy, bound: u64) -> u64 {
    let bound = bound.max(1);
    let zone = u64::MAX - u64::MAX % bound;
    loop {
        let word = u64::from_le_bytes(random(entropy));
        if word < zone {
            return word % bound;
        }
    }
}

/// A UUIDv7 (RFC 9562) of this instant.
pub fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random(entropy)).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_stays_below_and_reaches_all() {
        let entropy = SeededEntropy::new(1);
        let mut seen = [0_u32; 10];
        for _ in 0..1_000 {
            seen[usize::try_from(below(&entropy, 10)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
    }

    #[test]
    fn ids_sort_by_time_and_differ() {
        let entropy = SeededEntropy::new(2);
        let early = uuid_v7(Timestamp::from_micros(1_000_000), &entropy);
        let late = uuid_v7(Timestamp::from_micros(2_000_000), &entropy);
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
        assert_ne!(late, uuid_v7(Timestamp::from_micros(2_000_000), &entropy));
    }
}
