//! Schemas of a PostgreSQL server that is measured.

use chatlink_store_postgres::{PostgresOptions, PostgresStore};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres};
use std::time::Duration;

/// What takes longer in a measurement ends it.
const PATIENCE: Duration = Duration::from_secs(180);

/// $1 schema.
const BYTES: &str = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
     WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r'";

/// A store on the schema, which is made where it is not there. It waits long for an answer.
///
/// # Panics
/// Where the server fails: a measurement ends there.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn opened(url: &str, schema: &str) -> PostgresStore {
    let options = PostgresOptions::new().schema(schema).answer_within(PATIENCE).idle_within(PATIENCE);
    let options = options.read_timeout(PATIENCE).write_timeout(PATIENCE);
    let store = PostgresStore::connect(url, options).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// As [`opened`], without anything that the schema held before.
///
/// # Panics
/// As there.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn fresh(url: &str, schema: &str) -> PostgresStore {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    opened(url, schema).await
}

/// Does what the server would do by itself some time after much was written: vacuums, counts what is there, and writes
/// it out.
///
/// # Panics
/// Where the server fails.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn settle(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("VACUUM (ANALYZE)").execute(&mut connection).await.unwrap();
    // Not every role may; the server does it soon, then.
    let _ = sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await;
    connection.close().await.unwrap();
}

/// How large the schema is, with its indexes.
///
/// # Panics
/// Where the server fails.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn bytes(url: &str, schema: &str) -> u64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let bytes = sqlx::query_scalar::<Postgres, i64>(BYTES).bind(schema).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    bytes.unsigned_abs()
}
