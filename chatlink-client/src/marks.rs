//! How far the person has read rooms and threads, until the server surely knows it: marks only rise, survive a lost line
//! and a restart, and are said again on the next line, because the server keeps them for a moment before it writes them down.

use crate::Strand;
use chatlink_protocol::{RoomId, Seq};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};
use tokio::sync::Notify;

/// What was read on this device and was not taken up yet. Saying it waits for nobody and loses nothing.
#[derive(Debug, Default)]
pub(crate) struct ReadHere {
    marks: Mutex<BTreeMap<Strand, Seq>>,
    told: Notify,
}

impl ReadHere {
    pub(crate) fn say(&self, strand: Strand, seq: Seq) {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = marks.entry(strand).or_default();
        *mark = seq.max(*mark);
        drop(marks);
        self.told.notify_one();
    }

    /// Waits until something was said.
    pub(crate) async fn told(&self) {
        self.told.notified().await;
    }

    pub(crate) fn take(&self) -> BTreeMap<Strand, Seq> {
        std::mem::take(&mut *self.marks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The marks that the server may not know yet.
#[derive(Debug, Default)]
pub(crate) struct ReadMarks {
    marks: BTreeMap<Strand, Mark>,
    changed: BTreeSet<Strand>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    seq: Seq,
    stands: Stands,
    /// An earlier line took it.
    taken_before: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    /// To be said.
    Due,
    /// It is being said, or waits to be said again.
    Underway,
    /// This line took it.
    Taken,
}

impl ReadMarks {
    /// The marks as they were kept.
    pub(crate) fn restore(kept: impl IntoIterator<Item = (Strand, Seq)>) -> Self {
        let mark = |(strand, seq)| (strand, Mark { seq, stands: Stands::Due, taken_before: false });
        Self { marks: kept.into_iter().map(mark).collect(), changed: BTreeSet::new() }
    }

    /// The marks of rooms, as the list shows them.
    pub(crate) fn of_rooms(&self) -> impl Iterator<Item = (RoomId, Seq)> {
        let main = |(strand, mark): (&Strand, &Mark)| strand.root.is_none().then_some((strand.room, mark.seq));
        self.marks.iter().filter_map(main)
    }

    #[cfg(test)]
    fn all(&self) -> impl Iterator<Item = (Strand, Seq)> {
        self.marks.iter().map(|(strand, mark)| (*strand, mark.seq))
    }

    /// The person has read up to there.
    pub(crate) fn read(&mut self, strand: Strand, seq: Seq) {
        let fresh = Mark { seq: Seq(0), stands: Stands::Due, taken_before: false };
        let mark = self.marks.entry(strand).or_insert(fresh);
        if seq <= mark.seq {
            return;
        }
        (mark.seq, mark.taken_before) = (seq, false);
        if mark.stands == Stands::Taken {
            mark.stands = Stands::Due;
        }
        self.changed.insert(strand);
    }

    /// What is to be said now. It counts as being said until [`taken`](Self::taken), [`failed`](Self::failed) or
    /// [`refused`](Self::refused).
    pub(crate) fn due(&mut self) -> Vec<(Strand, Seq)> {
        let due = self.marks.iter_mut().filter(|(_, mark)| mark.stands == Stands::Due);
        due.map(|(strand, mark)| {
            mark.stands = Stands::Underway;
            (*strand, mark.seq)
        })
        .collect()
    }

    /// The server took it: after the second line that did it needs no third.
    pub(crate) fn taken(&mut self, strand: Strand, seq: Seq) {
        let Some(mark) = self.marks.get_mut(&strand) else { return };
        match mark {
            Mark { seq: now, .. } if *now > seq => mark.stands = Stands::Due,
            Mark { taken_before: true, .. } => self.forget(strand),
            _ => mark.stands = Stands::Taken,
        }
    }

    /// No answer came, and it is time to say it again.
    pub(crate) fn failed(&mut self, strand: Strand) {
        if let Some(mark) = self.marks.get_mut(&strand) {
            mark.stands = Stands::Due;
        }
    }

    /// It is none of the person's.
    pub(crate) fn refused(&mut self, strand: Strand) {
        self.forget(strand);
    }

    /// The server knows that the person has read up to there.
    pub(crate) fn known(&mut self, strand: Strand, seq: Seq) {
        if self.marks.get(&strand).is_some_and(|mark| mark.seq <= seq) {
            self.forget(strand);
        }
    }

    /// Another line is up.
    pub(crate) fn line(&mut self) {
        for mark in self.marks.values_mut().filter(|mark| mark.stands == Stands::Taken) {
            *mark = Mark { stands: Stands::Due, taken_before: true, ..*mark };
        }
    }

    /// Seqs of another lineage say nothing.
    pub(crate) fn reset(&mut self) {
        self.changed.extend(std::mem::take(&mut self.marks).into_keys());
    }

    /// What is to be kept, or (`None`) not any more, since this was asked last.
    pub(crate) fn take_changed(&mut self) -> Vec<(Strand, Option<Seq>)> {
        let kept = |strand: Strand| (strand, self.marks.get(&strand).map(|mark| mark.seq));
        std::mem::take(&mut self.changed).into_iter().map(kept).collect()
    }

    fn forget(&mut self, strand: Strand) {
        if self.marks.remove(&strand).is_some() {
            self.changed.insert(strand);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ROOM: Strand = Strand { room: RoomId::from_uuid(Uuid::nil()), root: None };

    #[test]
    fn a_mark_rises_and_is_said_again_until_it_is_surely_known() {
        let mut marks = ReadMarks::default();
        marks.read(ROOM, Seq(5));
        marks.read(ROOM, Seq(3));
        assert_eq!(marks.take_changed(), [(ROOM, Some(Seq(5)))]);
        assert_eq!((marks.due(), marks.due()), (vec![(ROOM, Seq(5))], Vec::new()));
        marks.read(ROOM, Seq(7));
        marks.taken(ROOM, Seq(5));
        assert_eq!(marks.due(), [(ROOM, Seq(7))], "what was read meanwhile is said, too");
        marks.taken(ROOM, Seq(7));
        assert_eq!(marks.due(), []);
        marks.line();
        assert_eq!(marks.due(), [(ROOM, Seq(7))], "the server may have died with it");
        marks.taken(ROOM, Seq(7));
        assert_eq!((marks.take_changed(), marks.all().count()), (vec![(ROOM, None)], 0));
    }

    #[test]
    fn what_the_server_knows_is_not_said_and_what_failed_is() {
        let mut marks = ReadMarks::restore([(ROOM, Seq(5))]);
        let _ = marks.due();
        marks.failed(ROOM);
        assert_eq!(marks.due(), [(ROOM, Seq(5))]);
        marks.known(ROOM, Seq(4));
        assert_eq!(marks.all().count(), 1);
        marks.known(ROOM, Seq(5));
        assert_eq!(marks.all().count(), 0);
    }
}
