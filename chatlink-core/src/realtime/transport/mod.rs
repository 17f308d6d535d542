//! Between the nodes of one installation: what one knows first, the others learn at once.
//!
//! A [`Transport`] carries sealed texts from each node to all others, at most once, and promises nothing more: the
//! store is the truth. What is lost on the way is found by the node's reconciling with the store, a second later.
//!
//! An adapter opens a [`Subscription`] with [`Subscription::open`], keeps the [`Feed`], and tells it every packet that
//! comes in, and when it can be heard and when not. It comes back by itself, with a growing pause between tries.

mod batch;
mod inbound;
mod outbound;
mod signal;

use async_trait::async_trait;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc;

pub(crate) use inbound::listen;
pub use outbound::NodeStats;
pub(crate) use outbound::{Outbound, publish};
pub(crate) use signal::{Signal, Wire};

/// Packets that wait for a node that is busy; one more, and it asks the store instead.
const WAITING: usize = 1_024;

/// Carries packets between the nodes of one installation. A doorbell: it may lose, double and delay packets, and is
/// never asked what is true. Within a [`Lane`] the packets of one node come in the order in which they were published.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// How it is called in logs and figures.
    fn name(&self) -> &'static str;

    /// The most bytes of a packet's text; at least 1,024.
    fn packet_bytes(&self) -> usize;

    /// On how many lanes rooms are spread; a room is always on the same one.
    fn room_lanes(&self) -> u16 {
        1
    }

    /// The shortest time between two calls of [`publish`](Self::publish): what a node has to tell is gathered meanwhile.
    /// Where a call costs everybody something, as `NOTIFY` does, 10 ms at least.
    fn pause(&self) -> Duration {
        Duration::from_millis(10)
    }

    /// Hands packets to whoever is subscribed now, the own node's subscription too. Called by one task at a time, after
    /// what they tell of was committed, and given up after a few seconds: all of it may be lost then.
    ///
    /// # Errors
    /// They, or some of them, did not go out.
    async fn publish(&self, packets: Vec<Packet>) -> Result<(), TransportError>;

    /// Listens from now on to all lanes. Called within a tokio runtime; dropping what it answers ends it.
    fn subscribe(&self) -> Subscription;
}

/// What goes over a transport at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Where.
    pub lane: Lane,
    /// Sealed: letters, digits, `+` and `/`. Nobody without the installation's secret reads it, or makes one.
    pub text: String,
}

/// Packets of one lane keep their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// What is about people, sessions and nodes.
    Nodes,
    /// What is about rooms: one of [`Transport::room_lanes`], from 0.
    Rooms(u16),
}

/// What a subscription tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// From here on packets are heard; what was published before may be missing.
    Connected,
    /// Nothing is heard until the next [`Connected`](Self::Connected).
    Lost,
    /// A packet's text.
    Packet(String),
}

/// Why packets did not go out.
#[derive(Debug, thiserror::Error)]
#[error("the transport did not take it")]
pub struct TransportError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// A node's end of a transport.
#[derive(Debug)]
pub struct Subscription {
    notices: mpsc::Receiver<Notice>,
    lagged: Arc<AtomicBool>,
}

/// The adapter's end of a [`Subscription`].
#[derive(Clone, Debug)]
pub struct Feed {
    notices: mpsc::Sender<Notice>,
    lagged: Arc<AtomicBool>,
}

impl Subscription {
    /// Both ends.
    #[must_use]
    pub fn open() -> (Feed, Self) {
        let (sender, notices) = mpsc::channel(WAITING);
        let lagged = Arc::new(AtomicBool::new(false));
        (Feed { notices: sender, lagged: lagged.clone() }, Self { notices, lagged })
    }

    /// Waits for what comes next; `None` when the adapter has ended. Cancelling loses nothing.
    pub async fn next(&mut self) -> Option<Notice> {
        if self.lagged.swap(false, Ordering::AcqRel) {
            return Some(Notice::Connected);
        }
        self.notices.recv().await
    }
}

impl Feed {
    /// Passes on what happened. Never waits: for a node that is too busy packets are dropped, and it is told
    /// [`Connected`](Notice::Connected) once more.
    pub fn tell(&self, notice: Notice) {
        if self.notices.try_send(notice).is_err() {
            self.lagged.store(true, Ordering::Release);
        }
    }

    /// Whether anybody listens.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.notices.is_closed()
    }

    /// Waits until nobody listens any more.
    pub async fn closed(&self) {
        self.notices.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_is_too_slow_is_told_that_something_is_missing() {
        let (feed, mut subscription) = Subscription::open();
        for n in 0..=WAITING {
            feed.tell(Notice::Packet(n.to_string()));
        }
        assert_eq!(subscription.next().await, Some(Notice::Connected));
        assert_eq!(subscription.next().await, Some(Notice::Packet("0".to_owned())));
        drop(feed);
        for n in 1..WAITING {
            assert_eq!(subscription.next().await, Some(Notice::Packet(n.to_string())));
        }
        assert_eq!(subscription.next().await, None);
    }
}
