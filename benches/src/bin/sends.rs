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

use chatlink_core::{
    ChatLink, Keys, Settings, Store,
    protocol::{ClientId, RoomId, UserId},
    rooms::{History, NewGroup},
    timeline::NewMessage,
};
use chatlink_store_sqlite::SqliteOptions;
use sqlx::{ConnectOptions as _, QueryBuilder, Sqlite, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

const SENDERS: u128 = 200;
const ROOMS: u128 = 50;
const TEXT: &str =
    "A hundred bytes of conversation, as people write it on a Friday evening, no more and no less: good!!";

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
    let (sends, batch) = engine(&folder.path().join("engine.db"), time).await;
    println!("engine, acknowledged sends        {sends:>9.0} /s   mean batch {batch:.1}");
    let raw = raw(&folder.path().join("raw.db"), time, batch.round().max(1.0) as usize).await;
    println!("raw multi-row inserts, same batch {raw:>9.0} /s   ratio {:.2} (aim 0.40)", sends / raw);
    let single = self::raw(&folder.path().join("single.db"), time, 1).await;
    println!("one transaction a message         {single:>9.0} /s   ratio {:.1} (aim 5)", sends / single);
}

fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | (n + 1))
}

/// Sends through the engine until the time is over; sends per second and the mean batch.
async fn engine(path: &Path, time: Duration) -> (f64, f64) {
    let store = Arc::new(SqliteOptions::new(path).open().await.unwrap());
    rooms(store.as_ref()).await;
    let mut settings = Settings::default();
    settings.talk.enforced = false;
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    let chat = ChatLink::builder().store(store).keys(keys).settings(settings).build().await.unwrap();
    let start = Instant::now();
    let tasks: Vec<_> = (0..SENDERS).map(|sender| tokio::spawn(send(chat.clone(), sender, start + time))).collect();
    let mut sent = 0;
    for task in tasks {
        sent += task.await.unwrap();
    }
    let took = start.elapsed().as_secs_f64();
    let stats = chat.timeline().commit_stats();
    chat.shutdown().await;
    (f64::from(sent) / took, stats.acts as f64 / stats.batches as f64)
}

async fn rooms(store: &dyn Store) {
    for room in 0..ROOMS {
        let members = (0..SENDERS).filter(|sender| sender % ROOMS == room && *sender != room);
        let group = NewGroup {
            room_id: RoomId::from_uuid(id(1, room)),
            creator: UserId::from_uuid(id(2, room)),
            client_id: ClientId::from_uuid(id(3, room)),
            request: [0; 32],
            title: "A room".parse().unwrap(),
            history: History::All,
            members: members.map(|sender| UserId::from_uuid(id(2, sender))).collect(),
            invited: Vec::new(),
        };
        store.create_group(group, Vec::new(), "2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    }
}

async fn send(chat: ChatLink, sender: u128, end: Instant) -> u32 {
    let (me, room) = (UserId::from_uuid(id(2, sender)), RoomId::from_uuid(id(1, sender % ROOMS)));
    let mut sent = 0;
    while Instant::now() < end {
        let name = ClientId::from_uuid(id(4 + sender, u128::from(sent)));
        let message = NewMessage::parse(name, TEXT, None, None).unwrap();
        chat.timeline().send(me, room, message).await.unwrap();
        sent += 1;
    }
    sent
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
