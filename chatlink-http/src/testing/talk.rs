//! Rooms and timelines over REST.

use super::{Person, World};
use crate::Options;
use axum::http::Method;
use chatlink_core::{
    ChatLink,
    clock::{Clock as _, ManualClock, SystemClock},
    settings::TalkLimits,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

const NOBODY: &str = "01890000-0000-7000-8000-000000000001";

fn client_id(number: u8) -> String {
    format!("01890000-0000-7000-8000-0000000000{number:02x}")
}

/// A direct room of the two, accepted.
async fn direct(world: &World, ann: &Person, bob: &Person) -> String {
    let room = world.post(ann, "/rooms", json!({ "kind": "direct", "user_id": bob.id })).await.good(201);
    let id = room["id"].as_str().unwrap().to_owned();
    world.post(bob, &format!("/requests/{id}/accept"), Value::Null).await.good(204);
    id
}

#[tokio::test]
async fn a_first_contact_waits_and_is_accepted() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let open = json!({ "kind": "direct", "user_id": bob.id });
    let room = world.post(&ann, "/rooms", open.clone()).await.good(201);
    let id = room["id"].as_str().unwrap();
    assert_eq!(room["peer"]["username"], "bob");
    assert_eq!(room["pending"], json!({ "by_me": true, "messages_left": 3 }));
    assert_eq!(world.post(&ann, "/rooms", open).await.good(200)["id"], id);
    for number in 0..3 {
        let message = json!({ "client_id": client_id(number), "text": "hi" });
        world.post(&ann, &format!("/rooms/{id}/messages"), message).await.good(201);
    }
    let more = json!({ "client_id": client_id(9), "text": "hi" });
    world.post(&ann, &format!("/rooms/{id}/messages"), more).await.refused(403, "request_pending");
    assert_eq!(world.get(&bob, "/rooms").await.good(200)["items"], json!([]));
    let requests = world.get(&bob, "/requests").await.good(200);
    assert_eq!(requests["items"][0]["pending"]["by_me"], false);
    assert_eq!(requests["items"][0]["last_item"]["body"]["text"], "hi");
    world.post(&bob, &format!("/requests/{id}/accept"), Value::Null).await.good(204);
    world.post(&bob, &format!("/requests/{id}/accept"), Value::Null).await.good(204);
    let rooms = world.get(&bob, "/rooms").await.good(200);
    assert_eq!((&rooms["items"][0]["unread"], &rooms["badge"]), (&json!(3), &json!(1)));
    assert!(rooms["items"][0].get("pending").is_none());
}

#[tokio::test]
async fn a_message_is_kept_once_however_often_it_is_sent() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let id = direct(&world, &ann, &bob).await;
    let path = format!("/rooms/{id}/messages");
    let message = json!({ "client_id": client_id(1), "text": "¿Qué tal?" });
    let first = world.post(&ann, &path, message.clone()).await.good(201);
    assert_eq!(world.post(&ann, &path, message).await.good(200), first);
    let other = json!({ "client_id": client_id(1), "text": "else" });
    world.post(&ann, &path, other).await.refused(409, "client_id_conflict");
    let invalid = json!({ "client_id": client_id(2), "text": " ", "expires_in": 0 });
    let problem = world.post(&ann, &path, invalid).await.refused(422, "invalid").body;
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
    let page = world.get(&bob, &format!("/rooms/{id}/timeline")).await.good(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["items"][0]["body"]["text"], "¿Qué tal?");
    assert_eq!((&page["as_of"], &page["has_before"]), (&json!(1), &json!(false)));
}

