//! What a page of matches costs at the store, among more and more people: it must not grow with them.
//!
//! `cargo run --release -p chatlink-benches --bin draws [people ...]`; 10000 and 100000 unless told. A
//! million take a minute or some to be written.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement ends where it cannot go on")]

use chatlink_benches::{
    crowd::{crowd, drawn, met},
    quantile,
};
use chatlink_store_sqlite::SqliteStore;
use std::time::{Duration, Instant};

/// Different people of one round.
const VIEWERS: u64 = 2_000;

#[tokio::main]
async fn main() {
    let sizes: Vec<u64> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![10_000, 100_000] } else { sizes };
    println!("a page: a draw of 100 and 20 profiles, for {VIEWERS} different people in turn; aim: p99 below 2 ms");
    println!("fresh: just opened, SQLite's own cache empty and its statements not prepared, the file in the system's");
    println!("again: the same people once more");
    for people in sizes {
        let folder = tempfile::tempdir().unwrap();
        let store = crowd(&folder.path().join("people.db"), people).await;
        for round in ["fresh", "again"] {
            let pages = measured(&store, people).await;
            told(people, round, "draw", pages.iter().map(|(draw, _)| *draw));
            told(people, round, "page", pages.iter().map(|(draw, profiles)| *draw + *profiles));
        }
        store.close().await;
    }
}

fn told(people: u64, round: &str, what: &str, took: impl Iterator<Item = Duration>) {
    let mut took: Vec<_> = took.collect();
    took.sort_unstable();
    let [least, p50, p99, most] = [0.0, 0.5, 0.99, 1.0].map(|share| quantile(&took, share));
    println!("{people:>9} people, {round}, {what}: least {least:?}, p50 {p50:?}, p99 {p99:?}, most {most:?}");
}

/// How long the draw took, and then the profiles.
async fn measured(store: &SqliteStore, people: u64) -> Vec<(Duration, Duration)> {
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
