//! Threads, over real sockets: beneath a message, out of the main timeline's way.

use crate::{items, keeps_the_contract};
use chatlink_protocol::{RoomId, frame::Push};
use chatlink_tests::{Person, Server, Socket, fresh_id, group};
use serde_json::{Value, json};

fn path(room: RoomId, rest: &str) -> String {
    format!("/v1/rooms/{room}/{rest}")
}

fn words(text: &str, thread: &Value) -> Value {
    json!({ "client_id": fresh_id(), "text": text, "thread": thread })
}

async fn room_of(person: &Person, room: RoomId) -> Value {
    person.api.get(&format!("/v1/rooms/{room}")).await.is(200)
}

/// Told live to everybody in the room, shown in the thread alone, read by itself on all of one's devices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_in_a_thread_leaves_the_main_timeline_in_peace() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let room = group(&anna, &[&berta], "all").await;
    let root = anna.api.post(&path(room, "messages"), json!({ "client_id": fresh_id(), "text": "Tea?" })).await.is(201);
    let (mut one, mut other) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let mut command = words("green, please", &root["id"]);
    (command["type"], command["room_id"]) = (json!("send"), json!(room));
    let sent = other.ask(command).await.expect("it is taken");
    let seq = sent.seq.expect("a seq").0;
    one.until_seq(room, seq).await;
    let log = anna.api.get(&path(room, &format!("events?after={}", seq - 1))).await.is(200);
    assert_eq!(log["events"][0]["body"]["thread"], root["id"]);

    let before = room_of(&anna, room).await;
    assert_eq!((&before["unread"], &before["unread_threads"]), (&json!(0), &json!(1)), "{before}");
    assert_eq!(before["last_item"]["id"], root["id"], "the list shows the main timeline");
    let main = anna.api.get(&path(room, "timeline")).await.is(200);
    let last = items(&main).last().expect("items").clone();
    assert_eq!((&last["id"], &last["thread"]["replies"]), (&root["id"], &json!(1)));
    let root_id = root["id"].as_str().expect("an id");
    let beneath = anna.api.get(&path(room, &format!("timeline?thread={root_id}"))).await.is(200);
    assert_eq!((items(&beneath).len(), &items(&beneath)[0]["body"]["text"]), (1, &json!("green, please")));
    let followed = anna.api.get(&path(room, "threads")).await.is(200);
    assert_eq!((&items(&followed)[0]["root"]["id"], &items(&followed)[0]["unread"]), (&root["id"], &json!(1)));

    let mut second = Socket::connect(&anna).await;
    let mark = json!({ "type": "read_thread", "room_id": room, "message_id": root_id, "seq": seq });
    one.ask(mark).await.expect("it is noted");
    let read = second.until("the mark, on the other device", |push| match push {
        Push::UserEvent(event) if event.kind == "thread" && event.subject == root_id => Some(event.body.clone()),
        _ => None,
    });
    assert_eq!(read.await["read_seq"], seq);
    assert_eq!(room_of(&anna, room).await["unread_threads"], 0);
    keeps_the_contract(&server).await;
}

