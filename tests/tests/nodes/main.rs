//! Two servers on one PostgreSQL database: what people do on one is there on the other, at once by what carries the news
//! between them, and a second later without it.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "panics are how a test says no")]

// It needs a program that shows another time to the server; elsewhere it is not there.
#[cfg(target_os = "linux")]
mod clocks;
mod database_tls;
#[path = "../../../chatlink-store-postgres/tests/support/server.rs"]
mod postgres;
#[path = "../../../chatlink-transport-redis/tests/support/server.rs"]
mod redis;
mod redis_faults;
mod stories;

use chatlink_tests::{Launch, Person, Server};

/// Base64 of 32 bytes: nodes have one secret.
const SECRET: &str = "b25lIHNlY3JldCBmb3IgYWxsIG5vZGVzIG9mIGEgdGVzdCE=";

/// Two nodes and what is under them; the database ends last.
struct Cluster {
    one: Server,
    two: Server,
    _database: postgres::Server,
}

impl Cluster {
    /// Two nodes with this transport.
    async fn start(transport: &str) -> Self {
        Self::launch(Launch::unlimited().set("CHATLINK_TRANSPORT_URL", transport)).await
    }

    /// Two nodes with these settings besides.
    async fn launch(launch: Launch) -> Self {
        Self::launch_each(launch.clone(), launch).await
    }

    /// Two nodes, each with settings of its own besides.
    async fn launch_each(one: Launch, two: Launch) -> Self {
        let database = tokio::task::spawn_blocking(postgres::Server::start).await.expect("it ends");
        let database = database.unwrap_or_else(|missing| panic!("{missing}"));
        let node = |launch: Launch| launch.set("CHATLINK_DATABASE_URL", &database.url()).set("CHATLINK_SECRET", SECRET);
        let (one, two) = tokio::join!(Server::launch(node(one)), Server::launch(node(two)));
        Self { one, two, _database: database }
    }

    /// Anna on the first node, Berta on the second one, who know each other.
    async fn friends(&self) -> (Person, Person, chatlink_protocol::RoomId) {
        let (anna, berta) = tokio::join!(Person::join(&self.one, "anna"), Person::join(&self.two, "berta"));
        let room = chatlink_tests::befriend(&anna, &berta).await;
        (anna, berta, room)
    }
}

/// All stories, by notifications of the database.
mod by_notifications {
    use super::{Cluster, stories};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn words_cross_both_ways() {
        stories::words_cross_both_ways(&Cluster::start("postgres").await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn typing_presence_and_marks_cross() {
        stories::typing_presence_and_marks_cross(&Cluster::start("postgres").await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_is_removed_or_ended_elsewhere_is_out_here() {
        stories::who_is_removed_or_ended_elsewhere_is_out_here(&Cluster::start("postgres").await).await;
    }
}

/// All stories, by Redis.
mod by_redis {
    use super::{Cluster, redis_faults::redis, stories};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn words_cross_both_ways() {
        let redis = redis(&[]).await;
        stories::words_cross_both_ways(&Cluster::start(&format!("redis://{}", redis.address())).await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn typing_presence_and_marks_cross() {
        let redis = redis(&[]).await;
        stories::typing_presence_and_marks_cross(&Cluster::start(&format!("redis://{}", redis.address())).await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_is_removed_or_ended_elsewhere_is_out_here() {
        let redis = redis(&[]).await;
        let cluster = Cluster::start(&format!("redis://{}", redis.address())).await;
        stories::who_is_removed_or_ended_elsewhere_is_out_here(&cluster).await;
    }
}

/// Nothing carries the news: everything of the log is there all the same, a second later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_transport_the_store_tells() {
    let cluster = Cluster::start("none").await;
    stories::words_cross_both_ways(&cluster).await;
    stories::who_is_removed_or_ended_elsewhere_is_out_here(&cluster).await;
}
