//! Pinned messages, earlier words, and how long words may be changed.

use crate::{items, keeps_the_contract};
use chatlink_protocol::EventBody;
use chatlink_tests::{Launch, Payload, Person, Server, Socket, direct_room, fresh_id, friends, group};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pinned_is_seen_by_all_at_once() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let (mut one, mut other) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let seq = one.say(room, "the address is 5 Elm Street").await;
    other.until_seq(room, seq).await;
    let message = other.log().room(room).events().last().expect("the message").id;
    let pin = json!({ "type": "pin", "room_id": room, "message_id": message });
    let made = other.ask(pin.clone()).await.expect("pinned").seq.expect("a seq").0;
    assert_eq!(other.ask(pin).await.expect("pinned already").seq, None);
    one.until_seq(room, made).await;
    let log = one.log().room(room);
    assert!(matches!(&log.events().last().expect("the pin").body, EventBody::Pin(pin) if pin.pinned));
    let pins = format!("/v1/rooms/{room}/pins");
    let list = anna.api.get(&pins).await.is(200);
    assert_eq!(items(&list)[0]["body"]["text"], "the address is 5 Elm Street", "{list}");
    let page = anna.api.get(&format!("/v1/rooms/{room}/timeline")).await.is(200);
    assert_eq!(items(&page).last().expect("an item")["pinned"], true, "{page}");
    let _ = one.ask(json!({ "type": "unpin", "room_id": room, "message_id": message })).await.expect("taken off");
    assert!(items(&anna.api.get(&pins).await.is(200)).is_empty());

    let team = group(&anna, &[&berta], "all").await;
    let body = json!({ "client_id": fresh_id(), "text": "rules" });
    let rules = anna.api.post(&format!("/v1/rooms/{team}/messages"), body).await.is(201);
    let pin = format!("/v1/rooms/{team}/pins/{}", rules["id"].as_str().expect("an id"));
    let _ = berta.api.call(Method::PUT, &pin, Payload::Empty).await.refused(403, "forbidden");
    let _ = anna.api.call(Method::PUT, &pin, Payload::Empty).await.is(204);
    let dora = Person::join(&server, "dora").await;
    let _ = dora.api.get(&format!("/v1/rooms/{team}/pins")).await.refused(404, "room_not_found");
    let _ = dora.api.call(Method::PUT, &pin, Payload::Empty).await.refused(404, "room_not_found");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opened_a_request_pins_nothing_before_the_answer() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let room = direct_room(&anna, &berta).await;
    let body = json!({ "client_id": fresh_id(), "text": "hello" });
    let said = anna.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    let pin = format!("/v1/rooms/{room}/pins/{}", said["id"].as_str().expect("an id"));
    let _ = anna.api.call(Method::PUT, &pin, Payload::Empty).await.refused(403, "request_pending");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn earlier_words_are_told_until_the_message_is_taken_back() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let body = json!({ "client_id": fresh_id(), "text": "one" });
    let said = anna.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    let message = format!("/v1/rooms/{room}/messages/{}", said["id"].as_str().expect("an id"));
    for text in ["two", "three"] {
        let _ = anna.api.patch(&message, json!({ "text": text })).await.is(200);
    }
    let versions = berta.api.get(&format!("{message}/versions")).await.is(200);
    let told: Vec<(&Value, &Value)> = items(&versions).iter().map(|it| (&it["version"], &it["text"])).collect();
    assert_eq!(json!(told), json!([[1, "one"], [2, "two"], [3, "three"]]));
    let _ = anna.api.delete(&message).await.is(204);
    let _ = berta.api.get(&format!("{message}/versions")).await.refused(410, "message_gone");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_are_changed_in_their_window_alone() {
    let server = Server::launch(Launch::unlimited().set("CHATLINK_EDIT_WINDOW", "0")).await;
    let (anna, _, room) = friends(&server).await;
    let body = json!({ "client_id": fresh_id(), "text": "one" });
    let said = anna.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    let message = format!("/v1/rooms/{room}/messages/{}", said["id"].as_str().expect("an id"));
    let refused = anna.api.patch(&message, json!({ "text": "two" })).await.refused(422, "invalid");
    assert_eq!(
        refused["errors"][0],
        json!({ "field": "text", "code": "too_late", "message": "messages are edited within 0 seconds" })
    );
    let _ = anna.api.delete(&message).await.is(204);
}
