//! Migrations beside transactions that are in their way, on a real server.

use super::*;
use crate::{PostgresStore, support};
use tokio::task::JoinHandle;

/// Longer than any of these tests.
const LONG: Duration = Duration::from_secs(60);

/// What a later version brings: a table, and a column of one that others read.
fn later() -> Vec<Migration> {
    let next = MIGRATIONS.last().unwrap().version + 1;
    let of = |version, name, sql| Migration { version, name, sql };
    let table = of(next, "table", "CREATE TABLE novelty (id bigint)");
    let column = of(next + 1, "column", "ALTER TABLE reports ADD COLUMN novelty bigint");
    MIGRATIONS.iter().copied().chain([table, column]).collect()
}

async fn migrate(store: &PostgresStore, within: Duration) -> JoinHandle<Result<(), MigrateError>> {
    let mut connection = support::by_hand(store).await;
    let schema = store.schema().to_owned();
    let name = format!("SET application_name = '{schema}'");
    sqlx::raw_sql(AssertSqlSafe(name)).execute(&mut connection).await.unwrap();
    tokio::spawn(async move { all_of(&later(), &mut connection, &schema, within).await })
}

/// A transaction that has read a table and is not over.
async fn reader(store: &PostgresStore) -> PgConnection {
    let mut reader = support::by_hand(store).await;
    sqlx::raw_sql("SET application_name = 'a long look'; BEGIN; SELECT count(*) FROM reports")
        .execute(&mut reader)
        .await
        .unwrap();
    reader
}

/// Which of the two novelties are there.
async fn novelties(connection: &mut PgConnection) -> (bool, bool) {
    let sql = "SELECT to_regclass('novelty') IS NOT NULL,
                   EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('reports') AND attname = 'novelty')";
    let row = sqlx::query(sql).fetch_one(connection).await.unwrap();
    (row.get(0), row.get(1))
}

/// The process of the migration, if it waits for a table now.
async fn waiting(connection: &mut PgConnection, store: &PostgresStore) -> Option<i32> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
    sqlx::query_scalar(sql).bind(store.schema()).fetch_optional(connection).await.unwrap()
}

#[test]
fn versions_rise() {
    let versions: Vec<_> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    assert!(versions[0] == 1 && versions.windows(2).all(|pair| pair[0] < pair[1]), "{versions:?}");
}

/// A backup, or a host that forgot a transaction, holds a table for long: nobody else stands still for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_go_on_while_a_migration_waits() {
    let store = support::fresh().await;
    let mut reader = reader(&store).await;
    let migrating = migrate(&store, LONG).await;
    let (mut watch, mut other) = (support::by_hand(&store).await, support::by_hand(&store).await);
    // What a node waits for at the longest.
    sqlx::raw_sql("SET lock_timeout = '3s'").execute(&mut other).await.unwrap();
    let (mut tries, mut waited) = (0, false);
    while tries < 3 {
        assert!(!migrating.is_finished(), "there was nothing to wait for");
        let waits = waiting(&mut watch, &store).await.is_some();
        tries += u32::from(waits && !waited);
        waited = waits;
        sqlx::raw_sql("SELECT count(*) FROM reports").execute(&mut other).await.expect("others read as before");
    }
    assert_eq!(novelties(&mut watch).await, (false, false), "nothing is half done meanwhile");
    sqlx::raw_sql("COMMIT").execute(&mut reader).await.unwrap();
    migrating.await.unwrap().unwrap();
    assert_eq!(novelties(&mut watch).await, (true, true));
}

/// It does not try for ever, and says what to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_never_free_ends_it_with_the_reason() {
    let store = support::fresh().await;
    let mut reader = reader(&store).await;
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut reader).await.unwrap();
    let error = migrate(&store, Duration::from_secs(2)).await.await.unwrap().unwrap_err();
    let holder = Holder { pid: Some(pid), application: Some("a long look".to_owned()) };
    assert!(matches!(&error, MigrateError::Held { holder: held, .. } if *held == holder), "{error:?}");
    assert!(error.to_string().contains(&format!("process {pid} (a long look)")), "{error}");
    let mut watch = support::by_hand(&store).await;
    assert_eq!(novelties(&mut watch).await, (false, false));
    sqlx::raw_sql("COMMIT").execute(&mut reader).await.unwrap();
    migrate(&store, LONG).await.await.unwrap().unwrap();
    assert_eq!(novelties(&mut watch).await, (true, true));
}

/// Killed between two of its steps, it leaves nothing; the next start does it whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_it_leaves_the_schema_whole() {
    let store = support::fresh().await;
    let mut reader = reader(&store).await;
    let migrating = migrate(&store, LONG).await;
    let mut watch = support::by_hand(&store).await;
    // It has made the table, and waits for the other one.
    let pid = loop {
        assert!(!migrating.is_finished(), "there was nothing to wait for");
        if let Some(pid) = waiting(&mut watch, &store).await {
            break pid;
        }
    };
    sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(&mut watch).await.unwrap();
    assert!(matches!(migrating.await.unwrap(), Err(MigrateError::Postgres(_))));
    assert_eq!(novelties(&mut watch).await, (false, false));
    assert!(store.is_migrated().await.unwrap(), "it is what it was before");
    sqlx::raw_sql("COMMIT").execute(&mut reader).await.unwrap();
    migrate(&store, LONG).await.await.unwrap().unwrap();
    assert_eq!(novelties(&mut watch).await, (true, true));
}
