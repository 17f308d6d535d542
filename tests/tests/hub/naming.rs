//! Messages that name people, and messages that are passed on.

use crate::keeps_the_contract;
use chatlink_tests::{Person, Server, Socket, befriend, fresh_id, friends, group};
use serde_json::{Value, json};

async fn room_of(person: &Person, room: impl std::fmt::Display) -> Value {
    person.api.get(&format!("/v1/rooms/{room}")).await.is(200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_named_is_counted_until_he_reads() {
    let server = Server::start().await;
    let (anna, berta, direct) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    let room = group(&carl, &[&anna, &berta], "all").await;
    let messages = format!("/v1/rooms/{room}/messages");
    let naming = |text: &str, mentions: &[Value], all: bool| json!({ "client_id": fresh_id(), "text": text, "mentions": mentions, "mentions_all": all });
    let (one, two) = (json!(anna.id), json!(berta.id));
    let sent = carl.api.post(&messages, naming("@anna, look", std::slice::from_ref(&one), false)).await.is(201);
    let _ = carl.api.post(&messages, naming("@everyone, look", &[], true)).await.is(201);
    let counted = async |person: &Person| {
        let room = room_of(person, room).await;
        (room["unread"].clone(), room["unread_mentions"].clone())
    };
    assert_eq!(counted(&anna).await, (json!(2), json!(2)));
    assert_eq!(counted(&berta).await, (json!(2), json!(1)));
    let read = json!({ "seq": sent["seq"] });
    let _ = anna.api.put(&format!("/v1/rooms/{room}/read"), read).await.is(204);
    assert_eq!(counted(&anna).await, (json!(1), json!(1)));

    let refused = anna.api.post(&messages, naming("all of you", &[], true)).await;
    let _ = refused.refused(403, "forbidden");
    let dora = Person::join(&server, "dora").await;
    let stranger = carl.api.post(&messages, naming("@dora", &[json!(dora.id)], false)).await.refused(422, "invalid");
    assert_eq!(stranger["errors"][0]["field"], "mentions", "{stranger}");
    let many = vec![two; 51];
    let _ = carl.api.post(&messages, naming("many", &many, false)).await.refused(422, "invalid");
    let _ = anna.api.post(&format!("/v1/rooms/{direct}/messages"), naming("both", &[], true)).await.is(201);
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_passed_on_tells_words_and_nothing_else() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    let other = befriend(&anna, &carl).await;
    let mut socket = Socket::connect(&carl).await;
    let post = async |person: &Person, room: String, body: Value| {
        person.api.post(&format!("/v1/rooms/{room}/messages"), body).await
    };
    let said = json!({ "client_id": fresh_id(), "text": "the best soup in town" });
    let said = post(&berta, room.to_string(), said).await.is(201);
    let forward = json!({ "client_id": fresh_id(), "forward": { "room_id": room, "message_id": said["id"] } });
    let sent = post(&anna, other.to_string(), forward.clone()).await.is(201);
    assert_eq!(post(&anna, other.to_string(), forward.clone()).await.is(200), sent);
    socket.until_seq(other, sent["seq"].as_u64().expect("a seq")).await;
    let seen =
        carl.api.get(&format!("/v1/rooms/{other}/messages/{}", sent["id"].as_str().expect("an id"))).await.is(200);
    assert_eq!(seen["body"], json!({ "text": "the best soup in town", "forwarded": true }));
    assert_eq!(seen["sender_id"], json!(anna.id));
    let told = seen.to_string();
    for secret in [berta.id.to_string(), room.to_string(), said["id"].as_str().expect("an id").to_owned()] {
        assert!(!told.contains(&secret), "{told}");
    }
    // Whoever does not read it does not pass it on, and cannot tell it from nothing.
    let stolen = json!({ "client_id": fresh_id(), "forward": { "room_id": room, "message_id": said["id"] } });
    let _ = post(&carl, other.to_string(), stolen).await.refused(404, "message_not_found");
    let soon = json!({ "client_id": fresh_id(), "text": "soon gone", "expires_in": 600 });
    let soon = post(&berta, room.to_string(), soon).await.is(201);
    let expiring = json!({ "client_id": fresh_id(), "forward": { "room_id": room, "message_id": soon["id"] } });
    let refused = post(&anna, other.to_string(), expiring).await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "forward");
    let _ =
        berta.api.delete(&format!("/v1/rooms/{room}/messages/{}", said["id"].as_str().expect("an id"))).await.is(204);
    let late = json!({ "client_id": fresh_id(), "forward": { "room_id": room, "message_id": said["id"] } });
    let _ = post(&anna, other.to_string(), late).await.refused(410, "message_gone");
    assert_eq!(post(&anna, other.to_string(), forward).await.is(200), sent, "what was sent before still holds");
    keeps_the_contract(&server).await;
}
