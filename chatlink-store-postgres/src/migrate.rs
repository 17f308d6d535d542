//! Migrations: forward only, each once, in one transaction under a lock.
//!
//! The list of those that ran is this store's own (`migrations` in its schema), so that it meets neither the host's nor
//! sqlx's. The lock is an advisory one of the transaction: it works behind a pooler of connections, too.
//!
//! Whoever changes a table waits for the transactions that look at it, a backup's among them, and everybody who comes after
//! waits behind him. So a migration waits for a moment only, undoes all of it, lets the others go on, and tries again.

use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use std::{fmt, time::Duration};
use tokio::time::{Instant, sleep};

/// The lock's number: "chatlink" as eight bytes.
const LOCK: i64 = i64::from_be_bytes(*b"chatlink");

/// The longest that a migration waits for a table, and others' statements on that table behind it.
const MOMENT: Duration = Duration::from_secs(1);
/// Between two tries: at first, and at the longest.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(8));

/// A step from one version of the schema to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its number, from 1 on.
    pub version: i64,
    /// What it is about.
    pub name: &'static str,
    /// Its SQL; names in it have no schema.
    pub sql: &'static str,
}

/// All of them.
const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "initial", sql: include_str!("../migrations/0001_initial.sql") },
    Migration { version: 2, name: "shown", sql: include_str!("../migrations/0002_shown.sql") },
    Migration { version: 3, name: "room_pictures", sql: include_str!("../migrations/0003_room_pictures.sql") },
    Migration { version: 4, name: "inbox", sql: include_str!("../migrations/0004_inbox.sql") },
    Migration { version: 5, name: "arrival", sql: include_str!("../migrations/0005_arrival.sql") },
    Migration { version: 6, name: "reported_words", sql: include_str!("../migrations/0006_reported_words.sql") },
    Migration { version: 7, name: "swaths", sql: include_str!("../migrations/0007_swaths.sql") },
    Migration { version: 8, name: "first_at", sql: include_str!("../migrations/0008_first_at.sql") },
    Migration { version: 9, name: "service_tokens", sql: include_str!("../migrations/0009_service_tokens.sql") },
    Migration { version: 10, name: "webhooks", sql: include_str!("../migrations/0010_webhooks.sql") },
    Migration { version: 11, name: "sixes", sql: include_str!("../migrations/0011_sixes.sql") },
];

/// Every migration in its order, to be read or printed before it runs.
pub fn migrations() -> &'static [Migration] {
    MIGRATIONS
}

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database said no.
    #[error("a migration did not run")]
    Postgres(#[source] sqlx::Error),
    /// There is something to be migrated, and this role may not do it.
    #[error("this role may not make or change the schema, which is not of this version")]
    Forbidden(#[source] sqlx::Error),
    /// A migration ran here that had other words: this is not the database that it seems to be.
    #[error("migration {0} is not the one that ran on this database")]
    Changed(i64),
    /// Somebody's transaction held what a migration changes, all the time that was given. Nothing was changed.
    #[error("a table that migration {version} changes is held by {holder}: let that end, or end it, and start again")]
    Held {
        /// The migration.
        version: i64,
        /// By whom.
        holder: Holder,
    },
}

impl From<sqlx::Error> for MigrateError {
    fn from(error: sqlx::Error) -> Self {
        // https://www.postgresql.org/docs/current/errcodes-appendix.html: insufficient_privilege
        let code = error.as_database_error().and_then(|error| error.code());
        if code.as_deref() == Some("42501") { Self::Forbidden(error) } else { Self::Postgres(error) }
    }
}

/// Whose transaction is in the way of a migration, as far as the server tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The server's process that works for it.
    pub pid: Option<i32>,
    /// What its client calls itself.
    pub application: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.pid, self.application.as_deref().filter(|name| !name.is_empty())) {
            (Some(pid), Some(name)) => write!(f, "the transaction of process {pid} ({name})"),
            (Some(pid), None) => write!(f, "the transaction of process {pid}"),
            (None, _) => f.write_str("somebody's transaction"),
        }
    }
}

/// Runs what did not run yet, for as long as `within` against transactions that are in its way. The connection is not to be
/// used again when this fails. Where nothing is to run it needs no right but to read.
pub(crate) async fn run(connection: &mut PgConnection, schema: &str, within: Duration) -> Result<(), MigrateError> {
    all_of(MIGRATIONS, connection, schema, within).await
}

