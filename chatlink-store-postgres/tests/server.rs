//! What only a real server shows: migrations by several nodes, a server that goes away, locks that are held too long,
//! callers that go away.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]

mod support;

use chatlink_core::{
    InstallationStore as _, StoreError,
    entropy::{OsEntropy, uuid_v7},
    identity::{AccountStore as _, LoginName},
    protocol::{ClientId, EventId, RoomId, Seq, Timestamp, UserId},
    rights::RightsStore as _,
    rooms::{History, NewGroup, RoomStore as _},
    timeline::{Act, ActKey, Deed, Extras, FirstContact, Outcome, Reader, TimelineStore as _},
};
use chatlink_store_postgres::{MigrateError, OpenError, PostgresOptions, PostgresStore, migrations};
use sqlx::Row as _;
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use support::server::Server;
use tokio::time::{Instant, timeout};

const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);

fn fresh<T>(of: fn(uuid::Uuid) -> T) -> T {
    of(uuid_v7(NOW, &OsEntropy))
}

async fn group(store: &PostgresStore, owner: UserId) -> RoomId {
    let room_id = fresh(RoomId::from_uuid);
    let group = NewGroup {
        room_id,
        creator: owner,
        client_id: fresh(ClientId::from_uuid),
        request: [0; 32],
        title: "Evening class".parse().unwrap(),
        history: History::All,
        members: Vec::new(),
        invited: Vec::new(),
    };
    store.create_group(group, Vec::new(), NOW).await.unwrap();
    room_id
}

fn say(room_id: RoomId, sender_id: UserId, text: &str) -> Act {
    let deed = Deed::Message {
        text: text.to_owned(),
        reply_to: None,
        expires_at: None,
        first_contact: FirstContact::Settled,
        extras: Extras::default(),
    };
    let key = Some(ActKey { client_id: fresh(ClientId::from_uuid), request: [7; 32] });
    Act { room_id, sender_id, authz_version: 1, event_id: fresh(EventId::from_uuid), key, deed, notes: Vec::new() }
}

