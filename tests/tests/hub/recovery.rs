//! Every reader heals itself: resume, gap, reset, heads.

use crate::keeps_the_contract;
use chatlink_protocol::frame::Push;
use chatlink_tests::{Person, Server, Socket, fresh_id, friends, send};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_of_another_lineage_is_answered_reset() {
    let server = Server::start().await;
    let (anna, _, room) = friends(&server).await;
    let mut socket = Socket::connect(&anna).await;
    let seq = socket.say(room, "one").await;
    // The reply may overtake the event: what is counted below has come by then.
    socket.until_seq(room, seq).await;
    let (epoch, user_seq) = (socket.hello().epoch.clone(), socket.hello().user_seq.0);
    let rooms = |seq: u64| json!({ room.to_string(): seq });
    for (what, resume) in [
        ("a made-up epoch", json!({ "epoch": "an epoch that never was", "user_seq": 0, "rooms": rooms(0) })),
        ("a seq ahead of the head", json!({ "epoch": epoch, "user_seq": 0, "rooms": rooms(seq + 100) })),
        ("a user_seq ahead of its head", json!({ "epoch": epoch, "user_seq": user_seq + 100, "rooms": {} })),
    ] {
        let arrivals = socket.log().room(room).arrivals().len();
        let mut command = resume;
        command["type"] = json!("resume");
        let _ = socket.ask(command).await.expect("it is no error: the client loads anew");
        let now = socket.until(what, |push| match push {
            Push::Reset { epoch } => Some(epoch.clone()),
            _ => None,
        });
        assert_eq!(now.await, epoch, "{what}: reset names the epoch in force");
        assert_eq!(socket.log().room(room).arrivals().len(), arrivals, "{what}: nothing is replayed");
    }
    // The page of another lineage says the same: the epoch is in it.
    let page = anna.api.get(&format!("/v1/rooms/{room}/events?after=0")).await.is(200);
    assert_eq!(page["epoch"], json!(epoch));
    keeps_the_contract(&server).await;
}

/// Invariant 4: a cursor in a room of others is answered as one in no room at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_in_a_foreign_room_tells_nothing() {
    let server = Server::start().await;
    let (_anna, _berta, room) = friends(&server).await;
    let carl = Person::join(&server, "carl").await;
    let mut socket = Socket::connect(&carl).await;
    let (epoch, user_seq) = (socket.hello().epoch.clone(), socket.hello().user_seq.0);
    for seq in [0, 1, 1_u64 << 50] {
        let rooms = json!({ room.to_string(): seq });
        let resume = json!({ "type": "resume", "epoch": epoch, "user_seq": user_seq, "rooms": rooms });
        let _ = socket.ask(resume).await.expect("nothing to say is no error");
        socket.settle().await;
        let told: Vec<_> = socket.drain().into_iter().filter(|push| !matches!(push, Push::Heads { .. })).collect();
        assert!(told.is_empty(), "at {seq}: {told:?}");
    }
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missed_is_replayed_or_said_to_be_missing() {
    const FEW: usize = 20;
    const MANY: usize = 260;
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let mut one = Socket::connect(&anna).await;
    let last = say(&mut one, room, FEW).await;
    let mut two = Socket::connect(&berta).await;
    let epoch = two.hello().epoch.clone();
    let resume = |seq: u64| json!({ "type": "resume", "epoch": epoch, "rooms": { room.to_string(): seq } });
    let _ = two.ask(resume(0)).await.expect("resumed");
    two.until_seq(room, last).await;
    two.log().room(room).assert_in_order();
    two.log().room(room).assert_dense(1, last);

    drop(two);
    let head = say(&mut one, room, MANY).await;
    let mut two = Socket::connect(&berta).await;
    let _ = two.ask(resume(last)).await.expect("resumed");
    let (from, to) = two
        .until("the gap", |push| match push {
            Push::Gap { room_id, from, to } if *room_id == room => Some((from.0, to.0)),
            _ => None,
        })
        .await;
    assert_eq!(to, head, "all that is left out is named");
    two.log().room(room).assert_dense(last + 1, from - 1);
    let live = one.say(room, "live again").await;
    two.until_seq(room, live).await;
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hello_and_heartbeat_name_the_heads() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let mut one = Socket::connect(&anna).await;
    let seq = one.say(room, "one").await;
    let mut two = Socket::connect(&berta).await;
    assert_eq!(two.hello().heads[&room].seq.0, seq);
    let next = one.say(room, "two").await;
    let heads = two.until_within(Duration::from_secs(25), "the heartbeat after an event", |push| match push {
        Push::Heads { rooms, .. } => rooms.get(&room).map(|head| head.seq.0),
        _ => None,
    });
    assert_eq!(heads.await, next);
}

/// Two devices and a call without socket: the own log tells each of them all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_one_device_reaches_the_other_and_the_own_log() {
    let server = Server::start().await;
    let (anna, _, room) = friends(&server).await;
    let tablet = anna.another_device().await;
    let mut socket = Socket::connect(&tablet).await;
    let before = socket.hello().user_seq.0;
    let prefs = json!({ "archived": true, "muted_until": "2099-01-01T00:00:00.000000Z" });
    let _ = anna.api.put(&format!("/v1/rooms/{room}/prefs"), prefs).await.is(200);
    socket.until("the other device's change", crate::told("prefs", room, |body| body["archived"] == true)).await;
    let page = tablet.api.get(&format!("/v1/me/log?after={before}")).await.is(200);
    assert!(page["user_seq"].as_u64().expect("a head") > before, "{page}");
    let change = crate::items(&page).iter().find(|event| event["kind"] == "prefs").expect("the change");
    assert_eq!((&change["subject"], &change["body"]["archived"]), (&json!(room), &json!(true)));
    // A device that was away gets it by resuming.
    let mut late = Socket::connect(&tablet).await;
    let epoch = late.hello().epoch.clone();
    let _ = late.ask(json!({ "type": "resume", "epoch": epoch, "user_seq": before, "rooms": {} })).await;
    late.until("the replayed change", crate::told("prefs", room, |body| body["archived"] == true)).await;
    keeps_the_contract(&server).await;
}

async fn say(socket: &mut Socket, room: chatlink_protocol::RoomId, count: usize) -> u64 {
    let mut numbers = Vec::new();
    for turn in 0..count {
        numbers.push(socket.feed(send(room, &fresh_id(), &format!("line {turn}"))).await);
    }
    socket.flush().await;
    let mut last = 0;
    for number in numbers {
        last = socket.answer(number).await.expect("taken").seq.expect("a seq").0;
    }
    last
}
