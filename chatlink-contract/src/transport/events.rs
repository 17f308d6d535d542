//! Events, own logs and marks between two nodes.

use super::{
    TransportHarness,
    nodes::{Nodes, direct, user},
};
use chatlink_core::{
    people::{Patch, UpdateSettings},
    protocol::{RoomId, Seq, frame::Command},
    rooms::{CreateGroup, GroupRequest, History, NewGroup, PrefsChange, RoomStore as _},
    timeline::NewMessage,
};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// A node that has nothing but the transport hears the events of the other one, each once and in order.
pub async fn an_event_comes_by_the_transport_alone(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    let (mut own, mut other) = (nodes.one.connect(1).await, nodes.two.connect(2).await);
    for n in 1..=30 {
        assert_eq!(nodes.one.say(1 + n % 2, direct(2), &format!("message {n} ☕")).await, u64::try_from(n).unwrap());
    }
    for client in [&mut own, &mut other] {
        assert_eq!(client.seqs_to(direct(2), 30).await, (1..=30).collect::<Vec<_>>());
    }
    assert!(nodes.two.chat.node_stats().heard > 0);
}

/// What happens at once is told together.
pub async fn many_events_go_out_in_few_packets(harness: &impl TransportHarness) {
    const MANY: u32 = 150;
    let nodes = Nodes::apart(harness).await;
    let mut other = nodes.two.connect(2).await;
    let before = nodes.one.chat.node_stats().published;
    let say = |n: u32| {
        let chat = nodes.one.chat.clone();
        tokio::spawn(async move {
            let message = NewMessage::parse(chat.fresh_client_id(), &format!("message {n}"), None, None).unwrap();
            chat.timeline().send(user(1), direct(2), message).await.unwrap();
        })
    };
    for said in (0..MANY).map(say).collect::<Vec<_>>() {
        said.await.unwrap();
    }
    other.seqs_to(direct(2), MANY.into()).await;
    let packets = nodes.one.chat.node_stats().published - before;
    assert!(packets < u64::from(MANY) / 3, "{packets} packets");
}

/// What is too large for the medium is read from the store at once, not at the next second.
pub async fn a_large_event_rings_the_bell(harness: &impl TransportHarness) {
    let nodes = Nodes::together(harness).await;
    let mut other = nodes.two.connect(2).await;
    let begin = Instant::now();
    for seq in 1..=8 {
        assert_eq!(nodes.one.say(1, direct(2), &"é".repeat(8 * 1024)).await, seq);
        assert_eq!(other.seqs_to(direct(2), seq).await, [seq]);
    }
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
}

/// And the next event that does come waits for it.
pub async fn what_was_lost_on_the_way_is_found_in_the_store(harness: &impl TransportHarness) {
    let nodes = Nodes::together(harness).await;
    let mut other = nodes.two.connect(2).await;
    nodes.one.muffle(true);
    for n in 1..=5 {
        nodes.one.say(1, direct(2), &format!("unheard {n}")).await;
    }
    let begin = Instant::now();
    assert_eq!(other.seqs_to(direct(2), 5).await, [1, 2, 3, 4, 5]);
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    nodes.one.say(1, direct(2), "unheard").await;
    nodes.one.muffle(false);
    let heard = nodes.one.say(1, direct(2), "heard").await;
    assert_eq!(other.seqs_to(direct(2), heard).await, [6, 7]);
}

/// Whatever was said meanwhile, on both sides.
pub async fn nodes_that_were_cut_off_miss_nothing(harness: &impl TransportHarness) {
    let nodes = Nodes::together(harness).await;
    let (mut one, mut two) = (nodes.one.connect(1).await, nodes.two.connect(2).await);
    for n in 0..60 {
        if n == 20 {
            harness.cut().await;
        }
        let (node, who) = if n % 2 == 0 { (&nodes.one, 1) } else { (&nodes.two, 2) };
        node.say(who, direct(2), &format!("message {n}")).await;
    }
    for client in [&mut one, &mut two] {
        assert_eq!(client.seqs_to(direct(2), 60).await, (1..=60).collect::<Vec<_>>());
    }
}

/// A direct room and a group, that nobody on the other node listened to before.
pub async fn a_new_room_is_heard_where_its_people_are(harness: &impl TransportHarness) {
    let nodes = Nodes::together(harness).await;
    let (mut two, mut three) = (nodes.two.connect(2).await, nodes.two.connect(3).await);
    let rooms = nodes.one.chat.rooms();
    let opened = rooms.open_direct(user(2), user(3)).await.unwrap();
    let room = opened.room.room_id;
    let begin = Instant::now();
    nodes.one.say(2, room, "hello").await;
    nodes.one.say(2, room, "it is me").await;
    for client in [&mut two, &mut three] {
        assert_eq!(client.seqs_to(room, 2).await, [1, 2]);
    }
    let request = GroupRequest {
        client_id: nodes.one.client_id(),
        title: "Tandem".parse().unwrap(),
        members: vec![user(2), user(3)],
        history: History::FromJoin,
    };
    let room = rooms.create_group(user(1), request).await.unwrap().room.room_id;
    let seq = nodes.one.say(1, room, "welcome").await;
    for client in [&mut two, &mut three] {
        assert_eq!(client.seqs_to(room, seq).await, (1..=seq).collect::<Vec<_>>());
    }
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}