async fn append(store: &PostgresStore, act: Act) -> Result<Outcome, StoreError> {
    store.append(vec![act], NOW).await.map(|mut appended| appended.outcomes.remove(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_migrate_at_once_migrate_once() {
    let schema = support::schema();
    let nodes: Vec<_> = (0..6)
        .map(|_| {
            let schema = schema.clone();
            tokio::spawn(async move { support::connect(&schema).await.migrate().await })
        })
        .collect();
    for node in nodes {
        node.await.unwrap().unwrap();
    }
    let store = support::connect(&schema).await;
    let mut by_hand = support::by_hand(&store).await;
    let ran: Vec<i64> = sqlx::query_scalar("SELECT version FROM migrations").fetch_all(&mut by_hand).await.unwrap();
    assert_eq!(ran, migrations().iter().map(|migration| migration.version).collect::<Vec<_>>());
    store.migrate().await.unwrap();
    // A database that ran other words is not this one.
    sqlx::query("UPDATE migrations SET checksum = checksum + 1").execute(&mut by_hand).await.unwrap();
    assert!(matches!(store.migrate().await, Err(OpenError::Migrate(_))));
}

#[tokio::test]
async fn schemas_are_communities_of_their_own() {
    let (one, other) = (support::fresh().await, support::fresh().await);
    let me = fresh(UserId::from_uuid);
    let room = group(&one, me).await;
    assert!(one.load_authz(room).await.unwrap().is_some());
    assert!(other.load_authz(room).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let options = || PostgresOptions::new().patience(Duration::from_millis(500));
    let address = PostgresStore::connect("mysql://nobody", options()).await;
    assert!(matches!(address, Err(OpenError::Address(_))), "{address:?}");
    let nobody = PostgresStore::connect("postgres://chat@127.0.0.1:1/postgres", options()).await;
    assert!(matches!(nobody, Err(OpenError::Postgres(_))), "{nobody:?}");
    // Not migrated: an error, and no panic.
    let store = support::connect(&support::schema()).await;
    assert!(matches!(store.ping().await, Err(StoreError::Corrupt(_))));
}

/// The right to create in the database is enough: no superuser, no extension.
#[tokio::test]
async fn a_plain_role_is_enough() {
    let role = support::schema();
    let mut by_hand = support::by_hand(&support::fresh().await).await;
    let make = format!(
        "CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
         DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO {role}', current_database()); END $$"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(&mut by_hand).await.unwrap();
    let url = support::url();
    let (_, rest) = url.split_once('@').unwrap();
    let options = PostgresOptions::new().schema(&role);
    let store = PostgresStore::connect(&format!("postgres://{role}@{rest}"), options).await.unwrap();
    store.migrate().await.unwrap();
    let me = fresh(UserId::from_uuid);
    let room = group(&store, me).await;
    assert!(matches!(append(&store, say(room, me, "hello")).await, Ok(Outcome::Appended(_))));
    assert!(store.ping().await.is_ok());
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class c WHERE relnamespace <> $1::regnamespace AND relowner = $1::regrole
         AND relnamespace <> 'pg_toast'::regnamespace",
    )
    .bind(&role)
    .fetch_all(&mut by_hand)
    .await
    .unwrap();
    assert_eq!(tables, Vec::<String>::new(), "everything is in its schema");
}

/// A store by a role that may read and write the rows of a schema, and nothing else.
async fn as_user(schema: &str) -> PostgresStore {
    let mut by_hand = support::by_hand(&support::fresh().await).await;
    let make = format!(
        "CREATE ROLE {schema} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
         CREATE SCHEMA IF NOT EXISTS {schema};
         GRANT USAGE ON SCHEMA {schema} TO {schema};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {schema};
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {schema}"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(&mut by_hand).await.unwrap();
    let url = support::url();
    let (_, rest) = url.split_once('@').unwrap();
    let options = PostgresOptions::new().schema(schema);
    PostgresStore::connect(&format!("postgres://{schema}@{rest}"), options).await.unwrap()
}

/// Whoever serves needs no right to create, once another role has migrated.
#[tokio::test]
async fn a_role_that_may_not_create_serves_what_is_migrated() {
    let schema = support::schema();
    support::connect(&schema).await.migrate().await.unwrap();
    let store = as_user(&schema).await;
    store.migrate().await.unwrap();
    assert!(store.is_migrated().await.unwrap() && store.pending().await.unwrap().is_empty());
    let me = fresh(UserId::from_uuid);
    let room = group(&store, me).await;
    assert!(matches!(append(&store, say(room, me, "hello")).await, Ok(Outcome::Appended(_))));
    assert!(store.ping().await.is_ok());
    let none = as_user(&support::schema()).await;
    let refused = none.migrate().await;
    assert!(matches!(refused, Err(OpenError::Migrate(MigrateError::Forbidden(_)))), "{refused:?}");
}

/// What is printed does what is done otherwise.
#[tokio::test]
async fn a_migration_by_hand_is_one() {
    let store = support::connect(&support::schema()).await;
    let pending = store.pending().await.unwrap();
    assert_eq!(pending, migrations());
    // Of the later ones alone, too.
    let (first, rest) = pending.split_at(2);
    let mut by_hand = support::by_hand(&support::fresh().await).await;
    for part in [first, rest] {
        let script = sqlx::AssertSqlSafe(store.script(part));
        sqlx::raw_sql(script).execute(&mut by_hand).await.unwrap();
    }
    assert!(store.is_migrated().await.unwrap());
    store.migrate().await.unwrap();
    let me = fresh(UserId::from_uuid);
    assert!(matches!(append(&store, say(group(&store, me).await, me, "hello")).await, Ok(Outcome::Appended(_))));
    // A second time it changes nothing.
    assert!(sqlx::raw_sql(sqlx::AssertSqlSafe(store.script(rest))).execute(&mut by_hand).await.is_err());
}

/// A name with a NUL, which no text of PostgreSQL holds, is nobody's.
#[tokio::test]
async fn a_name_that_cannot_be_kept_is_nobodys() {
    let store = support::fresh().await;
    assert_eq!(store.find_login(&LoginName::Username("a\0b".to_owned())).await.unwrap(), None);
    assert_eq!(store.find_external("a\0b").await.unwrap(), None);
}

/// A room whose lock somebody holds refuses within the patience, and costs its neighbours nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_is_held_delays_its_room_alone() {
    let slow = support::fresh().await;
    let options = PostgresOptions::new().schema(slow.schema()).patience(Duration::from_millis(300));
    let store = PostgresStore::connect(&support::url(), options).await.unwrap();
    let me = fresh(UserId::from_uuid);
    let (held, free) = (group(&store, me).await, group(&store, me).await);
    let mut by_hand = support::by_hand(&store).await;
    sqlx::raw_sql("BEGIN").execute(&mut by_hand).await.unwrap();
    sqlx::query("SELECT 1 FROM rooms WHERE room_id = $1 FOR UPDATE")
        .bind(*held.as_uuid())
        .execute(&mut by_hand)
        .await
        .unwrap();
    let started = Instant::now();
    let (refused, taken) = tokio::join!(append(&store, say(held, me, "hello")), append(&store, say(free, me, "hello")));
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(matches!(taken, Ok(Outcome::Appended(_))), "{taken:?}");
    sqlx::raw_sql("ROLLBACK").execute(&mut by_hand).await.unwrap();
    assert!(matches!(append(&store, say(held, me, "hello")).await, Ok(Outcome::Appended(_))));
}

/// Who waits for a place in the pool, or for a transaction that takes long, is answered in time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_pool_and_a_long_transaction_are_refused_in_time() {
    let schema = support::fresh().await.schema().to_owned();
    let options = PostgresOptions::new().schema(&schema).application_name(&schema).writers(1);
    let options = options.answer_within(Duration::from_secs(2));
    let store = PostgresStore::connect(&support::url(), options).await.unwrap();
    let me = fresh(UserId::from_uuid);
    let (held, free) = (group(&store, me).await, group(&store, me).await);
    let mut by_hand = support::by_hand(&store).await;
    sqlx::raw_sql("BEGIN").execute(&mut by_hand).await.unwrap();
    let lock = sqlx::query("SELECT 1 FROM rooms WHERE room_id = $1 FOR UPDATE").bind(*held.as_uuid());
    lock.execute(&mut by_hand).await.unwrap();
    let started = Instant::now();
    let long = tokio::spawn({
        let store = store.clone();
        async move { append(&store, say(held, me, "hello")).await }
    });
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
    while sqlx::query(waiting).bind(&schema).fetch_one(&mut by_hand).await.unwrap().get::<i64, _>(0) == 0 {
        assert!(!long.is_finished(), "it did not wait");
        // The transaction sees the activity as it was when it first looked.
        sqlx::query("SELECT pg_stat_clear_snapshot()").execute(&mut by_hand).await.unwrap();
    }
    let full = append(&store, say(free, me, "hello")).await;
    let long = long.await.unwrap();
    assert!(matches!(long, Err(StoreError::Unavailable(_))), "{long:?}");
    assert!(matches!(full, Err(StoreError::Unavailable(_))), "{full:?}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    // Both go on to their ends.
    sqlx::raw_sql("ROLLBACK").execute(&mut by_hand).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while store.heads(&[held, free], &[]).await.unwrap().rooms.values().any(|head| head.seq == Seq(0)) {
        assert!(Instant::now() < deadline, "what was begun was given up");
    }
}

/// A caller that goes away in any moment leaves no connection with a transaction open, and no half of one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_that_go_away_leave_nothing_behind() {
    let schema = support::schema();
    let options = PostgresOptions::new().schema(&schema).application_name(&schema).writers(4).readers(4);
    // The server would end what stays open, and hide that it did.
    let options = options.idle_within(Duration::from_secs(60));
    let store = PostgresStore::connect(&support::url(), options).await.unwrap();
    store.migrate().await.unwrap();
    let me = fresh(UserId::from_uuid);
    let room = group(&store, me).await;
    let mut by_hand = support::by_hand(&store).await;
    let open =
        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND application_name = $1";
    for moment in 0..60 {
        let batch = (0..64).map(|_| say(room, me, "hello")).collect();
        drop(timeout(Duration::from_millis(moment % 12), store.append(batch, NOW)).await);
        drop(timeout(Duration::from_millis(moment % 6), store.find_room(me, room, NOW)).await);
        // What was begun goes on to its end by itself: nobody else uses these connections meanwhile.
        let deadline = Instant::now() + Duration::from_secs(10);
        while sqlx::query(open).bind(&schema).fetch_one(&mut by_hand).await.unwrap().get::<i64, _>(0) > 0 {
            assert!(Instant::now() < deadline, "a transaction stays open");
        }
    }
    assert!(matches!(append(&store, say(room, me, "last")).await, Ok(Outcome::Appended(_))));
    let page = store.events(room, Reader::Node, Seq(0), 200, NOW).await.unwrap().unwrap();
    let seqs: Vec<u64> = page.events.iter().map(|event| event.seq.0).collect();
    assert_eq!(seqs, (1..=page.head.0.min(200)).collect::<Vec<_>>(), "dense");
}

/// What was acknowledged is there after the server was killed, and the store goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_is_killed_keeps_what_was_acknowledged() {
    let server = Server::start().unwrap_or_else(|missing| panic!("{missing}"));
    let options = PostgresOptions::new().patience(Duration::from_secs(2));
    let store = PostgresStore::connect(&server.url(), options).await.unwrap();
    store.migrate().await.unwrap();
    let me = fresh(UserId::from_uuid);
    let room = group(&store, me).await;
    // One after the other, until some time after the kill: whose answer was lost is not sent again.
    let over = Arc::new(AtomicBool::new(false));
    let sender = tokio::spawn({
        let (store, over) = (store.clone(), over.clone());
        async move {
            let (mut acknowledged, mut lost) = (Vec::new(), 0);
            while !over.load(Ordering::SeqCst) {
                match append(&store, say(room, me, "hello")).await {
                    Ok(Outcome::Appended(event)) => acknowledged.push((event.seq, event.id)),
                    Err(StoreError::Unavailable(_)) => lost += 1,
                    other => panic!("{other:?}"),
                }
            }
            (acknowledged, lost)
        }
    });
    while store.heads(&[room], &[]).await.unwrap().rooms[&room].seq.0 < 50 {
        assert!(!sender.is_finished(), "no kill yet");
        tokio::task::yield_now().await;
    }
    let server = tokio::task::spawn_blocking(move || server.crash().map(|()| server)).await.unwrap().unwrap();
    assert!(matches!(append(&store, say(room, me, "and on")).await, Ok(Outcome::Appended(_))), "by itself");
    over.store(true, Ordering::SeqCst);
    let (acknowledged, lost) = sender.await.unwrap();
    assert!(acknowledged.len() >= 49);
    let mut log = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let after = Seq(log.len() as u64);
        match store.events(room, Reader::Node, after, 200, NOW).await {
            Ok(page) if page.as_ref().is_some_and(|page| page.events.is_empty()) => break,
            Ok(page) => log.extend(page.unwrap().events.into_iter().map(|event| (event.seq, event.id))),
            Err(StoreError::Unavailable(_)) if Instant::now() < deadline => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    let known: HashSet<_> = log.iter().copied().collect();
    for one in &acknowledged {
        assert!(known.contains(one), "acknowledged and lost");
    }
    assert!(acknowledged.is_sorted(), "acknowledged in another order");
    let seqs: Vec<u64> = log.iter().map(|(seq, _)| seq.0).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>(), "dense");
    // One more is "and on".
    assert!(log.len() <= acknowledged.len() + lost + 1, "what nobody sent");
    drop(server);
}
