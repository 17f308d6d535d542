//! What a room's size costs on SQLite: an acknowledged send through the engine, the same written by the store, and the first
//! frame of a member's connection, in a room of 10 members and in one of 10,000.
//!
//! `cargo bench --workspace --bench rooms`

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a measurement ends where it cannot go on")]

use chatlink_core::{
    ChatLink, Keys, Settings,
    protocol::{ClientId, EventId, RoomId, Timestamp, UserId, frame::HELLO_ROOMS},
    rooms::{History, MAX_MEMBERS, NewGroup, RoomStore as _},
    timeline::{Act, Deed, Extras, FirstContact, NewMessage, Outcome, TimelineStore as _},
};
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::sync::Arc;
use tokio::runtime::Runtime;
use uuid::Uuid;

const SIZES: [u128; 2] = [10, MAX_MEMBERS as u128];
const TEXT: &str =
    "A hundred bytes of conversation, as people write it on a Friday evening, no more and no less: good!!";

fn sizes(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (store, chat) = runtime.block_on(async {
        let store = Arc::new(SqliteOptions::new(folder.path().join("rooms.db")).open().await.unwrap());
        for size in SIZES {
            fill(&store, size).await;
        }
        let mut settings = Settings::default();
        settings.talk.enforced = false;
        let keys = Keys::new(vec![vec![7; 32]]).unwrap();
        (store.clone(), ChatLink::builder().store(store).keys(keys).settings(settings).build().await.unwrap())
    });
    let mut said = 0;
    for size in SIZES {
        let mut group = criterion.benchmark_group("a room");
        group.bench_function(BenchmarkId::new("an acknowledged send", size), |bencher| {
            bencher.iter(|| {
                said += 1;
                let message = NewMessage::parse(ClientId::from_uuid(id(4, said)), TEXT, None, None).unwrap();
                runtime.block_on(chat.timeline().send(person(size, 0), room(size), message)).unwrap();
            });
        });
        group.bench_function(BenchmarkId::new("a send at the store", size), |bencher| {
            bencher.iter(|| {
                said += 1;
                let appended = runtime.block_on(store.append(vec![act(size, said)], now())).unwrap();
                assert!(matches!(appended.outcomes.last(), Some(Outcome::Appended(_))));
            });
        });
        let (reader, far) = (person(size, size - 1), "2099-01-01T00:00:00Z".parse().unwrap());
        group.bench_function(BenchmarkId::new("hello", size), |bencher| {
            bencher.iter(|| runtime.block_on(chat.connect(reader, None, far, HELLO_ROOMS)).unwrap());
        });
        group.finish();
    }
    runtime.block_on(chat.shutdown());
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | (n + 1))
}

fn room(size: u128) -> RoomId {
    RoomId::from_uuid(id(1, size))
}

/// A member of the room of that size.
fn person(size: u128, n: u128) -> UserId {
    UserId::from_uuid(id(10 + size, n))
}

async fn fill(store: &SqliteStore, size: u128) {
    let group = NewGroup {
        room_id: room(size),
        creator: person(size, 0),
        client_id: ClientId::from_uuid(id(3, size)),
        request: [0; 32],
        title: "A room".parse().unwrap(),
        history: History::All,
        members: (1..size).map(|n| person(size, n)).collect(),
        invited: Vec::new(),
    };
    store.create_group(group, Vec::new(), now()).await.unwrap();
}

fn act(size: u128, n: u128) -> Act {
    Act {
        room_id: room(size),
        sender_id: person(size, 0),
        authz_version: 1,
        event_id: EventId::from_uuid(id(5, n)),
        key: None,
        deed: Deed::Message {
            text: TEXT.to_owned(),
            reply_to: None,
            expires_at: None,
            first_contact: FirstContact::Settled,
            extras: Extras::default(),
        },
        notes: Vec::new(),
    }
}

criterion_group!(benches, sizes);
criterion_main!(benches);
