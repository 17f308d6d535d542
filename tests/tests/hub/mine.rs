//! What members keep for themselves: it follows them to their other devices, and nobody else learns of it.

use crate::{items, keeps_the_contract, told};
use chatlink_protocol::{RoomId, frame::Push};
use chatlink_tests::{Payload, Person, Server, Socket, befriend, friends, group};
use reqwest::Method;
use serde_json::{Value, json};

/// A change in the own log: of this kind, about this message.
fn marked(kind: &'static str, message: &str) -> impl Fn(&Push) -> Option<Value> {
    let message = message.to_owned();
    move |push| match push {
        Push::UserEvent(event) if event.kind == kind && event.subject == message => Some(event.body.clone()),
        _ => None,
    }
}

async fn event_id(person: &Person, room: RoomId, seq: u64) -> String {
    let page = person.api.get(&format!("/v1/rooms/{room}/events?after={}", seq - 1)).await.is(200);
    page["events"][0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stars_and_what_is_hidden_follow_to_the_other_device_alone() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let tablet = anna.another_device().await;
    let (mut here, mut there, mut other) =
        (Socket::connect(&anna).await, Socket::connect(&tablet).await, Socket::connect(&berta).await);
    let seq = other.say(room, "an ugly word").await;
    here.until_seq(room, seq).await;
    let id = event_id(&anna, room, seq).await;
    let at = |what: &str| format!("/v1/rooms/{room}/messages/{id}/{what}");
    let put = async |what: &str| anna.api.call(Method::PUT, &at(what), Payload::Empty).await.is(204);
    let _ = put("star").await;
    let body = there.until("the star", marked("star", &id)).await;
    assert_eq!(body, json!({ "room_id": room, "starred": true }));
    assert_eq!(items(&tablet.api.get("/v1/me/stars").await.is(200))[0]["item"]["starred"], true);
    assert!(items(&berta.api.get("/v1/me/stars").await.is(200)).is_empty());

    let _ = put("hide").await;
    let _ = put("hide").await;
    there.until("what was hidden", marked("hide", &id)).await;
    let page = tablet.api.get(&format!("/v1/rooms/{room}/timeline")).await.is(200);
    let item = items(&page).iter().find(|item| item["id"] == id).expect("its place");
    assert_eq!((&item["redacted"], &item["body"]), (&json!(true), &json!({ "hidden": true })), "{item}");
    let found = tablet.api.post("/v1/search", json!({ "q": "ugly" })).await.is(200);
    assert!(items(&found).is_empty(), "{found}");
    assert!(items(&tablet.api.get("/v1/me/stars").await.is(200)).is_empty());
    let one = tablet.api.get(&format!("/v1/rooms/{room}/messages/{id}")).await.is(200);
    assert_eq!(one["body"], json!({ "hidden": true }));
    let theirs = berta.api.get(&format!("/v1/rooms/{room}/messages/{id}")).await.is(200);
    assert_eq!(theirs["body"]["text"], "an ugly word");
    // Whatever was meant for her came before this.
    let mark = here.say(room, "a fine one").await;
    other.until_seq(room, mark).await;
    assert!(!other.drain().iter().any(|push| matches!(push, Push::UserEvent(event) if event.subject == id)));
    // A device that was away reads the log as he sees it.
    let log = anna.api.get(&format!("/v1/rooms/{room}/events?after=0")).await.is(200);
    assert!(!log.to_string().contains("ugly"), "{log}");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_follows_to_the_other_device_and_goes_on_leaving() {
    let server = Server::start().await;
    let (anna, berta, _) = friends(&server).await;
    let room = group(&anna, &[&berta], "all").await;
    let tablet = berta.another_device().await;
    let mut there = Socket::connect(&tablet).await;
    let path = format!("/v1/rooms/{room}/draft");
    let _ = berta.api.put(&path, json!({ "text": "dear all" })).await.is(204);
    there.until("the draft", told("draft", room, |body| body["text"] == "dear all")).await;
    let drafts = tablet.api.get("/v1/me/drafts").await.is(200);
    assert_eq!((&items(&drafts)[0]["text"], &items(&drafts)[0]["room_id"]), (&json!("dear all"), &json!(room)));
    assert!(items(&anna.api.get("/v1/me/drafts").await.is(200)).is_empty());
    let problem = berta.api.put(&path, json!({ "text": "x".repeat(17_000) })).await.refused(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "text");
    let _ = berta.api.post_empty(&format!("/v1/rooms/{room}/leave")).await.is(204);
    there.until("none any more", told("draft", room, |body| body.get("text").is_none())).await;
    assert!(items(&berta.api.get("/v1/me/drafts").await.is(200)).is_empty());
    let _ = berta.api.put(&path, json!({ "text": "late" })).await.refused(404, "room_not_found");
    let log = berta.api.get("/v1/me/log?after=0").await.is(200);
    assert!(!log.to_string().contains("dear all"), "{log}");
    keeps_the_contract(&server).await;
}

/// Invariant 7 holds for a message as it does for the marks of a room.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_read_a_message_is_told_to_those_who_tell() {
    let server = Server::start().await;
    let (anna, berta, _) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    let room = group(&anna, &[&berta, &carl], "all").await;
    let seq = Socket::connect(&anna).await.say(room, "who reads this?").await;
    let id = event_id(&anna, room, seq).await;
    let readers = async |person: &Person| {
        let page = person.api.get(&format!("/v1/rooms/{room}/messages/{id}/readers")).await.is(200);
        items(&page).iter().map(|reader| reader["username"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert!(readers(&anna).await.is_empty());
    for person in [&anna, &berta] {
        let _ = person.api.put(&format!("/v1/rooms/{room}/read"), json!({ "seq": seq })).await.is(204);
    }
    assert_eq!(readers(&anna).await, ["berta"], "not the sender");
    assert_eq!(readers(&carl).await, ["berta"]);
    let _ = berta.api.patch("/v1/me/settings", json!({ "read_receipts": false })).await.is(200);
    assert!(readers(&anna).await.is_empty(), "who hides it is not named");
    assert_eq!(readers(&berta).await, ["berta"]);
    keeps_the_contract(&server).await;
}

/// Of those alone who can read it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_came_later_has_read_nothing_of_before() {
    let server = Server::start().await;
    let (anna, berta, _) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    befriend(&anna, &carl).await;
    let room = group(&anna, &[&berta], "from_join").await;
    let before = Socket::connect(&anna).await.say(room, "before he came").await;
    let id = event_id(&anna, room, before).await;
    let body = json!({ "user_ids": [carl.id] });
    let _ = anna.api.post(&format!("/v1/rooms/{room}/members"), body).await.is(200);
    let last = Socket::connect(&anna).await.say(room, "welcome").await;
    for person in [&berta, &carl] {
        let _ = person.api.put(&format!("/v1/rooms/{room}/read"), json!({ "seq": last })).await.is(204);
    }
    let readers = anna.api.get(&format!("/v1/rooms/{room}/messages/{id}/readers")).await.is(200);
    assert_eq!(items(&readers).iter().map(|reader| &reader["username"]).collect::<Vec<_>>(), ["berta"]);
    let marks = anna.api.get(&format!("/v1/rooms/{room}/receipts")).await.is(200);
    let from = |person: &Person| {
        let mark = items(&marks).iter().find(|mark| mark["user_id"] == json!(person.id)).expect("a mark");
        mark.get("from_seq").and_then(Value::as_u64)
    };
    assert_eq!((from(&berta), from(&carl)), (None, Some(before + 1)), "{marks}");
    keeps_the_contract(&server).await;
}
