//! Listening, on one connection after the other.

use crate::{address::Address, channels};
use chatlink_core::realtime::transport::{Feed, Notice};
use redis::{
    PushInfo, PushKind, RedisError, Value,
    aio::{AsyncPushSender, SendError},
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

/// A connection is asked this often whether it still is one.
const PROBE: Duration = Duration::from_secs(2);
/// How long the answer may take.
const ANSWER: Duration = Duration::from_secs(3);
/// The pause before the second try to connect, which doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Why a connection was given up.
#[derive(Debug, thiserror::Error)]
enum Given {
    /// It broke, or a channel went to another server.
    #[error("the connection broke")]
    Broken,
    /// It says nothing.
    #[error("the server does not answer")]
    Silent,
    /// The server said no.
    #[error(transparent)]
    Redis(#[from] RedisError),
}

/// Takes what comes on one connection.
pub(crate) struct Ear {
    feed: Feed,
    broken: Arc<Notify>,
}

impl AsyncPushSender for Ear {
    fn send(&self, PushInfo { kind, data }: PushInfo) -> Result<(), SendError> {
        match (kind, data.as_slice()) {
            (PushKind::SMessage, [_, text]) => {
                // Packets are letters and digits: whatever else somebody publishes here is none.
                if let Some(text) = text_of(text) {
                    self.feed.tell(Notice::Packet(text));
                }
            }
            (PushKind::Disconnection | PushKind::SUnsubscribe, _) => self.broken.notify_one(),
            _ => {}
        }
        Ok(())
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => String::from_utf8(bytes.clone()).ok(),
        Value::SimpleString(text) => Some(text.clone()),
        _ => None,
    }
}

/// Listens for ever.
pub(crate) async fn listen(address: &Address, feed: &Feed) {
    let (mut pause, mut failing) = (PAUSE, false);
    loop {
        let mut was_heard = false;
        let Err(error) = hear(address, feed, &mut was_heard).await;
        if was_heard {
            feed.tell(Notice::Lost);
            (pause, failing) = (PAUSE, false);
        }
        if !std::mem::replace(&mut failing, true) {
            tracing::warn!(%error, "redis is not heard");
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Listens on one connection until it fails.
async fn hear(address: &Address, feed: &Feed, was_heard: &mut bool) -> Result<Infallible, Given> {
    let broken = Arc::new(Notify::new());
    let ear = Arc::new(Ear { feed: feed.clone(), broken: broken.clone() });
    let mut link = address.connect(Some(ear)).await?;
    for channel in channels() {
        link.subscribe(&channel).await?;
    }
    *was_heard = true;
    feed.tell(Notice::Connected);
    loop {
        tokio::select! {
            () = broken.notified() => return Err(Given::Broken),
            () = sleep(PROBE) => timeout(ANSWER, link.ping()).await.map_err(|_| Given::Silent)??,
        }
    }
}
