//! What this node has to tell: gathered in a queue, told in batches, never waited for.

use super::{Signal, Transport, Wire, batch::Batch};
use serde::Serialize;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

/// Signals that wait to be told; one more is dropped, and the store tells it a second later.
const WAITING: usize = 16_384;
/// Signals taken into one batch at most.
const BATCH: usize = 4_096;
/// How long typing is gathered.
const TYPING: Duration = Duration::from_millis(100);
/// How long a transport may take; then the batch is given up.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the last batch of a node that ends may take.
const LAST: Duration = Duration::from_millis(500);

/// What went between this node and the others so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NodeStats {
    /// Whether the others are heard now; `false` where there is no transport.
    pub connected: bool,
    /// Packets that went out.
    pub published: u64,
    /// Packets of other nodes that were read.
    pub heard: u64,
    /// Signals that were not told, because the transport was slow or away: the store told them.
    pub dropped: u64,
    /// Packets that were not of this installation or version.
    pub unreadable: u64,
}

/// [`NodeStats`], counted.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) connected: AtomicBool,
    pub(super) published: AtomicU64,
    pub(super) heard: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) unreadable: AtomicU64,
}

/// Where signals are put. Without a transport they are not even made.
#[derive(Clone, Default)]
pub(crate) struct Outbound {
    queue: Option<mpsc::Sender<Signal>>,
    pub(super) counts: Arc<Counts>,
}

impl Outbound {
    /// With the end that [`publish`] takes.
    pub(crate) fn open() -> (Self, mpsc::Receiver<Signal>) {
        let (sender, queue) = mpsc::channel(WAITING);
        (Self { queue: Some(sender), counts: Arc::default() }, queue)
    }

    /// Puts a signal into the queue. Never waits.
    pub(crate) fn send(&self, signal: impl FnOnce() -> Signal) {
        let Some(queue) = &self.queue else { return };
        match queue.try_reserve() {
            Ok(place) => place.send(signal()),
            Err(_) => drop(self.counts.dropped.fetch_add(1, Ordering::Relaxed)),
        }
    }

    pub(crate) fn stats(&self) -> NodeStats {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Counts { connected, published, heard, dropped, unreadable } = &*self.counts;
        NodeStats {
            connected: connected.load(Ordering::Relaxed),
            published: read(published),
            heard: read(heard),
            dropped: read(dropped),
            unreadable: read(unreadable),
        }
    }
}

/// Tells what is in the queue for as long as the engine runs, and at its end that the node goes.
pub(crate) async fn publish(
    transport: Arc<dyn Transport>,
    wire: Arc<Wire>,
    outbound: Outbound,
    mut queue: mpsc::Receiver<Signal>,
    stop: CancellationToken,
) {
    let pause = transport.pause();
    let mut publisher = Publisher { transport, wire, counts: outbound.counts.clone(), failing: false };
    // The queue ends with its receiver, not with this clone of its other end.
    drop(outbound);
    let (mut taken, mut batch) = (Vec::new(), Batch::default());
    let mut next = Instant::now();
    let mut typing_at = next;
    loop {
        let typing_before = batch.has_typing();
        let stopped = tokio::select! {
            count = queue.recv_many(&mut taken, BATCH) => count == 0,
            () = sleep_until(typing_at), if typing_before => false,
            () = stop.cancelled() => true,
        };
        if !stopped {
            sleep_until(next).await;
        }
        while taken.len() < BATCH
            && let Ok(signal) = queue.try_recv()
        {
            taken.push(signal);
        }
        taken.drain(..).for_each(|signal| batch.add(signal));
        if stopped {
            batch.add(Signal::Bye);
            let _ = timeout(LAST, publisher.publish(&mut batch, true)).await;
            return;
        }
        let now = Instant::now();
        if batch.has_typing() && !typing_before {
            typing_at = now + TYPING;
        }
        let with_typing = batch.has_typing() && now >= typing_at;
        if !batch.is_empty() || with_typing {
            publisher.publish(&mut batch, with_typing).await;
        }
        next = now + pause;
    }
}

struct Publisher {
    transport: Arc<dyn Transport>,
    wire: Arc<Wire>,
    counts: Arc<Counts>,
    failing: bool,
}

impl Publisher {
    async fn publish(&mut self, batch: &mut Batch, with_typing: bool) {
        let transport = &self.transport;
        let (packets, lost) =
            batch.pack(with_typing, transport.room_lanes(), transport.packet_bytes(), self.wire.as_ref());
        let count = packets.len() as u64;
        let failed = match timeout(PATIENCE, transport.publish(packets)).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(crate::Chain(&error).to_string()),
            Err(_) => Some("it takes too long".to_owned()),
        };
        match &failed {
            None => self.counts.published.fetch_add(count, Ordering::Relaxed),
            Some(_) => self.counts.dropped.fetch_add(count, Ordering::Relaxed),
        };
        self.counts.dropped.fetch_add(lost, Ordering::Relaxed);
        match (&failed, self.failing) {
            (Some(error), false) => {
                tracing::warn!(transport = transport.name(), %error, "the other nodes are not told; they ask the store");
            }
            (None, true) => tracing::info!(transport = transport.name(), "the other nodes are told again"),
            _ => {}
        }
        self.failing = failed.is_some();
    }
}
