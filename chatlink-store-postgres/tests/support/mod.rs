//! A schema for each test, on the server that the run has, or on one of the test's own process.

pub(crate) mod server;

use chatlink_core::{
    entropy::{OsEntropy, uuid_v7},
    protocol::Timestamp,
};
use chatlink_store_postgres::{PostgresOptions, PostgresStore};
use server::Server;
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use std::sync::OnceLock;

/// The address of the server to test on. One of this process's own ends with it.
pub(crate) fn url() -> String {
    static OWN: OnceLock<Server> = OnceLock::new();
    if let Ok(url) = std::env::var(server::URL) {
        return url;
    }
    OWN.get_or_init(|| Server::start().unwrap_or_else(|missing| panic!("{missing}"))).url()
}

/// The name of a schema that nobody has.
pub(crate) fn schema() -> String {
    format!("t_{}", uuid_v7(Timestamp::EPOCH, &OsEntropy).simple())
}

/// Connects to a schema, with few connections: many tests run at once.
pub(crate) async fn connect(schema: &str) -> PostgresStore {
    let options = PostgresOptions::new().schema(schema).writers(8).readers(4).application_name("chatlink test");
    PostgresStore::connect(&url(), options).await.unwrap()
}

/// A store on a fresh schema.
#[allow(dead_code, reason = "not every test needs tables")]
pub(crate) async fn fresh() -> PostgresStore {
    let store = connect(&schema()).await;
    store.migrate().await.unwrap();
    store
}

/// A connection of its own to a store's schema.
#[allow(dead_code, reason = "not every test looks at tables")]
pub(crate) async fn by_hand(store: &PostgresStore) -> PgConnection {
    let options: PgConnectOptions = url().parse().unwrap();
    PgConnection::connect_with(&options.options([("search_path", store.schema())])).await.unwrap()
}
