//! Presence and typing between two nodes with a store each.

use super::{
    TransportHarness,
    nodes::{Client, Node, Nodes, direct, user, wait},
};
use chatlink_core::{
    people::{Patch, UpdateSettings},
    protocol::{ClientId, RoomId, frame::Command},
    rooms::{History, NewGroup, RoomStore as _},
};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// Whether somebody was told to be there, or not.
fn presence(of: u128, online: bool) -> impl Fn(&Value) -> bool {
    let of = user(of).to_string();
    move |frame| frame["type"] == "presence" && frame["user_id"] == of && frame["online"] == online
}

/// Somebody who watches, and was told how it stands.
async fn watcher(node: &Node, who: u128, watched: u128, online: bool) -> Client {
    let mut client = node.connect(who).await;
    client.ask(Command::Watch { user_ids: vec![user(watched)] }).await;
    client.until("how it stands", presence(watched, online)).await;
    client
}

async fn set(nodes: &Nodes, who: u128, change: &UpdateSettings) {
    for node in [&nodes.one, &nodes.two] {
        node.chat.people().update_settings(user(who), change.clone()).await.unwrap();
    }
}

/// After what was said now has come there, so has what was said before.
async fn passed(nodes: &Nodes, client: &mut Client) {
    let seq = nodes.one.say(1, direct(3), "a mark").await;
    client.seqs_to(direct(3), seq).await;
}

/// To the others in the room, and to nobody twice.
pub async fn typing_comes_to_the_other_node_once(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    let (types, mut here, mut there) =
        (nodes.one.connect(1).await, nodes.one.connect(3).await, nodes.two.connect(3).await);
    types.ask(Command::Typing { room_id: direct(3) }).await;
    for client in [&mut here, &mut there] {
        let frame = client.expect("typing").await;
        assert_eq!(frame["user_id"], user(1).to_string());
    }
    // Typing goes out after a tenth of a second at most, and came back to its own node with what follows.
    let own = nodes.one.connect(2).await;
    own.ask(Command::Typing { room_id: direct(2) }).await;
    let mut other = nodes.two.connect(1).await;
    other.until("later typing", |frame| frame["room_id"] == direct(2).to_string()).await;
    passed(&nodes, &mut here).await;
    assert!(!here.rest().await.iter().any(|frame| frame["type"] == "typing"), "its own node told it twice");
}

/// Both ways.
pub async fn who_hides_typing_neither_shows_nor_sees_it_anywhere(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    set(&nodes, 3, &UpdateSettings { typing: Patch::Set(false), ..UpdateSettings::default() }).await;
    let (hides_here, mut hides_there) = (nodes.one.connect(3).await, nodes.two.connect(3).await);
    let (shows_here, mut shows_there) = (nodes.one.connect(1).await, nodes.two.connect(1).await);
    let mut friend = nodes.two.connect(2).await;
    hides_here.ask(Command::Typing { room_id: direct(3) }).await;
    shows_here.ask(Command::Typing { room_id: direct(3) }).await;
    shows_here.ask(Command::Typing { room_id: direct(2) }).await;
    friend.expect("typing").await;
    passed(&nodes, &mut hides_there).await;
    passed(&nodes, &mut shows_there).await;
    for client in [&mut hides_there, &mut shows_there] {
        assert!(!client.rest().await.iter().any(|frame| frame["type"] == "typing"));
    }
}

/// The first connection at once, the last one after the grace.
pub async fn who_comes_and_goes_elsewhere_is_told_to_who_watches(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    let mut watches = watcher(&nodes.two, 1, 2, false).await;
    let comes = nodes.one.connect(2).await;
    watches.until("she came", presence(2, true)).await;
    let mut late = watcher(&nodes.two, 3, 2, true).await;
    drop(comes);
    eventually_away(&nodes, &mut watches).await;
    late.until("she went", presence(2, false)).await;
}

/// Lets the grace pass, and a tick before it that saw the going.
async fn eventually_away(nodes: &Nodes, watches: &mut Client) {
    let gone = watches.until("she went", presence(2, false));
    tokio::pin!(gone);
    for _ in 0..200 {
        tokio::select! {
            _ = &mut gone => return,
            () = tokio::time::sleep(Duration::from_millis(100)) => wait(&nodes.clock, 3),
        }
    }
    panic!("she is still here");
}

