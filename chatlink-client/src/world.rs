//! Time and randomness as ports, so that a simulation can repeat what happened.

use chatlink_protocol::{ClientId, Timestamp};
use std::time::{Duration, UNIX_EPOCH};

/// Tells the wall-clock time. Waiting is tokio's.
pub trait Clock: Send + Sync + 'static {
    /// Now, to the microsecond.
    fn now(&self) -> Timestamp;
}

/// Fills buffers with random bytes. Names of messages and jitter are made from it, no secrets.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The device's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the device")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the device")]
    fn fill(&self, bytes: &mut [u8]) {
        // Names stay apart by their time then, and no secret rests on them.
        if getrandom::fill(bytes).is_err() {
            tracing::warn!("the operating system gives no randomness");
        }
    }
}

/// A fresh name for something that is made here: a UUIDv7, so that names sort by when they were made.
pub(crate) fn fresh_id(clock: &dyn Clock, entropy: &dyn Entropy) -> ClientId {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(clock.now().as_micros() / 1_000).unwrap_or(0);
    ClientId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

/// A time to wait before the next try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    /// The bound of the first wait; it doubles with each try.
    pub(crate) base: Duration,
    /// What the bound grows to.
    pub(crate) cap: Duration,
}

impl Backoff {
    /// Full jitter: drawn evenly from nothing to the grown bound, so that ten thousand clients that fell together do not
    /// come back together. A tenth of the base is kept as a floor, against a busy loop.
    pub(crate) fn wait(self, tries: u32, entropy: &dyn Entropy) -> Duration {
        let bound = self.base.saturating_mul(1 << tries.min(16)).min(self.cap);
        let mut random = [0; 4];
        entropy.fill(&mut random);
        let part = f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX);
        bound.mul_f64(part).max(self.base / 10)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::Entropy;

    /// The same byte for ever: waits as long or as short as may be.
    pub(crate) struct Constant(pub(crate) u8);

    impl Entropy for Constant {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::Constant, *};

    #[test]
    fn a_wait_grows_to_its_cap_and_never_vanishes() {
        let backoff = Backoff { base: Duration::from_millis(500), cap: Duration::from_secs(10) };
        let longest = |tries| backoff.wait(tries, &Constant(255));
        assert_eq!([longest(0), longest(1), longest(4)].map(|wait| wait.as_millis()), [500, 1_000, 8_000]);
        assert_eq!([longest(5), longest(u32::MAX)], [Duration::from_secs(10); 2]);
        assert_eq!(backoff.wait(9, &Constant(0)), Duration::from_millis(50));
    }
}
