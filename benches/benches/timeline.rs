//! Pages of a room's timeline at the SQLite store: the last 50 items, the middle, and the first, of 10,000 events, of
//! which a fifth are reactions and edits; of ten times as many, for what length costs; and of a room that ends in 10,000
//! reactions.
//!
//! `cargo bench -p chatlink-benches --bench timeline`

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a measurement ends where it cannot go on")]

use chatlink_core::{
    protocol::{ClientId, EventId, RoomId, Seq, Timestamp, UserId},
    rooms::{History, NewGroup, RoomStore as _},
    timeline::{Act, Deed, Extras, FirstContact, Named, ReactionChange, Reader, Target, TimelineStore as _, Window},
};
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use tokio::runtime::Runtime;
use uuid::Uuid;

const LENGTHS: [u128; 2] = [10_000, 100_000];
/// A room whose end is reactions alone.
const SHORT: u128 = 1_000;
const REACTIONS: u128 = 10_000;
const BATCH: u128 = 500;
const PAGE: u32 = 50;
const TEXT: &str =
    "A hundred bytes of conversation, as people write it on a Friday evening, no more and no less: good!!";

fn pages(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = runtime.block_on(async {
        let store = SqliteOptions::new(folder.path().join("timeline.db")).open().await.unwrap();
        for length in LENGTHS {
            fill(&store, length).await;
        }
        fill(&store, SHORT).await;
        bury(&store, SHORT).await;
        store
    });
    let mut group = criterion.benchmark_group("a page of 50");
    for length in LENGTHS {
        let middle = Seq(u64::try_from(length / 2).unwrap());
        for (name, window) in
            [("last", Window::Newest), ("around the middle", Window::Around(middle)), ("first", Window::From(now()))]
        {
            group.bench_function(BenchmarkId::new(name, length), |bencher| {
                bencher.iter(|| {
                    let page = store.timeline(room(length), Reader::Member(me()), window, PAGE, now());
                    let page = runtime.block_on(page).unwrap().unwrap();
                    assert_eq!(page.items.len(), PAGE as usize);
                });
            });
        }
    }
    group.bench_function("last, beneath 10,000 reactions", |bencher| {
        bencher.iter(|| {
            let page = store.timeline(room(SHORT), Reader::Member(me()), Window::Newest, PAGE, now());
            assert_eq!(runtime.block_on(page).unwrap().unwrap().items.len(), PAGE as usize);
        });
    });
    group.finish();
    runtime.block_on(store.close());
}

fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | (n + 1))
}

fn me() -> UserId {
    UserId::from_uuid(id(2, 0))
}

fn room(length: u128) -> RoomId {
    RoomId::from_uuid(id(1, length))
}

fn message(length: u128, n: u128) -> EventId {
    EventId::from_uuid(id(5 + length, n))
}

async fn fill(store: &SqliteStore, length: u128) {
    let group = NewGroup {
        room_id: room(length),
        creator: me(),
        client_id: ClientId::from_uuid(id(3, length)),
        request: [0; 32],
        title: "A room".parse().unwrap(),
        history: History::All,
        members: Vec::new(),
        invited: Vec::new(),
    };
    store.create_group(group, Vec::new(), now()).await.unwrap();
    for first in (0..length).step_by(usize::try_from(BATCH).unwrap()) {
        let acts = (first..first + BATCH).map(|n| act(length, n)).collect();
        store.append(acts, now()).await.unwrap();
    }
}

/// One changes his mind about a message, over and over.
async fn bury(store: &SqliteStore, length: u128) {
    for first in (0..REACTIONS).step_by(usize::try_from(BATCH).unwrap()) {
        let react = |n: u128| {
            let key = if n.is_multiple_of(2) { "👍" } else { "👎" };
            let target = Named { event_id: message(length, 0), from_seq: Seq(1) };
            let deed = Deed::React { target, change: ReactionChange::Give(key.to_owned()) };
            Act { deed, ..act(length, length + n) }
        };
        store.append((first..first + BATCH).map(react).collect(), now()).await.unwrap();
    }
}

/// Of ten events one is a reaction to the message before it, one an edit of that before.
fn act(length: u128, n: u128) -> Act {
    let deed = match n % 10 {
        8 => Deed::React {
            target: Named { event_id: message(length, n - 1), from_seq: Seq(1) },
            change: ReactionChange::Give("👍".to_owned()),
        },
        9 => Deed::Edit { target: Target { event_id: message(length, n - 2), version: 1 }, text: TEXT.to_owned() },
        _ => Deed::Message {
            text: TEXT.to_owned(),
            reply_to: (n % 10 == 5).then(|| Named { event_id: message(length, n - 1), from_seq: Seq(1) }),
            expires_at: None,
            extras: Extras::default(),
            first_contact: FirstContact::Settled,
        },
    };
    Act {
        room_id: room(length),
        sender_id: me(),
        authz_version: 1,
        event_id: message(length, n),
        key: None,
        deed,
        notes: Vec::new(),
    }
}

criterion_group!(benches, pages);
criterion_main!(benches);
