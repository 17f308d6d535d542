//! A clock that goes by another one: a node's by its database's, so that all nodes judge by one time.

use super::Clock;
use chatlink_protocol::Timestamp;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A jump ahead that is larger is believed only when the next answer says the same.
const STEP: Duration = Duration::from_secs(2);
/// A clock that is ahead goes slower by this share until the other one has come up: a second each ten seconds.
const SLOWER_BY: i64 = 10;

/// Tells the time of another clock, of which it is told now and then.
///
/// In between it counts by the machine's steady clock: setting the machine's wall clock changes nothing here. It never goes
/// back: who is ahead goes slower until the other has come up.
#[derive(Debug)]
pub struct FollowingClock(Mutex<State>);

#[derive(Debug)]
struct State {
    /// What it told at `since`.
    base: i64,
    since: Instant,
    /// How far it was ahead then.
    ahead: i64,
    /// How far the other one was ahead of it after its last answer; below zero: behind it.
    skew: i64,
    /// A jump ahead that waits for a second answer.
    doubted: bool,
}

/// What the other clock answered, and when it was asked.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// Its time.
    pub told: Timestamp,
    /// When the question went out.
    pub asked_at: Instant,
    /// When the answer came. Half of the time between is how well it is known.
    pub came_at: Instant,
}

impl Answer {
    fn doubt(&self) -> i64 {
        micros(self.came_at.saturating_duration_since(self.asked_at)) / 2
    }

    /// What the other clock shows when the answer comes.
    fn at_its_coming(&self) -> i64 {
        self.told.as_micros().saturating_add(self.doubt())
    }
}

impl FollowingClock {
    /// Begins with this answer.
    #[must_use]
    pub fn new(first: Answer) -> Self {
        let (base, since) = (first.at_its_coming(), first.came_at);
        Self(Mutex::new(State { base, since, ahead: 0, skew: 0, doubted: false }))
    }

    /// Takes an answer in: what it is behind it goes ahead at once, what it is ahead it waits for.
    pub fn hear(&self, answer: Answer) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = state.at(answer.came_at);
        let skew = answer.at_its_coming().saturating_sub(own);
        state.skew = skew;
        if skew.abs() <= answer.doubt() {
            // As good as it can be known.
            state.rest(own, answer.came_at, 0);
            state.doubted = false;
        } else if skew < 0 {
            state.rest(own, answer.came_at, -skew);
            state.doubted = false;
        } else if skew <= micros(STEP) || state.doubted {
            state.rest(own.saturating_add(skew), answer.came_at, 0);
            (state.skew, state.doubted) = (0, false);
        } else {
            state.doubted = true;
        }
    }

    /// How far the other clock was ahead of this one after its last answer, in microseconds; below zero: behind it.
    pub fn skew_micros(&self) -> i64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).skew
    }

    /// Whether this clock is near enough to be judged by: within two seconds.
    pub fn is_near(&self) -> bool {
        self.skew_micros().unsigned_abs() <= STEP.as_micros().try_into().unwrap_or(u64::MAX)
    }
}

impl State {
    fn at(&self, now: Instant) -> i64 {
        let passed = micros(now.saturating_duration_since(self.since));
        let waited = self.ahead.min(passed / SLOWER_BY);
        self.base.saturating_add(passed - waited)
    }

    fn rest(&mut self, base: i64, since: Instant, ahead: i64) {
        (self.base, self.since, self.ahead) = (base, since, ahead);
    }
}

impl Clock for FollowingClock {
    fn now(&self) -> Timestamp {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Timestamp::from_micros(state.at(Instant::now()))
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BEGIN: i64 = 1_763_800_000_000_000;

    fn told(micros: i64) -> Answer {
        let now = Instant::now();
        Answer { told: Timestamp::from_micros(micros), asked_at: now, came_at: now }
    }

    async fn pass(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    fn since_begin(clock: &FollowingClock) -> i64 {
        clock.now().as_micros() - BEGIN
    }

    #[tokio::test(start_paused = true)]
    async fn it_goes_on_by_itself_and_takes_half_of_the_way_into_account() {
        let asked_at = Instant::now();
        pass(1).await;
        let first = Answer { told: Timestamp::from_micros(BEGIN), asked_at, came_at: Instant::now() };
        let clock = FollowingClock::new(first);
        pass(10).await;
        assert_eq!(since_begin(&clock), 10_500_000);
        // What is within the doubt is no skew to act on.
        let asked_at = Instant::now();
        pass(1).await;
        let answer = Answer { told: Timestamp::from_micros(BEGIN + 10_700_000), asked_at, came_at: Instant::now() };
        clock.hear(answer);
        assert_eq!(since_begin(&clock), 11_500_000);
    }

    #[tokio::test(start_paused = true)]
    async fn behind_it_steps_and_ahead_it_waits_and_never_goes_back() {
        let clock = FollowingClock::new(told(BEGIN));
        clock.hear(told(BEGIN + 1_500_000));
        assert_eq!(since_begin(&clock), 1_500_000);
        clock.hear(told(BEGIN + 500_000));
        assert_eq!((since_begin(&clock), clock.skew_micros(), clock.is_near()), (1_500_000, -1_000_000, true));
        pass(5).await;
        assert_eq!(since_begin(&clock), 6_000_000, "half a second of the one is waited for");
        pass(15).await;
        assert_eq!(since_begin(&clock), 20_500_000, "as the other one");
    }

    #[tokio::test(start_paused = true)]
    async fn a_jump_is_believed_when_it_is_said_twice() {
        let clock = FollowingClock::new(told(BEGIN));
        clock.hear(told(BEGIN + 3_600_000_000));
        assert_eq!((since_begin(&clock), clock.is_near()), (0, false));
        pass(1).await;
        clock.hear(told(BEGIN + 1_000_000));
        assert_eq!((since_begin(&clock), clock.is_near()), (1_000_000, true), "it was a slip");
        for _ in 0..2 {
            clock.hear(told(BEGIN + 3_600_000_000));
        }
        assert_eq!((since_begin(&clock), clock.is_near()), (3_600_000_000, true));
        clock.hear(told(BEGIN));
        assert!(!clock.is_near());
        pass(1).await;
        assert!(since_begin(&clock) > 3_600_000_000, "it goes on");
    }

    proptest! {
        #[test]
        fn whatever_it_is_told_it_never_goes_back(
            answers in prop::collection::vec((0_u64..100_000, -5_000_000_i64..5_000_000, 0_u64..500), 1..20),
        ) {
            let begin = Instant::now();
            let at = |millis: u64| begin + Duration::from_millis(millis);
            let first = Answer { told: Timestamp::from_micros(BEGIN), asked_at: begin, came_at: begin };
            let clock = FollowingClock::new(first);
            let (mut passed, mut last) = (0, BEGIN);
            for (pause, off, way) in answers {
                passed += pause;
                let told = Timestamp::from_micros(BEGIN + i64::try_from(passed).unwrap() * 1_000 + off);
                let before = clock.0.lock().unwrap().at(at(passed + way));
                clock.hear(Answer { told, asked_at: at(passed), came_at: at(passed + way) });
                passed += way;
                let after = clock.0.lock().unwrap().at(at(passed));
                prop_assert!(before >= last && after >= before, "{last} {before} {after}");
                last = after;
            }
        }
    }
}
