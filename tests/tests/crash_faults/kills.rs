//! Nodes that are killed with -9 under load.

use crate::{
    cluster::{Cluster, ready},
    crew::Crew,
    longer,
};
use chatlink_tests::{Launch, Server};
use std::time::{Duration, Instant};

/// Ready again after a kill. A debug build on a busy machine takes more than a release build.
const READY: Duration = Duration::from_secs(2);

/// One of two nodes, by turns: people go to the other one, and come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_loses_nothing_that_was_acknowledged() {
    let mut cluster = Cluster::start().await;
    let crew = Crew::gather(&Vec::from_iter(&cluster.nodes)).await;
    let mut slowest = Duration::ZERO;
    for turn in 0..longer(4, 60) {
        let node = &mut cluster.nodes[turn % 2];
        node.kill().await;
        crew.heals(Instant::now()).await;
        slowest = slowest.max(node.restart().await);
        ready(node, "ready").await;
        crew.come_home();
        crew.more(10).await;
    }
    assert!(slowest < READY, "it took {slowest:?} until a killed node was there again");
    let account = crew.finish().await;
    assert!(account.unknown > 0, "no kill met anybody");
}

/// The one there is, on its own file: people wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_node_on_a_file_loses_nothing_that_was_acknowledged() {
    let mut server = Server::launch(Launch::unlimited()).await;
    let crew = Crew::gather(&[&server]).await;
    for _ in 0..longer(4, 60) {
        server.kill().await;
        let took = server.restart().await;
        assert!(took < READY, "it took {took:?} until a killed node was there again");
        crew.heals(Instant::now()).await;
        crew.more(10).await;
    }
    let account = crew.finish().await;
    assert!(account.unknown > 0, "no kill met anybody");
}
