//! Connecting: the settings of every connection, and what is asked of the server.

use crate::{Migration, PostgresStore, migrate::MigrateError};
use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

/// The oldest server, as `server_version_num` tells it.
const OLDEST: i64 = 150_000;

/// Statements that a connection keeps prepared: all there are.
const STATEMENTS: usize = 500;

/// How long a connection may be idle without being asked whether it still is one.
const IDLE: Duration = Duration::from_secs(1);

/// The longest name of a schema that PostgreSQL does not cut.
const LONGEST_NAME: usize = 63;

/// How a database is connected to.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    schema: String,
    application_name: String,
    writers: u32,
    readers: u32,
    patience: Duration,
    answer_within: Duration,
    idle_within: Duration,
    read_timeout: Duration,
    write_timeout: Duration,
    migrate_within: Duration,
}

/// Why a database could not be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address is not one.
    #[error("the database's address cannot be read")]
    Address(#[source] sqlx::Error),
    /// The address has a parameter that is none. What it says is not repeated.
    #[error("the database's address has a parameter that is not known: {0}")]
    Parameter(String),
    /// The schema's name is not one of small letters, digits and underscores.
    #[error("a schema's name is 1 to 63 small letters, digits and underscores, and begins with none of the digits")]
    Schema,
    /// The server did not answer, or said no.
    #[error("the database cannot be opened")]
    Postgres(#[from] sqlx::Error),
    /// The server is too old.
    #[error("PostgreSQL {0} is too old: 15 is the oldest that is supported")]
    TooOld(String),
    /// The server does not keep what it acknowledges, or does not store every character.
    #[error("the server's setting {0} is {1}: {2} is needed")]
    Setting(&'static str, String, &'static str),
    /// A migration did not run.
    #[error("the database cannot be brought to this version's schema")]
    Migrate(#[from] MigrateError),
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            schema: "chatlink".to_owned(),
            application_name: "chatlink".to_owned(),
            writers: 16,
            readers: 16,
            patience: Duration::from_secs(3),
            answer_within: Duration::from_secs(6),
            idle_within: Duration::from_secs(4),
            read_timeout: Duration::from_secs(3),
            write_timeout: Duration::from_secs(30),
            migrate_within: Duration::from_secs(300),
        }
    }
}

impl PostgresOptions {
    /// The defaults, each named at its setting.
    pub fn new() -> Self {
        Self::default()
    }

    /// The schema that everything is in; default `chatlink`. Another schema is another community.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = schema.into();
        self
    }

    /// How the connections are called in `pg_stat_activity`; default `chatlink`.
    #[must_use]
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = name.into();
        self
    }

    /// How many connections write at most; default 16.
    #[must_use]
    pub fn writers(mut self, writers: u32) -> Self {
        self.writers = writers.max(1);
        self
    }

    /// How many connections read at most, beside those that write; default 16.
    #[must_use]
    pub fn readers(mut self, readers: u32) -> Self {
        self.readers = readers.max(1);
        self
    }

    /// How long a call waits for a connection of its pool, and a statement for a lock; default 3 s.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long a call waits for its transaction; default 6 s. One that takes longer goes on to its end and is answered
    /// as [`Unavailable`](chatlink_core::StoreError::Unavailable): the same call, repeated, finds what became of it.
    #[must_use]
    pub fn answer_within(mut self, time: Duration) -> Self {
        self.answer_within = time;
        self
    }

    /// How long a transaction may wait for its node's next word; default 4 s. Then the server ends it, and what it has
    /// locked is free for others: its node is not there any more, or hangs.
    #[must_use]
    pub fn idle_within(mut self, time: Duration) -> Self {
        self.idle_within = time;
        self
    }

    /// How long a statement that reads may take; default 3 s.
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// How long a statement that writes may take; default 30 s.
    #[must_use]
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.write_timeout = timeout;
        self
    }

    /// How long [`PostgresStore::migrate`] tries to get at tables that somebody's transaction holds; default 5 minutes. Each
    /// try waits for a second at most, so that the statements of others go on.
    #[must_use]
    pub fn migrate_within(mut self, time: Duration) -> Self {
        self.migrate_within = time;
        self
    }

    /// The settings of a connection. What is asked for in the address comes first, so that these stand.
    fn connection(&self, url: &str, reads: bool) -> Result<PgConnectOptions, OpenError> {
        let millis = |time: Duration| time.as_millis().to_string();
        let timeout = if reads { self.read_timeout } else { self.write_timeout };
        let read_only = if reads { "on" } else { "off" };
        let options = crate::address::parse(url)?.application_name(&self.application_name).disable_statement_logging();
        Ok(options.statement_cache_capacity(STATEMENTS).options([
            ("search_path", self.schema.clone()),
            ("default_transaction_read_only", read_only.to_owned()),
            ("default_transaction_isolation", "read committed".to_owned()),
            ("statement_timeout", millis(timeout)),
            ("lock_timeout", millis(self.patience)),
            ("idle_in_transaction_session_timeout", millis(self.idle_within)),
            ("client_min_messages", "warning".to_owned()),
            // What it writes it notes for the index of search itself (migration 7).
            ("chatlink.notes", "own".to_owned()),
            // A draw or a page costs less than compiling it.
            ("jit", "off".to_owned()),
        ]))
    }

    fn pool(&self, size: u32) -> PgPoolOptions {
        PgPoolOptions::new()
            .max_connections(size)
            .acquire_timeout(self.patience)
            .idle_timeout(Duration::from_secs(600))
            .max_lifetime(Duration::from_secs(1800))
            // One in use a moment ago is there; one that was idle may be of a server that is gone.
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
    }

    fn check(&self) -> Result<(), OpenError> {
        if is_schema(&self.schema) { Ok(()) } else { Err(OpenError::Schema) }
    }
}

