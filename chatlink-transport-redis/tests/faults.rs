//! A server that dies, stands still, forgets, or does not let one in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say so when something is not as it must be"
)]

#[path = "support/server.rs"]
mod server;

use chatlink_core::realtime::transport::{Lane, Notice, Packet, Subscription, Transport};
use chatlink_transport_redis::RedisTransport;
use server::Server;
use std::time::Duration;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

fn start(options: &[&str]) -> Server {
    Server::start(options).unwrap_or_else(|missing| panic!("{missing}"))
}

async fn next(subscription: &mut Subscription) -> Notice {
    timeout(PATIENCE, subscription.next()).await.expect("a notice").expect("it goes on")
}

async fn publish(transport: &RedisTransport, text: &str) -> bool {
    let packet = Packet { lane: Lane::Nodes, text: text.to_owned() };
    matches!(timeout(Duration::from_secs(4), transport.publish(vec![packet])).await, Ok(Ok(())))
}

/// Until it is taken.
async fn must_publish(transport: &RedisTransport, text: &str) {
    let tries = async {
        while !publish(transport, text).await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, tries).await.expect("it is published");
}

/// Said at once, and mended as soon as it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_is_told_and_waited_for() {
    let mut server = start(&[]);
    let transport = RedisTransport::new(&format!("redis://{}", server.address())).unwrap();
    let mut subscription = transport.subscribe();
    assert_eq!(next(&mut subscription).await, Notice::Connected);
    must_publish(&transport, "before").await;
    assert_eq!(next(&mut subscription).await, Notice::Packet("before".to_owned()));
    server.kill();
    assert_eq!(next(&mut subscription).await, Notice::Lost);
    assert!(!publish(&transport, "nowhere").await);
    server.run().unwrap();
    assert_eq!(next(&mut subscription).await, Notice::Connected);
    must_publish(&transport, "after").await;
    assert_eq!(next(&mut subscription).await, Notice::Packet("after".to_owned()));
}

/// A connection that is open and says nothing is none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stands_still_is_noticed() {
    let server = start(&[]);
    let transport = RedisTransport::new(&format!("redis://{}", server.address())).unwrap();
    let mut subscription = transport.subscribe();
    assert_eq!(next(&mut subscription).await, Notice::Connected);
    must_publish(&transport, "before").await;
    assert_eq!(next(&mut subscription).await, Notice::Packet("before".to_owned()));
    server.freeze(true);
    assert!(!publish(&transport, "nowhere").await);
    assert_eq!(next(&mut subscription).await, Notice::Lost);
    server.freeze(false);
    loop {
        match next(&mut subscription).await {
            Notice::Connected => break,
            Notice::Lost | Notice::Packet(_) => {}
        }
    }
    must_publish(&transport, "after").await;
    while next(&mut subscription).await != Notice::Packet("after".to_owned()) {}
}

/// It is tried for ever, and nothing is heard.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_not_the_password_hears_and_says_nothing() {
    let server = start(&["--requirepass", "violet"]);
    let inside = RedisTransport::new(&format!("redis://:violet@{}", server.address())).unwrap();
    let outside = RedisTransport::new(&format!("redis://:indigo@{}", server.address())).unwrap();
    let (mut hears, mut does_not) = (inside.subscribe(), outside.subscribe());
    assert_eq!(next(&mut hears).await, Notice::Connected);
    assert!(!publish(&outside, "let me in").await);
    must_publish(&inside, "we are inside").await;
    assert_eq!(next(&mut hears).await, Notice::Packet("we are inside".to_owned()));
    assert!(timeout(Duration::from_millis(300), does_not.next()).await.is_err());
}