#[tokio::test]
async fn messages_change_and_the_log_tells_it() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let id = direct(&world, &ann, &bob).await;
    let sent =
        world.post(&ann, &format!("/rooms/{id}/messages"), json!({ "client_id": client_id(1), "text": "helo" })).await;
    let message = sent.good(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/rooms/{id}/messages/{message}");
    world.call(&ann, Method::PATCH, &path, json!({ "text": "hello" })).await.good(200);
    world.call(&bob, Method::PATCH, &path, json!({ "text": "mine" })).await.refused(403, "forbidden");
    world.call(&bob, Method::PUT, &format!("{path}/reactions/%F0%9F%91%8D"), Value::Null).await.good(204);
    let page = world.get(&bob, &format!("/rooms/{id}/timeline")).await.good(200);
    assert_eq!((&page["items"][0]["version"], &page["items"][0]["my_reaction"]), (&json!(2), &json!("👍")));
    for other in ["%F0%9F%8E%89", "ok"] {
        world.call(&bob, Method::DELETE, &format!("{path}/reactions/{other}"), Value::Null).await.good(204);
    }
    assert_eq!(world.get(&bob, &path).await.good(200), page["items"][0], "found by its id, its reaction untouched");
    world.call(&ann, Method::DELETE, &path, Value::Null).await.good(204);
    world.call(&ann, Method::DELETE, &path, Value::Null).await.good(204);
    let gone = world.get(&bob, &path).await.good(200);
    assert_eq!((&gone["redacted"], gone["body"].get("text")), (&json!(true), None));
    let events = world.get(&bob, &format!("/rooms/{id}/events?after=0&limit=3")).await.good(200);
    let kinds: Vec<&str> = events["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message", "edit", "reaction"]);
    assert_eq!(events["complete"], false);
    assert!(!events.to_string().contains("hello"), "a text that was taken back is nowhere");
    let rest = world.get(&bob, &format!("/rooms/{id}/events?after=3")).await.good(200);
    assert_eq!((&rest["events"][0]["kind"], &rest["complete"]), (&json!("redaction"), &json!(true)));
    world.get(&bob, &format!("/rooms/{id}/events?after=x")).await.refused(400, "malformed");
}

#[tokio::test]
async fn a_timeline_is_paged_both_ways_and_by_the_readers_day() {
    let clock = Arc::new(ManualClock::at("2026-11-22T14:59:50Z".parse().unwrap()));
    let builder = ChatLink::builder().clock(clock.clone());
    let world = World::of(builder, Options::default(), TalkLimits::default()).await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let id = direct(&world, &ann, &bob).await;
    for text in ["one", "two", "three", "four", "five"] {
        let message = json!({ "client_id": world.chat.fresh_client_id(), "text": text });
        world.post(&ann, &format!("/rooms/{id}/messages"), message).await.good(201);
        clock.advance(Duration::from_secs(10));
    }
    let read = async |query: &str| {
        let page = world.get(&bob, &format!("/rooms/{id}/timeline?{query}")).await.good(200);
        let items = page["items"].as_array().unwrap().iter();
        let texts: Vec<String> = items.map(|item| item["body"]["text"].as_str().unwrap().to_owned()).collect();
        (texts.join(" "), page["has_before"] == true, page["has_after"] == true)
    };
    assert_eq!(read("after=1&limit=2").await, ("two three".to_owned(), true, true));
    assert_eq!(read("after=3&limit=2").await, ("four five".to_owned(), true, false));
    assert_eq!(read("after=0&limit=2").await, ("one two".to_owned(), false, true));
    assert_eq!(read("after=5").await, (String::new(), true, false));
    // The second message came at 15:00 UTC, which is midnight in Tokyo.
    assert_eq!(read("date=2026-11-23&time_zone=Asia/Tokyo&limit=2").await, ("two three".to_owned(), true, true));
    assert_eq!(read("date=2026-11-23&time_zone=UTC").await, (String::new(), true, false));
    assert!(!read("date=2026-11-22").await.1);

    for (query, fields) in [
        ("before=1&around=2", &["around"][..]),
        ("after=1&before=9", &["after"]),
        ("before=1&after=2&around=3&date=2026-11-22", &["after", "around", "date"]),
        ("date=x", &["date"]),
        ("date=2026-11-22&time_zone=Mars/Base", &["time_zone"]),
        ("time_zone=Asia/Tokyo", &["time_zone"]),
        ("since=3", &["since"]),
    ] {
        let told = world.get(&bob, &format!("/rooms/{id}/timeline?{query}")).await.refused(422, "invalid");
        let told: Vec<&str> =
            told.body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
        assert_eq!(told, fields, "{query}");
    }
}