/// Whether it is the name of a schema that needs no quotes: 1 to 63 small letters, digits and underscores, no digit first.
pub fn is_schema(name: &str) -> bool {
    let mut letters = name.chars();
    let first = letters.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
    let rest = letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    first && rest && name.len() <= LONGEST_NAME
}

impl PostgresStore {
    /// Connects to the database at `url` (`postgres://user:password@host/database`) and asks whether the server keeps
    /// its promises. Writes nothing: [`migrate`](Self::migrate) makes and renews the schema.
    ///
    /// # Errors
    /// The address, the schema's name, the server, its version or a setting of it.
    pub async fn connect(url: &str, options: PostgresOptions) -> Result<Self, OpenError> {
        options.check()?;
        let writers = options.pool(options.writers).connect_with(options.connection(url, false)?).await?;
        // None is opened before somebody reads.
        let readers = options.pool(options.readers).connect_lazy_with(options.connection(url, true)?);
        check(&writers).await?;
        Ok(Self {
            writers,
            readers,
            schema: options.schema,
            answer_within: options.answer_within,
            // A statement is ended by the server, and some may follow it.
            end_within: options.write_timeout.saturating_mul(2),
            migrate_within: options.migrate_within,
        })
    }

    /// Makes the schema, or brings it up to date. Nodes that start together take turns; what ran before does not run
    /// again. Everything happens in one transaction: who is killed in the middle leaves nothing of it. Transactions that hold
    /// a table, however long, are waited for without holding up anybody else, for [as long](PostgresOptions::migrate_within)
    /// as was given. Where nothing is to be done the right to read is enough.
    ///
    /// # Errors
    /// The database, a migration that is not the one that ran here before, or a table that is not let go.
    pub async fn migrate(&self) -> Result<(), OpenError> {
        let mut connection = self.writers.acquire().await?;
        // The connection may be left in the middle: it is not used again.
        let (schema, within) = (self.schema.clone(), self.migrate_within);
        let work = async move {
            let done = crate::migrate::run(&mut connection, &schema, within).await;
            drop(connection.detach());
            done
        };
        tokio::spawn(work).await.unwrap_or_else(|panic| Err(sqlx::Error::Io(std::io::Error::other(panic)).into()))?;
        Ok(())
    }

    /// What [`migrate`](Self::migrate) would run now, in its order.
    ///
    /// # Errors
    /// The database, or a migration that is not the one that ran here before.
    pub async fn pending(&self) -> Result<Vec<Migration>, OpenError> {
        let mut connection = self.readers.acquire().await?;
        Ok(crate::migrate::pending(crate::migrations(), &mut connection).await?)
    }

    /// The SQL that [`migrate`](Self::migrate) would run for these, as one transaction: for whoever reads it first, or
    /// has it run by somebody else. Once it ran there is nothing to migrate.
    pub fn script(&self, pending: &[Migration]) -> String {
        crate::migrate::script(&self.schema, pending)
    }

    /// How many connections to this database but the one that asks call themselves that: nodes that serve are `chatlink`,
    /// unless the host [says otherwise](PostgresOptions::application_name). Those of this store count, and those of other
    /// schemas.
    ///
    /// # Errors
    /// The database.
    pub async fn connections_named(&self, application_name: &str) -> Result<u64, OpenError> {
        let sql = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()";
        let named: i64 = sqlx::query_scalar(sql).bind(application_name).fetch_one(&self.readers).await?;
        Ok(named.unsigned_abs())
    }

    /// Whether the schema is of this version: nothing is to be migrated.
    ///
    /// # Errors
    /// The database.
    pub async fn is_migrated(&self) -> Result<bool, OpenError> {
        let mut connection = self.readers.acquire().await?;
        Ok(crate::migrate::is_done(&mut connection).await?)
    }
}

/// Reads settings back: promises rest on them.
async fn check(pool: &PgPool) -> Result<(), OpenError> {
    let mut connection = pool.acquire().await?;
    if show(&mut connection, "server_version_num").await?.parse::<i64>().is_ok_and(|version| version < OLDEST) {
        return Err(OpenError::TooOld(show(&mut connection, "server_version").await?));
    }
    // Acknowledged is written: on this server's disk at least.
    for (name, bad, good) in [("synchronous_commit", "off", "on"), ("fsync", "off", "on")] {
        let stands = show(&mut connection, name).await?;
        if stands == bad {
            return Err(OpenError::Setting(name, stands, good));
        }
    }
    let encoding = show(&mut connection, "server_encoding").await?;
    if encoding != "UTF8" {
        return Err(OpenError::Setting("server_encoding", encoding, "UTF8"));
    }
    Ok(())
}

async fn show(connection: &mut PgConnection, name: &'static str) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(connection).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_a_name_that_needs_no_quotes() {
        for good in ["chatlink", "_tenant_7"] {
            assert!(PostgresOptions::new().schema(good).check().is_ok(), "{good}");
        }
        for bad in ["", "7up", "Chat", "a b", "a;b", "a,public", "é", &"x".repeat(64)] {
            assert!(matches!(PostgresOptions::new().schema(bad).check(), Err(OpenError::Schema)), "{bad}");
        }
    }
}
