//! What the engine counts of itself: plain numbers, read whenever somebody asks ([`ChatLink::metrics`](crate::ChatLink::metrics)).
//!
//! Counting is one addition to an atomic number, so that it costs nothing where it happens; nothing is named here by a
//! person, a room or a word. How it is shown, in which words and to whom, is the host's own affair.

use crate::timeline::Outcome;
use std::sync::atomic::{AtomicU64, Ordering};

/// Acts of one batch: the committer takes 512 at most.
const BATCH: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// Seconds.
pub const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Sockets that an event goes to.
const SOCKETS: &[f64] = &[0.0, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 1000.0, 5000.0];

/// Values by size. Cheap to add to from everywhere at once.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [f64],
    /// One a bound, and one for what is above all.
    counts: Vec<AtomicU64>,
    /// Of millionths, so that it is a whole number.
    sum: AtomicU64,
}

/// What a [`Histogram`] holds at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// For each bound, how many values are not above it. All of them are `count`.
    pub below: Vec<(f64, u64)>,
    /// How many values there are.
    pub count: u64,
    /// What they come to.
    pub sum: f64,
}

impl Histogram {
    /// With these bounds, which rise.
    pub fn new(bounds: &'static [f64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// Takes a value in.
    pub fn add(&self, value: f64) {
        let at = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(at) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add((value * 1e6) as u64, Ordering::Relaxed);
    }

    /// What it holds now.
    pub fn read(&self) -> Distribution {
        let mut count = 0;
        let mut so_far = self.counts.iter().map(|one| {
            count += one.load(Ordering::Relaxed);
            count
        });
        let below = self.bounds.iter().copied().zip(so_far.by_ref()).collect();
        let count = so_far.last().unwrap_or(0);
        Distribution { below, count, sum: self.sum.load(Ordering::Relaxed) as f64 / 1e6 }
    }
}

/// Connections of a pool to a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolUse {
    /// How many are open.
    pub open: u32,
    /// How many of them wait for work.
    pub idle: u32,
    /// How many there may be.
    pub most: u32,
}

/// What the engine counted since it was built.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Acts that became events.
    pub appended: u64,
    /// Acts that were there already, by the same name or in effect.
    pub repeated: u64,
    /// Acts that were refused, or decided on something that had changed.
    pub refused: u64,
    /// Acts that the store could not take.
    pub failed: u64,
    /// How many acts each batch had.
    pub batch: Distribution,
    /// How long the store took for each batch, in seconds.
    pub commit: Distribution,
    /// How long each act that the store answered took from being handed in to its answer, in seconds: what it waited for a
    /// place, for the batch before it, for the store and for its telling.
    pub act: Distribution,
    /// To how many sockets of this node each event went.
    pub fan_out: Distribution,
    /// How often a slow socket's queue was dropped, and the client told to read anew.
    pub dropped_queues: u64,
    /// Deliveries to webhooks that were taken.
    pub webhooks_taken: u64,
    /// Deliveries to webhooks that failed; each is tried again.
    pub webhooks_failed: u64,
    /// Events in those that were taken.
    pub webhook_events: u64,
    /// Sockets of this node now.
    pub connections: u64,
}

/// Where the engine counts.
#[derive(Debug)]
pub(crate) struct Meter {
    pub(crate) appended: AtomicU64,
    pub(crate) repeated: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) batch: Histogram,
    pub(crate) commit: Histogram,
    pub(crate) act: Histogram,
    pub(crate) fan_out: Histogram,
    pub(crate) dropped_queues: AtomicU64,
    pub(crate) webhooks_taken: AtomicU64,
    pub(crate) webhooks_failed: AtomicU64,
    pub(crate) webhook_events: AtomicU64,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            appended: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            batch: Histogram::new(BATCH),
            commit: Histogram::new(SECONDS),
            act: Histogram::new(SECONDS),
            fan_out: Histogram::new(SOCKETS),
            dropped_queues: AtomicU64::new(0),
            webhooks_taken: AtomicU64::new(0),
            webhooks_failed: AtomicU64::new(0),
            webhook_events: AtomicU64::new(0),
        }
    }
}

impl Meter {
    /// Where an outcome is counted.
    pub(crate) fn of(&self, outcome: &Outcome) -> &AtomicU64 {
        match outcome {
            Outcome::Appended(_) => &self.appended,
            Outcome::Repeated { .. } | Outcome::Unchanged => &self.repeated,
            Outcome::Conflict
            | Outcome::Stale
            | Outcome::NoTarget
            | Outcome::Gone
            | Outcome::NotAPoll
            | Outcome::Closed
            | Outcome::Banned
            | Outcome::Full
            | Outcome::NoPlace
            | Outcome::NoRoom => &self.refused,
        }
    }

    /// One more.
    pub(crate) fn one(counter: &AtomicU64) {
        Self::more(counter, 1);
    }

    /// So many more.
    pub(crate) fn more(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, connections: usize) -> Metrics {
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Metrics {
            appended: number(&self.appended),
            repeated: number(&self.repeated),
            refused: number(&self.refused),
            failed: number(&self.failed),
            batch: self.batch.read(),
            commit: self.commit.read(),
            act: self.act.read(),
            fan_out: self.fan_out.read(),
            dropped_queues: number(&self.dropped_queues),
            webhooks_taken: number(&self.webhooks_taken),
            webhooks_failed: number(&self.webhooks_failed),
            webhook_events: number(&self.webhook_events),
            connections: connections as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_in_every_bound_that_is_not_below_it() {
        let histogram = Histogram::new(&[1.0, 10.0, 100.0]);
        for value in [0.5, 1.0, 5.0, 1000.0] {
            histogram.add(value);
        }
        let read = histogram.read();
        assert_eq!(read.below, [(1.0, 2), (10.0, 3), (100.0, 3)]);
        assert_eq!((read.count, read.sum), (4, 1006.5));
        assert_eq!(Histogram::new(&[]).read(), Distribution::default());
    }
}
