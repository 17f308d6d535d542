//! A transport between nodes over LISTEN and NOTIFY, for whoever has a PostgreSQL database and no Redis.
//!
//! A node holds two connections of its own for it, beside those of the store: one listens, one notifies. A NOTIFY is a
//! transaction by itself, after what it tells of was committed: notifications hold a lock of the whole cluster while
//! they commit, and nothing that people wait for may stand in that line.

use crate::PostgresStore;
use async_trait::async_trait;
use chatlink_core::realtime::transport::{Feed, Notice, Packet, Subscription, Transport, TransportError};
use sqlx::{
    ConnectOptions as _, PgConnection,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use std::{convert::Infallible, time::Duration};
use tokio::{sync::Mutex, time::timeout};

/// The most bytes of a notification; PostgreSQL takes 7,999.
const PACKET: usize = 7_900;
/// How long a name may be that PostgreSQL does not cut.
const LONGEST_NAME: usize = 63;
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);
/// A connection on which nothing comes is asked this often whether it still is one, and answers in this time.
const PROBE: Duration = Duration::from_secs(5);
/// The pause before the second try to connect, which doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

const NOTIFY: &str = "SELECT pg_notify($1, text) FROM unnest($2::text[]) AS t (text)";
const ALIVE: &str = "SELECT 1";

/// Carries packets between the nodes on one schema. Made by [`PostgresStore::transport`].
#[derive(Debug)]
pub struct PostgresTransport {
    options: PgConnectOptions,
    channel: String,
    /// The connection that notifies, when it is in order and not in use.
    notifier: Mutex<Option<PgConnection>>,
}

/// A connection that says nothing any more.
#[derive(Debug, thiserror::Error)]
#[error("the server does not answer")]
struct Silent;

impl PostgresStore {
    /// A transport between the nodes on this schema. It connects by itself, and again when it must.
    #[must_use]
    pub fn transport(&self) -> PostgresTransport {
        // What it is shows in `pg_stat_activity`.
        let name = cut(format!("{} transport", self.schema));
        let options = self.writers.connect_options().as_ref().clone().application_name(&name);
        PostgresTransport { options, channel: cut(format!("{}_nodes", self.schema)), notifier: Mutex::default() }
    }
}

/// A name that PostgreSQL takes whole. Schemas that differ in their last letters alone share a channel: packets of another
/// installation are not read.
fn cut(mut name: String) -> String {
    name.truncate(LONGEST_NAME);
    name
}

#[async_trait]
impl Transport for PostgresTransport {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn packet_bytes(&self) -> usize {
        PACKET
    }

    async fn publish(&self, packets: Vec<Packet>) -> Result<(), TransportError> {
        if packets.is_empty() {
            return Ok(());
        }
        let texts: Vec<String> = packets.into_iter().map(|packet| packet.text).collect();
        let mut place = self.notifier.lock().await;
        // Taken out: one that fails, or is given up in the middle, is not used again.
        let mut connection = match place.take() {
            Some(connection) => connection,
            None => timeout(CONNECT, self.options.connect()).await.map_err(failed)?.map_err(failed)?,
        };
        sqlx::query(NOTIFY).bind(&self.channel).bind(texts).execute(&mut connection).await.map_err(failed)?;
        *place = Some(connection);
        Ok(())
    }

    fn subscribe(&self) -> Subscription {
        let (feed, subscription) = Subscription::open();
        let (options, channel) = (self.options.clone(), self.channel.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = listen(&options, &channel, &feed) => {}
                () = feed.closed() => {}
            }
        });
        subscription
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError(Box::new(error))
}

/// Listens for ever, on one connection after the other.
async fn listen(options: &PgConnectOptions, channel: &str, feed: &Feed) {
    let (mut pause, mut failing) = (PAUSE, false);
    loop {
        let mut was_heard = false;
        let Err(error) = hear(options, channel, feed, &mut was_heard).await;
        if was_heard {
            feed.tell(Notice::Lost);
            (pause, failing) = (PAUSE, false);
        }
        if !std::mem::replace(&mut failing, true) {
            tracing::warn!(%error, "notifications are not heard");
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Listens on one connection until it fails.
async fn hear(
    options: &PgConnectOptions,
    channel: &str,
    feed: &Feed,
    was_heard: &mut bool,
) -> Result<Infallible, sqlx::Error> {
    // sqlx listens on a pool's connection alone.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT).max_lifetime(None).idle_timeout(None);
    let pool = pool.connect_with(options.clone()).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    timeout(CONNECT, listener.listen(channel)).await.map_err(|_| silent())??;
    *was_heard = true;
    feed.tell(Notice::Connected);
    loop {
        match timeout(PROBE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => feed.tell(Notice::Packet(notification.payload().to_owned())),
            Ok(Ok(None)) => return Err(silent()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                timeout(PROBE, sqlx::query(ALIVE).execute(&mut listener)).await.map_err(|_| silent())??;
            }
        }
    }
}

fn silent() -> sqlx::Error {
    sqlx::Error::Io(std::io::Error::other(Silent))
}
