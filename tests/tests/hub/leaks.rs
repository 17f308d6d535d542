//! What must not come through a socket: one blocked hears nothing, and who joined late reads no old words.

use crate::keeps_the_contract;
use chatlink_protocol::{Event, EventBody, RoomId, UserId, frame::Push};
use chatlink_tests::{Payload, Person, Server, Socket, befriend, fresh_id, friends, group};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

fn presence(of: UserId, online: bool) -> impl Fn(&Push) -> Option<()> {
    move |push| match push {
        Push::Presence(presence) => (presence.user_id == of && presence.online == online).then_some(()),
        _ => None,
    }
}

fn types(push: &Push) -> Option<UserId> {
    match push {
        Push::Typing { user_id, .. } => Some(*user_id),
        _ => None,
    }
}

async fn watch(socket: &mut Socket, whom: &Person) {
    let _ = socket.ask(json!({ "type": "watch", "user_ids": [whom.id] })).await.expect("watching");
}

async fn type_in(person: &Person, room: RoomId) -> Socket {
    let mut socket = Socket::connect(person).await;
    let _ = socket.ask(json!({ "type": "typing", "room_id": room })).await.expect("taken");
    socket
}

/// Invariant 5 on sockets: neither typing nor reading nor coming and going of the other, either way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_silences_the_sockets_of_both() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    befriend(&carl, &berta).await;
    let (mut one, mut other, mut third) =
        (Socket::connect(&anna).await, Socket::connect(&berta).await, Socket::connect(&carl).await);
    for (socket, whom) in [(&mut one, &berta), (&mut other, &anna), (&mut third, &berta)] {
        watch(socket, whom).await;
    }
    one.until("she is here", presence(berta.id, true)).await;
    let seq = one.say(room, "hello").await;
    // All that the node keeps of the room it knows from before the block.
    let (first, second) = (type_in(&anna, room).await, type_in(&berta, room).await);
    assert_eq!((other.until("typing", types).await, one.until("typing", types).await), (anna.id, berta.id));

    let _ = berta.api.call(Method::PUT, &format!("/v1/blocks/{}", anna.id), Payload::Empty).await.is(204);
    one.until("she looks as if she had gone", presence(berta.id, false)).await;
    other.until("and so does she", presence(anna.id, false)).await;
    // That she came was told before.
    let _ = one.drain();
    let (third_of_anna, third_of_berta) = (type_in(&anna, room).await, type_in(&berta, room).await);
    let _ = berta.api.put(&format!("/v1/rooms/{room}/read"), json!({ "seq": seq })).await.is(204);
    other.settle().await;
    one.settle().await;
    let _ = other.drain();
    for gone in [other, second, third_of_berta] {
        drop(gone);
    }
    third
        .until_within(Duration::from_secs(40), "whoever may know hears that she went", presence(berta.id, false))
        .await;
    one.settle().await;
    let leaked = |push: &Push| match push {
        Push::Typing { user_id, .. } => *user_id == berta.id,
        Push::Presence(presence) => presence.user_id == berta.id,
        Push::Receipts { items, .. } => items.iter().any(|item| item.user_id == berta.id),
        _ => false,
    };
    let leaks: Vec<_> = one.drain().into_iter().filter(leaked).collect();
    assert!(leaks.is_empty(), "{leaks:?}");
    drop((first, third_of_anna));
    keeps_the_contract(&server).await;
}

fn words(event: &Event) -> Option<String> {
    match &event.body {
        EventBody::Message(message) => message.text.clone(),
        EventBody::Edit(edit) => edit.text.clone(),
        EventBody::Correction(correction) => correction.words.as_ref().map(|words| words.text.clone()),
        _ => None,
    }
}

/// What a socket heard of a room from a seq on, by kind and words.
fn heard(socket: &Socket, room: RoomId, from: u64) -> Vec<(String, Option<String>)> {
    let log = socket.log().room(room);
    let events = log.events().into_iter().filter(|event| event.seq.0 >= from);
    events.map(|event| (event.body.kind().to_owned(), words(event))).collect()
}

/// Invariant 4: what was said before somebody's time stays unread by him, though it is edited or corrected later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_joined_late_gets_no_old_words_by_an_edit_or_a_correction() {
    let server = Server::start().await;
    let (anna, berta, carl) =
        tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"), Person::join(&server, "carl"));
    let room = group(&anna, &[&berta], "from_join").await;
    befriend(&anna, &carl).await;
    let (mut writer, mut reader, mut late) =
        (Socket::connect(&anna).await, Socket::connect(&berta).await, Socket::connect(&carl).await);
    let say = async |text: &str| {
        let body = json!({ "client_id": fresh_id(), "text": text });
        let sent: Value = anna.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
        sent["id"].as_str().expect("an id").to_owned()
    };
    let old = say("I goed").await;
    let _ = anna.api.post(&format!("/v1/rooms/{room}/members"), json!({ "user_ids": [carl.id] })).await.is(200);
    late.until_seq(room, 2).await;
    let new = say("I has").await;
    for (message, text) in [(&old, "I goed home"), (&new, "I has it")] {
        let edit = json!({ "type": "edit", "room_id": room, "message_id": message, "text": text });
        let _ = writer.ask(edit).await.expect("edited");
        let better = json!({
            "type": "correct", "room_id": room, "message_id": message, "client_id": fresh_id(),
            "text": text.replace("goed", "went").replace("has", "have"), "version": 2,
        });
        let _ = reader.ask(better).await.expect("corrected");
    }
    let of = |kind: &str, text: Option<&str>| (kind.to_owned(), text.map(str::to_owned));
    let all = [
        of("message", Some("I has")),
        of("edit", Some("I goed home")),
        of("correction", Some("I went home")),
        of("edit", Some("I has it")),
        of("correction", Some("I have it")),
    ];
    let mut bare = all.clone();
    (bare[1].1, bare[2].1) = (None, None);
    for (socket, expected) in [(&mut reader, &all), (&mut late, &bare)] {
        socket.until_seq(room, 7).await;
        assert_eq!(heard(socket, room, 3), expected);
    }
    // A second connection reads from the store, and hears live what comes then.
    let mut again = Socket::connect(&carl).await;
    let edit = json!({ "type": "edit", "room_id": room, "message_id": old, "text": "I went home" });
    let _ = writer.ask(edit).await.expect("edited");
    again.until_seq(room, 8).await;
    assert_eq!(heard(&again, room, 8), [of("edit", None)]);
    let page = carl.api.get(&format!("/v1/rooms/{room}/events?after=0")).await.is(200).to_string();
    assert!(page.contains("I have it") && !page.contains("goed") && !page.contains("went"), "{page}");
    keeps_the_contract(&server).await;
}

