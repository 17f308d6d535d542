//! How long messages stay: a room's time, and a message's own.

use crate::keeps_the_contract;
use chatlink_protocol::{EventBody, RoomId, event::RoomChange};
use chatlink_tests::{Person, Server, Socket, befriend, fresh_id, group};
use serde_json::{Value, json};

const HOUR: u64 = 3_600;

/// Says something that shall stay so long, and answers how long it will.
async fn stays(person: &Person, room: RoomId, own: Option<u64>) -> Option<u64> {
    let body = json!({ "client_id": fresh_id(), "text": "not for ever", "expires_in": own });
    let sent = person.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    let id = sent["id"].as_str().expect("an id");
    let item = person.api.get(&format!("/v1/rooms/{room}/messages/{id}")).await.is(200);
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<chatlink_protocol::Timestamp>().ok());
    let at = time(&item["at"]).expect("a time");
    // The end is counted from a moment before the commit.
    time(&item["body"]["expires_at"]).map(|end| end.since(at).as_secs_f64().round() as u64)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn either_of_two_sets_how_long_words_stay_and_both_are_told() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let room = befriend(&anna, &berta).await;
    let path = format!("/v1/rooms/{room}");
    let mut socket = Socket::connect(&berta).await;
    assert_eq!(stays(&anna, room, None).await, None);

    let set = anna.api.patch(&path, json!({ "expires_in": HOUR })).await.is(200);
    assert_eq!(set["expires_in"], HOUR);
    socket.until_seq(room, set["head_seq"].as_u64().expect("a head")).await;
    let log = socket.log().room(room);
    let told = log.events().last().map(|event| (event.sender_id, event.body.clone()));
    let change = RoomChange { expires_in: Some(HOUR), ..RoomChange::default() };
    assert_eq!(told, Some((anna.id, EventBody::Room(change.into()))));
    assert_eq!(berta.api.get(&path).await.is(200)["expires_in"], HOUR);
    assert_eq!(stays(&berta, room, None).await, Some(HOUR));
    assert_eq!(stays(&berta, room, Some(60)).await, Some(60), "the shorter one counts");
    assert_eq!(stays(&berta, room, Some(24 * HOUR)).await, Some(HOUR));

    let off = berta.api.patch(&path, json!({ "expires_in": null })).await.is(200);
    assert_eq!(off.get("expires_in"), None);
    assert_eq!(stays(&anna, room, None).await, None);
    let _ = anna.api.patch(&path, json!({ "title": "Ours", "expires_in": HOUR })).await.refused(403, "forbidden");
    let wrong = anna.api.patch(&path, json!({ "expires_in": 0 })).await.refused(422, "invalid");
    assert_eq!(wrong["errors"][0]["field"], "expires_in");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leads_a_group_sets_it_and_a_first_contact_waits() {
    let server = Server::start().await;
    let join = |name| Person::join(&server, name);
    let (anna, berta, carl) = tokio::join!(join("anna"), join("berta"), join("carl"));
    let room = group(&anna, &[&berta], "all").await;
    let timer = json!({ "expires_in": HOUR });
    let _ = berta.api.patch(&format!("/v1/rooms/{room}"), timer.clone()).await.refused(403, "forbidden");
    let _ = anna.api.patch(&format!("/v1/rooms/{room}"), timer.clone()).await.is(200);
    assert_eq!(stays(&berta, room, None).await, Some(HOUR));

    let open = json!({ "kind": "direct", "user_id": carl.id });
    let asked = anna.api.post("/v1/rooms", open).await.is(201)["id"].as_str().expect("an id").to_owned();
    for person in [&anna, &carl] {
        let _ = person.api.patch(&format!("/v1/rooms/{asked}"), timer.clone()).await.refused(403, "request_pending");
    }
}