#[tokio::test]
async fn reading_moves_the_marks_and_the_own_log() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let id = direct(&world, &ann, &bob).await;
    world
        .post(&ann, &format!("/rooms/{id}/messages"), json!({ "client_id": client_id(1), "text": "hi" }))
        .await
        .good(201);
    world.call(&bob, Method::PUT, &format!("/rooms/{id}/read"), json!({ "seq": 1 })).await.good(204);
    let receipts = world.get(&ann, &format!("/rooms/{id}/receipts")).await.good(200);
    let of_bob = receipts["items"].as_array().unwrap().iter().find(|item| item["user_id"] == json!(bob.id)).unwrap();
    assert_eq!(of_bob["read_seq"], 1);
    let prefs = world
        .call(
            &bob,
            Method::PUT,
            &format!("/rooms/{id}/prefs"),
            json!({ "pinned": true, "muted_until": "2030-01-01T00:00:00Z", "notify": "none" }),
        )
        .await;
    assert_eq!(prefs.good(200)["muted_until"], "2030-01-01T00:00:00.000000Z");
    let unmuted =
        world.call(&bob, Method::PUT, &format!("/rooms/{id}/prefs"), json!({ "muted_until": null })).await.good(200);
    assert_eq!((&unmuted["pinned"], unmuted.get("muted_until")), (&json!(true), None));
    assert_eq!(unmuted["notify"], "none");
    let heard = world.call(&bob, Method::PUT, &format!("/rooms/{id}/prefs"), json!({ "notify": null })).await.good(200);
    assert_eq!(heard.get("notify"), None, "as the settings say");
    let some = json!({ "notify": "some" });
    world.call(&bob, Method::PUT, &format!("/rooms/{id}/prefs"), some).await.refused(422, "invalid");
    let log = world.get(&bob, "/me/log").await.good(200);
    let kinds: Vec<&str> = log["items"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"read") && kinds.contains(&"prefs") && kinds.contains(&"room"), "{log}");
}

