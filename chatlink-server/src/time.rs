//! A node's clock: its database's, where nodes share one; else the machine's.

use crate::database::Opened;
use chatlink_core::clock::{Clock, FollowingClock, SystemClock};
use chatlink_store_postgres::PostgresStore;
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often the database is asked for its time.
const EVERY: Duration = Duration::from_secs(60);
/// How often while the two are apart, or the database is away.
const AGAIN: Duration = Duration::from_secs(1);

/// What the server goes by.
#[derive(Clone)]
pub(crate) enum Time {
    /// The machine's clock.
    Machine,
    /// The database's.
    Database(Arc<FollowingClock>),
}

impl Time {
    /// Asks the database, where there is one, and goes on asking until `stop`.
    pub(crate) async fn of(database: &Opened, stop: &CancellationToken) -> anyhow::Result<Self> {
        let Opened::Postgres(store) = database else { return Ok(Self::Machine) };
        // The first statement of a connection takes longer: the second answer is the better one.
        store.tell_time().await?;
        let clock = Arc::new(FollowingClock::new(store.tell_time().await?));
        let time = Self::Database(clock.clone());
        let off = time.machine_skew();
        if off.abs() >= 1.0 {
            tracing::warn!(seconds = off, "the machine's clock is not the database's, which is gone by");
        }
        tokio::spawn(follow(clock, store.clone(), stop.clone()));
        Ok(time)
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        match self {
            Self::Machine => Arc::new(SystemClock),
            Self::Database(clock) => clock.clone(),
        }
    }

    /// Whether the node's time is near enough to its database's; `None` where it is the machine's.
    pub(crate) fn is_near(&self) -> Option<bool> {
        match self {
            Self::Machine => None,
            Self::Database(clock) => Some(clock.is_near()),
        }
    }

    /// Seconds by which the node's time was ahead of its database's when that answered last.
    pub(crate) fn skew(&self) -> f64 {
        match self {
            Self::Machine => 0.0,
            Self::Database(clock) => seconds(-clock.skew_micros()),
        }
    }

    /// Seconds by which the machine's clock is ahead of the node's time.
    pub(crate) fn machine_skew(&self) -> f64 {
        match self {
            Self::Machine => 0.0,
            Self::Database(clock) => seconds(SystemClock.now().as_micros() - clock.now().as_micros()),
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a figure for people")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

async fn follow(clock: Arc<FollowingClock>, store: PostgresStore, stop: CancellationToken) {
    let mut pause = EVERY;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        pause = match store.tell_time().await {
            Ok(answer) => {
                clock.hear(answer);
                if clock.is_near() { EVERY } else { AGAIN }
            }
            // Readiness says so, and the steady clock goes on.
            Err(_) => AGAIN,
        };
        if !clock.is_near() {
            tracing::warn!(micros = clock.skew_micros(), "the database's clock jumped");
        }
    }
}
