//! Rates: a token bucket a person and kind, on this node. A courtesy among users and a guard
//! against floods; the limits that protect codes and logins live in the store.

use crate::{
    error::Coded,
    settings::{Rate, TalkLimits},
};
use chatlink_protocol::{ErrorCode, Problem, Timestamp, UserId};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// What a call costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cost {
    /// An act.
    Send,
    /// A read.
    Read,
}

/// Too fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many calls")]
pub struct Limited {
    /// When the next one will pass.
    pub retry_after: Duration,
}

impl Coded for Limited {
    fn code(&self) -> ErrorCode {
        ErrorCode::RateLimited
    }

    fn describe(&self, problem: &mut Problem) {
        problem.retry_after = Some(self.retry_after.as_secs().max(1));
    }
}

/// The buckets of this node. Full ones are forgotten, so that the table holds only who is busy.
pub(crate) struct Limiter {
    buckets: Mutex<Buckets>,
    sends: Rate,
    reads: Rate,
    enforced: bool,
}

struct Buckets {
    of: HashMap<(UserId, Cost), Bucket>,
    /// From so many on, full ones are swept out: twice what the last sweep left, so that a node with many
    /// busy people does not sweep at every call.
    sweep_at: usize,
}

struct Bucket {
    /// Thousandths of a call.
    tokens: u64,
    at: Timestamp,
}

/// Fewer buckets than this are never swept.
const SWEEP: usize = 10_000;
const CALL: u64 = 1_000;

impl Limiter {
    pub(crate) fn new(limits: &TalkLimits) -> Self {
        let buckets = Mutex::new(Buckets { of: HashMap::new(), sweep_at: SWEEP });
        Self { buckets, sends: limits.sends, reads: limits.reads, enforced: limits.enforced }
    }

    /// Takes `calls` calls out of the person's bucket, all or none.
    pub(crate) fn spend(&self, user: UserId, cost: Cost, calls: u32, now: Timestamp) -> Result<(), Limited> {
        if !self.enforced {
            return Ok(());
        }
        let rate = self.rate(cost);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.of.len() >= buckets.sweep_at {
            buckets.of.retain(|(_, cost), bucket| filled(bucket, self.rate(*cost), now) < full(self.rate(*cost)));
            buckets.sweep_at = SWEEP.max(buckets.of.len() * 2);
        }
        let bucket = buckets.of.entry((user, cost)).or_insert_with(|| Bucket { tokens: full(rate), at: now });
        bucket.tokens = filled(bucket, rate, now);
        bucket.at = now;
        let price = u64::from(calls) * CALL;
        match bucket.tokens.checked_sub(price) {
            Some(rest) => {
                bucket.tokens = rest;
                Ok(())
            }
            None => {
                let missing = price - bucket.tokens;
                let millis = missing.div_ceil(u64::from(rate.per_second.max(1)));
                Err(Limited { retry_after: Duration::from_millis(millis) })
            }
        }
    }

    const fn rate(&self, cost: Cost) -> Rate {
        match cost {
            Cost::Send => self.sends,
            Cost::Read => self.reads,
        }
    }
}

fn full(rate: Rate) -> u64 {
    u64::from(rate.burst) * CALL
}

fn filled(bucket: &Bucket, rate: Rate, now: Timestamp) -> u64 {
    let millis = u64::try_from(now.since(bucket.at).as_millis()).unwrap_or(u64::MAX);
    bucket.tokens.saturating_add(millis.saturating_mul(u64::from(rate.per_second))).min(full(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate() {
        let limits = TalkLimits { sends: Rate { per_second: 2, burst: 3 }, ..TalkLimits::default() };
        let limiter = Limiter::new(&limits);
        let user = UserId::from_uuid(uuid::Uuid::from_u128(1));
        let start = Timestamp::from_micros(1_000_000);
        for _ in 0..3 {
            limiter.spend(user, Cost::Send, 1, start).unwrap();
        }
        let limited = limiter.spend(user, Cost::Send, 1, start).unwrap_err();
        assert_eq!(limited.retry_after, Duration::from_millis(500));
        limiter.spend(user, Cost::Send, 1, start.plus(limited.retry_after)).unwrap();
        limiter.spend(user, Cost::Read, 1, start).unwrap();
    }
}
