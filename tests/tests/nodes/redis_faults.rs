//! What becomes of talk between nodes when their Redis does not do its part.

use crate::{Cluster, redis::Server as Redis};
use chatlink_protocol::{RoomId, frame::Push};
use chatlink_tests::{Launch, Socket, within};
use serde_json::json;
use std::time::Duration;

/// The store tells within this time when nothing else does.
const SOON: Duration = Duration::from_secs(2);

/// A server of the test's own.
pub(crate) async fn redis(options: &[&str]) -> Redis {
    let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
    let start = move || Redis::start(&options.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(start).await.expect("it ends").unwrap_or_else(|missing| panic!("{missing}"))
}

/// Words go both ways, each within the time that the store takes.
async fn talk(room: RoomId, one: &mut Socket, two: &mut Socket) {
    for n in 0..3 {
        let seq = one.say(room, &format!("word {n}")).await;
        within(SOON, "a word to the second node", two.until_seq(room, seq)).await;
        let seq = two.say(room, &format!("answer {n}")).await;
        within(SOON, "an answer to the first node", one.until_seq(room, seq)).await;
    }
}

/// Typing comes by Redis alone.
async fn types(room: RoomId, from: &mut Socket, to: &mut Socket) {
    let typing = |push: &Push| matches!(push, Push::Typing { .. }).then_some(());
    loop {
        from.ask(json!({ "type": "typing", "room_id": room })).await.expect("told");
        // One every two seconds is told; what was said before Redis was back is gone.
        let told = tokio::time::timeout(Duration::from_secs(3), to.until("typing", typing)).await;
        if told.is_ok() {
            return;
        }
    }
}

/// Killed, or standing still: talk goes on from the store, and by Redis again when it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_talk_goes_on_and_with_it_all_is_as_before() {
    let mut redis = redis(&[]).await;
    let cluster = Cluster::start(&format!("redis://{}", redis.address())).await;
    let (anna, berta, room) = cluster.friends().await;
    let (mut one, mut two) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    types(room, &mut one, &mut two).await;
    redis.kill();
    talk(room, &mut one, &mut two).await;
    redis.run().expect("it starts again");
    within(Duration::from_secs(20), "what Redis alone carries", types(room, &mut one, &mut two)).await;
    redis.freeze(true);
    talk(room, &mut one, &mut two).await;
    redis.freeze(false);
    within(Duration::from_secs(20), "what Redis alone carries", types(room, &mut two, &mut one)).await;
    // A session that ends while it is away ends all the same.
    redis.kill();
    let there = berta.at(&cluster.one);
    let _ = there.api.delete(&format!("/v1/sessions/{}", berta.session)).await.is(204);
    let _ = two.end_within(SOON).await;
}

/// Through TLS and with a password; the certificate is of an authority that the servers are told to trust.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_reached_through_tls_and_by_its_password() {
    let tls = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nodes/tls");
    let (ca, cert, key) = (format!("{tls}/ca.pem"), format!("{tls}/cert.pem"), format!("{tls}/key.pem"));
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let port = port.to_string();
    let options = ["--tls-port", &port, "--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &ca];
    let options = [&options[..], &["--tls-auth-clients", "no", "--requirepass", "violet"]].concat();
    let _redis = redis(&options).await;
    let launch = Launch::unlimited().set("SSL_CERT_FILE", &ca);
    let launch = launch.set("CHATLINK_TRANSPORT_URL", &format!("rediss://:violet@127.0.0.1:{port}"));
    let cluster = Cluster::launch(launch).await;
    let (anna, berta, room) = cluster.friends().await;
    let (mut one, mut two) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    within(Duration::from_secs(20), "what Redis alone carries", types(room, &mut one, &mut two)).await;
}
