//! What was answered: every exchange of a test, for the questions that are asked at its end.

use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// `GET` …
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The answer's status.
    pub status: u16,
    /// The answer's media type; empty where there is no body.
    pub media: String,
    /// The answer's body; null where it is no JSON.
    pub body: Value,
}

/// Collects exchanges; clones share them.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Exchange>>>);

impl Recorder {
    /// Notes one.
    pub fn note(&self, exchange: Exchange) {
        self.lock().push(exchange);
    }

    /// All of them, in the order of their answers.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Exchange>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
