//! Messages posted inside a host's own transaction.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]

mod support;

use async_trait::async_trait;
use chatlink_core::{
    ChatLink, Keys,
    host::AfterCommit,
    people::ExternalPerson,
    protocol::{Event, Item, RoomId, UserId},
    timeline::{
        NewMessage, Window,
        intents::{Intent, RejectedIntent},
    },
};
use chatlink_store_postgres::{PostgresStore, post_intent};
use data_encoding::BASE64;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::{
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// What the host was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<RejectedIntent>>>);

#[async_trait]
impl AfterCommit for Told {
    async fn after_commit(&self, _: &Event) {}

    async fn intent_rejected(&self, intent: &RejectedIntent) {
        self.0.lock().unwrap().push(intent.clone());
    }
}

async fn engine(store: PostgresStore, told: &Told) -> ChatLink {
    let keys = Keys::parse(&BASE64.encode(&[7; 32])).unwrap();
    ChatLink::builder().store(Arc::new(store)).keys(keys).after_commit(Arc::new(told.clone())).build().await.unwrap()
}

async fn people(chat: &ChatLink) -> (UserId, UserId, RoomId) {
    let person = async |name| chat.people().upsert_external(ExternalPerson::new(name)).await.unwrap();
    let (ana, ben) = (person("ana").await, person("ben").await);
    let room = chat.rooms().open_direct(ana, ben).await.unwrap().room.room_id;
    chat.rooms().accept(ben, room).await.unwrap();
    (ana, ben, room)
}

async fn texts(chat: &ChatLink, reader: UserId, room: RoomId) -> Vec<String> {
    let page = chat.timeline().page(reader, room, Window::Newest, 50).await.unwrap();
    let text = |item: &Item| item.body.to_json().unwrap()["text"].as_str().map(str::to_owned);
    page.items.iter().filter_map(text).collect()
}

/// Waits until the room says this; never longer than a test may take.
async fn until(chat: &ChatLink, reader: UserId, room: RoomId, wanted: &[&str]) {
    let look = async {
        while texts(chat, reader, room).await != wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if timeout(Duration::from_secs(20), look).await.is_err() {
        panic!("{wanted:?} did not come: {:?}", texts(chat, reader, room).await);
    }
}

async fn host(store: &PostgresStore) -> PgConnection {
    let mut host = support::by_hand(store).await;
    sqlx::query("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, what text)")
        .execute(&mut host)
        .await
        .unwrap();
    host
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_message_commits_and_rolls_back_with_the_hosts_rows() {
    let store = support::fresh().await;
    let (schema, mut host) = (store.schema().to_owned(), host(&store).await);
    let chat = engine(store, &Told::default()).await;
    let (ana, ben, room) = people(&chat).await;
    for (text, kept) in [("never said", false), ("ordered", true)] {
        let mut tx = host.begin().await.unwrap();
        sqlx::query("INSERT INTO orders (what) VALUES ('tea')").execute(&mut *tx).await.unwrap();
        let intent = Intent::words(chat.fresh_client_id(), room, Some(ana), text);
        post_intent(&mut tx, &schema, &intent).await.unwrap();
        assert_eq!(texts(&chat, ben, room).await, [] as [&str; 0], "nothing is said before the commit");
        if kept { tx.commit().await.unwrap() } else { tx.rollback().await.unwrap() }
    }
    until(&chat, ben, room, &["ordered"]).await;
    let orders: i64 = sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&mut host).await.unwrap();
    assert_eq!(orders, 1);
    chat.shutdown().await;
}

/// What was committed while nobody ran is said at the next start, and what was said already is not said twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crash_between_commit_and_relay_loses_and_doubles_nothing() {
    let store = support::fresh().await;
    let (schema, mut host) = (store.schema().to_owned(), host(&store).await);
    let told = Told::default();
    let chat = engine(store, &told).await;
    let (ana, ben, room) = people(&chat).await;
    let said = chat.fresh_client_id();
    chat.timeline().send(ana, room, NewMessage::parse(said, "said before", None, None).unwrap()).await.unwrap();
    let later = chat.fresh_client_id();
    chat.shutdown().await;
    // The one of which the process died before it could note that it is said, and one that waits.
    let mut tx = host.begin().await.unwrap();
    for (client_id, text) in [(said, "said before"), (later, "said after")] {
        post_intent(&mut tx, &schema, &Intent::words(client_id, room, Some(ana), text)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let chat = engine(support::connect(&schema).await, &told).await;
    until(&chat, ben, room, &["said before", "said after"]).await;
    // Both are settled: none is left to be taken again.
    let left = async {
        while sqlx::query("SELECT 1 FROM chatlink_inbox").fetch_optional(&mut host).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(20), left).await.unwrap();
    assert_eq!(texts(&chat, ben, room).await, ["said before", "said after"]);
    assert_eq!(told.0.lock().unwrap().as_slice(), []);
    chat.shutdown().await;
}

/// How long a host's transaction stays open: longer with `CHATLINK_PROVE`.
fn open_for() -> Duration {
    Duration::from_secs(if std::env::var_os("CHATLINK_PROVE").is_some() { 30 } else { 1 })
}

/// What a page shows of all that was said.
fn newest(said: &[String]) -> Vec<&str> {
    said[said.len().saturating_sub(50)..].iter().map(String::as_str).collect()
}

/// The host's transaction holds no lock of a room: everybody talks on, in the same room too.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_transaction_that_stays_open_delays_nobody() {
    let store = support::fresh().await;
    let (schema, mut host) = (store.schema().to_owned(), host(&store).await);
    let chat = engine(store, &Told::default()).await;
    let (ana, ben, room) = people(&chat).await;
    let mut tx = host.begin().await.unwrap();
    let intent = Intent::words(chat.fresh_client_id(), room, Some(ana), "at last");
    post_intent(&mut tx, &schema, &intent).await.unwrap();
    let mut wanted = Vec::new();
    // Each is acknowledged while the host's transaction is open; a lock would hold the first one up for ever.
    let (open_for, begin, mut slowest) = (open_for(), Instant::now(), Duration::ZERO);
    for n in 0.. {
        if n >= 20 && begin.elapsed() >= open_for {
            break;
        }
        let text = format!("word {n}");
        let message = NewMessage::parse(chat.fresh_client_id(), &text, None, None).unwrap();
        let sent = Instant::now();
        timeout(Duration::from_secs(20), chat.timeline().send(ben, room, message)).await.unwrap().unwrap();
        slowest = slowest.max(sent.elapsed());
        wanted.push(text);
        // Other people's rate is no matter of this test.
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    println!("{} sends beside a transaction of {:?}: the slowest took {slowest:?}", wanted.len(), begin.elapsed());
    // One that a lock holds up waits for three seconds, and fails.
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    let other = Intent::words(chat.fresh_client_id(), room, Some(ben), "posted beside");
    chat.intents().post(other).await.unwrap();
    wanted.push("posted beside".to_owned());
    until(&chat, ana, room, &newest(&wanted)).await;
    tx.commit().await.unwrap();
    wanted.push("at last".to_owned());
    until(&chat, ana, room, &newest(&wanted)).await;
    chat.shutdown().await;
}

/// Another program, in the documented words: the role needs the schema's use and the right to insert, nothing else.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_program_posts_by_plain_sql() {
    let store = support::fresh().await;
    let (schema, mut host) = (store.schema().to_owned(), host(&store).await);
    let chat = engine(store, &Told::default()).await;
    let (ana, ben, room) = people(&chat).await;
    let role = format!("{schema}_host");
    let grants = format!(
        "CREATE ROLE {role}; GRANT USAGE ON SCHEMA {schema} TO {role};
         GRANT INSERT ON {schema}.chatlink_inbox TO {role};"
    );
    sqlx::raw_sql(AssertSqlSafe(grants)).execute(&mut host).await.unwrap();
    let post = format!(
        "SET ROLE {role}; BEGIN;
         INSERT INTO {schema}.chatlink_inbox (client_id, room_id, sender_id, body)
         VALUES ('{}', '{room}', '{ana}', '{{\"text\": \"from psql\"}}');
         COMMIT;",
        chat.fresh_client_id()
    );
    let psql = Command::new("psql").args(["-v", "ON_ERROR_STOP=1", "-c", &post, &support::url()]).output().unwrap();
    assert!(psql.status.success(), "{}", String::from_utf8_lossy(&psql.stderr));
    until(&chat, ben, room, &["from psql"]).await;
    sqlx::raw_sql(AssertSqlSafe(format!("DROP OWNED BY {role}; DROP ROLE {role}"))).execute(&mut host).await.unwrap();
    chat.shutdown().await;
}

/// Two nodes relay one inbox: each intent is said once, each room's in its order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_relay_each_once_and_in_order() {
    let store = support::fresh().await;
    let second = support::connect(store.schema()).await;
    let told = Told::default();
    let (chat, other) = (engine(store, &told).await, engine(second, &told).await);
    let (ana, ben, room) = people(&chat).await;
    let mut wanted = Vec::new();
    for n in 0..60 {
        let text = format!("word {n}");
        let node = if n % 2 == 0 { &chat } else { &other };
        node.intents().post(Intent::words(chat.fresh_client_id(), room, Some(ana), &text)).await.unwrap();
        wanted.push(text);
    }
    until(&chat, ben, room, &newest(&wanted)).await;
    let page = chat.timeline().page(ben, room, Window::Newest, 50).await.unwrap();
    assert_eq!(page.as_of.0, 60);
    assert_eq!(told.0.lock().unwrap().as_slice(), []);
    for node in [chat, other] {
        node.shutdown().await;
    }
}
