//! Acknowledged sends per second on PostgreSQL: 200 people write into 50 rooms at once, each waiting for the answer before
//! the next. Held, in the same run on the same server, against raw multi-row inserts of the same rows into the same
//! tables and indexes at the same mean batch, and against 16 connections with one transaction a message. Ratios are the
//! result; rates belong to the machine.
//!
//! The server is a throwaway one with `fsync` on, or that of `CHATLINK_TEST_POSTGRES_URL`.
//!
//! `cargo run --release -p chatlink-benches --bin sends_postgres [seconds]`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement ends where it cannot go on"
)]

#[path = "../../../chatlink-store-postgres/tests/support/server.rs"]
#[allow(dead_code, reason = "made for the tests; not all of it is asked for here")]
mod server;

use chatlink_benches::sends::{ROOMS, SENDERS, TEXT, engine, id, rooms};
use chatlink_store_postgres::{PostgresOptions, PostgresStore};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Connections of those who commit message by message.
const CONNECTIONS: usize = 16;
const AT: i64 = 1_767_225_600_000_000;

/// Of a batch: rooms, seqs, ids, senders, names.
const INSERT: &str = "INSERT INTO events (room_id, seq, kind, id, sender_id, at, client_id, request, text, version)
    SELECT room_id, seq, 'message', id, sender_id, $6, client_id, $7, $8, 1
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::uuid[]) AS new (room_id, seq, id, sender_id, client_id)";
const HEADS: &str = "UPDATE rooms SET head_seq = new.seq, last_at = $3, updated_at = $3
    FROM unnest($1::uuid[], $2::bigint[]) AS new (room_id, seq) WHERE rooms.room_id = new.room_id";

#[tokio::main(worker_threads = 2)]
async fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(seconds);
    let own = std::env::var(server::URL).is_err().then(|| server::Server::start().expect("a server"));
    let url = own.as_ref().map_or_else(|| std::env::var(server::URL).unwrap(), server::Server::url);
    println!("{SENDERS} senders, {ROOMS} rooms, texts of {} bytes, {seconds} s each", TEXT.len());
    let (sends, batch) = engine(Arc::new(store(&url, "engine").await), time).await;
    println!("engine, acknowledged sends          {sends:>9.0} /s   mean batch {batch:.1}");
    let raw = raw(&url, time, batch.round().max(1.0) as usize).await;
    println!("raw multi-row inserts, same batch   {raw:>9.0} /s   ratio {:.2} (aim 0.40)", sends / raw);
    let single = single(&url, time).await;
    println!("{CONNECTIONS} connections, one a transaction  {single:>9.0} /s   ratio {:.1} (aim 3)", sends / single);
}

/// A store on a fresh schema.
async fn store(url: &str, schema: &str) -> PostgresStore {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
    sqlx::raw_sql(sqlx::AssertSqlSafe(drop)).execute(&mut connection).await.unwrap();
    let store = PostgresStore::connect(url, PostgresOptions::new().schema(schema)).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// The engine's own schema with its rooms, and a way to it without the engine.
async fn prepare(url: &str, schema: &str) -> PgConnectOptions {
    let store = store(url, schema).await;
    rooms(&store).await;
    url.parse::<PgConnectOptions>().unwrap().options([("search_path", schema)])
}

/// Inserts the same rows by hand, `batch` a transaction; rows per second.
async fn raw(url: &str, time: Duration, batch: usize) -> f64 {
    let options = prepare(url, "raw").await;
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let (start, mut rows) = (Instant::now(), 0_u32);
    let mut heads = [1_i64; ROOMS as usize];
    while start.elapsed() < time {
        let lines = (rows..rows + batch as u32).map(|n| {
            let room = u128::from(n) % ROOMS;
            heads[room as usize] += 1;
            (n, room, heads[room as usize])
        });
        let lines: Vec<_> = lines.collect();
        insert(&mut connection, &lines).await;
        rows += batch as u32;
    }
    f64::from(rows) / start.elapsed().as_secs_f64()
}

/// Each message by itself, over many connections; rows per second.
async fn single(url: &str, time: Duration) -> f64 {
    let options = prepare(url, "single").await;
    let rows = Arc::new(AtomicU32::new(0));
    let heads = Arc::new((0..ROOMS).map(|_| AtomicI64::new(1)).collect::<Vec<_>>());
    let start = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..CONNECTIONS {
        let (options, rows, heads) = (options.clone(), rows.clone(), heads.clone());
        tasks.push(tokio::spawn(async move {
            let mut connection = PgConnection::connect_with(&options).await.unwrap();
            while start.elapsed() < time {
                let n = rows.fetch_add(1, Ordering::Relaxed);
                let room = u128::from(n) % ROOMS;
                let seq = heads[room as usize].fetch_add(1, Ordering::Relaxed) + 1;
                insert(&mut connection, &[(n, room, seq)]).await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    f64::from(rows.load(Ordering::Relaxed)) / start.elapsed().as_secs_f64()
}

/// One transaction: the rows, and the heads of their rooms. Each line: number, room, seq.
async fn insert(connection: &mut PgConnection, lines: &[(u32, u128, i64)]) {
    let mut transaction = connection.begin().await.unwrap();
    let column = |of: fn(&(u32, u128, i64)) -> Uuid| lines.iter().map(of).collect::<Vec<Uuid>>();
    sqlx::query(INSERT)
        .bind(column(|(_, room, _)| id(1, *room)))
        .bind(lines.iter().map(|(_, _, seq)| *seq).collect::<Vec<_>>())
        .bind(column(|(n, ..)| id(5, u128::from(*n))))
        .bind(column(|(n, ..)| id(2, u128::from(*n) % SENDERS)))
        .bind(column(|(n, ..)| id(4, u128::from(*n))))
        .bind(AT)
        .bind(vec![0_u8; 32])
        .bind(TEXT)
        .execute(&mut *transaction)
        .await
        .unwrap();
    let mut heads = std::collections::BTreeMap::new();
    for (_, room, seq) in lines {
        heads.insert(id(1, *room), *seq);
    }
    sqlx::query(HEADS)
        .bind(heads.keys().copied().collect::<Vec<_>>())
        .bind(heads.values().copied().collect::<Vec<_>>())
        .bind(AT)
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}
