//! Limits and deadlines of the engine. The defaults are the documented ones.

use crate::{host::Verdict, identity::texts::TextLimits};
use std::time::Duration;

/// What a deployment may set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The youngest age that may register.
    pub min_age: u8,
    /// Whether adults and minors may match and open direct rooms with each other.
    pub minors_meet_adults: bool,
    /// Limits of registration and recovery codes. Never switched off.
    pub codes: CodeLimits,
    /// Limits of conversation.
    pub talk: TalkLimits,
    /// Who is suggested to whom.
    pub matching: MatchingRules,
    /// How long sessions live.
    pub sessions: SessionLimits,
    /// The bounds of a host's own code.
    pub hooks: HookLimits,
    /// What a password hash costs; the floor at least.
    pub password_cost: PasswordCost,
    /// The name that mails and texts carry.
    pub product_name: String,
}

/// Limits of one-time codes (SECURITY: codes, tries).
#[derive(Clone, Debug)]
pub struct CodeLimits {
    /// How long a code is good.
    pub code_life: Duration,
    /// How long a proof is good after its code was right.
    pub proof_life: Duration,
    /// Waits before the 2nd, 3rd … mail of an attempt; after the last no more.
    pub resend_ladder: Vec<Duration>,
    /// Waits before the 1st, 2nd … check of an attempt; as many checks as entries.
    pub check_ladder: Vec<Duration>,
    /// Mails to one contact in 24 hours.
    pub mails_a_day: u32,
    /// Starts from one network prefix in an hour.
    pub starts_an_hour: u32,
    /// Failed checks from one network prefix in an hour.
    pub failures_an_hour: u32,
    /// Failed checks of all in an hour.
    pub global_failures_an_hour: u32,
    /// Failed logins of one account before each further one waits.
    pub free_login_failures: u32,
    /// Exports of one person's data in an hour.
    pub exports_an_hour: u32,
    /// Text messages, which cost money and draw fraud.
    pub texts: TextLimits,
}

/// Limits of conversation.
#[derive(Clone, Debug)]
pub struct TalkLimits {
    /// Whether rates are limited at all. Codes, logins and passwords always are.
    pub enforced: bool,
    /// Acts a second of one person.
    pub sends: Rate,
    /// Reads a second of one person.
    pub reads: Rate,
    /// Messages, edits and corrections a second in one room, of all its members together, on one node.
    pub room_sends: Rate,
    /// Connections of one person.
    pub connections_a_person: usize,
    /// Connections of one address.
    pub connections_an_address: usize,
    /// Bytes that may wait for one socket before they are dropped for a `resync`.
    pub queue_bytes: usize,
    /// Messages that an opener may send before the other person accepts.
    pub request_messages: u32,
    /// How long marks are gathered before they are flushed.
    pub receipt_flush: Duration,
    /// How long a search looks for one page.
    pub search_budget: Duration,
    /// How long after it was sent a message may be edited; `None`: for ever.
    pub edit_window: Option<Duration>,
}

/// Rules of matching (see `docs/matching.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchingRules {
    /// Whether turns, answers, chance and rest count at all; if not, fit alone decides.
    pub fair: bool,
    /// Who has so many unanswered requests is not suggested until some are answered.
    pub requests_waiting: u32,
    /// Who got so many requests in 24 hours is not suggested until they are longer ago.
    pub requests_a_day: u32,
    /// Decides between equals; the same seed, the same lists.
    pub seed: u64,
    /// How long showings are gathered before they are counted in the store.
    pub count_showings: Duration,
}

/// The bounds of a host's own code: its policy and its ear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HookLimits {
    /// How long one call may take.
    pub deadline: Duration,
    /// What counts where a policy does not answer in time, or panics.
    pub unanswered: Verdict,
    /// Committed events that may wait for the host; what comes when it is full is passed over.
    pub waiting: usize,
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Refilled a second.
    pub per_second: u32,
    /// Held at most.
    pub burst: u32,
}

