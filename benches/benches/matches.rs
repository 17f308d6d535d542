//! A page of matches among 100,000 people, at the store: a draw of 100 and the profiles of twenty.
//!
//! `cargo bench --workspace --bench matches`; among other numbers of people, and with p99 and maximum, by
//! `cargo run --release -p chatlink-benches --bin draws`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a measurement ends where it cannot go on")]

use chatlink_benches::crowd::{crowd, page};
use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Runtime;

const PEOPLE: u64 = 100_000;

fn pages(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = runtime.block_on(crowd(&folder.path().join("people.db"), PEOPLE));
    let mut viewers = (0..PEOPLE).step_by(97).cycle();
    criterion.bench_function("a page of matches among 100,000 people", |bencher| {
        bencher.iter(|| runtime.block_on(page(&store, viewers.next().unwrap())));
    });
    runtime.block_on(store.close());
}

criterion_group!(benches, pages);
criterion_main!(benches);