#[tokio::test]
async fn groups_come_and_go() {
    let world = World::new().await;
    let (ann, bob, cat) = (world.person("ann").await, world.person("bob").await, world.person("cat").await);
    world.befriend(&ann, &bob).await;
    world.befriend(&ann, &cat).await;
    let group = json!({ "kind": "group", "client_id": client_id(1), "title": "Tandem", "members": [bob.id] });
    let room = world.post(&ann, "/rooms", group.clone()).await.good(201);
    assert_eq!((&room["title"], &room["role"], &room["member_count"]), (&json!("Tandem"), &json!("owner"), &json!(2)));
    let id = room["id"].as_str().unwrap();
    assert_eq!(world.post(&ann, "/rooms", group).await.good(200)["id"], id);
    let add = json!({ "user_ids": [cat.id] });
    world.post(&cat, &format!("/rooms/{id}/members"), add.clone()).await.refused(404, "room_not_found");
    let early = json!({ "client_id": client_id(2), "text": "before you came" });
    let early = world.post(&ann, &format!("/rooms/{id}/messages"), early).await.good(201);
    let early = format!("/rooms/{id}/messages/{}", early["id"].as_str().unwrap());
    let members = world.post(&ann, &format!("/rooms/{id}/members"), add).await.good(200);
    world.get(&bob, &early).await.good(200);
    world.get(&cat, &early).await.refused(404, "message_not_found");
    assert_eq!(members["items"].as_array().unwrap().len(), 3);
    let first = world.get(&bob, &format!("/rooms/{id}/members?limit=2")).await.good(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world.get(&bob, &format!("/rooms/{id}/members?limit=2&cursor={cursor}")).await.good(200);
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    world.get(&bob, &format!("/rooms?cursor={cursor}")).await.refused(422, "invalid");
    world
        .call(&bob, Method::PATCH, &format!("/rooms/{id}"), json!({ "title": "Mine" }))
        .await
        .refused(403, "forbidden");
    let renamed = world.call(&ann, Method::PATCH, &format!("/rooms/{id}"), json!({ "title": "Café" })).await.good(200);
    assert_eq!(renamed["title"], "Café");
    world.call(&ann, Method::DELETE, &format!("/rooms/{id}/members/{}", cat.id), Value::Null).await.good(204);
    world.get(&cat, &format!("/rooms/{id}/timeline")).await.refused(404, "room_not_found");
    world.post(&bob, &format!("/rooms/{id}/leave"), Value::Null).await.good(204);
    world.get(&bob, &format!("/rooms/{id}")).await.refused(404, "room_not_found");
}

fn no_answer(refused: &Value) {
    assert_eq!(
        (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
        (&json!("reply_to"), &json!("no_message"))
    );
}

/// Invariant 4: what was said before one came cannot be told from what never was.
#[tokio::test]
async fn what_was_said_before_one_came_is_no_message() {
    let world = World::new().await;
    let (ann, cat) = (world.person("ann").await, world.person("cat").await);
    world.befriend(&ann, &cat).await;
    let group = json!({ "kind": "group", "client_id": client_id(1), "title": "Tandem", "members": [] });
    let id = world.post(&ann, "/rooms", group).await.good(201)["id"].as_str().unwrap().to_owned();
    let messages = format!("/rooms/{id}/messages");
    let said = json!({ "client_id": client_id(2), "text": "before she came" });
    let before = world.post(&ann, &messages, said).await.good(201)["id"].as_str().unwrap().to_owned();
    world.post(&ann, &format!("/rooms/{id}/members"), json!({ "user_ids": [cat.id] })).await.good(200);
    for message in [&before, NOBODY] {
        let reply = json!({ "client_id": client_id(3), "text": "re", "reply_to": message });
        no_answer(&world.post(&cat, &messages, reply).await.refused(422, "invalid").body);
        let draft = json!({ "text": "re", "reply_to": message });
        no_answer(
            &world.call(&cat, Method::PUT, &format!("/rooms/{id}/draft"), draft).await.refused(422, "invalid").body,
        );
        let send_at = SystemClock.now().plus(Duration::from_secs(60));
        let later = json!({ "room_id": id, "text": "re", "reply_to": message, "send_at": send_at });
        let path = format!("/me/scheduled/{}", client_id(5));
        no_answer(&world.call(&cat, Method::PUT, &path, later).await.refused(422, "invalid").body);
        for method in [Method::PUT, Method::DELETE] {
            let reaction = format!("{messages}/{message}/reactions/ok");
            world.call(&cat, method, &reaction, Value::Null).await.refused(404, "message_not_found");
        }
    }
    let reply = json!({ "client_id": client_id(4), "text": "re", "reply_to": before });
    world.post(&ann, &messages, reply.clone()).await.good(201);
    world.post(&ann, &messages, reply).await.good(200);
}

#[tokio::test]
async fn a_room_of_others_is_no_room() {
    let world = World::new().await;
    let (ann, bob, eve) = (world.person("ann").await, world.person("bob").await, world.person("eve").await);
    let id = direct(&world, &ann, &bob).await;
    let plain = |mut body: Value| {
        let members = body.as_object_mut().unwrap();
        members.remove("instance");
        members.remove("request_id");
        body
    };
    for path in ["", "/timeline", "/events", "/members", "/receipts"] {
        let absent = world.get(&eve, &format!("/rooms/{NOBODY}{path}")).await.refused(404, "room_not_found");
        for room in [id.as_str(), "x", "%00"] {
            let other = world.get(&eve, &format!("/rooms/{room}{path}")).await.refused(404, "room_not_found");
            assert_eq!(plain(other.body), plain(absent.body.clone()), "{path}");
        }
    }
    let message = json!({ "client_id": client_id(1), "text": "hi" });
    world.post(&eve, &format!("/rooms/{id}/messages"), message).await.refused(404, "room_not_found");
    world.post(&eve, &format!("/requests/{id}/accept"), Value::Null).await.refused(404, "room_not_found");
    world.post(&eve, "/rooms", json!({ "kind": "direct", "user_id": NOBODY })).await.refused(404, "user_not_found");
}
