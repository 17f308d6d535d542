//! Wires that are cut between nodes and what is under them: loudly, so that every connection breaks, or silently, so
//! that everybody waits, be it that the connections come back or not.

use crate::{
    cluster::{Cluster, Wires, ready},
    crew::Crew,
    longer,
};
use chatlink_tests::Wire;
use std::time::{Duration, Instant};

/// How a wire is taken away.
type Away = fn(&Wire);

const WAYS: [Away; 3] = [Wire::silence, Wire::forget, Wire::cut];

fn mend(wires: &[Wires]) -> Instant {
    for Wires { database, redis } in wires {
        database.mend();
        redis.mend();
    }
    Instant::now()
}

/// Talk goes on from the store, and nobody is told to try again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_without_redis_talk_on() {
    let cluster = Cluster::wired().await;
    let crew = Crew::gather(&Vec::from_iter(&cluster.nodes)).await;
    for away in WAYS {
        cluster.ready().await;
        // One node first, then both.
        for wires in &cluster.wires {
            away(&wires.redis);
            let begin = Instant::now();
            crew.lag();
            while begin.elapsed() < longer(Duration::from_secs(2), Duration::from_secs(30)) {
                crew.more(10).await;
            }
            let lag = crew.lag();
            assert!(lag < Duration::from_millis(2_500), "a message took {lag:?} to a reader");
        }
        for node in &cluster.nodes {
            ready(node, "degraded").await;
        }
        crew.heals(mend(&cluster.wires)).await;
    }
    cluster.ready().await;
    let account = crew.finish().await;
    assert_eq!((account.unknown, account.problems), (0, Vec::new()), "nobody notices");
}

/// Its people are told to try again, in time; those of the other node notice nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_its_database_says_so_and_loses_nothing() {
    let cluster = Cluster::wired().await;
    let crew = Crew::gather(&Vec::from_iter(&cluster.nodes)).await;
    for away in WAYS {
        for turn in 0..longer(1, 10) {
            let (node, other) = (turn % 2, (turn + 1) % 2);
            away(&cluster.wires[node].database);
            crew.in_trouble(&[node]).await;
            ready(&cluster.nodes[node], "unavailable").await;
            crew.more_on(other, 10).await;
            let took = crew.heals(mend(&cluster.wires)).await;
            println!("healed in {took:?}");
            cluster.ready().await;
        }
    }
    crew.finish().await;
}

/// Nothing goes anywhere, and then everything again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_without_anything_lose_nothing() {
    let cluster = Cluster::wired().await;
    let crew = Crew::gather(&Vec::from_iter(&cluster.nodes)).await;
    for away in WAYS {
        for _ in 0..longer(1, 10) {
            for wires in &cluster.wires {
                away(&wires.database);
                away(&wires.redis);
            }
            crew.in_trouble(&[0, 1]).await;
            for node in &cluster.nodes {
                ready(node, "unavailable").await;
            }
            let took = crew.heals(mend(&cluster.wires)).await;
            println!("healed in {took:?}");
            cluster.ready().await;
            crew.more(10).await;
        }
    }
    crew.finish().await;
}