async fn all_of(
    migrations: &[Migration],
    connection: &mut PgConnection,
    schema: &str,
    within: Duration,
) -> Result<(), MigrateError> {
    if pending(migrations, connection).await?.is_empty() {
        return Ok(());
    }
    let (begin, (mut pause, longest)) = (Instant::now(), PAUSES);
    loop {
        let (version, error) = match try_all(migrations, connection, schema).await {
            Ok(()) => return Ok(()),
            Err(Undone { version: Some(version), error: MigrateError::Postgres(error) }) if is_held(&error) => {
                (version, error)
            }
            Err(Undone { error, .. }) => return Err(error),
        };
        sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await?;
        let holder = holder(connection).await?;
        if begin.elapsed() + pause > within {
            return Err(MigrateError::Held { version, holder });
        }
        tracing::warn!(version, %holder, %error, "a table that a migration changes is held: it lets others go on, and tries again");
        sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

/// Why nothing was changed, and by which migration.
struct Undone {
    version: Option<i64>,
    error: MigrateError,
}

impl<E: Into<MigrateError>> From<E> for Undone {
    fn from(error: E) -> Self {
        Self { version: None, error: error.into() }
    }
}

/// Runs what did not run yet, in one transaction.
async fn try_all(migrations: &[Migration], connection: &mut PgConnection, schema: &str) -> Result<(), Undone> {
    sqlx::raw_sql(AssertSqlSafe(begin(schema))).execute(&mut *connection).await?;
    // Another node may have migrated while this one waited.
    for migration in pending(migrations, &mut *connection).await? {
        let done = one(&migration, connection).await;
        done.map_err(|error| Undone { version: Some(migration.version), error: error.into() })?;
    }
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(())
}

/// What of these did not run yet, in its order.
pub(crate) async fn pending(
    migrations: &[Migration],
    connection: &mut PgConnection,
) -> Result<Vec<Migration>, MigrateError> {
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass('migrations') IS NOT NULL").fetch_one(&mut *connection).await?;
    if !there {
        return Ok(migrations.to_vec());
    }
    let rows = sqlx::query("SELECT version, checksum FROM migrations").fetch_all(connection).await?;
    let mut ran = std::collections::BTreeMap::new();
    for row in rows {
        ran.insert(row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?);
    }
    let mut pending = Vec::new();
    for migration in migrations {
        match ran.get(&migration.version) {
            Some(known) if *known == checksum(migration.sql) => {}
            Some(_) => return Err(MigrateError::Changed(migration.version)),
            None => pending.push(*migration),
        }
    }
    Ok(pending)
}

/// The SQL that [`run`] would run for these, to be read and run by hand.
pub(crate) fn script(schema: &str, pending: &[Migration]) -> String {
    let mut script = begin(schema) + &format!("\nSET LOCAL search_path = {schema};\n");
    for migration in pending {
        let Migration { version, name, sql } = migration;
        script += &format!("\n-- {version}: {name}\n{}\n{}\n", sql.trim_end(), note(migration));
    }
    script + "\nCOMMIT;\n"
}

/// One simple query: a transaction, the lock, and what is needed to ask what ran. The schema's name was checked.
fn begin(schema: &str) -> String {
    format!(
        "BEGIN;
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = 0;
SELECT pg_advisory_xact_lock({LOCK});
SET LOCAL lock_timeout = {};
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.migrations (
    version  bigint NOT NULL CONSTRAINT migrations_key PRIMARY KEY,
    name     text   NOT NULL,
    -- Of the words that ran.
    checksum bigint NOT NULL,
    ran_at   timestamptz NOT NULL DEFAULT now()
);",
        MOMENT.as_millis()
    )
}

/// Writes down that it ran. Its name is a word of this file.
fn note(Migration { version, name, sql }: &Migration) -> String {
    format!("INSERT INTO migrations (version, name, checksum) VALUES ({version}, '{name}', {});", checksum(sql))
}

async fn one(migration: &Migration, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(migration.sql).execute(&mut *connection).await?;
    sqlx::raw_sql(AssertSqlSafe(note(migration))).execute(connection).await?;
    Ok(())
}

/// Whether a lock was not to be had: in time, or at all as the other one waits for this one's.
fn is_held(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| matches!(&*code, "55P03" | "40P01"))
}

/// The oldest of the transactions that hold a table of this schema.
async fn holder(connection: &mut PgConnection) -> Result<Holder, sqlx::Error> {
    let oldest = "SELECT l.pid, a.application_name FROM pg_locks l
         JOIN pg_class c ON l.relation = c.oid AND c.relnamespace = to_regnamespace(current_schema())
         LEFT JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND l.pid <> pg_backend_pid()
         ORDER BY a.xact_start, l.pid LIMIT 1";
    let row = sqlx::query(oldest).fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(Holder::default()) };
    Ok(Holder { pid: row.try_get(0)?, application: row.try_get(1)? })
}

/// Whether the newest of this version's migrations ran, and none of a later one.
pub(crate) async fn is_done(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass('migrations') IS NOT NULL").fetch_one(&mut *connection).await?;
    if !there {
        return Ok(false);
    }
    let newest: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM migrations").fetch_one(connection).await?;
    Ok(newest == MIGRATIONS.last().map(|migration| migration.version))
}

/// FNV-1a of 64 bits: tells a changed file, not a forged one.
fn checksum(sql: &str) -> i64 {
    let hash = sql
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    i64::from_le_bytes(hash.to_le_bytes())
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;
