//! What is carried is all there is.

use super::words;
use crate::SqliteOptions;
use chatlink_core::{
    Installation, InstallationStore as _, StoreError,
    portable::{LEFT, PortableStore as _, Standing, TABLES},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A new table or column is carried, or listed with a reason why not.
#[tokio::test]
async fn every_table_and_column_is_decided_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteOptions::new(folder.path().join("chat.db")).open().await.unwrap();
    let mut reader = store.reader().await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(&mut *reader)
        .await
        .unwrap();
    let carried: BTreeSet<_> = TABLES.iter().map(|table| table.name.to_owned()).collect();
    let left = |name: &String| LEFT.iter().any(|(left, _)| left == name);
    let decided: BTreeSet<_> = tables.into_iter().filter(|name| !left(name)).collect();
    assert_eq!(decided, carried, "see chatlink-core/src/portable/tables.rs");
    for table in TABLES {
        let mut columns: BTreeSet<String> = sqlx::query_scalar("SELECT '\"' || name || '\"' FROM pragma_table_info(?)")
            .bind(table.name)
            .fetch_all(&mut *reader)
            .await
            .unwrap()
            .into_iter()
            .collect();
        if columns.remove("\"room_no\"") && table.name != "rooms" {
            columns.insert("room_no".to_owned());
        }
        let known: BTreeSet<_> = table.columns.iter().map(|column| words::column(table, column.name)).collect();
        let known: BTreeSet<_> = known.into_iter().filter(|column| column != "rowid").collect();
        assert_eq!(columns, known, "{}: see chatlink-core/src/portable/tables.rs", table.name);
        // Each statement is one.
        for sql in [words::page(table, true), words::page(table, false), words::insert(table)] {
            let explain = sqlx::AssertSqlSafe(format!("EXPLAIN {sql}"));
            sqlx::query(explain).fetch_all(&mut *reader).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_on_its_way_is_nobodys() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteOptions::new(folder.path().join("chat.db")).open().await.unwrap();
    let fresh = Installation { id: Uuid::from_u128(1), epoch: "e".to_owned(), fingerprints: Vec::new() };
    assert!(store.arrive(Uuid::from_u128(2)).await.unwrap());
    assert!(!store.arrive(Uuid::from_u128(2)).await.unwrap(), "a second time");
    assert!(matches!(store.installation(fresh.clone()).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.standing().await.unwrap(), Standing::Arriving(_)));
    let other = SqliteOptions::new(folder.path().join("other.db")).open().await.unwrap();
    other.installation(fresh.clone()).await.unwrap();
    assert!(!other.arrive(Uuid::from_u128(2)).await.unwrap(), "it is somebody's");
    assert_eq!(other.standing().await.unwrap(), Standing::Settled(fresh.id));
}
