//! Acknowledged sends per second on SQLite: 200 people write into 50 rooms at once, each waiting
//! for the answer before the next. Held, in the same run, against raw multi-row inserts of the same
//! rows into the same tables and indexes at the same mean batch, and against one transaction a
//! message. Ratios are the result; rates belong to the machine.
//!
//! `cargo run --release -p chatlink-benches --bin sends [seconds]`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement ends where it cannot go on"
)]

use chatlink_benches::sends::{ROOMS, SENDERS, TEXT, engine, id, rooms};
use chatlink_store_sqlite::SqliteOptions;
use sqlx::{ConnectOptions as _, QueryBuilder, Sqlite, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

#[tokio::main(worker_threads = 2)]
async fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(seconds);
    let folder = tempfile::tempdir().unwrap();
    println!(
        "{SENDERS} senders, {ROOMS} rooms, texts of {} bytes, {seconds} s each, in {}",
        TEXT.len(),
        folder.path().display()
    );
    let store = SqliteOptions::new(folder.path().join("engine.db")).open().await.unwrap();
    let (sends, batch) = engine(Arc::new(store), time).await;
    println!("engine, acknowledged sends        {sends:>9.0} /s   mean batch {batch:.1}");
    let raw = raw(&folder.path().join("raw.db"), time, batch.round().max(1.0) as usize).await;
    println!("raw multi-row inserts, same batch {raw:>9.0} /s   ratio {:.2} (aim 0.40)", sends / raw);
    let single = self::raw(&folder.path().join("single.db"), time, 1).await;
    println!("one transaction a message         {single:>9.0} /s   ratio {:.1} (aim 5)", sends / single);
}

/// Inserts the same rows by hand, `batch` a transaction; rows per second.
async fn raw(path: &Path, time: Duration, batch: usize) -> f64 {
    // The engine's own schema, then its file with its pragmas and no engine.
    let store = SqliteOptions::new(path).open().await.unwrap();
    rooms(&store).await;
    store.close().await;
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .pragma("synchronous", "FULL")
        .pragma("secure_delete", "ON")
        .connect()
        .await
        .unwrap();
    let (start, mut rows) = (Instant::now(), 0_u32);
    let mut heads = [0_i64; ROOMS as usize];
    while start.elapsed() < time {
        insert(&mut connection, batch, rows, &mut heads).await;
        rows += batch as u32;
    }
    f64::from(rows) / start.elapsed().as_secs_f64()
}

async fn insert(connection: &mut SqliteConnection, batch: usize, first: u32, heads: &mut [i64]) {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.unwrap();
    let rows: Vec<_> = (0..batch as u128).map(|n| (n + u128::from(first), (n + u128::from(first)) % ROOMS)).collect();
    for part in rows.chunks(500) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO events (room_no, seq, kind, id, sender_id, at, client_id, request, text, version) ",
        );
        query.push_values(part, |mut row, (n, room)| {
            heads[*room as usize] += 1;
            row.push_bind(*room as i64 + 1).push_bind(heads[*room as usize]).push_bind("message");
            row.push_bind(id(5, *n)).push_bind(id(2, n % SENDERS)).push_bind(1_767_225_600_000_000_i64);
            row.push_bind(id(4, *n)).push_bind(vec![0_u8; 32]).push_bind(TEXT).push_bind(1);
        });
        query.build().execute(&mut *connection).await.unwrap();
    }
    let mut touched: Vec<_> = rows.iter().map(|(_, room)| *room).collect();
    touched.sort_unstable();
    touched.dedup();
    for room in touched {
        let update = sqlx::query("UPDATE rooms SET head_seq = ?, last_at = ?, updated_at = ? WHERE room_no = ?");
        let at = 1_767_225_600_000_000_i64;
        update
            .bind(heads[room as usize])
            .bind(at)
            .bind(at)
            .bind(room as i64 + 1)
            .execute(&mut *connection)
            .await
            .unwrap();
    }
    sqlx::query("COMMIT").execute(&mut *connection).await.unwrap();
}