/// From one node to the other within the grace: nobody is told anything.
pub async fn who_moves_between_nodes_was_never_away(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    let first = nodes.one.connect(2).await;
    let mut watches = watcher_there(&nodes).await;
    let second = nodes.two.connect(2).await;
    drop(first);
    let mut mark = nodes.one.connect(3).await;
    passed(&nodes, &mut mark).await;
    for _ in 0..12 {
        wait(&nodes.clock, 2);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!watches.rest().await.iter().any(presence(2, false)));
    drop(second);
    eventually_away(&nodes, &mut watches).await;
}

/// Somebody on the second node who was told that the second person is there.
async fn watcher_there(nodes: &Nodes) -> Client {
    let mut client = nodes.two.connect(1).await;
    client.ask(Command::Watch { user_ids: vec![user(2)] }).await;
    client.until("she is there", presence(2, true)).await;
    // Until the news came over she was told to be away.
    client.rest().await;
    client
}

/// Who hides is not shown; who hides sees nobody.
pub async fn who_hides_is_there_for_nobody_on_any_node(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    set(&nodes, 3, &UpdateSettings { online: Patch::Set(false), ..UpdateSettings::default() }).await;
    let mut sees = nodes.two.connect(1).await;
    sees.ask(Command::Watch { user_ids: vec![user(2), user(3)] }).await;
    let mut hides = nodes.two.connect(3).await;
    hides.ask(Command::Watch { user_ids: vec![user(2)] }).await;
    let _comes = (nodes.one.connect(3).await, nodes.one.connect(2).await);
    sees.until("the other came", presence(2, true)).await;
    passed(&nodes, &mut hides).await;
    assert!(!sees.rest().await.iter().any(presence(3, true)));
    assert!(!hides.rest().await.iter().any(presence(2, true)));
}

/// Fifteen seconds after its last word, and then the grace.
pub async fn a_node_that_dies_takes_its_people_along(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    let _there = nodes.one.connect(2).await;
    let mut watches = watcher_there(&nodes).await;
    nodes.one.muffle(true);
    wait(&nodes.clock, 14);
    tokio::time::sleep(Duration::from_millis(600)).await;
    let mut late = nodes.two.connect(3).await;
    late.ask(Command::Watch { user_ids: vec![user(2)] }).await;
    late.until("the lease still holds", presence(2, true)).await;
    eventually_away(&nodes, &mut watches).await;
}

/// What was lost of its people's comings is asked for with its next lease.
pub async fn a_node_that_was_not_heard_is_asked_who_is_there(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    let mut watches = watcher(&nodes.two, 1, 2, false).await;
    let told = nodes.one.chat.node_stats().published;
    nodes.one.muffle(true);
    let _comes = nodes.one.connect(2).await;
    super::nodes::eventually("nobody heard it", async || (nodes.one.chat.node_stats().published > told).then_some(()))
        .await;
    nodes.one.muffle(false);
    watches.until("she is there", presence(2, true)).await;
}

/// Of a large room is told how many are there, those of all nodes together, as they come and go.
pub async fn a_large_room_counts_those_of_all_nodes(harness: &impl TransportHarness) {
    let nodes = Nodes::apart(harness).await;
    let room_id = RoomId::from_uuid(Uuid::from_u128(5_000));
    for node in [&nodes.one, &nodes.two] {
        let group = NewGroup {
            room_id,
            creator: user(1),
            client_id: ClientId::from_uuid(Uuid::from_u128(5_000)),
            request: [0; 32],
            title: "Many".parse().unwrap(),
            history: History::All,
            members: (2..=250).map(user).collect(),
            invited: Vec::new(),
        };
        node.store.create_group(group, Vec::new(), nodes.clock_now()).await.unwrap();
    }
    let counted = |online: u32| move |frame: &Value| frame["type"] == "room_presence" && frame["online"] == online;
    let mut looks = nodes.two.connect(1).await;
    looks.ask(Command::WatchRoom { room_id: Some(room_id) }).await;
    looks.until("she herself is there", counted(1)).await;
    let (comes, _stays) = (nodes.one.connect(2).await, nodes.two.connect(3).await);
    looks.until("one came on each node", counted(3)).await;
    drop(comes);
    looks.until("the one elsewhere went", counted(2)).await;
}
