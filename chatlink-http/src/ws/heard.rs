//! When a peer was heard last, and the one timer of its socket.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::time::{Instant, Sleep, sleep_until};

/// How often a peer is asked whether it is there.
const PING: Duration = Duration::from_secs(20);
/// Nothing heard for so long, not even the answer to a ping: gone.
pub(super) const DEAD: Duration = Duration::from_secs(45);

/// When a peer was heard last. Every frame moves it, and none of them moves a timer: the timer looks here when it is over.
pub(super) struct Heard {
    since: Instant,
    /// Milliseconds after `since`.
    at: AtomicU64,
}

impl Heard {
    pub(super) fn new() -> Self {
        Self { since: Instant::now(), at: AtomicU64::new(0) }
    }

    pub(super) fn now(&self) {
        let at = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.at.store(at, Ordering::Relaxed);
    }

    /// When it will have been silent for too long.
    fn dead_at(&self) -> Instant {
        self.since + Duration::from_millis(self.at.load(Ordering::Relaxed)) + DEAD
    }
}

/// What a socket's time asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// To ask the peer whether it is there.
    Ping,
    /// To give it up.
    Dead,
    /// To look at the time again.
    Nothing,
}

/// The time of a socket: pings, and the end of a silence.
pub(super) struct Beat {
    ping_at: Instant,
}

impl Beat {
    pub(super) fn new() -> Self {
        Self { ping_at: Instant::now() + PING }
    }

    /// A timer until something may be due.
    pub(super) fn timer(&self, heard: &Heard) -> Sleep {
        sleep_until(self.ping_at.min(heard.dead_at()))
    }

    /// What is due now.
    pub(super) fn due(&mut self, heard: &Heard) -> Due {
        let now = Instant::now();
        if now >= heard.dead_at() {
            return Due::Dead;
        }
        if now < self.ping_at {
            return Due::Nothing;
        }
        self.ping_at = now + PING;
        Due::Ping
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{advance, sleep};

    #[tokio::test(start_paused = true)]
    async fn a_peer_is_asked_every_20_s_and_given_up_after_45_s_of_silence() {
        let (heard, mut beat, start) = (Heard::new(), Beat::new(), Instant::now());
        let mut log = Vec::new();
        loop {
            beat.timer(&heard).await;
            let due = beat.due(&heard);
            log.push((start.elapsed().as_secs(), format!("{due:?}")));
            match due {
                Due::Dead => break,
                // It answers the first ping alone, 3 s later.
                Due::Ping if log.len() == 1 => {
                    sleep(Duration::from_secs(3)).await;
                    heard.now();
                }
                _ => {}
            }
        }
        let log: Vec<_> = log.iter().map(|(at, due)| (*at, due.as_str())).collect();
        assert_eq!(log, [(20, "Ping"), (40, "Ping"), (60, "Ping"), (68, "Dead")]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_that_came_just_in_time_counts() {
        let (heard, mut beat) = (Heard::new(), Beat::new());
        advance(Duration::from_secs(44)).await;
        heard.now();
        assert_eq!(beat.due(&heard), Due::Ping);
        advance(Duration::from_secs(2)).await;
        assert_eq!(beat.due(&heard), Due::Nothing);
    }
}
