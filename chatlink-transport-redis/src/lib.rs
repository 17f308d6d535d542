//! ChatLink's transport between nodes on Redis 7 or newer, a single server or a cluster, by sharded pub/sub.
//!
//! ```no_run
//! # fn example() -> Result<(), chatlink_transport_redis::AddressError> {
//! use chatlink_transport_redis::RedisTransport;
//!
//! let transport = RedisTransport::new("rediss://:password@cache.example:6379")?;
//! # drop(transport);
//! # Ok(())
//! # }
//! ```
//!
//! **A doorbell.** Nothing is kept in Redis, nothing is read from it, and nothing is decided by it: what a node publishes
//! here is in the store already. Redis may be killed, flushed, or stand still; nodes then hear of each other from the
//! store, a second later, until it is back.
//!
//! **Channels.** Rooms are spread over [`ROOM_CHANNELS`] channels by their id, and one more is for what is about people
//! and nodes. They are shard channels (`SPUBLISH`, `SSUBSCRIBE`): in a cluster each belongs to the one node that has its
//! slot, so that a message does not go to all of them.
//!
//! **Connections.** A ChatLink node holds one that listens and one that publishes; in a cluster, one of each a server. A
//! connection that breaks, or does not answer, is replaced by a new one with all its subscriptions, after a growing pause.
//! RESP3 is spoken, so that what is heard and answers to questions come on one connection.
//!
//! **Addresses.** `redis://[user][:password@]host[:port]` is a single server, `rediss://` the same through TLS, for which
//! the system's certificates are trusted. `redis+cluster://[user][:password@]host:port,host:port` and
//! `rediss+cluster://` name some servers of a cluster, which tell the others.

mod address;
mod link;
mod listen;

pub use address::AddressError;

use address::Address;
use async_trait::async_trait;
use chatlink_core::realtime::transport::{Lane, Packet, Subscription, Transport, TransportError};
use link::Link;
use std::time::Duration;
use tokio::sync::Mutex;

/// How many channels rooms are spread over.
pub const ROOM_CHANNELS: u16 = 16;
/// The most bytes of a packet: the largest event fits in whole, and far below what Redis buffers for a slow reader.
const PACKET: usize = 192 * 1024;
/// The shortest time between two pipelines of a node.
const PAUSE: Duration = Duration::from_millis(2);

/// Carries packets between nodes by way of Redis.
#[derive(Debug)]
pub struct RedisTransport {
    address: Address,
    /// The connection that publishes, when it is in order and not in use.
    publisher: Mutex<Option<Link>>,
}

impl RedisTransport {
    /// A node's end, at an address as above. It connects by itself, and again when it must.
    ///
    /// # Errors
    /// The address is not one.
    pub fn new(url: &str) -> Result<Self, AddressError> {
        #[cfg(feature = "tls")]
        // Who has chosen before us has chosen.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self { address: Address::parse(url)?, publisher: Mutex::default() })
    }
}

#[async_trait]
impl Transport for RedisTransport {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn packet_bytes(&self) -> usize {
        PACKET
    }

    fn room_lanes(&self) -> u16 {
        ROOM_CHANNELS
    }

    /// A pipeline costs little, and a reader on another node waits for it.
    fn pause(&self) -> Duration {
        PAUSE
    }

    async fn publish(&self, packets: Vec<Packet>) -> Result<(), TransportError> {
        if packets.is_empty() {
            return Ok(());
        }
        let mut place = self.publisher.lock().await;
        // Taken out: one that fails, or is given up in the middle, is not used again.
        let link = match place.take() {
            Some(link) => link,
            None => self.address.connect(None).await.map_err(failed)?,
        };
        link.publish(packets).await.map_err(failed)?;
        *place = Some(link);
        Ok(())
    }

    fn subscribe(&self) -> Subscription {
        let (feed, subscription) = Subscription::open();
        let address = self.address.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = listen::listen(&address, &feed) => {}
                () = feed.closed() => {}
            }
        });
        subscription
    }
}

fn failed(error: redis::RedisError) -> TransportError {
    TransportError(Box::new(error))
}

/// The channel of a lane.
fn channel(lane: Lane) -> String {
    match lane {
        Lane::Nodes => "chatlink:nodes".to_owned(),
        Lane::Rooms(n) => format!("chatlink:rooms:{n}"),
    }
}

/// All of them.
fn channels() -> impl Iterator<Item = String> {
    [Lane::Nodes].into_iter().chain((0..ROOM_CHANNELS).map(Lane::Rooms)).map(channel)
}
