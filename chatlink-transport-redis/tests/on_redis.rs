//! The contract on a real server, and on a real cluster of one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say so when something is not as it must be"
)]

#[path = "support/server.rs"]
mod server;

use async_trait::async_trait;
use chatlink_contract::TransportHarness;
use chatlink_core::realtime::transport::Transport;
use chatlink_transport_redis::RedisTransport;
use server::Server;
use std::{sync::Arc, time::Duration};

async fn start(options: &'static [&'static str]) -> Server {
    let started = tokio::task::spawn_blocking(move || Server::start(options)).await.unwrap();
    started.unwrap_or_else(|missing| panic!("{missing}"))
}

/// Asks the server itself.
async fn ask(url: &str, words: &[&str]) -> redis::RedisResult<redis::Value> {
    let mut connection = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let mut cmd = redis::cmd(words[0]);
    cmd.arg(&words[1..]);
    cmd.query_async(&mut connection).await
}

/// Cuts everybody's connections but the own one.
async fn cut(url: &str) {
    for kind in ["normal", "pubsub"] {
        ask(url, &["CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes"]).await.unwrap();
    }
}

/// One server, with a password.
pub struct SingleHarness(Server);

impl SingleHarness {
    fn url(&self) -> String {
        format!("redis://:{PASSWORD}@{}", self.0.address())
    }
}

const PASSWORD: &str = "violet";

#[async_trait]
impl TransportHarness for SingleHarness {
    async fn start() -> Self {
        Self(start(&["--requirepass", PASSWORD]).await)
    }

    async fn node(&self) -> Arc<dyn Transport> {
        Arc::new(RedisTransport::new(&self.url()).unwrap())
    }

    async fn cut(&self) {
        cut(&self.url()).await;
    }
}

/// A cluster that has all slots on one server.
pub struct ClusterHarness(Server);

impl ClusterHarness {
    fn url(&self) -> String {
        format!("redis://{}", self.0.address())
    }
}

#[async_trait]
impl TransportHarness for ClusterHarness {
    async fn start() -> Self {
        let cluster = Self(start(&["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"]).await);
        ask(&cluster.url(), &["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]).await.unwrap();
        loop {
            let info = ask(&cluster.url(), &["CLUSTER", "INFO"]).await.unwrap();
            let text: String = redis::from_redis_value(info).unwrap();
            if text.contains("cluster_state:ok") {
                return cluster;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn node(&self) -> Arc<dyn Transport> {
        Arc::new(RedisTransport::new(&format!("redis+cluster://{}", self.0.address())).unwrap())
    }

    async fn cut(&self) {
        cut(&self.url()).await;
    }
}

mod single {
    chatlink_contract::transport_suite!(crate::SingleHarness);
}

mod cluster {
    chatlink_contract::transport_suite!(crate::ClusterHarness);
}
