//! What people do on two nodes, whatever is between them.

use crate::Cluster;
use chatlink_protocol::frame::Push;
use chatlink_tests::{Closed, Person, Socket, direct_room, group, within};
use serde_json::json;
use std::time::{Duration, Instant};

/// The store tells within this time when nothing else does.
const SOON: Duration = Duration::from_secs(2);

/// Messages, large ones too, and a room that was opened on the other node.
pub(crate) async fn words_cross_both_ways(cluster: &Cluster) {
    let (anna, berta, room) = cluster.friends().await;
    let (mut one, mut two) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let mut last = 0;
    for n in 0..20 {
        let text = if n % 7 == 6 { "ñ".repeat(8_000) } else { format!("word {n}") };
        last = if n % 2 == 0 { one.say(room, &text).await } else { two.say(room, &text).await };
    }
    let begin = Instant::now();
    for socket in [&mut one, &mut two] {
        socket.until_seq(room, last).await;
        assert!((1..=last).all(|seq| socket.log().has(room, seq)));
    }
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    // Carl is new, and writes to somebody who is connected elsewhere.
    let carl = Person::join(&cluster.one, "carl").await;
    let fresh = direct_room(&carl, &berta).await;
    let mut three = Socket::connect(&carl).await;
    let seq = three.say(fresh, "hello").await;
    within(SOON, "the first word of a stranger", two.until_seq(fresh, seq)).await;
}

/// What is not in the log, and comes by the transport alone.
pub(crate) async fn typing_presence_and_marks_cross(cluster: &Cluster) {
    let (anna, berta, room) = cluster.friends().await;
    let mut one = Socket::connect(&anna).await;
    one.ask(json!({ "type": "watch", "user_ids": [berta.id] })).await.expect("watching");
    let is = |online: bool| {
        move |push: &Push| match push {
            Push::Presence(presence) => (presence.user_id == berta.id && presence.online == online).then_some(()),
            _ => None,
        }
    };
    one.until("away", is(false)).await;
    let mut two = Socket::connect(&berta).await;
    one.until_within(SOON, "she came, on the other node", is(true)).await;
    one.ask(json!({ "type": "typing", "room_id": room })).await.expect("told");
    let typing = |push: &Push| match push {
        Push::Typing { user_id, .. } => Some(*user_id),
        _ => None,
    };
    assert_eq!(two.until_within(SOON, "typing", typing).await, anna.id);
    let seq = one.say(room, "read this").await;
    two.until_seq(room, seq).await;
    two.ask(json!({ "type": "read", "room_id": room, "seq": seq })).await.expect("noted");
    let read = |push: &Push| match push {
        Push::Receipts { items, .. } => {
            items.iter().any(|mark| mark.user_id == berta.id && mark.read_seq.0 == seq).then_some(())
        }
        _ => None,
    };
    one.until_within(SOON, "her mark", read).await;
    drop(two);
    one.until_within(Duration::from_secs(40), "she went, after the grace", is(false)).await;
}

/// Out of a group, and out of a session: nothing comes after that, and nothing can be called.
pub(crate) async fn who_is_removed_or_ended_elsewhere_is_out_here(cluster: &Cluster) {
    let names = ["dora", "emil", "fritz"];
    let (dora, emil, fritz) = tokio::join!(
        Person::join(&cluster.one, names[0]),
        Person::join(&cluster.two, names[1]),
        Person::join(&cluster.two, names[2])
    );
    let room = group(&dora, &[&emil, &fritz], "all").await;
    let (mut owner, mut goes, mut stays) =
        (Socket::connect(&dora).await, Socket::connect(&emil).await, Socket::connect(&fritz).await);
    let seq = owner.say(room, "for all").await;
    goes.until_seq(room, seq).await;
    let _ = dora.api.delete(&format!("/v1/rooms/{room}/members/{}", emil.id)).await.is(204);
    let last = owner.say(room, "not for everybody").await;
    within(SOON, "whoever stays hears it", stays.until_seq(room, last)).await;
    goes.settle().await;
    assert!((seq + 1..=last).all(|seq| !goes.log().has(room, seq)), "told to whoever was removed");

    // The session is of the second node, and ended on the first one.
    let there = emil.at(&cluster.one);
    let _ = there.api.delete(&format!("/v1/sessions/{}", emil.session)).await.is(204);
    assert!(matches!(goes.end_within(SOON).await, Closed::Code(_)));
    let begin = Instant::now();
    while emil.api.get("/v1/me").await.status != 401 {
        assert!(begin.elapsed() < SOON, "its calls are still answered");
    }
}
