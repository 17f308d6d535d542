//! Messages posted inside a host's own transaction.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]

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
use chatlink_store_sqlite::{PostError, SqliteOptions, SqliteStore, post_intent};
use data_encoding::BASE64;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteSynchronous};
use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::timeout;

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

async fn engine(store: SqliteStore, told: &Told) -> ChatLink {
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

async fn host(folder: &Path) -> SqliteConnection {
    let mut host = options(folder).connect_options().connect().await.unwrap();
    let orders = "CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT";
    sqlx::query(orders).execute(&mut host).await.unwrap();
    host
}

fn options(folder: &Path) -> SqliteOptions {
    SqliteOptions::new(folder.join("app.db"))
}

async fn orders(host: &mut SqliteConnection) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(host).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_message_commits_and_rolls_back_with_the_hosts_rows() {
    let folder = tempfile::tempdir().unwrap();
    let chat = engine(options(folder.path()).open().await.unwrap(), &Told::default()).await;
    let (ana, ben, room) = people(&chat).await;
    let mut host = host(folder.path()).await;
    for (text, kept) in [("never said", false), ("ordered", true)] {
        let mut tx = host.begin_with("BEGIN IMMEDIATE").await.unwrap();
        sqlx::query("INSERT INTO orders (what) VALUES ('tea')").execute(&mut *tx).await.unwrap();
        let intent = Intent::words(chat.fresh_client_id(), room, Some(ana), text);
        post_intent(&mut tx, &intent).await.unwrap();
        assert_eq!(texts(&chat, ben, room).await, [] as [&str; 0], "nothing is said before the commit");
        if kept { tx.commit().await.unwrap() } else { tx.rollback().await.unwrap() }
    }
    until(&chat, ben, room, &["ordered"]).await;
    assert_eq!(orders(&mut host).await, 1);
    chat.shutdown().await;
}

/// The documented statement, in the words of any language; each room's intents in their order, once each.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn plain_sql_posts_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let chat = engine(options(folder.path()).open().await.unwrap(), &Told::default()).await;
    let (ana, ben, room) = people(&chat).await;
    let mut host = host(folder.path()).await;
    let mut wanted = Vec::new();
    for n in 0..30 {
        let sql = "INSERT INTO chatlink_inbox (client_id, room_id, sender_id, body) VALUES (?, ?, ?, ?)";
        let query = sqlx::query(sql).bind(*chat.fresh_client_id().as_uuid()).bind(*room.as_uuid());
        let query = query.bind(*ana.as_uuid()).bind(format!("{{\"text\": \"word {n}\"}}"));
        query.execute(&mut host).await.unwrap();
        wanted.push(format!("word {n}"));
    }
    chat.intents().nudge();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    until(&chat, ben, room, &wanted).await;
    chat.shutdown().await;
}

/// What was committed while nobody ran is said at the next start, and what was said already is not said twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crash_between_commit_and_relay_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let told = Told::default();
    let chat = engine(options(folder.path()).open().await.unwrap(), &told).await;
    let (ana, ben, room) = people(&chat).await;
    let said = chat.fresh_client_id();
    chat.timeline().send(ana, room, NewMessage::parse(said, "said before", None, None).unwrap()).await.unwrap();
    let later = chat.fresh_client_id();
    chat.shutdown().await;
    let mut host = host(folder.path()).await;
    // The one of which the process died before it could note that it is said, and one that waits.
    for (client_id, text) in [(said, "said before"), (later, "said after")] {
        post_intent(&mut host, &Intent::words(client_id, room, Some(ana), text)).await.unwrap();
    }
    let chat = engine(options(folder.path()).open().await.unwrap(), &told).await;
    until(&chat, ben, room, &["said before", "said after"]).await;
    assert_eq!(told.0.lock().unwrap().as_slice(), []);
    chat.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_refused_is_told_and_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let told = Told::default();
    let chat = engine(options(folder.path()).open().await.unwrap(), &told).await;
    let (ana, ben, room) = people(&chat).await;
    let eve = chat.people().upsert_external(ExternalPerson::new("eve")).await.unwrap();
    let mut host = host(folder.path()).await;
    let mut post = async |sender: Option<UserId>, body: &str| {
        let sql = "INSERT INTO chatlink_inbox (client_id, room_id, sender_id, body) VALUES (?, ?, ?, ?)";
        let query = sqlx::query(sql).bind(*chat.fresh_client_id().as_uuid()).bind(*room.as_uuid());
        query.bind(sender.map(|user| *user.as_uuid())).bind(body).execute(&mut host).await.unwrap();
    };
    post(Some(eve), r#"{"text": "I am no member"}"#).await;
    post(Some(ana), "no JSON").await;
    post(Some(ana), r#"{"text": "hello", "colour": "red"}"#).await;
    post(Some(ana), r#"{"text": " "}"#).await;
    post(None, r#"{"text": "the house speaks"}"#).await;
    post(Some(ben), r#"{"text": "I may", "expires_in": 600}"#).await;
    until(&chat, ana, room, &["the house speaks", "I may"]).await;
    let codes = |rows: &[RejectedIntent]| rows.iter().map(|row| row.code.clone()).collect::<Vec<_>>();
    let rejected = chat.intents().rejected(0).await.unwrap();
    assert_eq!(codes(&rejected), ["room_not_found", "malformed", "malformed", "invalid"]);
    let heard = async {
        while told.0.lock().unwrap().len() < rejected.len() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), heard).await.unwrap();
    assert_eq!(codes(&told.0.lock().unwrap()), codes(&rejected));
    chat.intents().forget(rejected.iter().map(|row| row.number).collect()).await.unwrap();
    assert_eq!(chat.intents().rejected(0).await.unwrap(), []);
    chat.shutdown().await;
}

/// A connection that keeps less than was promised posts nothing.
#[tokio::test]
async fn weak_connections_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let chat = engine(options(folder.path()).open().await.unwrap(), &Told::default()).await;
    let (ana, _, room) = people(&chat).await;
    let intent = Intent::words(chat.fresh_client_id(), room, Some(ana), "hello");
    let strong = options(folder.path()).connect_options();
    let weak = [
        ("synchronous", strong.clone().synchronous(SqliteSynchronous::Normal)),
        ("secure_delete", strong.clone().pragma("secure_delete", "OFF")),
        ("secure_delete", strong.clone().pragma("secure_delete", "FAST")),
    ];
    for (named, options) in weak {
        let mut host = options.connect().await.unwrap();
        let refused = post_intent(&mut host, &intent).await;
        assert!(matches!(refused, Err(PostError::Weak { pragma, .. }) if pragma == named), "{named}: {refused:?}");
    }
    post_intent(&mut strong.connect().await.unwrap(), &intent).await.unwrap();
    chat.shutdown().await;
}
