//! How long a webhook that fails is waited for: pure.

use super::{
    post::Answered,
    webhook::{Failing, WebhookState},
};
use crate::entropy::{Entropy, below};
use chatlink_protocol::{RoomId, Timestamp};
use std::{collections::HashMap, time::Duration};

/// About the wait after the first failure; each further one waits up to twice as long.
const FIRST: Duration = Duration::from_secs(2);
/// The longest wait between two tries of a webhook.
const LONGEST: Duration = Duration::from_secs(3600);
/// The longest wait of a room that alone fails, while others are taken.
const LONGEST_OF_ROOM: Duration = Duration::from_secs(60);
/// A webhook that took nothing for so long is disabled.
const GIVEN_UP: Duration = Duration::from_secs(5 * 24 * 3600);
/// Rooms whose waits are remembered; what is forgotten is tried at once.
const ROOMS: usize = 1_000;

/// Full jitter: anything up to twice as much for each try that failed, and never more than the longest.
fn wait(attempts: u32, longest: Duration, entropy: &dyn Entropy) -> Duration {
    let most = FIRST.saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX)).min(longest);
    Duration::from_micros(below(entropy, u64::try_from(most.as_micros()).unwrap_or(u64::MAX - 1) + 1))
}

/// How a webhook fails after one more try did, and whether it is still told of events.
pub(super) fn after_failure(
    before: &Failing,
    answered: Answered,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> (Failing, WebhookState) {
    let attempts = before.attempts.saturating_add(1);
    let since = before.since.unwrap_or(now);
    let is_over = answered == Answered::Gone || now.since(since) >= GIVEN_UP;
    let due_at = (!is_over).then(|| now.plus(wait(attempts, LONGEST, entropy)));
    let failing = Failing { since: Some(since), attempts, due_at, last_error: Some(answered.to_string()) };
    (failing, if is_over { WebhookState::Disabled } else { WebhookState::Active })
}

/// Rooms whose delivery failed while others' were taken: they wait by themselves, in this process's memory.
#[derive(Debug, Default)]
pub(super) struct Waits(HashMap<RoomId, (u32, Timestamp)>);

impl Waits {
    pub(super) fn failed(&mut self, room: RoomId, entropy: &dyn Entropy, now: Timestamp) {
        if self.0.len() >= ROOMS {
            self.0.clear();
        }
        let (attempts, until) = self.0.entry(room).or_insert((0, now));
        *attempts = attempts.saturating_add(1);
        *until = now.plus(wait(*attempts, LONGEST_OF_ROOM, entropy));
    }

    pub(super) fn taken(&mut self, room: RoomId) {
        self.0.remove(&room);
    }

    pub(super) fn waits(&self, room: RoomId, now: Timestamp) -> bool {
        self.0.get(&room).is_some_and(|(_, until)| now < *until)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use uuid::Uuid;

    #[test]
    fn waits_grow_to_an_hour_and_differ() {
        let entropy = SeededEntropy::new(1);
        let mut failing = Failing::default();
        let mut longest = Duration::ZERO;
        let mut now = Timestamp::EPOCH;
        for attempts in 1..=60_u32 {
            let (next, state) = after_failure(&failing, Answered::Refused(503), &entropy, now);
            let waited = next.due_at.unwrap().since(now);
            let most = FIRST.saturating_mul(1 << (attempts - 1).min(20)).min(LONGEST);
            assert!(waited <= most, "{attempts}: {waited:?}");
            assert_eq!((next.attempts, state, next.since), (attempts, WebhookState::Active, Some(Timestamp::EPOCH)));
            longest = longest.max(waited);
            now = now.plus(waited);
            failing = next;
        }
        assert!(longest > LONGEST / 2, "{longest:?}");
        assert_eq!(failing.last_error.as_deref(), Some("it answered 503"));
        assert!(wait(u32::MAX, LONGEST, &entropy) <= LONGEST);
    }

    #[test]
    fn five_days_or_gone_is_the_end() {
        let entropy = SeededEntropy::new(2);
        let (first, _) = after_failure(&Failing::default(), Answered::Unreachable, &entropy, Timestamp::EPOCH);
        let nearly = Timestamp::EPOCH.plus(GIVEN_UP - Duration::from_micros(1));
        assert_eq!(after_failure(&first, Answered::Unreachable, &entropy, nearly).1, WebhookState::Active);
        let (last, state) = after_failure(&first, Answered::Late, &entropy, Timestamp::EPOCH.plus(GIVEN_UP));
        assert_eq!((state, last.due_at), (WebhookState::Disabled, None));
        let gone = after_failure(&Failing::default(), Answered::Gone, &entropy, Timestamp::EPOCH);
        assert_eq!(gone.1, WebhookState::Disabled);
    }

    #[test]
    fn a_room_that_fails_waits_by_itself_and_is_bounded() {
        let entropy = SeededEntropy::new(3);
        let mut waits = Waits::default();
        let room = |n: usize| RoomId::from_uuid(Uuid::from_u128(n as u128));
        for _ in 0..40 {
            waits.failed(room(1), &entropy, Timestamp::EPOCH);
        }
        assert!(!waits.waits(room(2), Timestamp::EPOCH));
        assert!(!waits.waits(room(1), Timestamp::EPOCH.plus(LONGEST_OF_ROOM)));
        waits.taken(room(1));
        assert_eq!(waits.len(), 0);
        (0..3 * ROOMS).for_each(|n| waits.failed(room(n), &entropy, Timestamp::EPOCH));
        assert!(waits.len() <= ROOMS);
    }
}
