//! The contract on a real server, and on a real cluster of three.
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

async fn start(options: &[&'static str]) -> Server {
    let options = options.to_vec();
    let started = tokio::task::spawn_blocking(move || Server::start(&options)).await.unwrap();
    started.unwrap_or_else(|missing| panic!("{missing}"))
}

/// Asks the server itself.
async fn ask(url: &str, words: &[&str]) -> redis::RedisResult<redis::Value> {
    let mut connection = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let mut cmd = redis::cmd(words[0]);
    cmd.arg(&words[1..]);
    cmd.query_async(&mut connection).await
}

/// Cuts everybody's connections but the own ones, at all these servers at once.
async fn cut(urls: &[String]) {
    let mut own = Vec::new();
    for url in urls {
        own.push(redis::Client::open(url.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap());
    }
    let mut kill = redis::pipe();
    for kind in ["normal", "pubsub"] {
        kill.cmd("CLIENT").arg(&["KILL", "TYPE", kind, "SKIPME", "yes"]).ignore();
    }
    let kill = &kill;
    let killed = own.iter_mut().map(|connection| async move { kill.exec_async(connection).await });
    futures_util::future::try_join_all(killed).await.unwrap();
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
        cut(&[self.url()]).await;
    }
}

/// A cluster of three servers, each with a third of the slots and the password.
pub struct ClusterHarness(Vec<Server>);

/// The slots of a cluster.
const SLOTS: u32 = 16_384;

impl ClusterHarness {
    fn urls(&self) -> Vec<String> {
        self.0.iter().map(|server| format!("redis://:{PASSWORD}@{}", server.address())).collect()
    }

    /// Waits until this server knows all of them, and that all slots are there.
    async fn is_ready(url: &str) {
        loop {
            let info: String = redis::from_redis_value(ask(url, &["CLUSTER", "INFO"]).await.unwrap()).unwrap();
            if info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[async_trait]
impl TransportHarness for ClusterHarness {
    async fn start() -> Self {
        let mut servers = Vec::new();
        for n in 0..3 {
            let cluster = ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"];
            servers.push(start(&[&cluster[..], &["--requirepass", PASSWORD]].concat()).await);
            let (first, last) = (SLOTS * n / 3, SLOTS * (n + 1) / 3 - 1);
            let url = format!("redis://:{PASSWORD}@{}", servers[servers.len() - 1].address());
            ask(&url, &["CLUSTER", "ADDSLOTSRANGE", &first.to_string(), &last.to_string()]).await.unwrap();
            ask(&url, &["CLUSTER", "SET-CONFIG-EPOCH", &(n + 1).to_string()]).await.unwrap();
        }
        let cluster = Self(servers);
        let urls = cluster.urls();
        for server in &cluster.0[1..] {
            let address = server.address();
            let (host, port) = address.split_once(':').unwrap();
            ask(&urls[0], &["CLUSTER", "MEET", host, port]).await.unwrap();
        }
        for url in &urls {
            Self::is_ready(url).await;
        }
        cluster
    }

    async fn node(&self) -> Arc<dyn Transport> {
        let addresses: Vec<_> = self.0.iter().map(Server::address).collect();
        Arc::new(RedisTransport::new(&format!("redis+cluster://:{PASSWORD}@{}", addresses.join(","))).unwrap())
    }

    async fn cut(&self) {
        cut(&self.urls()).await;
    }
}

mod single {
    chatlink_contract::transport_suite!(crate::SingleHarness);
}

mod cluster {
    chatlink_contract::transport_suite!(crate::ClusterHarness);
}
