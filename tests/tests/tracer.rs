//! The main story, over the wire: two people join by code, find each other, talk live; the server is
//! killed with -9 in the middle, and nothing acknowledged is lost, doubled or out of order.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

use chatlink_tests::{Contract, Newcomer, Person, Server, Socket, fresh_id, send, within};
use serde_json::{Value, json};
use std::time::Duration;

/// Messages before the kill, and messages whose acknowledgements nobody waits for when it comes.
const ACKNOWLEDGED: usize = 40;
const UNDER_WAY: usize = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_join_match_and_talk_through_a_kill() {
    let mut server = Server::start().await;
    let anna = Newcomer::new("anna").speaks("en", "es", "B1").join(&server).await;
    let bruno = Newcomer::new("bruno").at("+4915123456789").speaks("es", "en", "A2").join(&server).await;
    let (found, back) = (matched(&anna, &bruno).await, matched(&bruno, &anna).await);
    assert!(found["mutual"] == true && back["mutual"] == true, "{found} {back}");

    let body = json!({ "client_id": fresh_id(), "kind": "direct", "user_id": bruno.id });
    let room = anna.api.post("/v1/rooms", body.clone()).await.is(201);
    assert_eq!(anna.api.post("/v1/rooms", body).await.is(200)["id"], room["id"], "the pair has one room");
    let room = room["id"].as_str().and_then(|id| id.parse().ok()).expect("a room");
    let _ = bruno.api.post_empty(&format!("/v1/requests/{room}/accept")).await.is(204);

    let mut one = Socket::connect(&anna).await;
    let mut two = Socket::connect(&bruno).await;
    let mut said = Vec::new();
    for turn in 0..ACKNOWLEDGED {
        let (speaker, listener) = if turn % 2 == 0 { (&mut one, &mut two) } else { (&mut two, &mut one) };
        let text = format!("line {turn}");
        let seq = speaker.say(room, &text).await;
        listener.until_seq(room, seq).await;
        said.push((seq, text));
    }

    let (known, words) = (fresh_id(), "said before the kill");
    let place = one.ask(send(room, &known, words)).await.expect("acknowledged");
    said.push((place.seq.expect("a seq").0, words.to_owned()));

    // Now many at once, and the server dies while they are on their way.
    let mut posted = Vec::new();
    for turn in 0..UNDER_WAY {
        let (client_id, text) = (fresh_id(), format!("last words {turn}"));
        let number = one.feed(send(room, &client_id, &text)).await;
        posted.push((number, client_id, text));
    }
    one.flush().await;
    server.kill().await;
    let ((replies, mine), (_, theirs)) = tokio::join!(one.wreck(), two.wreck());
    let ready = server.restart().await;
    println!("listening again {ready:?} after its restart; {} of {UNDER_WAY} were acknowledged", replies.len());

    let mut one = Socket::reconnect(&anna, mine).await;
    let mut two = Socket::reconnect(&bruno, theirs).await;
    one.resume().await;
    two.resume().await;
    // A client that missed an acknowledgement repeats: the same name answers the same place.
    assert_eq!(one.ask(send(room, &known, words)).await.expect("repeated"), place);
    for (number, client_id, text) in posted {
        let before = replies.get(&number).map(|reply| match &reply.result {
            chatlink_protocol::frame::ReplyResult::Ok(ack) => ack.seq.expect("a seq").0,
            chatlink_protocol::frame::ReplyResult::Error(problem) => panic!("refused: {problem:?}"),
        });
        let ack = one.ask(send(room, &client_id, &text)).await.expect("taken");
        let seq = ack.seq.expect("a seq").0;
        assert!(before.is_none_or(|before| before == seq), "{text}: acknowledged at {before:?}, now at {seq}");
        said.push((seq, text));
    }
    let last = one.say(room, "we are back").await;
    said.push((last, "we are back".to_owned()));
    said.sort();

    two.until_seq(room, last).await;
    one.until_seq(room, last).await;
    for (name, socket) in [("anna", &one), ("bruno", &two)] {
        let log = socket.log().room(room);
        log.assert_dense(1, last);
        let told: Vec<_> = said.iter().map(|(_, text)| text.clone()).collect();
        assert_eq!(log.texts(), told, "{name} has each message once, in the order of the acknowledged seqs");
    }
    let contract = Contract::of(&server.api()).await;
    assert_eq!(contract.violations(&server.recorder().exchanges()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_ends_it_in_order() {
    let mut server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let mut socket = Socket::connect(&anna).await;
    let ((status, took), closed) = tokio::join!(server.terminate(), socket.end_within(chatlink_tests::PATIENCE));
    assert!(status.success(), "{status}");
    assert_eq!(closed, chatlink_tests::Closed::Code(1012), "a socket is told that this is a restart");
    assert!(took < Duration::from_secs(3), "it took {took:?}");
    // And what it kept is all there.
    within(chatlink_tests::PATIENCE, "the restart", server.restart()).await;
    assert_eq!(anna.api.get("/v1/me").await.is(200)["username"], "anna");
}

/// The item of `other` among the matches of `me`.
async fn matched(me: &Person, other: &Person) -> Value {
    let page = me.api.get("/v1/matches").await.is(200);
    let items = page["items"].as_array().expect("matches");
    let item = items.iter().find(|item| item["user"]["id"] == other.id.to_string());
    item.unwrap_or_else(|| panic!("{} is no match of {}: {page}", other.username, me.username)).clone()
}
