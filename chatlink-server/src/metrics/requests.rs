//! How long requests and calls took, by what they asked for.

use super::page::Page;
use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use chatlink_core::metrics::{Histogram, SECONDS};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::time::Instant;

/// Latencies of all requests and calls so far.
#[derive(Clone, Default)]
pub(crate) struct Requests {
    http: Latencies,
    #[cfg(feature = "grpc")]
    grpc: Latencies,
}

/// By their labels, whose number is bounded whatever is asked for: routes are those of the router, methods those of the
/// protos.
#[derive(Clone, Default)]
struct Latencies(Arc<Mutex<BTreeMap<String, Arc<Histogram>>>>);

/// Measures a request. A socket's is its handshake.
pub(crate) async fn measure(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = method(request.method());
    let begin = Instant::now();
    let response = next.run(request).await;
    requests.add(method, &route, response.status().as_u16(), begin.elapsed().as_secs_f64());
    response
}

/// Measures a call of gRPC. A stream's is its beginning.
#[cfg(feature = "grpc")]
pub(crate) async fn measure_call(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let response = next.run(request).await;
    if let Some(called) = response.extensions().get::<chatlink_grpc::Called>() {
        let labels = format!("method=\"{}\",code=\"{:?}\"", called.method, called.code);
        requests.grpc.add(labels, begin.elapsed().as_secs_f64());
    }
    response
}

impl Requests {
    pub(super) fn add(&self, method: &'static str, route: &str, status: u16, seconds: f64) {
        self.http.add(format!("method=\"{method}\",route=\"{route}\",status=\"{}\"", class(status)), seconds);
    }

    pub(super) fn write(&self, page: &mut Page) {
        self.http.write(page, "chatlink_http_request_seconds", "How long requests took until their answer began.");
        #[cfg(feature = "grpc")]
        self.grpc.write(page, "chatlink_grpc_call_seconds", "How long calls of gRPC took until their answer began.");
    }
}

impl Latencies {
    fn add(&self, labels: String, seconds: f64) {
        let histogram = {
            let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kinds.entry(labels).or_insert_with(|| Arc::new(Histogram::new(SECONDS))).clone()
        };
        histogram.add(seconds);
    }

    fn write(&self, page: &mut Page, name: &str, help: &str) {
        let kinds: Vec<_> = {
            let kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kinds.iter().map(|(labels, histogram)| (labels.clone(), histogram.read())).collect()
        };
        let rows: Vec<_> = kinds.iter().map(|(labels, values)| (labels.as_str(), values)).collect();
        page.histogram(name, help, &rows);
    }
}

/// Methods may be anything; these are those that routes have.
pub(crate) fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

const fn class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}
