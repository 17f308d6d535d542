//! Budgets: how much of a thing may be spent in a sliding window. Kept by the store.

use super::NetworkPrefix;
use crate::settings::CodeLimits;
use chatlink_protocol::Timestamp;
use std::time::Duration;

/// What is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Budget {
    /// Mails to a contact.
    Mails,
    /// Starts of attempts from a network.
    Starts,
    /// Failed checks of codes from a network.
    Checks,
    /// Failed checks of codes of everybody.
    AllChecks,
    /// Failed logins from a network.
    Logins,
    /// Exports of a person's data.
    Exports,
}

/// The longest window of all: what is older counts nowhere.
pub const LONGEST_WINDOW: Duration = DAY;

/// Failed logins in a row are forgotten after this time without one.
pub const FAILURES_FORGOTTEN: Duration = DAY;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

impl Budget {
    /// The budgets that a failed check of a code from there spends, with their subjects.
    #[must_use]
    pub const fn of_checks(prefix: &NetworkPrefix) -> [(Self, &[u8]); 2] {
        [(Self::Checks, prefix.as_bytes()), (Self::AllChecks, &[])]
    }

    /// Whether something is left of a budget, of which `spent` were spent within its window, the
    /// first at `oldest`.
    ///
    /// # Errors
    /// Spent until then.
    pub fn afford(
        self,
        spent: u64,
        oldest: Option<Timestamp>,
        limits: &CodeLimits,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        if spent < u64::from(self.limit(limits)) { Ok(()) } else { Err(oldest.unwrap_or(now).plus(self.window())) }
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mails => "mails",
            Self::Starts => "starts",
            Self::Checks => "checks",
            Self::AllChecks => "all_checks",
            Self::Logins => "logins",
            Self::Exports => "exports",
        }
    }

    /// How far back spendings count.
    #[must_use]
    pub const fn window(self) -> Duration {
        match self {
            Self::Mails => DAY,
            Self::Starts | Self::Checks | Self::AllChecks | Self::Logins | Self::Exports => HOUR,
        }
    }

    /// How many are allowed in a window.
    #[must_use]
    pub const fn limit(self, limits: &CodeLimits) -> u32 {
        match self {
            Self::Mails => limits.mails_a_day,
            Self::Starts => limits.starts_an_hour,
            Self::Checks | Self::Logins => limits.failures_an_hour,
            Self::AllChecks => limits.global_failures_an_hour,
            Self::Exports => limits.exports_an_hour,
        }
    }
}

/// The waits after 0, 1, 2 … failed logins in a row; the last one for all further ones. The first
/// is zero: who never failed never waits.
#[must_use]
pub fn login_ladder(limits: &CodeLimits) -> Vec<Duration> {
    const GROWING: [u64; 7] = [15, 30, 60, 120, 240, 480, 900];
    let free =
        std::iter::repeat_n(Duration::ZERO, usize::try_from(limits.free_login_failures.clamp(1, 100)).unwrap_or(0));
    free.chain(GROWING.map(Duration::from_secs)).collect()
}

/// When the next comparison of a password is admitted, after so many failures in a row.
#[must_use]
pub fn next_login(failures: u32, failed_at: Timestamp, limits: &CodeLimits) -> Timestamp {
    let ladder = login_ladder(limits);
    let step = usize::try_from(failures).ok().and_then(|failures| ladder.get(failures));
    failed_at.plus(step.or(ladder.last()).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(90_000_000_000);

    #[test]
    fn a_spent_budget_says_when_its_oldest_spending_is_forgotten() {
        let limits = CodeLimits { mails_a_day: 2, starts_an_hour: 0, ..CodeLimits::default() };
        let first = NOW.minus(Duration::from_secs(5));
        assert_eq!(Budget::Mails.afford(0, None, &limits, NOW), Ok(()));
        assert_eq!(Budget::Mails.afford(1, Some(first), &limits, NOW), Ok(()));
        assert_eq!(Budget::Mails.afford(2, Some(first), &limits, NOW), Err(first.plus(DAY)));
        assert_eq!(Budget::Mails.afford(9, Some(first), &limits, NOW), Err(first.plus(DAY)), "the limit was lowered");
        assert_eq!(Budget::Starts.afford(0, None, &limits, NOW), Err(NOW.plus(HOUR)), "nothing is allowed at all");
    }

    #[test]
    fn free_failures_cost_no_wait_and_the_others_ever_more() {
        let limits = CodeLimits { free_login_failures: 2, ..CodeLimits::default() };
        let wait = |failures| next_login(failures, NOW, &limits).since(NOW).as_secs();
        assert_eq!((0..11).map(wait).collect::<Vec<_>>(), [0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(wait(u32::MAX), 900);
    }
}
