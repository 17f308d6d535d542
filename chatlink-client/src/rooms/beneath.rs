//! In how many threads of a room there is something to read. Whom a thread concerns the server knows, so that it counts; here
//! is known when it must count again, which is seldom: of a thread in which something new was counted since it was read, what
//! else is said changes nothing.

use super::unread::Count;
use chatlink_protocol::{EventId, Timestamp};
use std::collections::BTreeSet;

/// Threads that are known; beyond them all are forgotten, and counted again when something is said in them.
const MAX_THREADS: usize = 200;
/// Times at which something goes that are known.
const MAX_TIMES: usize = 128;

/// Who says something in a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The reader himself: he follows the thread from now on, and has read it.
    Mine,
    /// Somebody who names the reader: he follows it from now on.
    NamesMe,
    /// Somebody else.
    Plain,
}

/// Threads with something to read.
#[derive(Clone, Debug, Default)]
pub(super) struct Beneath {
    unread: u32,
    /// Threads whose news the server has counted, or will with the next count, and of which nothing was read since.
    counted: BTreeSet<EventId>,
    /// When something that was said goes.
    times: BTreeSet<Timestamp>,
}

impl Beneath {
    /// As the server counted.
    pub(super) fn of(unread: u32) -> Self {
        Self { unread, ..Self::default() }
    }

    /// The server counted again, not before what is known here. What was `missed` on the way there may have been anything.
    pub(super) fn recount(&mut self, unread: u32, missed: bool) {
        self.unread = unread;
        if missed {
            self.counted.clear();
        }
    }

    /// In how many, capped at 100.
    pub(super) const fn count(&self) -> u32 {
        self.unread
    }

    /// Something was said in the thread of this message.
    pub(super) fn said(&mut self, root: EventId, said: Said, expires_at: Option<Timestamp>) -> Count {
        if said == Said::Mine {
            return self.read(root);
        }
        if self.times.len() < MAX_TIMES {
            self.times.extend(expires_at);
        }
        if self.counted.len() >= MAX_THREADS {
            self.counted.clear();
        }
        match self.counted.insert(root) {
            false if said == Said::Plain => Count::Holds,
            _ => Count::Unknown,
        }
    }

    /// The reader has read in this thread.
    pub(super) fn read(&mut self, root: EventId) -> Count {
        self.counted.remove(&root);
        self.less()
    }

    /// Something that was said in a thread is gone: it may have been all that was to be read there.
    pub(super) fn less(&self) -> Count {
        if self.unread > 0 { Count::Unknown } else { Count::Holds }
    }

    /// What has its time by now is gone.
    pub(super) fn expire(&mut self, now: Timestamp) -> Count {
        let before = self.times.len();
        self.times.retain(|at| *at > now);
        if self.times.len() < before { self.less() } else { Count::Holds }
    }

    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        self.times.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn root(n: u128) -> EventId {
        EventId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn the_server_counts_once_a_thread_until_it_was_read() {
        let mut beneath = Beneath::of(0);
        assert_eq!(beneath.said(root(1), Said::Plain, None), Count::Unknown);
        beneath.recount(1, false);
        assert_eq!(beneath.said(root(1), Said::Plain, None), Count::Holds);
        assert_eq!(beneath.said(root(2), Said::Plain, None), Count::Unknown, "another thread");
        assert_eq!(beneath.said(root(1), Said::NamesMe, None), Count::Unknown, "it concerns one from now on");
        assert_eq!(beneath.said(root(1), Said::Mine, None), Count::Unknown, "who answers has read");
        beneath.recount(0, true);
        assert_eq!(beneath.said(root(2), Said::Plain, None), Count::Unknown, "nobody knows what was missed");
        assert_eq!(beneath.said(root(3), Said::Mine, None), Count::Holds, "there was nothing to read");
    }

    #[test]
    fn what_goes_at_its_time_is_counted_then() {
        let mut beneath = Beneath::of(1);
        let at = Timestamp::from_micros;
        let _ = beneath.said(root(1), Said::Plain, Some(at(5)));
        assert_eq!((beneath.expire(at(4)), beneath.next_expiry()), (Count::Holds, Some(at(5))));
        assert_eq!((beneath.expire(at(5)), beneath.next_expiry()), (Count::Unknown, None));
    }
}
