//! What is carried is all there is.

use super::words;
use crate::support;
use chatlink_core::{
    Installation, InstallationStore as _, StoreError,
    portable::{LEFT, PortableStore as _, Standing, TABLES},
};
use sqlx::Row as _;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A new table or column is carried, or listed with a reason why not.
#[tokio::test]
async fn every_table_and_column_is_decided_on() {
    let store = support::fresh().await;
    let mut connection = support::by_hand(&store).await;
    let sql = "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
               WHERE table_schema = current_schema()";
    let mut there: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for row in sqlx::query(sql).fetch_all(&mut connection).await.unwrap() {
        there.entry(row.get(0)).or_default().insert((row.get(1), row.get(2)));
    }
    there.retain(|name, _| !LEFT.iter().any(|(left, _)| left == name));
    let mut carried = BTreeMap::new();
    for table in TABLES {
        let columns = table.columns.iter().map(|column| (column.name.to_owned(), words::kind(column.kind).to_owned()));
        carried.insert(table.name.to_owned(), columns.collect::<BTreeSet<_>>());
        // Each statement is one.
        for sql in [words::page(table, true), words::page(table, false), words::insert(table)] {
            let prepare = sqlx::AssertSqlSafe(format!("DEALLOCATE ALL; PREPARE looked AS {sql}"));
            sqlx::raw_sql(prepare).execute(&mut connection).await.unwrap();
        }
    }
    assert_eq!(there, carried, "see chatlink-core/src/portable/tables.rs");
}

#[tokio::test]
async fn what_is_on_its_way_is_nobodys() {
    let store = support::fresh().await;
    let fresh = Installation { id: Uuid::from_u128(1), epoch: "e".to_owned(), fingerprints: Vec::new() };
    assert!(store.arrive(Uuid::from_u128(2)).await.unwrap());
    assert!(!store.arrive(Uuid::from_u128(2)).await.unwrap(), "a second time");
    assert!(matches!(store.installation(fresh.clone()).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.standing().await.unwrap(), Standing::Arriving(_)));
    let other = support::fresh().await;
    other.installation(fresh.clone()).await.unwrap();
    assert!(!other.arrive(Uuid::from_u128(2)).await.unwrap(), "it is somebody's");
    assert_eq!(other.standing().await.unwrap(), Standing::Settled(fresh.id));
}

#[tokio::test]
async fn a_schema_that_was_not_made_is_not_of_this_version() {
    let store = support::connect(&support::schema()).await;
    assert!(!store.is_migrated().await.unwrap());
    store.migrate().await.unwrap();
    assert!(store.is_migrated().await.unwrap());
}
