//! Between two people: the first contact, what was read, who types, who is here, who is blocked.

use crate::{items, keeps_the_contract, state, told};
use chatlink_protocol::{RoomId, frame::Push};
use chatlink_tests::{Api, Person, Server, Socket, befriend, direct_room, fresh_id, friends, group};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_contact_waits_after_three_messages() {
    let server = Server::start().await;
    let (anna, berta) = two(&server).await;
    let (mut one, mut other) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let room = direct_room(&anna, &berta).await;
    assert_eq!(items(&berta.api.get("/v1/requests").await.is(200)).len(), 0, "nothing was said yet");
    for line in ["hello", "I read your profile", "shall we talk?"] {
        one.say(room, line).await;
    }
    let fourth = json!({ "client_id": fresh_id(), "text": "well?" });
    let messages = format!("/v1/rooms/{room}/messages");
    let _ = anna.api.post(&messages, fourth.clone()).await.refused(403, "request_pending");
    let timeline = anna.api.get(&format!("/v1/rooms/{room}/timeline")).await.is(200);
    let last = format!("{messages}/{}", items(&timeline)[2]["id"].as_str().expect("an id"));
    let more = json!({ "text": "shall we talk? I am here every evening" });
    let _ = anna.api.patch(&last, more.clone()).await.refused(403, "request_pending");

    other.until("the request shows", state(room, "requested")).await;
    let requests = berta.api.get("/v1/requests").await.is(200);
    assert_eq!(items(&requests)[0]["pending"], json!({ "by_me": false, "messages_left": 0 }), "{requests}");
    let rooms = berta.api.get("/v1/rooms").await.is(200);
    assert!(items(&rooms).is_empty() && rooms["badge"] == 0, "a request is no conversation: {rooms}");
    assert_eq!(one_room(&anna.api, room).await["pending"], json!({ "by_me": true, "messages_left": 0 }));

    let accept = format!("/v1/requests/{room}/accept");
    let _ = berta.api.post_empty(&accept).await.is(204);
    let _ = berta.api.post_empty(&accept).await.is(204);
    one.until("the opener is told", state(room, "accepted")).await;
    let _ = anna.api.post(&messages, fourth).await.is(201);
    let _ = anna.api.patch(&last, more).await.is(200);
    assert!(items(&berta.api.get("/v1/requests").await.is(200)).is_empty());
    assert_eq!(one_room(&berta.api, room).await["unread"], 4);
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_accepts_and_a_declined_opener_learns_nothing() {
    let server = Server::start().await;
    let (anna, berta) = two(&server).await;
    let (mut one, mut other) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let room = direct_room(&anna, &berta).await;
    one.say(room, "hello").await;
    other.say(room, "hello yourself").await;
    one.until("an answer accepts", state(room, "accepted")).await;
    assert!(one_room(&anna.api, room).await.get("pending").is_none());

    let carl = Person::join(&server, "carl").await;
    let unwanted = direct_room(&carl, &berta).await;
    let mut third = Socket::connect(&carl).await;
    third.say(unwanted, "hello").await;
    let before = one_room(&carl.api, unwanted).await;
    let _ = berta.api.post_empty(&format!("/v1/requests/{unwanted}/decline")).await.is(204);
    other.until("the request leaves the lists", state(unwanted, "declined")).await;
    assert!(items(&berta.api.get("/v1/requests").await.is(200)).is_empty());
    assert_eq!(one_room(&carl.api, unwanted).await, before, "declined looks like not answered");
    third.say(unwanted, "are you there?").await;
    assert!(items(&berta.api.get("/v1/requests").await.is(200)).is_empty(), "declined stays declined");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_is_told_and_counted() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let tablet = berta.another_device().await;
    let (mut one, mut tablet) = (Socket::connect(&anna).await, Socket::connect(&tablet).await);
    one.say(room, "one").await;
    one.say(room, "two").await;
    let last = one.say(room, "three").await;
    assert_eq!(counts(&berta.api, room).await, (3, 1));
    assert_eq!(counts(&anna.api, room).await, (0, 0), "one's own words are read");

    let read = format!("/v1/rooms/{room}/read");
    let _ = berta.api.put(&read, json!({ "seq": last - 1 })).await.is(204);
    assert_eq!(counts(&berta.api, room).await, (1, 1));
    let _ = berta.api.put(&read, json!({ "seq": 1 })).await.is(204);
    assert_eq!(counts(&berta.api, room).await, (1, 1), "marks only rise");
    let by_berta = |seq: u64| {
        move |push: &Push| match push {
            Push::Receipts { room_id, items, .. } if *room_id == room => {
                items.iter().any(|mark| mark.user_id == berta.id && mark.read_seq.0 == seq).then_some(())
            }
            _ => None,
        }
    };
    one.until("the other's mark", by_berta(last - 1)).await;
    tablet.until("the own mark on the other device", told("read", room, |body| body["read_seq"] == last - 1)).await;
    // By frame it is gathered, and comes all the same.
    let _ = tablet.ask(json!({ "type": "read", "room_id": room, "seq": last })).await.expect("noted");
    one.until("the other's mark", by_berta(last)).await;
    assert_eq!(counts(&berta.api, room).await, (0, 0));
    let marks = anna.api.get(&format!("/v1/rooms/{room}/receipts")).await.is(200);
    let mark = items(&marks).iter().find(|mark| mark["user_id"] == json!(berta.id)).expect("her mark");
    assert_eq!(mark["read_seq"], last, "{marks}");

    one.say(room, "four").await;
    let prefs = format!("/v1/rooms/{room}/prefs");
    let muted = json!({ "muted_until": "2099-01-01T00:00:00.000000Z" });
    for quiet in [muted, json!({ "archived": true })] {
        let _ = berta.api.put(&prefs, quiet).await.is(200);
        assert_eq!(counts(&berta.api, room).await, (1, 0), "neither muted nor archived rooms call");
    }
    let _ = berta.api.put(&prefs, json!({ "muted_until": null, "archived": false })).await.is(200);
    let _ = berta.api.put(&read, json!({ "seq": last + 1 })).await.is(204);
    assert_eq!(counts(&berta.api, room).await, (0, 0));
    let _ = berta.api.put(&prefs, json!({ "marked_unread": true })).await.is(200);
    assert_eq!(counts(&berta.api, room).await, (0, 1));
    keeps_the_contract(&server).await;
}

/// Invariant 7: sockets and calls say the same, whether the one who hides is here or away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_hides_how_far_he_read_neither_shows_nor_sees() {
    let server = Server::start().await;
    let (anna, berta) = two(&server).await;
    let carl = Person::join(&server, "carl").await;
    let room = group(&carl, &[&anna, &berta], "all").await;
    let path = format!("/v1/rooms/{room}/receipts");
    let hide = json!({ "read_receipts": false });
    let _ = berta.api.patch("/v1/me/settings", hide).await.is(200);
    let (mut one, mut third) = (Socket::connect(&anna).await, Socket::connect(&carl).await);
    let seq = third.say(room, "who reads this?").await;
    let rev = async |person: &Person| person.api.get(&path).await.is(200)["rev"].as_u64().expect("a version");
    // Berta is connected nowhere; what she does comes by calls alone.
    for reader in [&berta, &anna, &carl] {
        let _ = reader.api.put(&format!("/v1/rooms/{room}/read"), json!({ "seq": seq })).await.is(204);
        let known = if reader.id == berta.id { 0..1 } else { 1..3 };
        assert!(known.contains(&rev(&carl).await), "{}: what is hidden moves no version", reader.username);
    }
    let read = |id| {
        move |push: &Push| match push {
            Push::Receipts { items, .. } => {
                assert!(items.iter().all(|mark| mark.user_id != berta.id), "hidden, and told: {push:?}");
                items.iter().any(|mark| mark.user_id == id && mark.read_seq.0 == seq).then_some(())
            }
            _ => None,
        }
    };
    third.until("who shows it is told of", read(anna.id)).await;
    one.until("the last mark", read(carl.id)).await;
    let by_call = async |person: &Person| {
        let marks = person.api.get(&path).await.is(200);
        let mut seen: Vec<String> = items(&marks).iter().map(|mark| mark["user_id"].to_string()).collect();
        seen.sort_unstable();
        seen
    };
    let of = |people: &[&Person]| {
        let mut ids: Vec<String> = people.iter().map(|person| json!(person.id).to_string()).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(by_call(&anna).await, of(&[&anna, &carl]));
    assert_eq!(by_call(&berta).await, of(&[&berta]), "her own alone");

    let mut other = Socket::connect(&berta).await;
    assert_eq!((rev(&berta).await, other.hello().heads[&room].rev), (0, 0), "nor is it told to who hides");
    assert_eq!(Socket::connect(&anna).await.hello().heads[&room].rev, rev(&anna).await);
    let seq = third.say(room, "and this?").await;
    for reader in [&anna, &carl] {
        let _ = reader.api.put(&format!("/v1/rooms/{room}/read"), json!({ "seq": seq })).await.is(204);
    }
    third.until("told to who shows", |push| matches!(push, Push::Receipts { .. }).then_some(())).await;
    let last = third.say(room, "after the marks").await;
    other.until_seq(room, last).await;
    assert!(!other.drain().iter().any(|push| matches!(push, Push::Receipts { .. })), "who hides is not told");

    let before = rev(&anna).await;
    let _ = berta.api.patch("/v1/me/settings", json!({ "read_receipts": true })).await.is(200);
    assert_eq!((rev(&anna).await, rev(&berta).await), (before + 1, before + 1), "shown again, and told of once");
    assert_eq!(by_call(&berta).await, of(&[&anna, &berta, &carl]));
    assert_eq!(by_call(&anna).await, of(&[&anna, &berta, &carl]));
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typing_is_told_to_the_others_in_the_room_alone() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    let elsewhere = befriend(&anna, &carl).await;
    let (mut one, mut other, mut third) =
        (Socket::connect(&anna).await, Socket::connect(&berta).await, Socket::connect(&carl).await);
    let _ = one.ask(json!({ "type": "typing", "room_id": room })).await.expect("told");
    let who = other.until("typing", |push| match push {
        Push::Typing { room_id, user_id } if *room_id == room => Some(*user_id),
        _ => None,
    });
    assert_eq!(who.await, anna.id);
    // Whatever was meant for them came before this.
    let mark = one.say(elsewhere, "hello").await;
    one.until_seq(elsewhere, mark).await;
    third.until_seq(elsewhere, mark).await;
    let typing = |socket: &mut Socket| socket.drain().into_iter().find(|push| matches!(push, Push::Typing { .. }));
    assert_eq!((typing(&mut one), typing(&mut third)), (None, None));
    let problem = third.ask(json!({ "type": "typing", "room_id": room })).await.expect_err("not his room");
    assert_eq!(problem.code.name(), "room_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presence_is_told_to_those_who_watch() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let (mut watches, mut does_not) = (Socket::connect(&anna).await, Socket::connect(&anna).await);
    let _ = watches.ask(json!({ "type": "watch", "user_ids": [berta.id] })).await.expect("watching");
    let is = |online: bool| {
        move |push: &Push| match push {
            Push::Presence(presence) => (presence.user_id == berta.id && presence.online == online).then_some(()),
            _ => None,
        }
    };
    watches.until("where she stands now", is(false)).await;
    let mut comes = Socket::connect(&berta).await;
    watches.until("she came", is(true)).await;
    let seq = comes.say(room, "here I am").await;
    does_not.until_seq(room, seq).await;
    assert!(!does_not.drain().iter().any(|push| matches!(push, Push::Presence(_))), "nobody asked there");
    drop(comes);
    watches.until_within(Duration::from_secs(40), "she went, after the grace", is(false)).await;
}

/// Invariant 5, as far as this version goes: blocked looks like gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_blocked_reaches_nobody_and_cannot_tell_why() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    let shared = group(&carl, &[&anna, &berta], "all").await;
    let mut socket = Socket::connect(&berta).await;
    let _ = anna.api.call(reqwest::Method::PUT, &format!("/v1/blocks/{}", berta.id), Default::default()).await.is(204);
    let profile = berta.api.get(&format!("/v1/users/{}", anna.id)).await;
    let nobody = berta.api.get(&format!("/v1/users/{}", fresh_id())).await;
    assert_eq!(profile.blank(), nobody.blank());
    let _ = profile.refused(404, "user_not_found");
    let open = json!({ "client_id": fresh_id(), "kind": "direct", "user_id": anna.id });
    let _ = berta.api.post("/v1/rooms", open).await.refused(404, "user_not_found");
    let say = json!({ "type": "send", "room_id": room, "client_id": fresh_id(), "text": "hello?" });
    let problem = socket.ask(say).await.expect_err("severed");
    assert_eq!(problem.code.name(), "recipient_unavailable");
    let seen = one_room(&berta.api, room).await;
    assert_eq!(seen["peer"]["deleted"], true, "as if the account were deleted: {seen}");
    let matches = berta.api.get("/v1/matches").await.is(200).to_string();
    assert!(!matches.contains(&anna.id.to_string()), "{matches}");
    // In a shared group both stay.
    socket.say(shared, "in the group I may speak").await;
    let _ = anna.api.delete(&format!("/v1/blocks/{}", berta.id)).await.is(204);
    socket.say(room, "and now again").await;
    keeps_the_contract(&server).await;
}

async fn two(server: &Server) -> (Person, Person) {
    tokio::join!(Person::join(server, "anna"), Person::join(server, "berta"))
}

async fn one_room(api: &Api, room: RoomId) -> Value {
    api.get(&format!("/v1/rooms/{room}")).await.is(200)
}

/// Unread of the room, and the badge.
async fn counts(api: &Api, room: RoomId) -> (u64, u64) {
    let page = api.get("/v1/rooms").await.is(200);
    let item = one_room(api, room).await;
    (item["unread"].as_u64().expect("a count"), page["badge"].as_u64().expect("a badge"))
}
