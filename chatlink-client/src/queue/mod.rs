//! The send queue as a pure state machine: first in, first out in each room; what fails for a while is tried again, what
//! is refused is shown and may be retried or cancelled; what changes a message waits for it, and dies with it.
//!
//! It asks for nothing and waits for nothing. Every change that must survive is noted as a [`Write`], and whoever runs
//! the queue writes those before it sends anything.

mod act;
#[cfg(test)]
mod tests;

pub use act::{Act, Decision, NewCorrection, NewMessage, Target};

use crate::Strand;
use chatlink_protocol::{ClientId, EventId, Problem, RoomId, Seq, frame::Command};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most that may wait.
pub const MAX_JOBS: usize = 500;

/// Something that waits to be sent. What is said here of a message holds for edits and reactions, too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its name: of a message the `client_id`, made and kept before the first try, so that a repetition is the same one.
    pub id: ClientId,
    /// Where to.
    pub room_id: RoomId,
    /// Its turn.
    pub(crate) place: u64,
    /// What is done.
    pub act: Act,
    /// How it stands.
    pub state: JobState,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its turn and was never tried.
    Waiting,
    /// It was tried, and whether it arrived is not known.
    Tried,
    /// It was refused; the problem is there where the server gave one. It waits for a person.
    Failed(Option<Box<Problem>>),
}

/// What became of a wish to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It is gone, and all that was to change it.
    Yes,
    /// It may have arrived: only taking it back for all helps now.
    MayBeSent,
    /// There is none of this name: sent meanwhile, or cancelled before.
    Unknown,
}

/// How a try went.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is in the timeline, a message under this id.
    Done(Option<EventId>),
    /// The wire or the server failed.
    Later,
    /// It was judged.
    Refused(Option<Box<Problem>>),
}

/// A change that must survive.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// This is how it stands now.
    Put(Job),
    /// It is no more.
    Delete(ClientId),
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub struct SendQueue {
    /// By place.
    jobs: BTreeMap<u64, Job>,
    /// Rooms of which one is under way, and which.
    underway: BTreeMap<RoomId, Underway>,
    /// Messages that have their place in the timeline and are not shown there yet.
    arriving: BTreeMap<ClientId, Arriving>,
    writes: Vec<Write>,
}

/// The place of a message that arrives.
#[derive(Clone, Copy, Debug)]
struct Arriving {
    event: EventId,
    seq: Seq,
}

/// One that is under way, and how it stood before.
#[derive(Clone, Debug)]
struct Underway {
    id: ClientId,
    was: JobState,
}

impl SendQueue {
    /// The queue as it was kept.
    #[must_use]
    pub fn restore(jobs: Vec<Job>) -> Self {
        let jobs = jobs.into_iter().take(MAX_JOBS).map(|job| (job.place, job)).collect();
        Self { jobs, ..Self::default() }
    }

