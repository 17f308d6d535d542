//! Connections that are dead and of which nobody was told, as after a firewall that forgot them: calls that wait on them
//! are answered, and their places in the pools and what they had locked are free soon.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

#[path = "../../tests/src/proxy.rs"]
#[allow(dead_code, unreachable_pub, reason = "made for other tests, too")]
mod proxy;
mod support;

use chatlink_core::{
    StoreError,
    entropy::{OsEntropy, uuid_v7},
    protocol::{ClientId, EventId, RoomId, Timestamp, UserId},
    rooms::{History, NewGroup, RoomStore as _},
    timeline::{Act, ActKey, Deed, Extras, FirstContact, Outcome, TimelineStore as _},
};
use chatlink_store_postgres::{PostgresOptions, PostgresStore};
use proxy::Wire;
use std::time::Duration;
use tokio::time::{Instant, timeout};

const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);
/// How long a call waits here.
const ANSWER: Duration = Duration::from_secs(1);
/// All is as before after this time, when the wire is whole again.
const HEALED: Duration = Duration::from_secs(5);

fn fresh<T>(of: fn(uuid::Uuid) -> T) -> T {
    of(uuid_v7(NOW, &OsEntropy))
}

/// Few connections, so that each that is not given back is missed, and little patience.
async fn through(wire: &Wire, schema: &str) -> PostgresStore {
    let url = support::url();
    let (user, rest) = url.split_once('@').unwrap();
    let (_, database) = rest.split_once('/').unwrap();
    let options = PostgresOptions::new().schema(schema).writers(2).readers(2).patience(Duration::from_millis(500));
    let options = options.answer_within(ANSWER).idle_within(ANSWER).write_timeout(ANSWER);
    PostgresStore::connect(&format!("{user}@{}/{database}", wire.address()), options).await.unwrap()
}

async fn server() -> Wire {
    let url = support::url();
    let (_, rest) = url.split_once('@').unwrap();
    let (address, _) = rest.split_once('/').unwrap();
    Wire::to(tokio::net::lookup_host(address).await.unwrap().next().unwrap()).await
}

async fn append(store: PostgresStore, room_id: RoomId, sender_id: UserId) -> Result<(), StoreError> {
    let deed = Deed::Message {
        text: "hello".to_owned(),
        reply_to: None,
        expires_at: None,
        first_contact: FirstContact::Settled,
        extras: Extras::default(),
    };
    let key = Some(ActKey { client_id: fresh(ClientId::from_uuid), request: [7; 32] });
    let event_id = fresh(EventId::from_uuid);
    let act = Act { room_id, sender_id, authz_version: 1, event_id, key, deed, notes: Vec::new() };
    let mut appended = store.append(vec![act], NOW).await?;
    assert!(matches!(appended.outcomes.remove(0), Outcome::Appended(_)));
    Ok(())
}

/// As many calls at once as there are connections: whether all were answered with what they asked for.
async fn all_work(store: &PostgresStore, room: RoomId, me: UserId) -> bool {
    let rooms = [room];
    let (one, two, three, four) = tokio::join!(
        append(store.clone(), room, me),
        append(store.clone(), room, me),
        store.heads(&rooms, &[]),
        store.heads(&rooms, &[]),
    );
    one.is_ok() && two.is_ok() && three.is_ok() && four.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_connections_are_given_up_and_what_they_locked_is_free() {
    let direct = support::fresh().await;
    let wire = server().await;
    let store = through(&wire, direct.schema()).await;
    let me = fresh(UserId::from_uuid);
    let group = NewGroup {
        room_id: fresh(RoomId::from_uuid),
        creator: me,
        client_id: fresh(ClientId::from_uuid),
        request: [0; 32],
        title: "Evening class".parse().unwrap(),
        history: History::All,
        members: Vec::new(),
        invited: Vec::new(),
    };
    let room = group.room_id;
    store.create_group(group, Vec::new(), NOW).await.unwrap();
    for moment in 0..6 {
        // Somewhere in the middle of transactions and reads.
        let busy = tokio::spawn({
            let store = store.clone();
            async move { while all_work(&store, room, me).await {} }
        });
        tokio::time::sleep(Duration::from_millis(50 + moment * 3)).await;
        wire.forget();
        timeout(ANSWER * 2, busy).await.expect("calls that wait on dead connections are answered").unwrap();
        wire.mend();
        let begin = Instant::now();
        while !all_work(&store, room, me).await {
            assert!(begin.elapsed() < HEALED, "connections are not given back, or something stays locked");
        }
    }
}
