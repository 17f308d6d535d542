//! A batch of messages appended to the SQLite store, disk and all: one, ten, a hundred at a time.
//!
//! `cargo bench -p chatlink-benches --bench append`

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a measurement ends where it cannot go on")]

use chatlink_core::{
    protocol::{ClientId, EventId, RoomId, Timestamp, UserId},
    rooms::{History, NewGroup, RoomStore as _},
    timeline::{Act, ActKey, Deed, Extras, FirstContact, Outcome, TimelineStore as _},
};
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;
use uuid::Uuid;

const ROOMS: u128 = 50;
const TEXT: &str =
    "A hundred bytes of conversation, as people write it on a Friday evening, no more and no less: good!!";

fn appends(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = runtime.block_on(async {
        let store = SqliteOptions::new(folder.path().join("append.db")).open().await.unwrap();
        rooms(&store).await;
        store
    });
    let mut said = 0;
    let mut group = criterion.benchmark_group("append to SQLite");
    for batch in [1_u128, 10, 100] {
        group.throughput(Throughput::Elements(batch as u64));
        group.bench_with_input(BenchmarkId::from_parameter(batch), &batch, |bencher, batch| {
            bencher.iter(|| {
                let acts = (0..*batch).map(|n| message(said + n)).collect();
                said += batch;
                let appended = runtime.block_on(store.append(acts, now())).unwrap();
                assert!(matches!(appended.outcomes.last(), Some(Outcome::Appended(_))));
            });
        });
    }
    group.finish();
    runtime.block_on(store.close());
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | (n + 1))
}

fn message(n: u128) -> Act {
    let room = n % ROOMS;
    Act {
        room_id: RoomId::from_uuid(id(1, room)),
        sender_id: UserId::from_uuid(id(2, room)),
        authz_version: 1,
        event_id: EventId::from_uuid(id(5, n)),
        key: Some(ActKey { client_id: ClientId::from_uuid(id(4, n)), request: [0; 32] }),
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

async fn rooms(store: &SqliteStore) {
    for room in 0..ROOMS {
        let group = NewGroup {
            room_id: RoomId::from_uuid(id(1, room)),
            creator: UserId::from_uuid(id(2, room)),
            client_id: ClientId::from_uuid(id(3, room)),
            request: [0; 32],
            title: "A room".parse().unwrap(),
            history: History::All,
            members: Vec::new(),
            invited: Vec::new(),
        };
        store.create_group(group, Vec::new(), now()).await.unwrap();
    }
}

criterion_group!(benches, appends);
criterion_main!(benches);
