//! How far everybody came: what a test waits for, and what it asks at the end.

use chatlink_protocol::RoomId;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Shared by all of a crew.
#[derive(Default)]
pub(crate) struct Progress(Mutex<State>);

/// What is known so far.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) writers: Vec<Written>,
    /// Of each reader and room: what it has without a hole.
    pub(crate) views: BTreeMap<(usize, RoomId), u64>,
    /// When what was acknowledged.
    told_at: HashMap<String, Instant>,
    /// The longest from an acknowledgement to a reader since it was asked.
    pub(crate) lag: Duration,
    /// The longest that anybody waited for an answer, or an error, of a server that was there.
    pub(crate) slowest: Duration,
    /// What was answered that was no success: how often.
    pub(crate) problems: BTreeMap<String, usize>,
}

/// What one writer did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) room: RoomId,
    pub(crate) home: usize,
    pub(crate) acknowledged: usize,
    pub(crate) unknown: usize,
    /// The last place.
    pub(crate) last: u64,
}

impl Progress {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn acknowledged(&self, writer: usize, client_id: &str, seq: u64) {
        let mut state = self.state();
        state.told_at.insert(client_id.to_owned(), Instant::now());
        let writer = &mut state.writers[writer];
        writer.acknowledged += 1;
        writer.last = seq;
    }

    pub(crate) fn unknown(&self, writer: usize) {
        self.state().writers[writer].unknown += 1;
    }

    pub(crate) fn seen(&self, reader: usize, room: RoomId, seq: u64, client_id: Option<&str>) {
        let mut state = self.state();
        state.views.insert((reader, room), seq);
        if let Some(told) = client_id.and_then(|name| state.told_at.get(name)) {
            state.lag = state.lag.max(told.elapsed());
        }
    }

    /// An answer took so long; `problem` if it was one.
    pub(crate) fn answered(&self, after: Duration, problem: Option<&str>) {
        let mut state = self.state();
        state.slowest = state.slowest.max(after);
        if let Some(problem) = problem {
            *state.problems.entry(problem.to_owned()).or_default() += 1;
        }
    }

    /// Waits until it is so, and answers how long that took. Panics with all that is known when it takes longer.
    pub(crate) async fn until(&self, limit: Duration, what: &str, so: impl Fn(&State) -> bool) -> Duration {
        let begin = Instant::now();
        while !so(&self.state()) {
            if begin.elapsed() > limit {
                let state = self.state();
                panic!(
                    "{what}: not within {limit:?}. Writers: {:#?}, views: {:?}, problems: {:?}",
                    state.writers, state.views, state.problems
                );
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        begin.elapsed()
    }
}
