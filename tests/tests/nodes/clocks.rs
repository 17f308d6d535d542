//! Two nodes whose machines do not agree on the time: both go by their database's.

use crate::{Cluster, redis_faults::redis};
use chatlink_protocol::{Timestamp, frame::Ack};
use chatlink_tests::{Launch, Newcomer, Person, Server, Socket, code_for, fresh_id, send, tool, within};
use serde_json::{Value, json};
use std::{net::TcpListener, time::Duration};

/// How far two times may be apart that are taken one after the other.
const MOMENT: Duration = Duration::from_secs(10);

fn time(value: &Value) -> Timestamp {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no time: {value}"))
}

/// How far apart, whichever is the later one.
fn apart(one: Timestamp, two: Timestamp) -> Duration {
    one.since(two).max(two.since(one))
}

/// The number of a metric.
async fn metric(server: &Server, listener: std::net::SocketAddr, name: &str) -> f64 {
    let page = server.api().at(listener).get("/metrics").await;
    let page = String::from_utf8(page.bytes).expect("a text");
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
    value.unwrap_or_else(|| panic!("no {name} in:\n{page}"))
}

/// The second node's machine is off by so many seconds: what is said, a code, and words that do not stay are judged on
/// both as if it were not.
async fn all_is_judged_by_one_time(off: i64) {
    let redis = redis(&[]).await;
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number");
    let launch = Launch::unlimited().set("CHATLINK_TRANSPORT_URL", &format!("redis://{}", redis.address()));
    let faketime = tool("CHATLINK_TEST_FAKETIME", "faketime");
    let words = [faketime.into_os_string(), "--exclude-monotonic".into(), "-f".into(), format!("{off:+}").into()];
    let other = launch.clone().under(words).set("CHATLINK_METRICS_LISTEN", &free.to_string());
    let cluster = Cluster::launch_each(launch, other).await;
    let machine = metric(&cluster.two, free, "chatlink_clock_skew_seconds{of=\"machine\"}").await;
    assert!((machine - off as f64).abs() < 5.0, "the machine's clock is off by {machine}, not {off}");
    let node = metric(&cluster.two, free, "chatlink_clock_skew_seconds{of=\"node\"}").await;
    assert!(node.abs() < 1.0, "the node's time is off by {node}");
    let ready = cluster.two.api().get("/readyz").await.is(200);
    assert_eq!(ready["clock"], "up", "{ready}");

    // Sessions made on one are good on the other, and words are told in one order of time.
    let (anna, berta, room) = cluster.friends().await;
    let (mut one, mut two) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let _ = anna.at(&cluster.two).api.get("/v1/me").await.is(200);
    let _ = berta.at(&cluster.one).api.get("/v1/me").await.is(200);
    let mut said: Vec<Ack> = Vec::new();
    for n in 0..6 {
        let socket = if n % 2 == 0 { &mut one } else { &mut two };
        said.push(socket.ask(send(room, &fresh_id(), &format!("word {n}"))).await.expect("taken"));
    }
    let times: Vec<_> = said.iter().map(|ack| ack.at.expect("a time")).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert!(apart(times[0], times[5]) < MOMENT, "{times:?}");

    // A code that was asked for on one is good on the other, both ways.
    for (asked, shown, name) in [(&cluster.one, &cluster.two, "carl"), (&cluster.two, &cluster.one, "dora")] {
        let newcomer = Newcomer::new(name);
        let started = asked.api().post("/v1/registrations", json!({ "contact": newcomer.contact() })).await.is(202);
        let code = code_for(&asked.api(), newcomer.contact()).await;
        let path = format!("/v1/registrations/{}/verify", started["id"].as_str().expect("an id"));
        let _ = shown.api().post(&path, json!({ "code": code })).await.is(200);
    }

    // What is to stay a minute is there for both, and what is to stay three seconds goes for both.
    for (from, to) in [(&anna, &berta), (&berta, &anna)] {
        let long = stays(from, room, 60).await;
        assert!(is_there(to, room, &long).await && is_there(from, room, &long).await, "gone before its time");
        let short = stays(from, room, 3).await;
        for reader in [from, to] {
            let gone = async { while is_there(reader, room, &short).await {} };
            within(MOMENT, "the end of what stays three seconds", gone).await;
        }
    }
}

/// Says something that stays so long: its id.
async fn stays(person: &Person, room: chatlink_protocol::RoomId, seconds: u64) -> String {
    let body = json!({ "client_id": fresh_id(), "text": "not for ever", "expires_in": seconds });
    let sent = person.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    let id = sent["id"].as_str().expect("an id").to_owned();
    let item = person.api.get(&format!("/v1/rooms/{room}/messages/{id}")).await.is(200);
    let stays = time(&item["body"]["expires_at"]).since(time(&item["at"]));
    assert!(apart_of(stays, Duration::from_secs(seconds)) < Duration::from_secs(2), "it stays {stays:?}");
    id
}

fn apart_of(one: Duration, two: Duration) -> Duration {
    one.abs_diff(two)
}

/// Whether a message still has its words.
async fn is_there(person: &Person, room: chatlink_protocol::RoomId, id: &str) -> bool {
    let answer = person.api.get(&format!("/v1/rooms/{room}/messages/{id}")).await;
    answer.status == 200 && answer.body["body"]["text"].is_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_machine_is_an_hour_ahead_judges_as_the_others() {
    all_is_judged_by_one_time(3_600).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_machine_is_an_hour_behind_judges_as_the_others() {
    all_is_judged_by_one_time(-3_600).await;
}
