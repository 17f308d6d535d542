//! A store that wraps another one and keeps a journal of every event: a line of JSON each.

mod ports;

use chatlink::{
    Store,
    timeline::{Appended, Outcome},
};
use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

/// The store inside, and where its journal goes.
pub(crate) struct JournalStore {
    inner: Arc<dyn Store>,
    journal: Mutex<Box<dyn Write + Send>>,
}

impl JournalStore {
    /// Keeps everything in `inner`, and writes what is said into `journal` once it is committed.
    pub(crate) fn new(inner: Arc<dyn Store>, journal: impl Write + Send + 'static) -> Self {
        Self { inner, journal: Mutex::new(Box::new(journal)) }
    }

    fn inner(&self) -> &dyn Store {
        self.inner.as_ref()
    }

    /// After the commit, never before it: a line says that it happened. A crash in between, or a journal that
    /// cannot be written, loses lines and no messages.
    fn note(&self, appended: &Appended) {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        for outcome in &appended.outcomes {
            if let Outcome::Appended(event) = outcome {
                let line = serde_json::to_string(event).unwrap_or_default();
                let _ = writeln!(journal, "{line}");
            }
        }
    }
}
