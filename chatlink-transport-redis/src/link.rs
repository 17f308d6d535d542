//! A connection to a server or a cluster.

use crate::channel;
use chatlink_core::realtime::transport::{Lane, Packet};
use futures_util::future::try_join_all;
use redis::{Pipeline, RedisResult, aio::MultiplexedConnection, cluster_async::ClusterConnection, cmd};
use std::collections::BTreeMap;

/// Cheap to clone: all clones are one connection.
#[derive(Clone)]
pub(crate) enum Link {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Link {
    /// Publishes packets: in one go, or in a cluster in one a channel, since channels are on different servers.
    pub(crate) async fn publish(&self, packets: Vec<Packet>) -> RedisResult<()> {
        let mut by_lane: BTreeMap<Option<Lane>, Pipeline> = BTreeMap::new();
        for packet in packets {
            let lane = matches!(self, Self::Cluster(_)).then_some(packet.lane);
            let pipeline = by_lane.entry(lane).or_default();
            pipeline.cmd("SPUBLISH").arg(channel(packet.lane)).arg(packet.text).ignore();
        }
        let each = by_lane.into_values().map(|pipeline| {
            let link = self.clone();
            async move {
                match link {
                    Self::Single(mut connection) => pipeline.exec_async(&mut connection).await,
                    Self::Cluster(mut connection) => pipeline.exec_async(&mut connection).await,
                }
            }
        });
        try_join_all(each).await.map(drop)
    }

    /// Listens to a channel; what comes there is told to the connection's ear.
    pub(crate) async fn subscribe(&mut self, channel: &str) -> RedisResult<()> {
        match self {
            Self::Single(connection) => cmd("SSUBSCRIBE").arg(channel).exec_async(connection).await,
            Self::Cluster(connection) => connection.ssubscribe(channel).await,
        }
    }

    /// Whether it, or every server of it, answers.
    pub(crate) async fn ping(&mut self) -> RedisResult<()> {
        match self {
            Self::Single(connection) => cmd("PING").exec_async(connection).await,
            Self::Cluster(connection) => cmd("PING").exec_async(connection).await,
        }
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Single(_) => "Single",
            Self::Cluster(_) => "Cluster",
        })
    }
}
