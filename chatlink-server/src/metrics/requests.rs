//! How long requests take, by what they ask for.

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

/// Method, route and class of the status. Routes are those of the router, so that their number is bounded whatever is
/// asked for.
type Kind = (&'static str, String, &'static str);

/// Latencies of all requests so far.
#[derive(Clone, Default)]
pub(crate) struct Requests(Arc<Mutex<BTreeMap<Kind, Arc<Histogram>>>>);

/// Measures a request. A socket's is its handshake.
pub(crate) async fn measure(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = method(request.method());
    let begin = Instant::now();
    let response = next.run(request).await;
    requests.add(method, &route, response.status().as_u16(), begin.elapsed().as_secs_f64());
    response
}

impl Requests {
    pub(super) fn add(&self, method: &'static str, route: &str, status: u16, seconds: f64) {
        let histogram = {
            let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let kind = (method, route.to_owned(), class(status));
            kinds.entry(kind).or_insert_with(|| Arc::new(Histogram::new(SECONDS))).clone()
        };
        histogram.add(seconds);
    }

    pub(super) fn write(&self, page: &mut Page) {
        let kinds: Vec<_> = {
            let kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kinds.iter().map(|(kind, histogram)| (kind.clone(), histogram.read())).collect()
        };
        let rows: Vec<_> = kinds
            .iter()
            .map(|((method, route, class), values)| {
                (format!("method=\"{method}\",route=\"{route}\",status=\"{class}\""), values)
            })
            .collect();
        let rows: Vec<_> = rows.iter().map(|(labels, values)| (labels.as_str(), *values)).collect();
        page.histogram("chatlink_http_request_seconds", "How long requests took until their answer began.", &rows);
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
