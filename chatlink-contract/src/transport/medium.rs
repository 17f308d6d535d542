//! The transport by itself: packets.

use super::TransportHarness;
use chatlink_core::realtime::transport::{Lane, Notice, Packet, Subscription, Transport};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn packet(lane: Lane, text: impl Into<String>) -> Packet {
    Packet { lane, text: text.into() }
}

async fn next(subscription: &mut Subscription) -> Notice {
    timeout(PATIENCE, subscription.next()).await.expect("a notice").expect("it goes on")
}

async fn connected(transport: &Arc<dyn Transport>) -> Subscription {
    let mut subscription = transport.subscribe();
    assert_eq!(next(&mut subscription).await, Notice::Connected);
    subscription
}

async fn texts(subscription: &mut Subscription, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    while texts.len() < count {
        match next(subscription).await {
            Notice::Packet(text) => texts.push(text),
            other => panic!("{other:?} after {} packets", texts.len()),
        }
    }
    texts
}

/// All lanes, the own node too.
pub async fn packets_come_to_all_nodes_in_their_order(harness: &impl TransportHarness) {
    let (one, two) = (harness.node().await, harness.node().await);
    let (mut own, mut other) = (connected(&one).await, connected(&two).await);
    let lanes: Vec<_> = [Lane::Nodes].into_iter().chain((0..one.room_lanes()).map(Lane::Rooms)).collect();
    for round in 0..5 {
        let of = |(at, lane): (usize, &Lane)| [0, 1].map(|n| packet(*lane, format!("lane{at}+{round}{n}")));
        one.publish(lanes.iter().enumerate().flat_map(of).collect()).await.expect("published");
    }
    for subscription in [&mut own, &mut other] {
        let all = texts(subscription, lanes.len() * 10).await;
        for at in 0..lanes.len() {
            let start = format!("lane{at}+");
            let got: Vec<_> = all.iter().filter_map(|text| text.strip_prefix(&start)).collect();
            assert_eq!(got, ["00", "01", "10", "11", "20", "21", "30", "31", "40", "41"], "{start}");
        }
    }
}

/// As large as the transport says, and a thousand at once.
pub async fn the_largest_packet_passes_and_so_do_many(harness: &impl TransportHarness) {
    let (one, two) = (harness.node().await, harness.node().await);
    let mut other = connected(&two).await;
    let large = "A".repeat(one.packet_bytes());
    assert!(large.len() >= 1_024);
    one.publish(vec![packet(Lane::Nodes, large.clone())]).await.expect("published");
    assert_eq!(texts(&mut other, 1).await, [large]);
    let many: Vec<_> = (0..800).map(|n| format!("packet/{n}")).collect();
    one.publish(many.iter().map(|text| packet(Lane::Rooms(0), text)).collect()).await.expect("published");
    assert_eq!(texts(&mut other, many.len()).await, many);
    one.publish(Vec::new()).await.expect("nothing is no failure");
}

/// It says that it heard nothing for a while, and comes back by itself.
pub async fn who_was_cut_off_hears_again(harness: &impl TransportHarness) {
    let (one, two) = (harness.node().await, harness.node().await);
    let (mut own, mut other) = (connected(&one).await, connected(&two).await);
    one.publish(vec![packet(Lane::Nodes, "before")]).await.expect("published");
    assert_eq!(texts(&mut other, 1).await, ["before"]);
    assert_eq!(texts(&mut own, 1).await, ["before"]);
    harness.cut().await;
    for subscription in [&mut own, &mut other] {
        assert_eq!(next(subscription).await, Notice::Lost);
        assert_eq!(next(subscription).await, Notice::Connected);
    }
    // A first try may find that the connection is gone.
    let again = async {
        while one.publish(vec![packet(Lane::Nodes, "after")]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, again).await.expect("it is published again");
    assert_eq!(texts(&mut other, 1).await, ["after"]);
}
