//! The reference transport: a bus within the process.

use crate::realtime::transport::{Feed, Notice, Packet, Subscription, Transport, TransportError};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What several engines of one process share. Each clone is a node's end of the same bus.
#[derive(Clone, Debug, Default)]
pub struct MemoryBus {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    feeds: Vec<Feed>,
    is_down: bool,
}

/// The bus is down.
#[derive(Debug, thiserror::Error)]
#[error("the bus is down")]
struct Down;

impl MemoryBus {
    /// A bus that nobody is on.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes it down: what is published until it is [`up`](Self::up) again is lost.
    pub fn down(&self) {
        let mut state = self.lock();
        state.is_down = true;
        state.tell(&Notice::Lost);
    }

    /// Takes it up again.
    pub fn up(&self) {
        let mut state = self.lock();
        state.is_down = false;
        state.tell(&Notice::Connected);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&mut self, notice: &Notice) {
        self.feeds.retain(Feed::is_open);
        self.feeds.iter().for_each(|feed| feed.tell(notice.clone()));
    }
}

#[async_trait]
impl Transport for MemoryBus {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn packet_bytes(&self) -> usize {
        64 * 1024
    }

    async fn publish(&self, packets: Vec<Packet>) -> Result<(), TransportError> {
        let mut state = self.lock();
        if state.is_down {
            return Err(TransportError(Box::new(Down)));
        }
        packets.into_iter().for_each(|packet| state.tell(&Notice::Packet(packet.text)));
        Ok(())
    }

    fn subscribe(&self) -> Subscription {
        let (feed, subscription) = Subscription::open();
        let mut state = self.lock();
        if !state.is_down {
            feed.tell(Notice::Connected);
        }
        state.feeds.push(feed);
        subscription
    }
}
