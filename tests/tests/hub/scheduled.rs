//! Messages that wait for their time.

use crate::{items, keeps_the_contract};
use chatlink_protocol::{RoomId, Timestamp};
use chatlink_tests::{Person, Server, Socket, eventually, fresh_id, friends, group};
use serde_json::{Value, json};
use std::time::Duration;

#[allow(clippy::disallowed_methods, reason = "a test is a client: it has a clock of its own")]
fn after(wait: Duration) -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp::EPOCH.plus(since + wait).to_string()
}

async fn put(person: &Person, name: &str, room: RoomId, text: &str, wait: Duration) {
    let body = json!({ "room_id": room, "text": text, "send_at": after(wait) });
    let _ = person.api.put(&format!("/v1/me/scheduled/{name}"), body).await.is(204);
}

async fn waiting(person: &Person) -> Vec<Value> {
    items(&person.api.get("/v1/me/scheduled").await.is(200)).to_vec()
}

const SOON: Duration = Duration::from_secs(2);
const LATER: Duration = Duration::from_secs(3_600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_sent_at_its_time_and_one_that_may_not_be_says_why() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let team = group(&berta, &[&anna], "all").await;
    let mut socket = Socket::connect(&berta).await;
    let (sent, changed, failed) = (fresh_id(), fresh_id(), fresh_id());
    put(&anna, &changed, room, "never", SOON).await;
    put(&anna, &changed, room, "later, after all", LATER).await;
    put(&anna, &sent, room, "good morning", SOON).await;
    put(&anna, &failed, team, "to the team", SOON).await;
    let _ = anna.api.post(&format!("/v1/rooms/{team}/leave"), Value::Null).await.is(204);
    assert_eq!(waiting(&anna).await.len(), 3);
    assert!(waiting(&berta).await.is_empty());

    eventually("what became of them", || async {
        let rows = waiting(&anna).await;
        let said = |row: &Value| row["failed"] == "room_not_found" && row["text"] == "to the team";
        (rows.len() == 2 && rows.iter().any(said)).then_some(())
    })
    .await;
    let page = berta.api.get(&format!("/v1/rooms/{room}/timeline")).await.is(200);
    let item = items(&page).last().expect("the message");
    assert_eq!((&item["body"]["text"], &item["client_id"]), (&json!("good morning"), &json!(sent)), "its own name");
    socket.until_seq(room, item["seq"].as_u64().expect("a seq")).await;
    let _ = anna.api.delete(&format!("/v1/me/scheduled/{failed}")).await.is(204);
    let rows = waiting(&anna).await;
    assert_eq!((rows.len(), &rows[0]["text"]), (1, &json!("later, after all")));
    let again = json!({ "client_id": sent, "text": "good morning" });
    let _ = anna.api.post(&format!("/v1/rooms/{room}/messages"), again).await.is(200);
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_that_cannot_be_is_refused() {
    let server = Server::start().await;
    let (anna, _, room) = friends(&server).await;
    let path = format!("/v1/me/scheduled/{}", fresh_id());
    for (send_at, code) in [("2020-01-01T00:00:00Z", "in_past"), ("2099-01-01T00:00:00Z", "too_far")] {
        let body = json!({ "room_id": room, "text": "hello", "send_at": send_at });
        let refused = anna.api.put(&path, body).await.refused(422, "invalid");
        assert_eq!((&refused["errors"][0]["field"], &refused["errors"][0]["code"]), (&json!("send_at"), &json!(code)));
    }
}
