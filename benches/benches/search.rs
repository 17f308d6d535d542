//! A search among 100,000 messages: half of them in one room, the others in fifty; words that are rare, often
//! said, and never.
//!
//! `cargo bench -p chatlink-benches --bench search`

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a measurement ends where it cannot go on")]

use chatlink_core::{
    protocol::{ClientId, EventId, RoomId, Timestamp, UserId},
    rooms::{History, NewGroup, RoomStore as _},
    timeline::{
        Act, Deed, Extras, FirstContact, TimelineStore as _,
        search::{Pattern, SearchStore as _, Sought},
    },
};
use chatlink_store_sqlite::{SqliteOptions, SqliteStore};
use criterion::{Criterion, criterion_group, criterion_main};
use std::time::Duration;
use tokio::runtime::Runtime;
use uuid::Uuid;

const MESSAGES: u128 = 100_000;
const BATCH: u128 = 500;
const ROOMS: u128 = 50;
const WORDS: [&str; 24] = [
    "morning", "evening", "train", "river", "market", "lantern", "quiet", "orchard", "harbour", "silver", "window",
    "garden", "bread", "letter", "mountain", "winter", "summer", "pencil", "violin", "copper", "meadow", "bridge",
    "candle", "thunder",
];

fn searches(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = runtime.block_on(async {
        let store = SqliteOptions::new(folder.path().join("search.db")).open().await.unwrap();
        fill(&store).await;
        store
    });
    let mut group = criterion.benchmark_group("search 100,000 messages");
    group.sample_size(20);
    for (name, q, room) in [
        ("often said", "morning", None),
        ("rare", "zebra", None),
        ("rare, in the large room", "zebra", Some(0)),
        ("never said", "xylophone", None),
        ("never said, of pairs that are", "morninger", None),
        ("two characters of Japanese", "東京", None),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let found = runtime.block_on(store.search(wanted(q, room), now())).unwrap().unwrap();
                assert!(!found.cut_short);
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

fn me() -> UserId {
    UserId::from_uuid(id(2, 0))
}

fn wanted(q: &str, room: Option<u128>) -> Sought {
    Sought {
        reader: me(),
        pattern: Pattern::parse(q).unwrap(),
        room_id: room.map(|room| RoomId::from_uuid(id(1, room))),
        sender_id: None,
        from: None,
        until: None,
        before: None,
        limit: 20,
        budget: Duration::from_secs(60),
    }
}

/// Six words each, by a rule; one message in ten thousand has the rare word, one in a thousand the Japanese.
fn text(n: u128) -> String {
    let word = |turn: u128| WORDS[usize::try_from((n * 7 + turn * (n % 23 + 5)) % WORDS.len() as u128).unwrap()];
    let rare = if n % 10_000 == 77 { " zebra" } else { "" };
    let japanese = if n % 1_000 == 5 { " 明日は東京へ行く" } else { "" };
    format!("{} {} {} {} {} {}{rare}{japanese}", word(0), word(1), word(2), word(3), word(4), word(5))
}

async fn fill(store: &SqliteStore) {
    for room in 0..=ROOMS {
        let group = NewGroup {
            room_id: RoomId::from_uuid(id(1, room)),
            creator: me(),
            client_id: ClientId::from_uuid(id(3, room)),
            request: [0; 32],
            title: "A room".parse().unwrap(),
            history: History::All,
            members: Vec::new(),
            invited: Vec::new(),
        };
        store.create_group(group, Vec::new(), now()).await.unwrap();
    }
    for first in (0..MESSAGES).step_by(usize::try_from(BATCH).unwrap()) {
        let acts = (first..first + BATCH).map(act).collect();
        store.append(acts, now().plus(Duration::from_secs(u64::try_from(first).unwrap()))).await.unwrap();
    }
    while store.index_messages(1_000, Timestamp::from_micros(i64::MAX)).await.unwrap() > 0 {}
}

fn act(n: u128) -> Act {
    let room = if n.is_multiple_of(2) { 0 } else { 1 + n / 2 % ROOMS };
    Act {
        room_id: RoomId::from_uuid(id(1, room)),
        sender_id: me(),
        authz_version: 1,
        event_id: EventId::from_uuid(id(5, n)),
        key: None,
        deed: Deed::Message {
            text: text(n),
            reply_to: None,
            expires_at: None,
            first_contact: FirstContact::Settled,
            extras: Extras::default(),
        },
        notes: Vec::new(),
    }
}

criterion_group!(benches, searches);
criterion_main!(benches);
