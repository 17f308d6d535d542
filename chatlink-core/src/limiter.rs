//! Rates: a token bucket a person and kind, and one a room for what is said in it, on this node. A courtesy among users
//! and a guard against floods; the limits that protect codes and logins live in the store.

use crate::{
    error::Coded,
    settings::{Rate, TalkLimits},
};
use chatlink_protocol::{ErrorCode, Problem, RoomId, Timestamp, UserId};
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

/// Whose rate it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The caller's own.
    Person,
    /// That of all who write in the room.
    Room,
}

/// Too fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many calls")]
pub struct Limited {
    /// When the next one will pass.
    pub retry_after: Duration,
    /// Who was too fast.
    pub scope: Scope,
}

impl Coded for Limited {
    fn code(&self) -> ErrorCode {
        match self.scope {
            Scope::Person => ErrorCode::RateLimited,
            Scope::Room => ErrorCode::RoomRateLimited,
        }
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
    room: Rate,
    enforced: bool,
}

/// Whose bucket, and for what.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Purse {
    Person(UserId, Cost),
    Room(RoomId),
}

struct Buckets {
    of: HashMap<Purse, Bucket>,
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
        let TalkLimits { sends, reads, room_sends: room, enforced, .. } = *limits;
        Self { buckets, sends, reads, room, enforced }
    }

    /// Takes `calls` calls out of the person's bucket, all or none.
    pub(crate) fn spend(&self, user: UserId, cost: Cost, calls: u32, now: Timestamp) -> Result<(), Limited> {
        self.take(Purse::Person(user, cost), u64::from(calls) * CALL, now)
    }

    /// Takes one message out of the room's bucket.
    pub(crate) fn say(&self, room: RoomId, now: Timestamp) -> Result<(), Limited> {
        self.take(Purse::Room(room), CALL, now)
    }

    /// Whether a message has a place in the room's bucket now: nothing is taken.
    pub(crate) fn has_place(&self, room: RoomId, now: Timestamp) -> Result<(), Limited> {
        if !self.enforced {
            return Ok(());
        }
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bucket) = buckets.of.get_mut(&Purse::Room(room)) else { return Ok(()) };
        bucket.fill(self.room, now);
        match bucket.tokens.checked_sub(CALL) {
            Some(_) => Ok(()),
            None => Err(self.limited(Purse::Room(room), CALL - bucket.tokens)),
        }
    }

    /// Gives back what a send cost its sender that was refused for the room's sake.
    pub(crate) fn repay(&self, user: UserId) {
        self.give_back(Purse::Person(user, Cost::Send));
    }

    /// Gives back what a message cost its room that was not said after all.
    pub(crate) fn unsay(&self, room: RoomId) {
        self.give_back(Purse::Room(room));
    }

    fn take(&self, purse: Purse, price: u64, now: Timestamp) -> Result<(), Limited> {
        if !self.enforced {
            return Ok(());
        }
        let rate = self.rate(purse);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.of.len() >= buckets.sweep_at {
            buckets.of.retain(|purse, bucket| filled(bucket, self.rate(*purse), now) < full(self.rate(*purse)));
            buckets.sweep_at = SWEEP.max(buckets.of.len() * 2);
        }
        let bucket = buckets.of.entry(purse).or_insert_with(|| Bucket { tokens: full(rate), at: now });
        bucket.fill(rate, now);
        match bucket.tokens.checked_sub(price) {
            Some(rest) => {
                bucket.tokens = rest;
                Ok(())
            }
            None => Err(self.limited(purse, price - bucket.tokens)),
        }
    }

    fn give_back(&self, purse: Purse) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.of.get_mut(&purse) {
            bucket.tokens = (bucket.tokens + CALL).min(full(self.rate(purse)));
        }
    }

    fn limited(&self, purse: Purse, missing: u64) -> Limited {
        let millis = missing.div_ceil(u64::from(self.rate(purse).per_second.max(1)));
        let scope = if matches!(purse, Purse::Room(_)) { Scope::Room } else { Scope::Person };
        Limited { retry_after: Duration::from_millis(millis), scope }
    }

    const fn rate(&self, purse: Purse) -> Rate {
        match purse {
            Purse::Person(_, Cost::Send) => self.sends,
            Purse::Person(_, Cost::Read) => self.reads,
            Purse::Room(_) => self.room,
        }
    }
}

impl Bucket {
    fn fill(&mut self, rate: Rate, now: Timestamp) {
        (self.tokens, self.at) = (filled(self, rate, now), now);
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
    #[test]
    fn a_room_has_a_bucket_of_its_own() {
        let limits = TalkLimits { room_sends: Rate { per_second: 2, burst: 2 }, ..TalkLimits::default() };
        let limiter = Limiter::new(&limits);
        let [room, other] = [1, 2].map(|n| RoomId::from_uuid(uuid::Uuid::from_u128(n)));
        let start = Timestamp::from_micros(1_000_000);
        limiter.say(room, start).unwrap();
        limiter.say(room, start).unwrap();
        let full = Limited { retry_after: Duration::from_millis(500), scope: Scope::Room };
        assert_eq!((limiter.say(room, start), limiter.has_place(room, start)), (Err(full), Err(full)));
        assert_eq!(full.code(), ErrorCode::RoomRateLimited);
        limiter.unsay(room);
        assert_eq!((limiter.has_place(room, start), limiter.has_place(room, start)), (Ok(()), Ok(())));
        limiter.say(room, start).unwrap();
        assert_eq!((limiter.say(room, start), limiter.say(other, start)), (Err(full), Ok(())));
        limiter.say(room, start.plus(full.retry_after)).unwrap();
    }

    #[test]
    fn what_is_given_back_is_never_more_than_there_was() {
        let limits = TalkLimits { sends: Rate { per_second: 1, burst: 1 }, ..TalkLimits::default() };
        let limiter = Limiter::new(&limits);
        let (user, now) = (UserId::from_uuid(uuid::Uuid::from_u128(1)), Timestamp::from_micros(1_000_000));
        limiter.spend(user, Cost::Send, 1, now).unwrap();
        limiter.repay(user);
        limiter.repay(user);
        limiter.spend(user, Cost::Send, 1, now).unwrap();
        assert_eq!(limiter.spend(user, Cost::Send, 1, now).unwrap_err().scope, Scope::Person);
    }
}
