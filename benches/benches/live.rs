//! What realtime costs, on SQLite: a message to all who listen, and what was missed told again, at three sizes each; and a
//! frame read and written, and taken into a client's timeline.
//!
//! `cargo bench --workspace --bench live`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a measurement ends where it cannot go on"
)]

use chatlink_core::{
    ChatLink, Keys, Settings,
    protocol::{
        ClientId, Event, EventBody, EventId, RoomId, Seq, Timestamp, UserId, event,
        frame::{ClientFrame, Push},
        reducer::{Applied, RoomState},
    },
    realtime::{Connection, Outgoing},
    rooms::{History, NewGroup, RoomStore as _},
    timeline::NewMessage,
};
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::{hint::black_box, sync::Arc};
use tokio::runtime::Runtime;
use uuid::Uuid;

const LISTENERS: [u64; 3] = [10, 100, 1_000];
const MISSED: [u64; 3] = [10, 100, 1_000];
const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
const FAR: Timestamp = Timestamp::from_micros(i64::MAX);
const TEXT: &str =
    "A hundred bytes of conversation, as people write it on a Friday evening, no more and no less: good!!";

/// An acknowledged message, until all who listen have its frame.
fn fan_out(criterion: &mut Criterion) {
    let (runtime, folder) = (Runtime::new().unwrap(), tempfile::tempdir().unwrap());
    let (store, chat) = runtime.block_on(engine(folder.path()));
    let mut group = criterion.benchmark_group("a message to all who listen");
    let mut said = 0;
    for count in LISTENERS {
        group.throughput(Throughput::Elements(count));
        let connections = runtime.block_on(async {
            create(&store, count, count).await;
            listening(&chat, count, count).await
        });
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| {
                said += 1;
                runtime.block_on(async {
                    say(&chat, count, said).await;
                    for connection in &connections {
                        black_box(taken(connection).await);
                    }
                });
            });
        });
    }
    group.finish();
    runtime.block_on(chat.shutdown());
}

/// What a connection missed in a room, told again.
fn resume(criterion: &mut Criterion) {
    let (runtime, folder) = (Runtime::new().unwrap(), tempfile::tempdir().unwrap());
    let (store, chat) = runtime.block_on(engine(folder.path()));
    let most = MISSED.into_iter().max().unwrap();
    let connection = runtime.block_on(async {
        create(&store, 1, 1).await;
        for n in 0..most {
            say(&chat, 1, n).await;
        }
        listening(&chat, 1, 1).await.remove(0)
    });
    let mut group = criterion.benchmark_group("what was missed, told again");
    for missed in MISSED {
        group.throughput(Throughput::Elements(missed));
        let (room, seq, epoch) = (room(1), most - missed, chat.epoch());
        let text = format!(r#"{{"type":"resume","id":1,"epoch":"{epoch}","user_seq":0,"rooms":{{"{room}":{seq}}}}}"#);
        group.bench_function(BenchmarkId::from_parameter(missed), |bencher| {
            bencher.iter(|| {
                runtime.block_on(async {
                    connection.handle(serde_json::from_str(&text).unwrap()).await.unwrap();
                    assert!(taken(&connection).await as u64 >= missed);
                });
            });
        });
    }
    group.finish();
    runtime.block_on(chat.shutdown());
}

/// What a client makes of the events of a room.
fn reducer(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("events taken into a timeline");
    for count in MISSED {
        group.throughput(Throughput::Elements(count));
        let events: Vec<Event> = (1..=count).map(message).collect();
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            bencher.iter(|| {
                let mut state = RoomState::new(Some(user(0)), Vec::new(), Seq(0));
                events.iter().for_each(|event| assert_eq!(state.apply(event), Applied::Yes));
                state
            });
        });
    }
    group.finish();
}

fn frames(criterion: &mut Criterion) {
    let push = Push::Event { event: message(1) };
    let (room, name) = (room(1), id(4, 1));
    let sent = format!(r#"{{"type":"send","id":1,"room_id":"{room}","client_id":"{name}","text":"{TEXT}"}}"#);
    let mut group = criterion.benchmark_group("a frame");
    group.bench_function("an event written", |bencher| bencher.iter(|| black_box(&push).encode().unwrap()));
    group.bench_function("a message read", |bencher| {
        bencher.iter(|| serde_json::from_str::<ClientFrame>(black_box(&sent)).unwrap());
    });
    group.finish();
}

fn message(seq: u64) -> Event {
    Event {
        room_id: room(1),
        seq: Seq(seq),
        id: EventId::from_uuid(id(5, seq)),
        body: EventBody::Message(event::Message { text: Some(TEXT.to_owned()), ..Default::default() }),
        sender_id: user(0),
        at: NOW,
        client_id: Some(ClientId::from_uuid(id(4, seq))),
    }
}

async fn engine(folder: &std::path::Path) -> (Arc<SqliteStore>, ChatLink) {
    let store = Arc::new(SqliteOptions::new(folder.join("live.db")).open().await.unwrap());
    let mut settings = Settings::default();
    settings.talk.enforced = false;
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    (store.clone(), ChatLink::builder().store(store).keys(keys).settings(settings).build().await.unwrap())
}

fn id(kind: u128, n: u64) -> Uuid {
    Uuid::from_u128((kind << 64) | u128::from(n + 1))
}

fn room(number: u64) -> RoomId {
    RoomId::from_uuid(id(1, number))
}

fn user(n: u64) -> UserId {
    UserId::from_uuid(id(2, n))
}

/// A room of its own number, in which the first of its members writes.
async fn create(store: &SqliteStore, number: u64, members: u64) {
    let group = NewGroup {
        room_id: room(number),
        creator: user(number << 32),
        client_id: ClientId::from_uuid(id(3, number)),
        request: [0; 32],
        title: "A room".parse().unwrap(),
        history: History::All,
        members: (1..members).map(|n| user((number << 32) + n)).collect(),
        invited: Vec::new(),
    };
    store.create_group(group, Vec::new(), NOW).await.unwrap();
}

/// The connections of all of its members, each with its greeting taken.
async fn listening(chat: &ChatLink, number: u64, members: u64) -> Vec<Connection> {
    let mut connections = Vec::new();
    for n in 0..members {
        let connection = chat.connect(user((number << 32) + n), None, FAR, 0).await.unwrap();
        taken(&connection).await;
        connections.push(connection);
    }
    connections
}

async fn say(chat: &ChatLink, number: u64, n: u64) {
    let message = NewMessage::parse(ClientId::from_uuid(id(4, n)), TEXT, None, None).unwrap();
    chat.timeline().send(user(number << 32), room(number), message).await.unwrap();
}

/// How many frames waited.
async fn taken(connection: &Connection) -> usize {
    match connection.outgoing().await {
        Outgoing::Frames(frames) => frames.len(),
        Outgoing::Close(code) => panic!("closed: {code:?}"),
    }
}

criterion_group!(benches, fan_out, resume, reducer, frames);
criterion_main!(benches);
