//! Events on their way: to whom, in which order, and to whom not.

use crate::{keeps_the_contract, state};
use chatlink_protocol::{EventBody, MembershipChange, RoomId};
use chatlink_tests::{Api, Person, RoomLog, Server, Socket, befriend, fresh_id, friends, group, send};
use serde_json::{Value, json};

const ROUNDS: usize = 12;

/// Invariant 4: who is removed gets no event from his removal on, also none that was on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_removed_gets_nothing_that_was_on_its_way() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta, &carl], "from_join").await;
    let aside = befriend(&carl, &berta).await;
    let (mut owner, mut stays, mut goes) =
        (Socket::connect(&anna).await, Socket::connect(&carl).await, Socket::connect(&berta).await);
    let mut allowed = Vec::new();
    let mut since = 1;
    for round in 0..ROUNDS {
        // The removal meets sends on both of its sides, another number of them each round.
        let mut numbers = Vec::new();
        for turn in 0..30 {
            numbers.push(owner.feed(send(room, &fresh_id(), &format!("round {round}, line {turn}"))).await);
        }
        let out = member(room, &berta);
        let ((), removed) = tokio::join!(owner.flush(), anna.api.delete(&out));
        let _ = removed.is(204);
        for number in numbers {
            let _ = owner.answer(number).await.expect("taken");
        }
        let last = owner.say(room, "he is gone").await;
        stays.until_seq(room, last).await;
        let removal = last_change(&stays.log().room(room), &berta, MembershipChange::Removed);
        allowed.push(since..removal);

        goes.until("the note that he is out", state(room, "left")).await;
        // What waits for a socket goes out in its order: after this, all that was meant for him came.
        let word = stays.say(aside, "are you still there?").await;
        goes.until_seq(aside, word).await;
        let got: Vec<_> = goes.log().room(room).arrivals().to_vec();
        let foreign: Vec<_> = got.iter().filter(|seq| !allowed.iter().any(|range| range.contains(*seq))).collect();
        assert!(foreign.is_empty(), "round {round}: he got {foreign:?}; the removal was {removal}");
        sees_no_room(&berta.api, room).await;

        let _ = anna.api.post(&members(room), json!({ "user_ids": [berta.id] })).await.is(200);
        goes.until("the note that he is in again", state(room, "joined")).await;
        let hello = owner.say(room, "welcome back").await;
        stays.until_seq(room, hello).await;
        goes.until_seq(room, hello).await;
        since = last_change(&stays.log().room(room), &berta, MembershipChange::Added);
    }
    stays.log().room(room).assert_in_order();
    keeps_the_contract(&server).await;
}

/// Invariant 4: for who left, the room answers as one that never was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_reads_nothing_and_cannot_tell_the_room_from_none() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta, &carl], "all").await;
    let mut owner = Socket::connect(&anna).await;
    owner.say(room, "before").await;
    let aside = befriend(&carl, &berta).await;
    let mut carl = Socket::connect(&carl).await;
    let mut goes = Socket::connect(&berta).await;
    let _ = berta.api.post_empty(&format!("/v1/rooms/{room}/leave")).await.is(204);
    goes.until("the note that he left", state(room, "left")).await;
    sees_no_room(&berta.api, room).await;
    for command in [
        json!({ "type": "send", "room_id": room, "client_id": fresh_id(), "text": "let me in" }),
        json!({ "type": "typing", "room_id": room }),
        json!({ "type": "read", "room_id": room, "seq": 1 }),
    ] {
        let problem = goes.ask(command.clone()).await.expect_err("he is out");
        assert_eq!(problem.code.name(), "room_not_found", "{command}");
    }
    // Resuming there gives nothing, and no error that would tell the room from none.
    let (epoch, rooms) = (goes.hello().epoch.clone(), json!({ room.to_string(): 0, fresh_id(): 0 }));
    let _ = goes.ask(json!({ "type": "resume", "epoch": epoch, "rooms": rooms })).await.expect("resumed");
    let word = carl.say(aside, "anything there?").await;
    goes.until_seq(aside, word).await;
    assert!(goes.log().room(room).events().is_empty(), "{:?}", goes.log().room(room));
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_added_reads_from_there_on_or_from_the_beginning() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    for (history, from_the_beginning) in [("from_join", false), ("all", true)] {
        let room = group(&anna, &[&carl], history).await;
        befriend(&anna, &berta).await;
        let mut owner = Socket::connect(&anna).await;
        let mut late = Socket::connect(&berta).await;
        let before = owner.say(room, "before he came").await;
        let _ = anna.api.post(&members(room), json!({ "user_ids": [berta.id] })).await.is(200);
        let after = owner.say(room, "now he is here").await;
        late.until_seq(room, after).await;
        let live = late.log().room(room);
        live.assert_in_order();
        assert_eq!(live.arrivals().first(), Some(&(before + 1)), "live from the very event that added him");

        let page = berta.api.get(&format!("/v1/rooms/{room}/events?after=0")).await.is(200);
        let first = page["events"][0]["seq"].as_u64().expect("events");
        assert_eq!(first, if from_the_beginning { 1 } else { before + 1 }, "{history}");
        let timeline = berta.api.get(&format!("/v1/rooms/{room}/timeline")).await.is(200);
        let sees = timeline.to_string().contains("before he came");
        assert_eq!(sees, from_the_beginning, "{history}: {timeline}");
    }
    keeps_the_contract(&server).await;
}