    /// What waits, in its order.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.jobs.values()
    }

    /// Takes something over. `false`: as many wait as may wait, or the message that it changes is not here any more.
    #[must_use]
    pub fn enqueue(&mut self, id: ClientId, room_id: RoomId, mut act: Act) -> bool {
        if let Some(Target::Queued(message)) = act.target()
            && let Some(arriving) = self.arriving.get(&message)
        {
            act.aim(arriving.event);
        }
        let orphan = matches!(act.target(), Some(Target::Queued(message)) if self.place_of(message).is_none());
        if self.jobs.len() >= MAX_JOBS || orphan || self.place_of(id).is_some() {
            return false;
        }
        let place = self.next_place();
        self.put(Job { id, room_id, place, act, state: JobState::Waiting });
        true
    }

    /// What may be tried now: of each room the first one that waits, if none of it is under way. It is under way from now on.
    pub fn begin(&mut self) -> Vec<Job> {
        let mut begun = Vec::new();
        let mut passed = BTreeSet::new();
        let ready: Vec<u64> =
            self.jobs.values().filter(|job| self.is_next(job, &mut passed)).map(|job| job.place).collect();
        for place in ready {
            let Some(job) = self.jobs.get_mut(&place) else { continue };
            let was = std::mem::replace(&mut job.state, JobState::Tried);
            self.underway.insert(job.room_id, Underway { id: job.id, was });
            self.writes.push(Write::Put(job.clone()));
            begun.push(job.clone());
        }
        begun
    }

    /// Whether it is its turn. Failed ones hold up nobody but what is to change them.
    fn is_next(&self, job: &Job, passed: &mut BTreeSet<RoomId>) -> bool {
        let waits_for_another = matches!(job.act.target(), Some(Target::Queued(_)));
        if matches!(job.state, JobState::Failed(_)) || waits_for_another || self.arriving.contains_key(&job.id) {
            return false;
        }
        passed.insert(job.room_id) && !self.underway.contains_key(&job.room_id)
    }

    /// This one was begun and yet not tried: it stands as it stood before.
    pub fn hold_back(&mut self, id: ClientId) {
        let held = self.underway.iter().find(|(_, underway)| underway.id == id).map(|(room, _)| *room);
        let Some(Underway { was, .. }) = held.and_then(|room| self.underway.remove(&room)) else { return };
        if let Some(place) = self.place_of(id) {
            self.change(place, |job| job.state = was);
        }
    }

    /// A try of this one ended.
    pub fn settle(&mut self, id: ClientId, outcome: Outcome) {
        self.underway.retain(|_, underway| underway.id != id);
        let Some(place) = self.place_of(id) else { return };
        match outcome {
            Outcome::Later => {}
            Outcome::Done(event) => {
                self.remove(place);
                if let Some(event) = event {
                    self.resolve(id, event);
                }
            }
            Outcome::Refused(problem) => self.change(place, |job| job.state = JobState::Failed(problem)),
        }
    }

    /// The message has its place in the timeline. It stays here until it is [shown](Self::arrived) there, so that it can be seen
    /// at every moment; what waited for it, or behind it, goes on.
    pub fn acknowledge(&mut self, id: ClientId, event: EventId, seq: Seq) {
        self.underway.retain(|_, underway| underway.id != id);
        let Some(place) = self.place_of(id) else { return };
        self.arriving.insert(id, Arriving { event, seq });
        self.resolve(id, event);
        self.change(place, |job| job.state = JobState::Tried);
    }

    /// Places of another lineage are none: what waits to be shown is sent again.
    pub fn forget_places(&mut self) {
        self.arriving.clear();
    }

    /// Messages that have their place and are not shown there yet: of each its name, where it stands and its seq.
    pub fn arriving(&self) -> impl Iterator<Item = (ClientId, Strand, Seq)> {
        let job = |(id, arriving): (&ClientId, &Arriving)| {
            let job = self.jobs.values().find(|job| job.id == *id)?;
            let strand = job.act.stands_in(job.room_id).unwrap_or_else(|| job.room_id.into());
            Some((*id, strand, arriving.seq))
        };
        self.arriving.iter().filter_map(job)
    }

    /// The message is shown in the timeline, or nobody looks.
    pub fn arrived(&mut self, id: ClientId) {
        self.arriving.remove(&id);
        if let Some(place) = self.place_of(id) {
            self.remove(place);
        }
    }

    /// Tries a refused one again, after those that were written since; what is to change it comes after it.
    pub fn retry(&mut self, id: ClientId) {
        let Some(place) = self.place_of(id) else { return };
        if !self.jobs.get(&place).is_some_and(|job| matches!(job.state, JobState::Failed(_))) {
            return;
        }
        for place in std::iter::once(place).chain(self.changes_of(id)) {
            let next = self.next_place();
            let Some(mut job) = self.jobs.remove(&place) else { continue };
            if job.id == id {
                job.state = JobState::Waiting;
            }
            self.put(Job { place: next, ..job });
        }
    }

    /// Cancels it, if it surely did not arrive, with all that was to change it.
    pub fn cancel(&mut self, id: ClientId) -> Cancelled {
        let Some(place) = self.place_of(id) else { return Cancelled::Unknown };
        if self.jobs.get(&place).is_some_and(|job| job.state == JobState::Tried) {
            return Cancelled::MayBeSent;
        }
        for place in std::iter::once(place).chain(self.changes_of(id)) {
            self.remove(place);
        }
        Cancelled::Yes
    }

    /// What must be written before anything is sent.
    pub fn take_writes(&mut self) -> Vec<Write> {
        std::mem::take(&mut self.writes)
    }

    /// The message has its place: what waited to change it knows it from now on.
    fn resolve(&mut self, id: ClientId, event: EventId) {
        for place in self.changes_of(id) {
            self.change(place, |job| job.act.aim(event));
        }
    }

    fn changes_of(&self, id: ClientId) -> Vec<u64> {
        let of = |job: &&Job| job.act.target() == Some(Target::Queued(id));
        self.jobs.values().filter(of).map(|job| job.place).collect()
    }

    fn place_of(&self, id: ClientId) -> Option<u64> {
        self.jobs.values().find(|job| job.id == id).map(|job| job.place)
    }

    fn next_place(&self) -> u64 {
        self.jobs.last_key_value().map_or(1, |(place, _)| place + 1)
    }

    fn put(&mut self, job: Job) {
        self.writes.push(Write::Put(job.clone()));
        self.jobs.insert(job.place, job);
    }

    fn change(&mut self, place: u64, f: impl FnOnce(&mut Job)) {
        if let Some(job) = self.jobs.get_mut(&place) {
            f(job);
            self.writes.push(Write::Put(job.clone()));
        }
    }

    fn remove(&mut self, place: u64) {
        if let Some(job) = self.jobs.remove(&place) {
            self.writes.push(Write::Delete(job.id));
        }
    }
}

impl Job {
    /// The frame that does it; `None` as long as the message that it changes has no place.
    #[must_use]
    pub fn command(&self) -> Option<Command> {
        self.act.command(self.room_id, self.id)
    }
}