async fn group(nodes: &Nodes) -> RoomId {
    let room_id = RoomId::from_uuid(Uuid::from_u128(5_000));
    let group = NewGroup {
        room_id,
        creator: user(1),
        client_id: nodes.one.client_id(),
        request: [1; 32],
        title: "Tandem".parse().unwrap(),
        history: History::All,
        members: vec![user(2), user(3)],
        invited: vec![],
    };
    let made = nodes.one.store.create_group(group, vec![], nodes.clock_now()).await.unwrap();
    assert!(matches!(made, CreateGroup::Created(_)));
    room_id
}

/// Neither the removal itself nor anything after it.
pub async fn who_is_removed_on_another_node_hears_nothing_more(harness: &impl TransportHarness) {
    let nodes = Nodes::together(harness).await;
    let room = group(&nodes).await;
    let (mut goes, mut stays) = (nodes.two.connect(2).await, nodes.two.connect(3).await);
    let before = nodes.one.say(1, room, "for all").await;
    assert_eq!(goes.seqs_to(room, before).await.last(), Some(&before));
    nodes.one.chat.rooms().remove_member(user(1), room, user(2)).await.unwrap();
    let last = nodes.one.say(1, room, "not for everybody").await;
    stays.seqs_to(room, last).await;
    assert!(!goes.rest().await.iter().any(|frame| super::nodes::of_room(frame, room).is_some()));
    assert!(nodes.two.try_say(2, room, "am I still here?").await.is_err());
}

/// The order of a room is the order of its events, whatever got lost.
pub async fn a_removal_that_was_lost_is_heard_before_what_follows(harness: &impl TransportHarness) {
    let nodes = Nodes::together(harness).await;
    let room = group(&nodes).await;
    let (mut goes, mut stays) = (nodes.two.connect(2).await, nodes.two.connect(3).await);
    let before = nodes.one.say(1, room, "for all").await;
    for client in [&mut goes, &mut stays] {
        client.seqs_to(room, before).await;
    }
    nodes.one.muffle(true);
    // Its batch is on its way to nowhere by the time that it is counted.
    let told = nodes.one.chat.node_stats().published;
    nodes.one.chat.rooms().remove_member(user(1), room, user(2)).await.unwrap();
    super::nodes::eventually("it went nowhere", async || (nodes.one.chat.node_stats().published > told).then_some(()))
        .await;
    nodes.one.muffle(false);
    let last = nodes.one.say(1, room, "not for everybody").await;
    assert_eq!(stays.seqs_to(room, last).await, [before + 1, last]);
    assert!(!goes.rest().await.iter().any(|frame| super::nodes::of_room(frame, room).is_some()));
}

/// Each change comes to the other node's connections of the same person; none is passed over for a later one.
pub async fn changes_of_ones_own_come_to_ones_other_devices(harness: &impl TransportHarness) {
    let nodes = Nodes::together(harness).await;
    let mut tablet = nodes.two.connect(1).await;
    let begin = Instant::now();
    for _ in 0..4 {
        // One of each node: the second must not hide the first.
        let pinned = PrefsChange { pinned: Some(true), ..PrefsChange::default() };
        nodes.one.chat.rooms().set_prefs(user(1), direct(2), pinned).await.unwrap();
        let themed = UpdateSettings { theme: Patch::Set("dark".to_owned()), ..UpdateSettings::default() };
        nodes.two.chat.people().update_settings(user(1), themed).await.unwrap();
        tablet.until("the other node's change", |frame| frame["kind"] == "prefs").await;
        tablet.until("this node's change", |frame| frame["kind"] == "settings").await;
        let pinned = PrefsChange { pinned: Some(false), ..PrefsChange::default() };
        nodes.one.chat.rooms().set_prefs(user(1), direct(2), pinned).await.unwrap();
        tablet.until("the next change", |frame| frame["kind"] == "prefs").await;
    }
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
}

/// How far somebody read on one node is told to the others in the room on the other one.
pub async fn marks_come_to_the_other_node(harness: &impl TransportHarness) {
    let nodes = Nodes::together(harness).await;
    let (mut one, two) = (nodes.one.connect(1).await, nodes.two.connect(2).await);
    let seq = nodes.one.say(1, direct(2), "read me").await;
    two.ask(Command::Read { room_id: direct(2), seq: Seq(seq) }).await;
    let receipts = one.expect("receipts").await;
    assert_eq!(receipts["items"][0]["user_id"], user(2).to_string());
    assert_eq!(receipts["items"][0]["read_seq"], seq);
}

/// As what was said is: within a second. What is marked afterwards comes by itself again.
pub async fn marks_that_were_lost_are_found_in_the_store(harness: &impl TransportHarness) {
    let nodes = Nodes::together(harness).await;
    let room = group(&nodes).await;
    let mut one = nodes.one.connect(1).await;
    let (two, three) = (nodes.two.connect(2).await, nodes.two.connect(3).await);
    let seq = nodes.one.say(1, room, "read me").await;
    let has_read = |who: u128| {
        move |frame: &Value| {
            let marks = frame["items"].as_array().filter(|_| frame["type"] == "receipts").into_iter().flatten();
            marks.filter(|mark| mark["user_id"] == user(who).to_string()).any(|mark| mark["read_seq"] == seq)
        }
    };
    nodes.two.muffle(true);
    let begin = Instant::now();
    two.ask(Command::Read { room_id: room, seq: Seq(seq) }).await;
    one.until("the mark that was lost", has_read(2)).await;
    assert!(begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
    nodes.two.muffle(false);
    three.ask(Command::Read { room_id: room, seq: Seq(seq) }).await;
    one.until("the next one", has_read(3)).await;
}
