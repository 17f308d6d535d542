//! What a server says of itself to those who run it.

use chatlink_tests::{Database, Launch, Person, Server, Socket, eventually, fresh_id, friends};
use serde_json::json;
use std::net::TcpListener;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_are_told_on_their_own_listener_alone() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number");
    let server = Server::launch(Launch::unlimited().set("CHATLINK_METRICS_LISTEN", &free.to_string())).await;
    let (anna, berta, room) = friends(&server).await;
    let (mut one, mut two) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let seq = one.say(room, "a line").await;
    two.until_seq(room, seq).await;
    let page = server.api().at(free).get("/metrics").await;
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.bytes).expect("a text");
    let number = |name: &str| {
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse::<f64>().ok()).unwrap_or_else(|| panic!("no {name} in:\n{page}"))
    };
    assert!(number("chatlink_acts_total{outcome=\"appended\"}") >= 1.0);
    assert!(number("chatlink_commit_seconds_count") >= 1.0);
    assert!(number("chatlink_act_seconds_count") >= number("chatlink_acts_total{outcome=\"appended\"}"));
    assert!(number("chatlink_fan_out_sockets_bucket{le=\"2\"}") >= 1.0);
    assert_eq!(number("chatlink_connections"), 2.0);
    assert_eq!(number("chatlink_up"), 1.0);
    assert!(page.contains("method=\"POST\",route=\"/v1/rooms\",status=\"2xx\""), "{page}");
    for word in [anna.id.to_string(), anna.username.clone(), room.to_string(), "a line".to_owned()] {
        assert!(!page.contains(&word), "{word} is in it");
    }
    let outside = server.api().get("/metrics").await;
    assert!(!String::from_utf8_lossy(&outside.bytes).contains("chatlink_up"), "people get none");
}

/// What waits behind a batch of its lane has waited, for people; the store was not at it meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_act_is_timed_from_its_being_handed_in() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number");
    let (database, secret) = (Database::fresh().await, tempfile::NamedTempFile::new().expect("a file"));
    let fresh = crate::run(std::path::Path::new("/"), &["secret", "new"]).await.done();
    std::fs::write(secret.path(), fresh).expect("the secret");
    let launch = Launch::unlimited()
        .set("CHATLINK_METRICS_LISTEN", &free.to_string())
        .set("CHATLINK_DATABASE_URL", database.url())
        .set("CHATLINK_SECRET_FILE", &secret.path().display().to_string());
    let server = Server::launch(launch).await;
    let (anna, berta, room) = friends(&server).await;
    let sums = || async {
        let page = server.api().at(free).get("/metrics").await;
        let page = String::from_utf8(page.bytes).expect("a text");
        let sum = |name: &str| page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        let sums = (sum("chatlink_act_seconds_sum"), sum("chatlink_commit_seconds_sum"));
        (sums.0.expect("acts"), sums.1.expect("commits"))
    };
    let before = sums().await;
    let (mut by_hand, mut watching) = (database.connect().await, database.connect().await);
    sqlx::raw_sql("BEGIN; SELECT 1 FROM rooms FOR UPDATE").execute(&mut by_hand).await.expect("a lock");
    let say = |person: &Person| {
        let (api, body) = (person.api.clone(), json!({ "client_id": fresh_id(), "text": "in its turn" }));
        tokio::spawn(async move { api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201) })
    };
    let first = say(&anna);
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut watching).await.expect("a count") == 0 {
        assert!(!first.is_finished(), "it did not wait");
    }
    let second = say(&berta);
    // The second one is handed in and waits; the lock's patience is three seconds.
    sqlx::raw_sql("SELECT pg_sleep(1)").execute(&mut watching).await.expect("a second");
    sqlx::raw_sql("ROLLBACK").execute(&mut by_hand).await.expect("no lock");
    for said in [first, second] {
        let _ = said.await.expect("it is said");
    }
    let after = sums().await;
    let (acts, commits) = (after.0 - before.0, after.1 - before.1);
    assert!(acts > commits + 0.5, "acts took {acts} s, and the store {commits} s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_names_what_is_down_and_sees_it_come_back() {
    let database = Database::fresh().await;
    let secret = tempfile::NamedTempFile::new().expect("a file");
    let fresh = crate::run(std::path::Path::new("/"), &["secret", "new"]).await.done();
    std::fs::write(secret.path(), fresh).expect("the secret");
    let launch = Launch::unlimited()
        .set("CHATLINK_DATABASE_URL", database.url())
        .set("CHATLINK_SECRET_FILE", &secret.path().display().to_string());
    let server = Server::launch(launch).await;
    let anna = Person::join(&server, "anna").await;
    let ready = anna.api.get("/readyz").await.is(200);
    assert_eq!((&ready["engine"], &ready["store"]), (&json!("up"), &json!("up")), "{ready}");
    eventually("news between nodes", || async {
        let ready = anna.api.get("/readyz").await.is(200);
        (ready["status"] == "ready" && ready["transport"] == "up").then_some(())
    })
    .await;
    database.shut().await;
    let down = eventually("a node that is not ready", || async {
        let answer = anna.api.get("/readyz").await;
        (answer.status == 503).then_some(answer.body)
    });
    let down = down.await;
    assert_eq!((&down["status"], &down["engine"]), (&json!("unavailable"), &json!("up")), "{down}");
    assert!(down["down"].as_array().expect("a list").contains(&json!("store")) && down["store"] == "down", "{down}");
    assert_eq!(anna.api.get("/healthz").await.status, 200, "it lives");
    let _ = anna.api.get("/v1/me").await.refused(503, "unavailable");
    database.open().await;
    eventually("a node that is ready again", || async { (anna.api.get("/readyz").await.status == 200).then_some(()) })
        .await;
    // A connection that was in use a moment before the end may still be met once.
    eventually("an answer", || async { (anna.api.get("/v1/me").await.status == 200).then_some(()) }).await;
}