/// What a socket was told of a room since it was read last: its events, which go into the log, and all the rest.
async fn told_of(socket: &mut Socket, room: RoomId) -> Vec<Push> {
    let before = socket.log().room(room).arrivals().len();
    socket.settle().await;
    let log = socket.log().room(room);
    let came = &log.arrivals()[before..];
    let events = log.events().into_iter().filter(|event| came.contains(&event.seq.0));
    let events: Vec<_> = events.map(|event| Push::Event { event: event.clone() }).collect();
    let room = room.to_string();
    let about = |push: &Push| format!("{push:?}").contains(&room);
    socket.drain().into_iter().filter(about).chain(events).collect()
}

/// A request that was declined is silent, on sockets that are open and on new ones. Who thinks again lacks nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_declined_hears_nothing_more() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let opened = anna.api.post("/v1/rooms", json!({ "kind": "direct", "user_id": berta.id })).await.is(201);
    let room: RoomId = opened["id"].as_str().expect("an id").parse().expect("a room");
    let (mut opener, mut asked) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let _ = opener.say(room, "one").await;
    asked.until_seq(room, 1).await;
    let _ = berta.api.post(&format!("/v1/requests/{room}/decline"), Value::Null).await.is(204);
    assert!(!told_of(&mut asked, room).await.is_empty(), "the other devices learn it");
    for text in ["two", "three"] {
        let _ = opener.say(room, text).await;
    }
    let _ = anna.api.put(&format!("/v1/rooms/{room}/read"), json!({ "seq": 3 })).await.is(204);
    assert_eq!(told_of(&mut asked, room).await, []);
    let mut back = Socket::reconnect(&berta, asked.into_log()).await;
    assert!(!back.hello().heads.contains_key(&room));
    back.resume().await;
    assert_eq!(told_of(&mut back, room).await, []);

    let _ = berta.api.post("/v1/rooms", json!({ "kind": "direct", "user_id": anna.id })).await.is(200);
    let stands = |push: &Push| match push {
        Push::Heads { rooms, .. } => rooms.get(&room).filter(|head| head.seq.0 == 3).map(drop),
        _ => None,
    };
    back.until("where the room stands", stands).await;
    let seq = opener.say(room, "four").await;
    back.until_seq(room, seq).await;
    back.resume().await;
    back.settle().await;
    back.log().room(room).assert_dense(1, seq);
    keeps_the_contract(&server).await;
}

/// Invariant 5: what is taken back in a severed room is told to the other as little as if there were nobody any more.
/// That the words are gone (invariant 6) he finds when he reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_in_a_severed_room_is_not_told_to_the_other() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let (mut one, mut other) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let mut ids = Vec::new();
    for (person, text) in [(&anna, "hers"), (&berta, "mine"), (&berta, "mine, too")] {
        let body = json!({ "client_id": fresh_id(), "text": text });
        let sent = person.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
        ids.push(sent["id"].as_str().expect("an id").to_owned());
    }
    for socket in [&mut one, &mut other] {
        socket.until_seq(room, 3).await;
    }
    let _ = berta.api.call(Method::PUT, &format!("/v1/blocks/{}", anna.id), Payload::Empty).await.is(204);
    for socket in [&mut one, &mut other] {
        let _ = told_of(socket, room).await;
    }
    let _ = berta.api.delete(&format!("/v1/rooms/{room}/messages/{}", ids[1])).await.is(204);
    other.until_seq(room, 4).await;
    assert_eq!(told_of(&mut one, room).await, []);
    let _ = anna.api.delete(&format!("/v1/rooms/{room}/messages/{}", ids[0])).await.is(204);
    one.until_seq(room, 5).await;
    let _ = other.drain();
    assert_eq!(told_of(&mut other, room).await, []);
    let page = anna.api.get(&format!("/v1/rooms/{room}/timeline")).await.is(200).to_string();
    assert!(!page.contains(r#""mine""#) && page.contains("mine, too"), "{page}");

    let _ = berta.api.delete(&format!("/v1/blocks/{}", anna.id)).await.is(204);
    let _ = berta.api.delete(&format!("/v1/rooms/{room}/messages/{}", ids[2])).await.is(204);
    for socket in [&mut one, &mut other] {
        socket.until_seq(room, 6).await;
        socket.resume().await;
        socket.settle().await;
        socket.log().room(room).assert_dense(1, 6);
    }
    keeps_the_contract(&server).await;
}
