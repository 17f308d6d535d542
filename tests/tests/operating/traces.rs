//! OpenTelemetry traces, as a collector receives them.

use axum::{Router, body::Bytes, extract::State, routing::post};
use chatlink_tests::{Launch, Payload, Server, Socket, eventually, fresh_id, friends};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    trace::v1::Span,
};
use prost::Message as _;
use reqwest::Method;
use serde_json::json;
use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// A trace of somebody before us, as `traceparent` names it.
const THEIRS: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Takes what is sent to it.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Bytes>>>);

impl Collector {
    async fn listen() -> (Self, SocketAddr) {
        let collector = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its number");
        let app = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (collector, address)
    }

    fn raw(&self) -> Vec<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn spans(&self) -> Vec<Span> {
        let requests = self.raw().into_iter().map(|bytes| ExportTraceServiceRequest::decode(bytes).expect("OTLP"));
        let scopes = requests.flat_map(|request| request.resource_spans).flat_map(|spans| spans.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// Waits for a span of this name.
    async fn span(&self, name: &str) -> Span {
        eventually(&format!("a span {name:?}"), || async { self.spans().into_iter().find(|span| span.name == name) })
            .await
    }
}

async fn take(State(collector): State<Collector>, body: Bytes) {
    collector.0.lock().unwrap_or_else(PoisonError::into_inner).push(body);
}

fn attribute<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.as_ref()?.value.as_ref()
}

/// Whether one span is part of the other, however deep.
fn is_beneath(span: &Span, above: &Span, all: &[Span]) -> bool {
    let parent = |span: &Span| all.iter().find(|other| other.span_id == span.parent_span_id);
    std::iter::successors(parent(span), |span| parent(span)).any(|span| span.span_id == above.span_id)
}

fn traced(to: SocketAddr) -> Launch {
    // Sent often, so that nobody waits for it.
    Launch::unlimited().set("CHATLINK_TRACES_URL", &format!("http://{to}")).set("OTEL_BSP_SCHEDULE_DELAY", "50")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_a_command_and_their_commits_are_traced_and_nothing_that_people_say() {
    let (collector, address) = Collector::listen().await;
    let server = Server::launch(traced(address)).await;
    let (anna, berta, room) = friends(&server).await;
    let path = format!("/v1/rooms/{room}/messages");
    let words = json!({"client_id": fresh_id(), "text": "canary by a request"});
    let _ = anna.api.post(&path, words).await.is(201);
    let mut socket = Socket::connect(&anna).await;
    socket.say(room, "canary by a socket").await;

    let request = collector.span("POST /v1/rooms/{id}/messages").await;
    assert_eq!(
        attribute(&request.attributes, "http.route"),
        Some(&Value::StringValue("/v1/rooms/{id}/messages".into()))
    );
    assert_eq!(attribute(&request.attributes, "http.response.status_code"), Some(&Value::IntValue(201)));
    let command = collector.span("send").await;
    for asker in [&request, &command] {
        eventually("a commit that names who waited for it", || async {
            let spans = collector.spans();
            let act = spans.iter().find(|span| span.name == "act" && is_beneath(span, asker, &spans))?;
            let waited = |commit: &&Span| commit.links.iter().any(|link| link.span_id == act.span_id);
            spans.iter().filter(|span| span.name == "commit").find(waited).map(|_| ())
        })
        .await;
    }
    let commit = collector.span("commit").await;
    let append = collector.span("append").await;
    assert!(collector.spans().iter().any(|span| span.span_id == append.parent_span_id && span.name == "commit"));
    assert!(commit.parent_span_id.is_empty(), "many wait for one commit");

    for word in ["canary", &anna.username, &anna.id.to_string(), &berta.id.to_string(), &room.to_string()] {
        for (text, bytes) in collector.raw().iter().map(|bytes| (String::from_utf8_lossy(bytes), bytes)) {
            assert!(!text.contains(word), "{word} is in a trace: {bytes:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trace_of_a_proxy_goes_on_here_and_nobody_elses() {
    for (proxies, goes_on) in [("127.0.0.0/8", true), ("10.0.0.0/8", false)] {
        let (collector, address) = Collector::listen().await;
        let server = Server::launch(traced(address).set("CHATLINK_TRUSTED_PROXIES", proxies)).await;
        let _ =
            server.api().call_with(Method::GET, "/healthz", Payload::Empty, &[("traceparent", THEIRS)]).await.is(200);
        let span = collector.span("GET /healthz").await;
        let trace: String = span.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(THEIRS.contains(&trace), goes_on, "{proxies}");
    }
}

/// A collector is never waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_says_nothing_holds_up_nobody() {
    // It takes connections, and answers none.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut server = Server::launch(traced(silent.local_addr().expect("its number"))).await;
    let (anna, _, room) = friends(&server).await;
    let mut socket = Socket::connect(&anna).await;
    for _ in 0..50 {
        socket.say(room, "a line").await;
    }
    drop(socket);
    let (status, took) = server.terminate().await;
    assert!(status.success() && took < Duration::from_secs(10), "{status} after {took:?}");
}
