//! What is to be read in one room: what the server counted, and what came since, one by one.

use chatlink_protocol::{EventId, Seq, Timestamp};
use std::collections::BTreeMap;

/// Counted up to here, as the server does.
const CAP: u32 = 100;
/// Messages that are known one by one; older ones are counted only.
const MAX_KNOWN: usize = 128;

/// A message to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToRead {
    pub(super) id: EventId,
    pub(super) mentions: bool,
    pub(super) expires_at: Option<Timestamp>,
}

/// Messages to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Unread {
    /// So many up to `counted_to`, which are not known one by one.
    counted: u32,
    mentions: u32,
    counted_to: Seq,
    known: BTreeMap<Seq, ToRead>,
}

/// Whether the count still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Count {
    Holds,
    /// Something changed among what is not known one by one: the server must count again.
    Unknown,
}

impl Unread {
    /// As the server counted up to there.
    pub(super) fn counted(unread: u32, mentions: u32, counted_to: Seq) -> Self {
        Self { counted: unread, mentions, counted_to, known: BTreeMap::new() }
    }

    /// How many, and how many of them name the reader.
    pub(super) fn count(&self) -> (u32, u32) {
        let sum = |counted: u32, known: usize| counted.saturating_add(u32::try_from(known).unwrap_or(CAP)).min(CAP);
        let naming = self.known.values().filter(|message| message.mentions).count();
        (sum(self.counted, self.known.len()), sum(self.mentions, naming))
    }

    pub(super) fn add(&mut self, seq: Seq, message: ToRead) {
        self.known.insert(seq, message);
        if self.known.len() > MAX_KNOWN
            && let Some((seq, oldest)) = self.known.pop_first()
        {
            self.counted += 1;
            self.mentions += u32::from(oldest.mentions);
            self.counted_to = self.counted_to.max(seq);
        }
    }

    /// Everything up to there was read.
    pub(super) fn read(&mut self, seq: Seq) -> Count {
        self.known.retain(|known, _| *known > seq);
        if seq < self.counted_to && self.counted > 0 {
            return Count::Unknown;
        }
        (self.counted, self.mentions) = (0, 0);
        Count::Holds
    }

    /// This message is gone, read or not.
    pub(super) fn gone(&mut self, id: EventId) -> Count {
        let found = self.known.iter().find(|(_, message)| message.id == id).map(|(seq, _)| *seq);
        match found.and_then(|seq| self.known.remove(&seq)) {
            None if self.counted > 0 => Count::Unknown,
            _ => Count::Holds,
        }
    }

    /// Whether something went because its time had come.
    pub(super) fn expire(&mut self, now: Timestamp) -> bool {
        let before = self.known.len();
        self.known.retain(|_, message| message.expires_at.is_none_or(|at| at > now));
        self.known.len() < before
    }

    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        self.known.values().filter_map(|message| message.expires_at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn to_read(n: u64) -> ToRead {
        ToRead { id: EventId::from_uuid(Uuid::from_u128(u128::from(n))), mentions: n == 7, expires_at: None }
    }

    #[test]
    fn what_is_known_goes_one_by_one_and_what_is_only_counted_is_asked_for() {
        let mut unread = Unread::counted(2, 0, Seq(5));
        unread.add(Seq(6), to_read(6));
        unread.add(Seq(7), to_read(7));
        assert_eq!(unread.count(), (4, 1));
        assert_eq!(unread.gone(to_read(7).id), Count::Holds);
        assert_eq!(unread.count(), (3, 0));
        assert_eq!((unread.gone(to_read(3).id), unread.read(Seq(4))), (Count::Unknown, Count::Unknown));
        assert_eq!((unread.read(Seq(5)), unread.count()), (Count::Holds, (1, 0)));
    }

    #[test]
    fn what_is_known_is_bounded_and_the_count_is_capped() {
        let mut unread = Unread::default();
        (1..1_000).for_each(|seq| unread.add(Seq(seq), to_read(seq)));
        assert_eq!((unread.known.len(), unread.count().0), (MAX_KNOWN, CAP));
        assert_eq!((unread.read(Seq(999)), unread.count()), (Count::Holds, (0, 0)));
    }
}
