//! Budgets: how much of a thing may be spent in a sliding window. Kept by the store.

use crate::settings::CodeLimits;
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
}

/// The longest window of all: what is older counts nowhere.
pub const LONGEST_WINDOW: Duration = DAY;

/// Failed logins in a row are forgotten after this time without one.
pub const FAILURES_FORGOTTEN: Duration = DAY;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

impl Budget {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mails => "mails",
            Self::Starts => "starts",
            Self::Checks => "checks",
            Self::AllChecks => "all_checks",
            Self::Logins => "logins",
        }
    }

    /// How far back spendings count.
    #[must_use]
    pub const fn window(self) -> Duration {
        match self {
            Self::Mails => DAY,
            Self::Starts | Self::Checks | Self::AllChecks | Self::Logins => HOUR,
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
