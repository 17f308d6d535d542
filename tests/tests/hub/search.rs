//! Search over the wire: at once, in one's own rooms alone, and never what is gone.

use crate::{items, keeps_the_contract};
use chatlink_protocol::RoomId;
use chatlink_tests::{Api, Person, Server, Socket, befriend, direct_room, fresh_id, friends, group};
use serde_json::{Value, json};

async fn search(api: &Api, question: Value) -> Value {
    api.post("/v1/search", question).await.is(200)
}

async fn found(api: &Api, q: &str) -> Vec<String> {
    let page = search(api, json!({ "q": q })).await;
    assert_eq!(page["complete"], true, "{page}");
    items(&page).iter().map(|hit| hit["event"]["body"]["text"].as_str().expect("words").to_owned()).collect()
}

async fn say(person: &Person, room: RoomId, text: &str, expires_in: Option<u64>) -> String {
    let body = json!({ "client_id": fresh_id(), "text": text, "expires_in": expires_in });
    let sent = person.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    format!("/v1/rooms/{room}/messages/{}", sent["id"].as_str().expect("an id"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_is_found_in_every_script() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    for (text, q, places) in [
        ("Wir sehen uns in Köln", "KOLN", json!([[17, 21]])),
        ("明日は東京へ行く", "東京", json!([[3, 5]])),
        ("ฉันรักแมว", "แมว", json!([[6, 9]])),
        ("안녕하세요", "안녕", json!([[0, 2]])),
        ("你好，世界", "你好", json!([[0, 2]])),
        ("👍 C++!", "c++", json!([[2, 5]])),
    ] {
        say(&anna, room, text, None).await;
        let page = search(&berta.api, json!({ "q": q })).await;
        let hit = &items(&page)[0];
        assert_eq!((&hit["event"]["body"]["text"], &hit["highlights"]), (&json!(text), &places), "{page}");
        assert_eq!((&hit["room_id"], &hit["event"]["room_id"]), (&json!(room), &json!(room)));
        assert_eq!(hit["event"]["sender_id"], json!(anna.id));
    }
    assert!(found(&anna.api, "がい").await.is_empty());
    for (question, code) in [
        (json!({ "q": "x" }), "too_short"),
        (json!({ "q": "x".repeat(201) }), "too_long"),
        (json!({ "q": "tea", "cursor": "made up" }), "bad_cursor"),
        (json!({ "q": "tea", "from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z" }), "out_of_range"),
    ] {
        let problem = anna.api.post("/v1/search", question).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["code"], code, "{problem}");
    }
    keeps_the_contract(&server).await;
}

/// Invariant 4: neither a stranger, nor who left, nor who is asked and has not accepted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_members_find_anything_of_a_room() {
    let server = Server::start().await;
    let (anna, berta, _) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    let room = group(&anna, &[&berta], "all").await;
    say(&anna, room, "the plan for Friday", None).await;
    assert_eq!(found(&berta.api, "plan").await, ["the plan for Friday"]);
    let there = |room: RoomId| json!({ "q": "plan", "room_id": room });
    let absent = carl.api.post("/v1/search", there(fresh_id().parse().expect("an id"))).await;
    let foreign = carl.api.post("/v1/search", there(room)).await;
    assert_eq!(absent.blank(), foreign.blank());
    let _ = foreign.refused(404, "room_not_found");
    assert!(found(&carl.api, "plan").await.is_empty());
    let _ = berta.api.post_empty(&format!("/v1/rooms/{room}/leave")).await.is(204);
    assert!(found(&berta.api, "plan").await.is_empty(), "who left finds nothing");
    let _ = berta.api.post("/v1/search", there(room)).await.refused(404, "room_not_found");

    let asked = direct_room(&carl, &berta).await;
    say(&carl, asked, "may I have a plan?", None).await;
    assert!(found(&berta.api, "plan").await.is_empty(), "a request is looked at in its list");
    let _ = berta.api.post_empty(&format!("/v1/requests/{asked}/accept")).await.is(204);
    assert_eq!(found(&berta.api, "plan").await, ["may I have a plan?"]);
    let _ = berta.api.call(reqwest::Method::PUT, &format!("/v1/blocks/{}", carl.id), Default::default()).await.is(204);
    assert!(found(&berta.api, "plan").await.is_empty(), "blocked");
    keeps_the_contract(&server).await;
}

/// Invariant 6: what is taken back or over is found no more, from that moment on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_gone_is_never_found() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let taken_back = say(&anna, room, "the first secret", None).await;
    let changed = say(&anna, room, "the second secret", None).await;
    say(&anna, room, "the third secret", Some(1)).await;
    let _ = anna.api.patch(&changed, json!({ "text": "nothing to see" })).await.is(200);
    let _ = anna.api.delete(&taken_back).await.is(204);
    assert!(found(&berta.api, "first secret").await.is_empty());
    assert!(found(&berta.api, "second secret").await.is_empty());
    assert_eq!(found(&berta.api, "nothing").await, ["nothing to see"]);
    chatlink_tests::eventually("its second to be over", || async {
        found(&berta.api, "third secret").await.is_empty().then_some(())
    })
    .await;
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_follow_one_another_while_more_is_said() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    let other = befriend(&anna, &carl).await;
    let mut socket = Socket::connect(&anna).await;
    let mut expected = Vec::new();
    for count in 0..90 {
        let text = format!("tea {count:02}");
        socket.say(if count % 4 == 0 { other } else { room }, &text).await;
        expected.insert(0, text);
    }
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let page = search(&anna.api, json!({ "q": "tea", "limit": 20, "cursor": cursor })).await;
        seen.extend(items(&page).iter().map(|hit| hit["event"]["body"]["text"].as_str().expect("words").to_owned()));
        if page.get("next_cursor").is_none() {
            break;
        }
        cursor = page["next_cursor"].clone();
        socket.say(room, "more tea").await;
    }
    assert_eq!(seen, expected);
    let others = json!({ "q": "teas", "limit": 20, "cursor": cursor });
    let _ = anna.api.post("/v1/search", others).await.refused(422, "invalid");
    let others = json!({ "q": "tea", "limit": 20, "cursor": cursor });
    let _ = berta.api.post("/v1/search", others).await.refused(422, "invalid");
    keeps_the_contract(&server).await;
}
