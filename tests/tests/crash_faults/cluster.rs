//! Two nodes, and what is under them.

use crate::{postgres, redis};
use chatlink_tests::{Launch, Server, Wire, eventually};
use std::{net::SocketAddr, sync::Arc};

/// Base64 of 32 bytes: nodes have one secret.
const SECRET: &str = "b25lIHNlY3JldCBmb3IgYWxsIG5vZGVzIG9mIGEgdGVzdCE=";

/// Two nodes on a PostgreSQL and a Redis of their own. The nodes end first.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Server>,
    /// Of each node, where it was asked for.
    pub(crate) wires: Vec<Wires>,
    pub(crate) redis: redis::Server,
    pub(crate) database: Arc<postgres::Server>,
}

/// A node's ways to what is under it.
pub(crate) struct Wires {
    pub(crate) database: Wire,
    pub(crate) redis: Wire,
}

impl Cluster {
    /// As it stands in production: each node has its own connections.
    pub(crate) async fn start() -> Self {
        let (database, redis) = servers().await;
        let (url, at) = (database.url(), redis.address());
        let (one, two) = tokio::join!(node(&url, &at), node(&url, &at));
        Self { nodes: vec![one, two], wires: Vec::new(), redis, database: Arc::new(database) }
    }

    /// On a database that a standby can take the place of.
    pub(crate) async fn replicated() -> Self {
        let start = || Ok::<_, String>((postgres::Server::start_replicated()?, redis::Server::start(&[])?));
        let started = tokio::task::spawn_blocking(start).await.expect("it ends");
        let (database, redis) = started.unwrap_or_else(|missing| panic!("{missing}"));
        let (url, at) = (database.url(), redis.address());
        let (one, two) = tokio::join!(node(&url, &at), node(&url, &at));
        Self { nodes: vec![one, two], wires: Vec::new(), redis, database: Arc::new(database) }
    }

    /// Does something to the database that takes a while.
    pub(crate) async fn at_database(&self, act: impl FnOnce(&postgres::Server) -> Result<(), String> + Send + 'static) {
        let database = self.database.clone();
        let done = tokio::task::spawn_blocking(move || act(&database)).await.expect("it ends");
        done.unwrap_or_else(|said| panic!("{said}"));
    }

    /// With a wire that can be cut between each node and each server.
    pub(crate) async fn wired() -> Self {
        let (database, redis) = servers().await;
        let url = database.url();
        let (_, rest) = url.split_once("@127.0.0.1:").expect("an address of this machine");
        let (port, _) = rest.split_once('/').expect("a database");
        let (database_at, redis_at) = (address(port), address(redis.address().rsplit(':').next().expect("a port")));
        let (mut nodes, mut wires) = (Vec::new(), Vec::new());
        for _ in 0..2 {
            let pair = Wires { database: Wire::to(database_at).await, redis: Wire::to(redis_at).await };
            let url = url.replace(&format!(":{port}/"), &format!(":{}/", pair.database.address().port()));
            nodes.push(node(&url, &pair.redis.address().to_string()).await);
            wires.push(pair);
        }
        Self { nodes, wires, redis, database: Arc::new(database) }
    }

    /// The database ends as by a power cut, and starts again.
    pub(crate) async fn crash_database(&self) {
        self.at_database(postgres::Server::crash).await;
    }

    /// Waits until both nodes say that all is well.
    pub(crate) async fn ready(&self) {
        for node in &self.nodes {
            ready(node, "ready").await;
        }
    }
}

/// Waits until a node says of itself that it is so: `ready`, `degraded`, `unavailable`.
pub(crate) async fn ready(node: &Server, status: &str) {
    eventually(&format!("a node that is {status}"), || async {
        (node.api().get("/readyz").await.body["status"] == status).then_some(())
    })
    .await;
}

async fn servers() -> (postgres::Server, redis::Server) {
    let start = || Ok::<_, String>((postgres::Server::start()?, redis::Server::start(&[])?));
    tokio::task::spawn_blocking(start).await.expect("it ends").unwrap_or_else(|missing| panic!("{missing}"))
}

async fn node(database: &str, redis: &str) -> Server {
    let launch = Launch::unlimited().set("CHATLINK_DATABASE_URL", database).set("CHATLINK_SECRET", SECRET);
    Server::launch(launch.set("CHATLINK_TRANSPORT_URL", &format!("redis://{redis}"))).await
}

fn address(port: &str) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port.parse().expect("a port")))
}