/// A thread begins at a message of the main timeline that is there and that one may read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_begins_at_a_living_message_of_the_main_timeline() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let room = group(&anna, &[], "from_join").await;
    let messages = path(room, "messages");
    let root = anna.api.post(&messages, json!({ "client_id": fresh_id(), "text": "Tea?" })).await.is(201);
    let answer = words("green", &root["id"]);
    let made = anna.api.post(&messages, answer.clone()).await.is(201);
    assert_eq!(anna.api.post(&messages, answer.clone()).await.is(200), made, "repeated");
    let mut elsewhere = answer;
    elsewhere["thread"] = Value::Null;
    let _ = anna.api.post(&messages, elsewhere).await.refused(409, "client_id_conflict");
    let nested = anna.api.post(&messages, words("deeper", &made["id"])).await.refused(422, "invalid");
    assert_eq!((&nested["errors"][0]["field"], &nested["errors"][0]["code"]), (&json!("thread"), &json!("nested")));
    let _ = anna.api.post(&messages, words("nowhere", &json!(fresh_id()))).await.refused(404, "message_not_found");

    let body = json!({ "kind": "direct", "user_id": berta.id });
    let direct = anna.api.post("/v1/rooms", body).await.is(201);
    let _ = berta.api.post(&format!("/v1/requests/{}/accept", direct["id"].as_str().expect("an id")), json!({})).await;
    let _ = anna.api.post(&path(room, "members"), json!({ "user_ids": [berta.id] })).await.is(200);
    let _ = berta.api.post(&messages, words("me, too", &root["id"])).await.refused(404, "message_not_found");
    let thread = path(room, &format!("timeline?thread={}", root["id"].as_str().expect("an id")));
    let _ = berta.api.get(&thread).await.refused(404, "message_not_found");

    let _ = anna.api.delete(&format!("{messages}/{}", root["id"].as_str().expect("an id"))).await.is(204);
    let _ = anna.api.post(&messages, words("late", &root["id"])).await.refused(410, "message_gone");
    keeps_the_contract(&server).await;
}

/// What is said beneath a message is read from one's own first seq on, wherever the message stands; the message itself is
/// read by whoever may read it, and of a thread in which one can read nothing nothing is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_is_read_from_ones_first_seq_on() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let body = json!({ "kind": "direct", "user_id": berta.id });
    let direct = anna.api.post("/v1/rooms", body).await.is(201);
    let _ = berta.api.post(&format!("/v1/requests/{}/accept", direct["id"].as_str().expect("an id")), json!({})).await;
    for history in ["from_join", "all"] {
        let room = group(&anna, &[], history).await;
        let messages = path(room, "messages");
        let mut roots = Vec::new();
        for _ in 0..2 {
            let root = anna.api.post(&messages, json!({ "client_id": fresh_id(), "text": "Tea?" })).await.is(201);
            let _ = anna.api.post(&messages, words("green", &root["id"])).await.is(201);
            roots.push(root["id"].as_str().expect("an id").to_owned());
        }
        let _ = anna.api.post(&path(room, "members"), json!({ "user_ids": [berta.id] })).await.is(200);
        let later = anna.api.post(&messages, words("or black", &json!(roots[0]))).await.is(201);
        let log = berta.api.get(&path(room, "events?after=0")).await.is(200);
        let said = log["events"].as_array().expect("events").last().expect("the reply");
        assert_eq!((&said["id"], &said["body"]["text"]), (&later["id"], &json!("or black")), "in the room's log");

        let of = |root: &str, more: &str| path(room, &format!("timeline?thread={root}{more}"));
        let page = berta.api.get(&of(&roots[0], "")).await.is(200);
        let texts: Vec<_> = items(&page).iter().map(|item| item["body"]["text"].as_str().expect("words")).collect();
        let root = format!("{messages}/{}", roots[0]);
        if history == "all" {
            assert_eq!((texts, &page["root_unreadable"]), (vec!["green", "or black"], &Value::Null));
            let _ = berta.api.get(&root).await.is(200);
            let _ = berta.api.get(&of(&roots[1], "")).await.is(200);
        } else {
            assert_eq!((texts, &page["root_unreadable"]), (vec!["or black"], &json!(true)), "{page}");
            assert!(!page.to_string().contains("Tea") && !page.to_string().contains("green"), "{page}");
            let _ = berta.api.get(&root).await.refused(404, "message_not_found");
            let empty = berta.api.get(&of(&roots[0], "&before=1")).await.is(200);
            assert_eq!((items(&empty).len(), &empty["root_unreadable"]), (0, &json!(true)));
            for nothing in [roots[1].as_str(), &fresh_id()] {
                let _ = berta.api.get(&of(nothing, "")).await.refused(404, "message_not_found");
            }
        }
        let whole = anna.api.get(&of(&roots[0], "")).await.is(200);
        assert_eq!((items(&whole).len(), &whole["root_unreadable"]), (2, &Value::Null));
    }
    keeps_the_contract(&server).await;
}
