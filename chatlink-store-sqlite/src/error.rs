//! SQLite's result codes as store errors.

use chatlink_core::StoreError;

/// What an error of sqlx means to the caller. Never a constraint that a verb expects: those are
/// looked at before.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    let code = match &error {
        sqlx::Error::Database(database) => database.code().and_then(|code| code.parse::<i32>().ok()),
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => {
            return StoreError::Unavailable(Box::new(error));
        }
        _ => None,
    };
    // https://sqlite.org/rescode.html: the low byte is the primary code.
    const IOERR_FSYNC: i32 = 1034;
    const IOERR_DIR_FSYNC: i32 = 1290;
    match code.map(|code| (code, code & 0xff)) {
        Some((IOERR_FSYNC | IOERR_DIR_FSYNC, _)) => StoreError::Lost(Box::new(error)),
        // BUSY, LOCKED, NOMEM, INTERRUPT, IOERR, CANTOPEN, PROTOCOL
        Some((_, 5 | 6 | 7 | 9 | 10 | 14 | 15)) => StoreError::Unavailable(Box::new(error)),
        Some((_, 13)) => StoreError::Full(Box::new(error)),
        _ => StoreError::Corrupt(Box::new(error)),
    }
}
