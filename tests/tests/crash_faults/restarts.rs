//! A database that ends as by a power cut, and starts again.

use crate::{cluster::Cluster, crew::Crew, longer};
use std::time::Instant;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_of_the_database_loses_nothing_that_was_acknowledged() {
    let cluster = Cluster::start().await;
    let crew = Crew::gather(&Vec::from_iter(&cluster.nodes)).await;
    for _ in 0..longer(4, 60) {
        cluster.crash_database().await;
        crew.heals(Instant::now()).await;
        cluster.ready().await;
        crew.more(10).await;
    }
    let account = crew.finish().await;
    assert!(account.unknown > 0, "no crash met anybody");
}