/// What one Argon2id hash costs. Never below the floor of OWASP: 19 MiB, 2 passes, 1 lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// How long sessions live.
#[derive(Clone, Debug)]
pub struct SessionLimits {
    /// An access token.
    pub access_life: Duration,
    /// A session that is not used.
    pub idle: Duration,
    /// A session, whatever its use.
    pub absolute: Duration,
    /// Sessions of one account; the least used goes when one more comes.
    pub max_sessions: u32,
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_age: crate::people::MIN_AGE,
            minors_meet_adults: false,
            codes: CodeLimits::default(),
            talk: TalkLimits::default(),
            matching: MatchingRules::default(),
            sessions: SessionLimits::default(),
            hooks: HookLimits::default(),
            password_cost: PasswordCost::default(),
            product_name: "ChatLink".to_owned(),
        }
    }
}

impl PasswordCost {
    const FLOOR: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    /// That cost, raised to the floor where it is below.
    #[must_use]
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Self {
        let floor = Self::FLOOR;
        Self {
            memory_kib: memory_kib.max(floor.memory_kib),
            passes: passes.max(floor.passes),
            lanes: lanes.max(floor.lanes),
        }
    }

    /// Hashes that cost nothing: for tests and simulations, never for people.
    #[must_use]
    pub const fn for_tests() -> Self {
        Self { memory_kib: 8, passes: 1, lanes: 1 }
    }

    /// KiB of memory.
    #[must_use]
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over it.
    #[must_use]
    pub const fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes.
    #[must_use]
    pub const fn lanes(self) -> u32 {
        self.lanes
    }
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self::FLOOR
    }
}

impl Default for CodeLimits {
    fn default() -> Self {
        Self {
            code_life: MINUTE * 10,
            proof_life: MINUTE * 30,
            resend_ladder: vec![MINUTE, MINUTE * 2, MINUTE * 5, MINUTE * 10],
            check_ladder: vec![Duration::ZERO, Duration::ZERO, Duration::ZERO, MINUTE, MINUTE * 2],
            mails_a_day: 10,
            starts_an_hour: 60,
            failures_an_hour: 60,
            global_failures_an_hour: 5_000,
            free_login_failures: 5,
            exports_an_hour: 2,
            texts: TextLimits::default(),
        }
    }
}

impl Default for MatchingRules {
    fn default() -> Self {
        Self { fair: true, requests_waiting: 5, requests_a_day: 20, seed: 0, count_showings: Duration::from_secs(5) }
    }
}

impl Default for TalkLimits {
    fn default() -> Self {
        Self {
            enforced: true,
            sends: Rate { per_second: 50, burst: 500 },
            reads: Rate { per_second: 100, burst: 1_000 },
            room_sends: Rate { per_second: 50, burst: 200 },
            connections_a_person: 50,
            connections_an_address: 1_000,
            queue_bytes: 1 << 20,
            request_messages: 3,
            receipt_flush: Duration::from_millis(500),
            search_budget: Duration::from_millis(100),
            edit_window: None,
        }
    }
}

impl Default for HookLimits {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(2), unanswered: Verdict::Refuse, waiting: 10_000 }
    }
}

impl SessionLimits {
    /// How many sessions stay beside a new one: the most used.
    #[must_use]
    pub const fn beside_a_new_one(&self) -> usize {
        self.max_sessions.saturating_sub(1) as usize
    }
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { access_life: MINUTE * 10, idle: DAY * 30, absolute: DAY * 365, max_sessions: 50 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_guarded_by_default_as_promised() {
        let limits = CodeLimits::default();
        let seconds = |ladder: &[Duration]| ladder.iter().map(Duration::as_secs).collect::<Vec<_>>();
        assert_eq!(seconds(&limits.check_ladder), [0, 0, 0, 60, 120], "five checks and their pauses");
        assert_eq!(seconds(&limits.resend_ladder), [60, 120, 300, 600]);
        assert_eq!((limits.code_life, limits.mails_a_day), (MINUTE * 10, 10));
        assert_eq!((limits.starts_an_hour, limits.failures_an_hour, limits.global_failures_an_hour), (60, 60, 5_000));
    }
}
