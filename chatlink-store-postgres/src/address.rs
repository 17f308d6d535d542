//! Where a database is. What an address holds is repeated nowhere: a password may be in it.

use crate::OpenError;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// Parameters that are understood. sqlx writes others into the log, with what they say.
const PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// The longest name of a parameter that is repeated.
const LONGEST: usize = 32;

/// Reads `postgres://user:password@host/database?parameter=value`.
pub(crate) fn parse(url: &str) -> Result<PgConnectOptions, OpenError> {
    // sqlx reads any scheme as its own.
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(OpenError::Address(sqlx::Error::Configuration("not postgres://…".into())));
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    if query.contains('@') {
        // Else a piece of the password would be taken for the name of a parameter.
        let wrong = "a ? of a user or a password is %3F, an @ is %40";
        return Err(OpenError::Address(sqlx::Error::Configuration(wrong.into())));
    }
    let query = query.split('#').next().unwrap_or_default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, _) = pair.split_once('=').unwrap_or((pair, ""));
        if !PARAMETERS.contains(&name) && !is_option(name) {
            return Err(OpenError::Parameter(shown(name)));
        }
    }
    url.parse().map_err(OpenError::Address)
}

/// A setting of the session: `options[work_mem]`.
fn is_option(name: &str) -> bool {
    let inside = name.strip_prefix("options[").and_then(|rest| rest.strip_suffix(']'));
    inside.is_some_and(|name| !name.is_empty() && name.bytes().all(is_letter))
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// A name that looks like one; what does not may be anything.
fn shown(name: &str) -> String {
    let is_name = name.len() <= LONGEST && name.bytes().all(is_letter);
    if is_name { name.to_owned() } else { "(not a name)".to_owned() }
}

/// Whether what goes to and from the database could be read or changed on its way: it leaves this machine, and the
/// server need not show a certificate that is checked.
///
/// # Errors
/// The address.
pub fn is_exposed(url: &str) -> Result<bool, OpenError> {
    let options = parse(url)?;
    let host = options.get_host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_verified = matches!(options.get_ssl_mode(), PgSslMode::VerifyCa | PgSslMode::VerifyFull);
    Ok(!is_here && !is_verified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_is_not_known_is_refused_by_its_name() {
        for (query, name) in [
            ("passwort=hunter2", "passwort"),
            ("sslmode=disable&passwort=hunter2#x", "passwort"),
            ("pass%77ord=hunter2", "(not a name)"),
            ("hunter2hunter2hunter2hunter2hunter2=", "(not a name)"),
            ("options[hunter2 ]=1", "(not a name)"),
            ("sslmode=disable&&=hunter2", ""),
        ] {
            let error = parse(&format!("postgres://chat@db.example/chat?{query}")).unwrap_err();
            assert!(matches!(&error, OpenError::Parameter(known) if known == name), "{query}: {error:?}");
        }
        for good in ["", "?", "?sslmode=verify-full&sslrootcert=/etc/ca.pem", "?options[work_mem]=8MB&password=x"] {
            assert!(parse(&format!("postgres://chat@db.example/chat{good}")).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_piece_of_a_password_is_taken_for_no_name() {
        let error = parse("postgres://chat:x?hunter2=@db.example/chat").unwrap_err();
        assert!(matches!(error, OpenError::Address(_)));
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }

    #[test]
    fn what_leaves_the_machine_unchecked_is_exposed() {
        for here in ["localhost", "127.0.0.1:5432", "[::1]", "%2Frun%2Fpostgresql"] {
            assert!(!is_exposed(&format!("postgres://chat@{here}/chat")).unwrap(), "{here}");
        }
        assert!(!is_exposed("postgres:///chat?host=/run/postgresql").unwrap());
        let there = |mode: &str| is_exposed(&format!("postgres://chat@db.example/chat?sslmode={mode}")).unwrap();
        assert!(there("disable") && there("prefer") && there("require"));
        assert!(!there("verify-ca") && !there("verify-full"));
        assert!(is_exposed("postgres://chat@db.example/chat").unwrap(), "it would do without");
    }
}
