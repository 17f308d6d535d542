//! When a job is tried again: pure.

use crate::entropy::{Entropy, below};
use std::time::Duration;

/// How a kind of job is repeated, and how patiently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether it ends.
    pub repeat: Repeat,
    /// About the wait after the first failure; each further one waits twice as long.
    pub first_wait: Duration,
    /// The longest wait after a failure.
    pub longest_wait: Duration,
}

/// Whether a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// It is gone when it is done, and dead after so many tries.
    Once {
        /// At least 1.
        tries: u32,
    },
    /// It is done again and again, and never given up.
    Every {
        /// After a run that found something to do.
        busy: Duration,
        /// After a run that found nothing.
        idle: Duration,
    },
}

impl Policy {
    /// The wait after the `attempts`-th attempt failed; `None`: it was the last.
    #[must_use]
    pub fn retry(&self, attempts: u32, entropy: &dyn Entropy) -> Option<Duration> {
        if self.is_spent(attempts) {
            return None;
        }
        let doublings = attempts.saturating_sub(1).min(32);
        let wait = self.first_wait.saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
        Some(jittered(wait.min(self.longest_wait), entropy))
    }

    /// Whether no attempt is left after so many.
    #[must_use]
    pub const fn is_spent(&self, attempts: u32) -> bool {
        match self.repeat {
            Repeat::Once { tries } => attempts >= tries,
            Repeat::Every { .. } => false,
        }
    }

    /// The wait before the next run of a job that went well; `None`: there is none.
    #[must_use]
    pub fn again(&self, found: bool, entropy: &dyn Entropy) -> Option<Duration> {
        match self.repeat {
            Repeat::Once { .. } => None,
            Repeat::Every { busy, idle } => Some(jittered(if found { busy } else { idle }, entropy)),
        }
    }
}

/// Between half of it and the whole: what failed together does not come back together.
fn jittered(wait: Duration, entropy: &dyn Entropy) -> Duration {
    let half = wait / 2;
    let rest = u64::try_from(half.as_micros()).unwrap_or(u64::MAX / 2);
    half + Duration::from_micros(below(entropy, rest + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn waits_grow_to_the_longest_and_end() {
        let entropy = SeededEntropy::new(1);
        let policy = Policy { repeat: Repeat::Once { tries: 8 }, first_wait: MINUTE, longest_wait: MINUTE * 10 };
        for (attempts, most) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (6, 10), (7, 10)] {
            let wait = policy.retry(attempts, &entropy).unwrap();
            assert!(wait >= MINUTE * most / 2 && wait <= MINUTE * most, "{attempts}: {wait:?}");
        }
        assert_eq!(policy.retry(8, &entropy), None);
        assert_eq!(policy.retry(u32::MAX, &entropy), None);
        assert_eq!(policy.again(true, &entropy), None);
    }

    #[test]
    fn what_recurs_is_never_given_up() {
        let entropy = SeededEntropy::new(2);
        let repeat = Repeat::Every { busy: MINUTE, idle: MINUTE * 10 };
        let policy = Policy { repeat, first_wait: MINUTE, longest_wait: MINUTE * 5 };
        assert!(policy.retry(u32::MAX, &entropy).unwrap() <= MINUTE * 5);
        assert!(policy.again(true, &entropy).unwrap() <= MINUTE);
        assert!(policy.again(false, &entropy).unwrap() >= MINUTE * 5);
    }

    #[test]
    fn two_that_failed_together_do_not_come_back_together() {
        let (one, two) = (SeededEntropy::new(3), SeededEntropy::new(4));
        assert_ne!(jittered(MINUTE, &one), jittered(MINUTE, &two));
        assert_eq!(jittered(Duration::ZERO, &one), Duration::ZERO);
    }
}
