//! What a page of matches costs at the store, among more and more people: it must not grow with them.
//!
//! `cargo run --release -p chatlink-benches --bin draws [sqlite|postgres]... [people]...`; on SQLite, and 10000 and 100000
//! people, unless told. A million take some minutes to be written. The PostgreSQL server is that of
//! `CHATLINK_TEST_POSTGRES_URL`, whose schema `people` is made anew, or a throwaway one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement ends where it cannot go on"
)]

#[path = "../../../chatlink-store-postgres/tests/support/server.rs"]
#[allow(dead_code, reason = "made for the tests; not all of it is asked for here")]
mod server;

use chatlink_benches::{
    crowd::{crowd, crowd_on_postgres, drawn, met},
    quantile,
};
use chatlink_core::Store;
use std::time::{Duration, Instant};

const SQLITE: &str = "sqlite";
const POSTGRES: &str = "postgres";
/// Different people of one round.
const VIEWERS: u64 = 2_000;

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let sizes: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000] } else { sizes };
    let named = |store: &str| words.iter().any(|word| word == store);
    println!("a page: a draw of 100 and 20 profiles, for {VIEWERS} different people in turn; aim: p99 below 2 ms");
    println!("fresh: just opened, SQLite's own cache empty and statements not prepared; what the system or the server");
    println!("holds of the data stays. again: the same people once more");
    if named(SQLITE) || !named(POSTGRES) {
        on_sqlite(&sizes).await;
    }
    if named(POSTGRES) {
        on_postgres(&sizes).await;
    }
}

async fn on_sqlite(sizes: &[u64]) {
    for people in sizes {
        let folder = tempfile::tempdir().unwrap();
        let store = crowd(&folder.path().join("people.db"), *people).await;
        rounds(SQLITE, &store, *people).await;
        store.close().await;
    }
}

async fn on_postgres(sizes: &[u64]) {
    let own = std::env::var(server::URL).is_err().then(|| server::Server::start().expect("a server"));
    let url = own.as_ref().map_or_else(|| std::env::var(server::URL).unwrap(), server::Server::url);
    for people in sizes {
        let store = crowd_on_postgres(&url, *people).await;
        rounds(POSTGRES, &store, *people).await;
        store.close().await;
    }
}

async fn rounds(name: &str, store: &dyn Store, people: u64) {
    for round in ["fresh", "again"] {
        let pages = measured(store, people).await;
        let about = format!("{name}, {people:>9} people, {round}");
        told(&about, "draw", pages.iter().map(|(draw, _)| *draw));
        told(&about, "page", pages.iter().map(|(draw, profiles)| *draw + *profiles));
    }
}

fn told(about: &str, what: &str, took: impl Iterator<Item = Duration>) {
    let mut took: Vec<_> = took.collect();
    took.sort_unstable();
    let [least, p50, p99, most] = [0.0, 0.5, 0.99, 1.0].map(|share| quantile(&took, share));
    println!("{about}, {what}: least {least:?}, p50 {p50:?}, p99 {p99:?}, most {most:?}");
}

/// How long the draw took, and then the profiles.
async fn measured(store: &dyn Store, people: u64) -> Vec<(Duration, Duration)> {
    let mut took = Vec::new();
    // An odd stride, so that all kinds of people come.
    let stride = (people / VIEWERS).max(1) | 1;
    for viewer in (0..VIEWERS).map(|number| number * stride % people) {
        let start = Instant::now();
        let found = drawn(store, viewer).await;
        let draw = start.elapsed();
        assert!(!found.is_empty(), "somebody is found for everybody");
        let start = Instant::now();
        met(store, viewer, &found).await;
        took.push((draw, start.elapsed()));
    }
    took
}
