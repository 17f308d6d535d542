//! How fast a connection is read.

use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Frames of any kind that one connection may send at once, and a second. Acts have their own, tighter limits; this one
/// holds up pings and nonsense.
const BURST: u32 = 1_000;
const A_SECOND: u32 = 200;

/// The pace of one connection: a token bucket that waits instead of refusing. Who floods is read no faster: his own
/// connection fills up, and nobody else notices.
#[derive(Debug)]
pub struct Pace {
    enforced: bool,
    tokens: f64,
    at: Instant,
}

impl Pace {
    /// A full one; where the limits of conversation are not enforced it never waits.
    #[must_use]
    pub fn new(enforced: bool) -> Self {
        Self { enforced, tokens: f64::from(BURST), at: Instant::now() }
    }

    /// Whether the next frame need not wait.
    #[must_use]
    pub fn is_free(&self) -> bool {
        !self.enforced || self.tokens >= 1.0
    }

    /// Takes the place of one frame, and waits until there is one.
    pub async fn wait(&mut self) {
        if !self.enforced {
            return;
        }
        let now = Instant::now();
        let gained = now.duration_since(self.at).as_secs_f64() * f64::from(A_SECOND);
        self.tokens = (self.tokens + gained).min(f64::from(BURST)) - 1.0;
        self.at = now;
        if self.tokens < 0.0 {
            sleep(Duration::from_secs_f64(-self.tokens / f64::from(A_SECOND))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_floods_waits() {
        let mut pace = Pace::new(true);
        let start = Instant::now();
        for _ in 0..BURST + A_SECOND {
            pace.wait().await;
        }
        let waited = start.elapsed().as_secs_f64();
        assert!((0.9..1.2).contains(&waited), "{waited}");
    }
}
