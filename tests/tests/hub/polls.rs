//! Polls over real sockets: asked, voted on by two, closed, and what they refuse.

use crate::{items, keeps_the_contract};
use chatlink_protocol::{Event, EventBody, RoomId};
use chatlink_tests::{Payload, Person, Server, Socket, eventually, fresh_id, friends, group};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

fn asking(room: RoomId, poll: &Value) -> Value {
    json!({ "type": "send", "room_id": room, "client_id": fresh_id(), "text": "What do we drink?", "poll": poll })
}

fn drinks() -> Value {
    json!({ "options": ["tea", "coffee", "water"] })
}

fn last(socket: &Socket, room: RoomId) -> Event {
    let log = socket.log().room(room);
    let event: &Event = log.events().last().expect("an event");
    event.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_vote_and_both_see_it_at_once() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let (mut one, mut other) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let asked = one.ask(asking(room, &drinks())).await.expect("asked");
    let (seq, message) = (asked.seq.expect("a seq").0, asked.id.expect("an id"));
    other.until_seq(room, seq).await;
    let EventBody::Message(told) = last(&other, room).body else { panic!("no message") };
    assert_eq!(told.poll.expect("a poll").options, ["tea", "coffee", "water"]);
    let vote = |choices: &[u32]| json!({ "type": "vote", "room_id": room, "message_id": message, "choices": choices });
    let first = other.ask(vote(&[1])).await.expect("voted").seq.expect("a seq").0;
    assert_eq!(other.ask(vote(&[1])).await.expect("nothing to do").seq, None);
    one.until_seq(room, first).await;
    let EventBody::Vote(told) = last(&one, room).body else { panic!("no vote") };
    assert_eq!((told.choices, told.previous), (vec![1], vec![]));
    let _ = one.ask(vote(&[0])).await.expect("voted");
    let _ = other.ask(vote(&[2])).await.expect("changed");
    let path = format!("/v1/rooms/{room}/messages/{message}");
    let item = anna.api.get(&path).await.is(200);
    let tally = json!({ "counts": [1, 0, 1], "voters": 2 });
    assert_eq!((&item["tally"], &item["my_vote"]), (&tally, &json!([0])), "{item}");
    let votes = anna.api.get(&format!("{path}/votes")).await.is(200);
    let of_berta = items(&votes).iter().find(|vote| vote["user"]["username"] == "berta").expect("hers");
    assert_eq!((items(&votes).len(), &of_berta["choices"]), (2, &json!([2])), "{votes}");

    let close = json!({ "type": "close_poll", "room_id": room, "message_id": message });
    assert_eq!(other.ask(close.clone()).await.expect_err("another's").code.name(), "forbidden");
    let closed = one.ask(close).await.expect("closed").seq.expect("a seq").0;
    other.until_seq(room, closed).await;
    assert_eq!(other.ask(vote(&[0])).await.expect_err("closed").code.name(), "poll_closed");
    assert_eq!(other.ask(vote(&[])).await.expect_err("closed").code.name(), "poll_closed");
    assert_eq!(berta.api.get(&path).await.is(200)["tally"]["closed"], true);
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poll_says_what_is_wrong_with_it() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let messages = format!("/v1/rooms/{room}/messages");
    let send = async |poll: Value| {
        let body = json!({ "client_id": fresh_id(), "text": "tea?", "poll": poll });
        anna.api.post(&messages, body).await
    };
    for (poll, field, code) in [
        (json!({ "options": ["one"] }), "poll.options", "too_few"),
        (json!({ "options": ["a", "a"] }), "poll.options[1]", "repeated"),
        (json!({ "options": ["a", " "] }), "poll.options[1]", "required"),
        (json!({ "options": ["a", "b"], "closes_in": 0 }), "poll.closes_in", "out_of_range"),
    ] {
        let wrong = &send(poll).await.refused(422, "invalid")["errors"][0];
        assert_eq!((&wrong["field"], &wrong["code"]), (&json!(field), &json!(code)));
    }
    let made = send(drinks()).await.is(201)["id"].as_str().expect("an id").to_owned();
    let message = format!("{messages}/{made}");
    let name = fresh_id();
    let named = |options: &[&str]| json!({ "client_id": name, "text": "tea?", "poll": { "options": options } });
    let _ = anna.api.post(&messages, named(&["a", "b"])).await.is(201);
    let _ = anna.api.post(&messages, named(&["a", "c"])).await.refused(409, "client_id_conflict");
    let _ = anna.api.post(&messages, named(&["a", "b"])).await.is(200);
    for choices in [json!([3]), json!([12]), json!([0, 1])] {
        let body = json!({ "choices": choices });
        let _ = berta.api.put(&format!("{message}/vote"), body).await.refused(422, "invalid");
    }
    let edit = anna.api.patch(&message, json!({ "text": "coffee?" })).await.refused(422, "invalid");
    assert_eq!(edit["errors"][0]["code"], "poll");
    let better = json!({ "client_id": fresh_id(), "text": "Tea?" });
    let _ = berta.api.post(&format!("{message}/corrections"), better).await.refused(422, "invalid");
    let forward = json!({ "client_id": fresh_id(), "forward": { "room_id": room, "message_id": made } });
    let passed = berta.api.post(&messages, forward).await.refused(422, "invalid");
    assert_eq!((&passed["errors"][0]["field"], &passed["errors"][0]["code"]), (&json!("forward"), &json!("poll")));
    let found = berta.api.post("/v1/search", json!({ "q": "tea?" })).await.is(200);
    assert!(items(&found).iter().any(|hit| hit["event"]["id"] == made), "found by its question: {found}");
    let _ = anna.api.delete(&message).await.is(204);
    let gone = berta.api.get(&message).await.is(200);
    assert!(gone.get("tally").is_none() && gone["body"].get("poll").is_none(), "{gone}");
    let _ = berta.api.put(&format!("{message}/vote"), json!({ "choices": [0] })).await.refused(410, "message_gone");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poll_closes_by_itself_and_by_who_keeps_order() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let ask = async |by: &Person, room: RoomId, poll: Value| {
        let body = json!({ "client_id": fresh_id(), "text": "tea?", "poll": poll });
        let made = by.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
        format!("/v1/rooms/{room}/messages/{}", made["id"].as_str().expect("an id"))
    };
    let timed = ask(&anna, room, json!({ "options": ["yes", "no"], "closes_in": 1 })).await;
    // Another choice each time: what stands already is no vote.
    let turns = AtomicU32::new(0);
    eventually("the end of a poll's second", || async {
        let choice = turns.fetch_add(1, Ordering::Relaxed) % 2;
        let answer = berta.api.put(&format!("{timed}/vote"), json!({ "choices": [choice] })).await;
        (answer.status == 409).then_some(())
    })
    .await;
    let team = group(&anna, &[&berta], "all").await;
    let hers = ask(&berta, team, drinks()).await;
    let _ = anna.api.put(&format!("{hers}/vote"), json!({ "choices": [1] })).await.is(204);
    let _ = anna.api.post_empty(&format!("{hers}/close")).await.is(204);
    let his = ask(&anna, team, drinks()).await;
    let _ = berta.api.post_empty(&format!("{his}/close")).await.refused(403, "forbidden");
    // Who blocks and who is blocked vote no more, and who voted is somebody who is gone.
    let both = ask(&anna, room, drinks()).await;
    let _ = berta.api.put(&format!("{both}/vote"), json!({ "choices": [1] })).await.is(204);
    let _ = berta.api.call(Method::PUT, &format!("/v1/blocks/{}", anna.id), Payload::Empty).await.is(204);
    let vote = anna.api.put(&format!("{both}/vote"), json!({ "choices": [0] })).await;
    let _ = vote.refused(403, "recipient_unavailable");
    let votes = anna.api.get(&format!("{both}/votes")).await.is(200);
    assert_eq!(items(&votes)[0]["user"]["deleted"], true, "{votes}");
    let _ = anna.api.post_empty(&format!("{both}/close")).await.refused(403, "recipient_unavailable");
}
