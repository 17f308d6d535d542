//! How long a message takes from one node to another, held against how long it takes to a reader on the writer's own
//! node, of the same messages in the same run: two engines on one PostgreSQL, with Redis between them. 20 people write five
//! messages a second each; each has two readers, one on either node. The ratio of the slow ends is the result.
//!
//! The servers are throwaway ones.
//!
//! `cargo run --release -p chatlink-benches --bin nodes [seconds] [together]`; `together`: all of them write at the same instants, as where a crowd answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement ends where it cannot go on"
)]

#[path = "../../../chatlink-store-postgres/tests/support/server.rs"]
#[allow(dead_code, reason = "made for the tests; not all of it is asked for here")]
mod postgres;
#[path = "../../../chatlink-transport-redis/tests/support/server.rs"]
mod redis;

use chatlink_benches::quantile;
use chatlink_core::{
    ChatLink, Keys, Settings, Store,
    identity::HostAccount,
    people::{AgeBand, HostProfile},
    protocol::{ClientId, RoomId, Timestamp, UserId},
    realtime::Outgoing,
    rooms::{History, NewGroup},
    timeline::NewMessage,
};
use chatlink_store_postgres::{PostgresOptions, PostgresStore};
use chatlink_transport_redis::RedisTransport;
use serde_json::Value;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

const WRITERS: u128 = 20;
const PAUSE: Duration = Duration::from_millis(200);
const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

#[tokio::main(worker_threads = 2)]
async fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10);
    let database = postgres::Server::start().expect("PostgreSQL");
    let broker = redis::Server::start(&[]).expect("Redis");
    let url = format!("redis://{}", broker.address().trim_start_matches("redis://"));
    furnish(&store(&database.url()).await).await;
    let one = node(&database.url(), &url).await;
    let two = node(&database.url(), &url).await;
    while !(one.node_stats().connected && two.node_stats().connected && two.node_stats().heard > 0) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let origin = Instant::now();
    // Whoever reads says so, and then what he measured.
    let (ready, mut listening) = mpsc::channel(2 * WRITERS as usize);
    let read = |chat: &ChatLink, kind: u128| -> Vec<JoinHandle<Vec<Duration>>> {
        let reader = |n| tokio::spawn(reader(chat.clone(), user(kind, n), origin, ready.clone()));
        (0..WRITERS).map(reader).collect()
    };
    let (near, far) = (read(&one, 2), read(&two, 3));
    for _ in 0..2 * WRITERS {
        listening.recv().await.expect("readers");
    }
    let end = origin + Duration::from_secs(seconds);
    let writers: Vec<_> = (0..WRITERS).map(|n| tokio::spawn(writer(one.clone(), n, origin, end))).collect();
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    let (near, far) = (sorted(near).await, sorted(far).await);
    assert_eq!((near.len(), far.len()), (written, written), "everybody reads everything");
    println!("{WRITERS} writers, {} messages a second, {seconds} s, {written} messages", WRITERS * 5);
    for (name, times) in [("on the writer's node", &near), ("on the other node   ", &far)] {
        println!(
            "{name}  p50 {:?}  p99 {:?}  most {:?}",
            quantile(times, 0.5),
            quantile(times, 0.99),
            quantile(times, 1.0)
        );
    }
    let ratio = quantile(&far, 0.99).as_secs_f64() / quantile(&near, 0.99).as_secs_f64();
    println!("ratio of the p99s {ratio:.2} (aim 3)");
    one.shutdown().await;
    two.shutdown().await;
}

async fn sorted(readers: Vec<JoinHandle<Vec<Duration>>>) -> Vec<Duration> {
    let mut times = Vec::new();
    for reader in readers {
        times.extend(reader.await.unwrap());
    }
    times.sort_unstable();
    times
}

fn user(kind: u128, n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128((kind << 64) | (n + 1)))
}

fn room(n: u128) -> RoomId {
    RoomId::from_uuid(Uuid::from_u128((9 << 64) | (n + 1)))
}

async fn store(url: &str) -> PostgresStore {
    let store = PostgresStore::connect(url, PostgresOptions::new()).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// People, and a room for each writer with both readers in it.
async fn furnish(store: &dyn Store) {
    for n in 0..WRITERS {
        for kind in 1..=3 {
            let user_id = user(kind, n);
            let profile = HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() };
            let username = format!("p{kind}x{n}").parse().unwrap();
            let external_id = format!("{kind}-{n}");
            let account =
                HostAccount { external_id, trace: [(kind * WRITERS + n) as u8; 32], user_id, username, profile };
            store.host_account(account, NOW).await.unwrap();
        }
        let group = NewGroup {
            room_id: room(n),
            creator: user(1, n),
            client_id: ClientId::from_uuid(*room(n).as_uuid()),
            request: [0; 32],
            title: "A room".parse().unwrap(),
            history: History::All,
            members: vec![user(2, n), user(3, n)],
            invited: Vec::new(),
        };
        store.create_group(group, Vec::new(), NOW).await.unwrap();
    }
}

async fn node(database: &str, redis: &str) -> ChatLink {
    let mut settings = Settings::default();
    settings.talk.enforced = false;
    let builder = ChatLink::builder().store(Arc::new(store(database).await)).settings(settings);
    let builder = builder.keys(Keys::new(vec![vec![7; 32]]).unwrap());
    builder.transport(Arc::new(RedisTransport::new(redis).unwrap())).build().await.unwrap()
}

/// Writes until the end, and then once more a word that says so.
async fn writer(chat: ChatLink, n: u128, origin: Instant, end: Instant) -> usize {
    // Not all at the same instant, unless that is asked for.
    if std::env::args().all(|word| word != "together") {
        tokio::time::sleep(PAUSE * n as u32 / WRITERS as u32).await;
    }
    let mut ticks = tokio::time::interval(PAUSE);
    let mut written = 0;
    while Instant::now() < end {
        ticks.tick().await;
        say(&chat, n, &origin.elapsed().as_nanos().to_string()).await;
        written += 1;
    }
    say(&chat, n, "the end").await;
    written
}

async fn say(chat: &ChatLink, n: u128, text: &str) {
    let message = NewMessage::parse(chat.fresh_client_id(), text, None, None).unwrap();
    chat.timeline().send(user(1, n), room(n), message).await.unwrap();
}

/// How long each message took until it was there to be written to the reader's socket.
async fn reader(chat: ChatLink, me: UserId, origin: Instant, ready: mpsc::Sender<()>) -> Vec<Duration> {
    let far = Timestamp::from_micros(i64::MAX);
    let connection = chat.connect(me, None, far, 0).await.unwrap();
    ready.send(()).await.unwrap();
    let mut times = Vec::new();
    loop {
        let Outgoing::Frames(frames) = connection.outgoing().await else { panic!("closed") };
        let now = origin.elapsed();
        for frame in frames {
            let frame: Value = serde_json::from_slice(&frame).unwrap();
            match frame["event"]["body"]["text"].as_str() {
                Some("the end") => return times,
                Some(text) => times.push(now - Duration::from_nanos(text.parse().unwrap())),
                None => {}
            }
        }
    }
}
