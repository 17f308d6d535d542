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

/// What a field was refused for.
fn field(refused: &Value) -> (String, String) {
    let of = |member: &str| refused["errors"][0][member].as_str().unwrap_or_default().to_owned();
    (of("field"), of("code"))
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

/// Nothing that a message may be is dropped on the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_later_is_all_that_was_asked_for() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let messages = format!("/v1/rooms/{room}/messages");
    let root = anna.api.post(&messages, json!({ "client_id": fresh_id(), "text": "Tea?" })).await.is(201);
    let (beneath, asked) = (fresh_id(), fresh_id());
    let body = json!({ "room_id": room, "text": "green", "thread": root["id"], "reply_to": root["id"],
        "mentions": [berta.id], "expires_in": 600, "send_at": after(SOON) });
    let _ = anna.api.put(&format!("/v1/me/scheduled/{beneath}"), body.clone()).await.is(204);
    let poll = json!({ "room_id": room, "text": "When?", "poll": { "options": [" at 4 ", "at 5"], "closes_in": 60 },
        "mentions_all": true, "send_at": after(SOON) });
    let _ = anna.api.put(&format!("/v1/me/scheduled/{asked}"), poll).await.is(204);
    let rows = waiting(&anna).await;
    let row = |name: &str| rows.iter().find(|row| row["client_id"] == name).cloned().expect("it waits");
    for member in ["thread", "reply_to", "mentions", "expires_in"] {
        assert_eq!(row(&beneath)[member], body[member], "{member}");
    }
    assert_eq!(row(&asked)["poll"], json!({ "options": ["at 4", "at 5"], "closes_in": 60 }));

    eventually("both are sent", || async { waiting(&anna).await.is_empty().then_some(()) }).await;
    let root_id = root["id"].as_str().expect("an id");
    let thread = berta.api.get(&format!("/v1/rooms/{room}/timeline?thread={root_id}")).await.is(200);
    let said = &items(&thread)[0];
    assert_eq!((&said["client_id"], &said["body"]["text"]), (&json!(beneath), &json!("green")));
    assert_eq!((&said["body"]["thread"], &said["body"]["reply_to"]), (&root["id"], &root["id"]));
    assert_eq!(said["body"]["mentions"], json!([berta.id]));
    assert!(said["body"]["expires_at"].is_string(), "{said}");
    let main = berta.api.get(&format!("/v1/rooms/{room}/timeline")).await.is(200);
    let said = items(&main).last().expect("the poll");
    assert_eq!((&said["client_id"], &said["body"]["mentions_all"]), (&json!(asked), &json!(true)));
    assert_eq!(said["body"]["poll"]["options"], json!(["at 4", "at 5"]));
    assert!(said["body"]["poll"]["closes_at"].is_string(), "{said}");
    keeps_the_contract(&server).await;
}

/// Whatever a message of now is refused for: not kept to fail at its time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_said_is_not_kept_for_later() {
    let server = Server::start().await;
    let (anna, berta, _) = friends(&server).await;
    let team = group(&anna, &[], "from_join").await;
    let messages = format!("/v1/rooms/{team}/messages");
    let before = anna.api.post(&messages, json!({ "client_id": fresh_id(), "text": "Tea?" })).await.is(201);
    let _ = anna.api.post(&format!("/v1/rooms/{team}/members"), json!({ "user_ids": [berta.id] })).await.is(200);
    let ask = async |more: Value| {
        let mut body = json!({ "room_id": team, "text": "later", "send_at": after(LATER) });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        berta.api.put(&format!("/v1/me/scheduled/{}", fresh_id()), body).await
    };
    let _ = ask(json!({ "mentions_all": true })).await.refused(403, "forbidden");
    let _ = ask(json!({ "thread": before["id"] })).await.refused(404, "message_not_found");
    let answer = ask(json!({ "reply_to": before["id"] })).await.refused(422, "invalid");
    assert_eq!(field(&answer), ("reply_to".to_owned(), "no_message".to_owned()));
    let passed_on = ask(json!({ "text": null, "forward": { "room_id": team, "message_id": before["id"] } })).await;
    assert_eq!(field(&passed_on.refused(422, "invalid")), ("forward".to_owned(), "not_later".to_owned()));
    let stranger = ask(json!({ "mentions": [fresh_id()] })).await.refused(422, "invalid");
    assert_eq!(field(&stranger), ("mentions".to_owned(), "not_a_member".to_owned()));
    let now = ask(json!({ "expires_in": 0 })).await.refused(422, "invalid");
    assert_eq!(field(&now), ("expires_in".to_owned(), "out_of_range".to_owned()));
    assert!(waiting(&berta).await.is_empty());
    keeps_the_contract(&server).await;
}