/// Invariant 3: whoever speaks at once, everybody hears the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_hear_the_same_in_the_same_order() {
    const LINES: usize = 40;
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta, &carl], "all").await;
    // All listen before anybody speaks: who comes later hears less.
    let speak = |person: Person, mut socket: Socket| async move {
        let mut numbers = Vec::new();
        for turn in 0..LINES {
            numbers.push(socket.feed(send(room, &fresh_id(), &format!("{} {turn}", person.username))).await);
        }
        socket.flush().await;
        for number in numbers {
            let _ = socket.answer(number).await.expect("taken");
        }
        socket
    };
    let mut ear = Socket::connect(&berta).await;
    let sockets = (Socket::connect(&anna).await, Socket::connect(&berta).await, Socket::connect(&carl).await);
    let (one, two, three) =
        tokio::join!(speak(anna.clone(), sockets.0), speak(berta.clone(), sockets.1), speak(carl, sockets.2));
    let events = all_events(&anna.api, room).await;
    let last = events.last().and_then(|event| event["seq"].as_u64()).expect("events");
    ear.until_seq(room, last).await;
    for mut socket in [one, two, three, ear] {
        socket.until_seq(room, last).await;
        let log = socket.log().room(room);
        log.assert_in_order();
        let heard: Vec<Value> =
            log.events().into_iter().map(|event| serde_json::to_value(event).expect("JSON")).collect();
        assert_eq!(heard, events[events.len() - heard.len()..], "heard live and read later are one");
        assert_eq!(log.texts().len(), 3 * LINES);
    }
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_come_live_and_taken_back_words_are_nowhere() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let (mut one, mut two) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let seq = one.say(room, "a frist word").await;
    two.until_seq(room, seq).await;
    let id = two.log().room(room).events().last().expect("an event").id;
    let edit = json!({ "type": "edit", "room_id": room, "message_id": id, "text": "a first word" });
    let edited = one.ask(edit.clone()).await.expect("edited").seq.expect("a seq").0;
    let react = json!({ "type": "react", "room_id": room, "message_id": id, "key": "👍" });
    let reacted = two.ask(react.clone()).await.expect("reacted").seq.expect("a seq").0;
    one.until_seq(room, reacted).await;
    two.until_seq(room, edited).await;
    let item = the_item(&berta.api, room, seq).await;
    assert_eq!(item["body"]["text"], "a first word");
    assert_eq!((&item["version"], &item["my_reaction"]), (&json!(2), &json!("👍")));
    assert_eq!(item["reactions"], json!([{ "key": "👍", "count": 1 }]));

    let others = two.ask(json!({ "type": "redact", "room_id": room, "message_id": id })).await;
    assert_eq!(others.expect_err("not his own").code.name(), "forbidden");
    let gone = one.ask(json!({ "type": "redact", "room_id": room, "message_id": id })).await.expect("taken back");
    two.until_seq(room, gone.seq.expect("a seq").0).await;
    let item = the_item(&berta.api, room, seq).await;
    assert!(item["redacted"] == true && item["body"].get("text").is_none(), "{item}");
    for command in [edit, react] {
        assert_eq!(one.ask(command).await.expect_err("gone").code.name(), "message_gone");
    }
    for path in ["events?after=0", "timeline"] {
        let answer = berta.api.get(&format!("/v1/rooms/{room}/{path}")).await.is(200).to_string();
        assert!(!answer.contains("frist") && !answer.contains("first"), "{path}: {answer}");
    }
    let rooms = berta.api.get("/v1/rooms").await.is(200).to_string();
    assert!(!rooms.contains("first"), "{rooms}");
    keeps_the_contract(&server).await;
}

async fn three(server: &Server) -> (Person, Person, Person) {
    tokio::join!(Person::join(server, "anna"), Person::join(server, "berta"), Person::join(server, "carl"))
}

/// Every way to read the room answers as for a room that never was.
async fn sees_no_room(api: &Api, room: RoomId) {
    let nowhere = fresh_id();
    for path in ["", "/timeline", "/events?after=0", "/members", "/receipts"] {
        let closed = api.get(&format!("/v1/rooms/{room}{path}")).await;
        let absent = api.get(&format!("/v1/rooms/{nowhere}{path}")).await;
        assert_eq!(closed.blank(), absent.blank(), "{path}");
        let _ = closed.refused(404, "room_not_found");
    }
    let rooms = api.get("/v1/rooms").await.is(200).to_string();
    assert!(!rooms.contains(&room.to_string()), "{rooms}");
}

/// The seq of the last such change.
fn last_change(log: &RoomLog, person: &Person, change: MembershipChange) -> u64 {
    let fits =
        |body: &EventBody| matches!(body, EventBody::Membership(m) if m.user_id == person.id && m.change == change);
    let event = log.events().into_iter().rfind(|event| fits(&event.body));
    event.unwrap_or_else(|| panic!("no {change:?} of {}", person.username)).seq.0
}

async fn all_events(api: &Api, room: RoomId) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    loop {
        let page = api.get(&format!("/v1/rooms/{room}/events?after={}&limit=200", events.len())).await.is(200);
        events.extend(page["events"].as_array().expect("events").iter().cloned());
        if page["complete"] == true {
            return events;
        }
    }
}

async fn the_item(api: &Api, room: RoomId, seq: u64) -> Value {
    let page = api.get(&format!("/v1/rooms/{room}/timeline")).await.is(200);
    let item = page["items"].as_array().expect("items").iter().find(|item| item["seq"] == seq);
    item.unwrap_or_else(|| panic!("no item {seq}: {page}")).clone()
}

fn members(room: RoomId) -> String {
    format!("/v1/rooms/{room}/members")
}

fn member(room: RoomId, person: &Person) -> String {
    format!("{}/{}", members(room), person.id)
}
