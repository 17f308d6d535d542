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
    Postgres(#[from] sqlx::Error),
    /// A migration ran here that had other words: this is not the database that it seems to be.
    #[error("migration {0} is not the one that ran on this database")]
    Changed(i64),
}

/// Runs what did not run yet. The connection is not to be used again when this fails.
pub(crate) async fn run(connection: &mut PgConnection, schema: &str) -> Result<(), MigrateError> {
    // One simple query: a transaction, the lock, and what is needed to ask what ran. The schema's name was checked.
    let begin = format!(
        "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({LOCK});
         CREATE SCHEMA IF NOT EXISTS {schema};
         CREATE TABLE IF NOT EXISTS {schema}.migrations (
             version  bigint NOT NULL CONSTRAINT migrations_key PRIMARY KEY,
             name     text   NOT NULL,
             -- Of the words that ran.
             checksum bigint NOT NULL,
             ran_at   timestamptz NOT NULL DEFAULT now()
         );"
    );
    sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut *connection).await?;
    let rows = sqlx::query("SELECT version, checksum FROM migrations").fetch_all(&mut *connection).await?;
    let mut ran = std::collections::BTreeMap::new();
    for row in rows {
        ran.insert(row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)?);
    }
    for migration in MIGRATIONS {
        let checksum = checksum(migration.sql);
        match ran.get(&migration.version) {
            Some(known) if *known == checksum => continue,
            Some(_) => return Err(MigrateError::Changed(migration.version)),
            None => {}
        }
        sqlx::raw_sql(migration.sql).execute(&mut *connection).await?;
        sqlx::query("INSERT INTO migrations (version, name, checksum) VALUES ($1, $2, $3)")
            .bind(migration.version)
            .bind(migration.name)
            .bind(checksum)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::raw_sql("COMMIT").execute(connection).await?;
    Ok(())
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
