//! What search and pages of timelines cost in archives of more and more messages.
//!
//! `cargo run --release -p chatlink-benches --bin archive -- [sqlite|postgres]... [MESSAGES]... [--keep FOLDER]`; both
//! stores, 100000 and 1000000 messages unless told. The aim's size is 10000000.
//!
//! `--keep` leaves the file of SQLite as `FOLDER/archive-MESSAGES.db` and takes it again the next time, when it is complete.
//! The server of `CHATLINK_TEST_POSTGRES_URL` keeps its schema `archive_MESSAGES` in the same way; without it a throwaway
//! one is started, whose data lie in memory where there is room for the tests: name a server that writes to a disk for
//! the aim's size.

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
    archive::{
        Archive, Person, ROOMS,
        asked::{Line, pages, searches},
        index, largest,
    },
    schema,
};
use chatlink_core::Store;
use chatlink_store_postgres::PostgresStore;
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

const USAGE: &str = "[sqlite|postgres]... [MESSAGES]... [--keep FOLDER]";
const SQLITE: &str = "sqlite";
const POSTGRES: &str = "postgres";
/// The smallest archive whose largest room has some pages.
const LEAST: u64 = 10_000;

/// What was asked of one archive, and the median of each.
type Medians = Vec<(String, Duration)>;

/// What the command line says.
struct Told {
    stores: Vec<&'static str>,
    sizes: Vec<u64>,
    keep: Option<PathBuf>,
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let told = told(std::env::args().skip(1));
    for name in &told.stores {
        let grown = if *name == SQLITE { on_sqlite(&told).await } else { on_postgres(&told).await };
        compare(name, &grown);
    }
}

fn told(mut words: impl Iterator<Item = String>) -> Told {
    let mut told = Told { stores: Vec::new(), sizes: Vec::new(), keep: None };
    while let Some(word) = words.next() {
        match word.as_str() {
            SQLITE => told.stores.push(SQLITE),
            POSTGRES => told.stores.push(POSTGRES),
            "--keep" => told.keep = Some(words.next().expect(USAGE).into()),
            size => told.sizes.push(size.replace('_', "").parse().expect(USAGE)),
        }
    }
    if told.stores.is_empty() {
        told.stores = vec![SQLITE, POSTGRES];
    }
    if told.sizes.is_empty() {
        told.sizes = vec![100_000, 1_000_000];
    }
    assert!(told.sizes.iter().all(|size| *size >= LEAST), "{LEAST} messages at least");
    told
}

async fn on_sqlite(told: &Told) -> Vec<(u64, Medians)> {
    let own = tempfile::tempdir().unwrap();
    let folder = told.keep.as_deref().unwrap_or(own.path());
    let mut grown = Vec::new();
    for size in &told.sizes {
        let archive = Archive::of(*size);
        let path = folder.join(format!("archive-{size}.db"));
        println!("\n{SQLITE}, {size} messages, {}", path.display());
        let store = file(&path, &archive).await;
        grown.push((*size, measured(&store, &archive).await));
        store.close().await;
    }
    grown
}

/// The archive in a file, opened as a server that starts finds it.
async fn file(path: &Path, archive: &Archive) -> SqliteStore {
    let mut store = SqliteOptions::new(path).open().await.unwrap();
    if !archive.is_complete(&store).await {
        store.close().await;
        for end in ["", "-wal", "-shm", ".lock"] {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            // What is not there need not go.
            let _ = std::fs::remove_file(name);
        }
        store = SqliteOptions::new(path).open().await.unwrap();
        fill(&store, archive).await;
    }
    index_rest(&store, archive).await;
    // The log goes into the file.
    store.close().await;
    tell_size(std::fs::metadata(path).unwrap().len(), archive);
    SqliteOptions::new(path).open().await.unwrap()
}

async fn on_postgres(told: &Told) -> Vec<(u64, Medians)> {
    let own = std::env::var(server::URL).is_err().then(|| server::Server::start().expect("a server"));
    let url = own.as_ref().map_or_else(|| std::env::var(server::URL).unwrap(), server::Server::url);
    let mut grown = Vec::new();
    for size in &told.sizes {
        let archive = Archive::of(*size);
        let name = format!("archive_{size}");
        println!(
            "\n{POSTGRES}, {size} messages, schema {name} of {} server",
            if own.is_some() { "its own" } else { "a" }
        );
        let store = tables(&url, &name, &archive).await;
        grown.push((*size, measured(&store, &archive).await));
        store.close().await;
    }
    grown
}

/// The archive in a schema, opened as a server that starts finds it.
async fn tables(url: &str, name: &str, archive: &Archive) -> PostgresStore {
    let mut store = schema::opened(url, name).await;
    if !archive.is_complete(&store).await {
        store.close().await;
        store = schema::fresh(url, name).await;
        fill(&store, archive).await;
    }
    index_rest(&store, archive).await;
    store.close().await;
    schema::settle(url).await;
    tell_size(schema::bytes(url, name).await, archive);
    schema::opened(url, name).await
}

async fn fill(store: &dyn Store, archive: &Archive) {
    let took = archive.fill(store).await;
    println!("filled in {took:.1?}, {:.0} messages/s", archive.messages() as f64 / took.as_secs_f64());
}

async fn index_rest(store: &dyn Store, archive: &Archive) {
    let (pieces, took) = index(store).await;
    if pieces > 0 {
        let rate = archive.messages() as f64 / took.as_secs_f64();
        println!("indexed in {took:.1?}, {rate:.0} messages/s of the archive, {pieces} pieces");
    }
}

fn tell_size(bytes: u64, archive: &Archive) {
    let each = bytes as f64 / archive.messages() as f64;
    println!("{:.1} MiB, {each:.0} bytes a message", bytes as f64 / f64::from(1 << 20));
}

/// Asks everything, tells it, and answers the medians.
async fn measured(store: &dyn Store, archive: &Archive) -> Medians {
    println!("{ROOMS} rooms, the largest of {} messages; one question after the other", largest(store).await.0);
    let (mut medians, mut mix) = (Medians::new(), Vec::new());
    for person in Person::EACH {
        let lines = searches(store, archive, person).await;
        for line in lines.iter().chain([&Line::together("all of these", &lines)]) {
            tell(person.name(), line, &mut medians);
        }
        mix.extend(lines);
    }
    tell("", &Line::together("all searches", &mix), &mut medians);
    for line in pages(store, archive).await {
        tell("page", &line, &mut medians);
    }
    medians
}

fn tell(who: &str, line: &Line, medians: &mut Medians) {
    let [p50, p99, most] = line.quantiles([0.5, 0.99, 1.0]);
    let name = format!("{who:<5} {:<24}", line.what);
    println!(
        "{name} p50 {p50:>9.1?}  p99 {p99:>9.1?}  most {most:>9.1?}  gave {:>4.1}, {} times",
        line.gave(),
        line.answers()
    );
    medians.push((name, p50));
}

/// How the medians grow with the archive.
fn compare(store: &str, grown: &[(u64, Medians)]) {
    let [(_, first), _, ..] = grown else { return };
    println!("\n{store}, p50 by messages");
    let sizes: Vec<_> = grown.iter().map(|(size, _)| format!("{size:>10}")).collect();
    println!("{:<30} {}", "", sizes.join(" "));
    for (place, (name, _)) in first.iter().enumerate() {
        let medians = grown.iter().filter_map(|(_, medians)| medians.get(place));
        let medians: Vec<_> = medians.map(|(_, p50)| format!("{p50:>10.1?}")).collect();
        println!("{name} {}", medians.join(" "));
    }
}
