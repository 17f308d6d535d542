//! Migrations: forward only, each once, in one transaction under a lock.
//!
//! The list of those that ran is this store's own (`migrations` in its schema), so that it meets neither the host's nor
//! sqlx's. The lock is an advisory one of the transaction: it works behind a pooler of connections, too.

use sqlx::{AssertSqlSafe, PgConnection, Row as _};

/// The lock's number: "chatlink" as eight bytes.
const LOCK: i64 = i64::from_be_bytes(*b"chatlink");

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
}

impl From<sqlx::Error> for MigrateError {
    fn from(error: sqlx::Error) -> Self {
        // https://www.postgresql.org/docs/current/errcodes-appendix.html: insufficient_privilege
        let code = error.as_database_error().and_then(|error| error.code());
        if code.as_deref() == Some("42501") { Self::Forbidden(error) } else { Self::Postgres(error) }
    }
}

/// Runs what did not run yet. Where nothing is to run it needs no right but to read. The connection is not to be used
/// again when this fails.
pub(crate) async fn run(connection: &mut PgConnection, schema: &str) -> Result<(), MigrateError> {
    if pending(&mut *connection).await?.is_empty() {
        return Ok(());
    }
    sqlx::raw_sql(AssertSqlSafe(begin(schema))).execute(&mut *connection).await?;
    // Another node may have migrated while this one waited.
    for migration in pending(&mut *connection).await? {
        sqlx::raw_sql(migration.sql).execute(&mut *connection).await?;
        sqlx::raw_sql(AssertSqlSafe(note(&migration))).execute(&mut *connection).await?;
    }
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(())
}

/// What did not run yet, in its order.
pub(crate) async fn pending(connection: &mut PgConnection) -> Result<Vec<Migration>, MigrateError> {
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass('migrations') IS NOT NULL").fetch_one(&mut *connection).await?;
    if !there {
        return Ok(MIGRATIONS.to_vec());
    }
    let rows = sqlx::query("SELECT version, checksum FROM migrations").fetch_all(connection).await?;
    let mut ran = std::collections::BTreeMap::new();
    for row in rows {
        ran.insert(row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?);
    }
    let mut pending = Vec::new();
    for migration in MIGRATIONS {
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
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.migrations (
    version  bigint NOT NULL CONSTRAINT migrations_key PRIMARY KEY,
    name     text   NOT NULL,
    -- Of the words that ran.
    checksum bigint NOT NULL,
    ran_at   timestamptz NOT NULL DEFAULT now()
);"
    )
}

/// Writes down that it ran. Its name is a word of this file.
fn note(Migration { version, name, sql }: &Migration) -> String {
    format!("INSERT INTO migrations (version, name, checksum) VALUES ({version}, '{name}', {});", checksum(sql))
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
mod tests {
    use super::*;

    #[test]
    fn versions_rise_by_one() {
        let versions: Vec<_> = MIGRATIONS.iter().map(|migration| migration.version).collect();
        assert_eq!(versions, (1..=versions.len() as i64).collect::<Vec<_>>());
    }
}
