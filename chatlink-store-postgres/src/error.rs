//! PostgreSQL's error codes as store errors.

use chatlink_core::StoreError;

/// What an error of sqlx means to the caller. Never a constraint that a verb expects: those are looked at before.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(database) => match database.code().as_deref().map(kind) {
            Some(Kind::Away) => StoreError::Unavailable(Box::new(error)),
            Some(Kind::Full) => StoreError::Full(Box::new(error)),
            _ => StoreError::Corrupt(Box::new(error)),
        },
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::WorkerCrashed
        // A server that goes down in the middle of an answer.
        | sqlx::Error::Protocol(_) => StoreError::Unavailable(Box::new(error)),
        _ => StoreError::Corrupt(Box::new(error)),
    }
}

/// Whether the transaction lost against another one and may be tried again as it was.
pub(crate) fn is_again(error: &StoreError) -> bool {
    let StoreError::Unavailable(source) = error else { return false };
    let database = source.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    database.and_then(|database| database.code()).is_some_and(|code| matches!(&*code, "40001" | "40P01"))
}

enum Kind {
    Away,
    Full,
    Wrong,
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn kind(code: &str) -> Kind {
    match code {
        "53100" => Kind::Full,
        // A lock or a statement that took too long; a server that cannot be written to, a standby after a failover.
        "55P03" | "57014" | "25006" => Kind::Away,
        // An idle transaction that the server ended.
        "25P03" | "25P02" => Kind::Away,
        // Connections, resources, an operator's hand, the system below, and transactions that lost against others.
        _ if ["08", "53", "57", "58", "40"].iter().any(|class| code.starts_with(class)) => Kind::Away,
        _ => Kind::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_whether_to_wait_or_to_look() {
        for away in ["08006", "53300", "57P01", "57P03", "40P01", "40001", "55P03", "57014", "58030"] {
            assert!(matches!(kind(away), Kind::Away), "{away}");
        }
        assert!(matches!(kind("53100"), Kind::Full));
        for wrong in ["23505", "42P01", "22021", "XX001"] {
            assert!(matches!(kind(wrong), Kind::Wrong), "{wrong}");
        }
        assert!(matches!(store_error(sqlx::Error::PoolTimedOut), StoreError::Unavailable(_)));
        assert!(!is_again(&store_error(sqlx::Error::PoolTimedOut)), "whether it was committed is not known");
    }
}
