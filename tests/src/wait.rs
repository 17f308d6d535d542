//! Waiting: for what happens, never for time to pass, and never for ever.

use std::{future::Future, time::Duration};

/// How long anything may take that is not about speed. Long, because test machines are slow; nothing
/// waits that long when all is well.
pub const PATIENCE: Duration = Duration::from_secs(30);

const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// The result of `work`, which must be there in time.
pub async fn within<T>(limit: Duration, what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(limit, work).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: not within {limit:?}"),
    }
}

/// Looks again and again until there is something to see. For what nobody tells: a file, a mail.
pub async fn eventually<T, F>(what: &str, mut look: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let work = async {
        loop {
            if let Some(value) = look().await {
                return value;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    };
    within(PATIENCE, what, work).await
}

/// A client's own name for something: a UUIDv7, as clients make them.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "a test is a client: it has a clock of its own")]
pub fn fresh_id() -> String {
    uuid::Uuid::now_v7().to_string()
}
