//! OpenTelemetry traces, where the operator asks for them: how long a request took, and what of it was the commit.
//!
//! Spans hold routes, statuses, names of commands and numbers: nothing that people say, are called, or are known by.

use crate::config::TracesTo;
use anyhow::Context as _;
use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use chatlink_http::Network;
use opentelemetry::{
    propagation::{Extractor, TextMapPropagator as _},
    trace::TracerProvider as _,
};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tracing::{Instrument as _, Level, Metadata, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{Layer, Registry, filter::FilterFn};

/// How long the collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it may take for the last spans, when the server ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// Sends spans to a collector, from a thread of its own.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send. Nothing is asked of the collector yet: the server starts without it. Not to be called within
    /// the runtime, in which a client that blocks cannot be made.
    pub(crate) fn start(to: &TracesTo) -> anyhow::Result<Self> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(to.url.as_str())
            .with_timeout(PATIENCE)
            .with_http_client(client()?)
            .build()
            .context("traces_url")?;
        let resource = Resource::builder().with_service_name("chatlink");
        let resource =
            resource.with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(f64::from(to.percent) / 100.0)));
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_sampler(sampler);
        Ok(Self(provider.with_resource(resource.build()).build()))
    }

    /// What hears of spans.
    pub(crate) fn layer(&self) -> Box<dyn Layer<Registry> + Send + Sync> {
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer("chatlink"));
        let layer = layer.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
        // The tracing span is the context, also in tasks that a request starts.
        let layer = layer.with_context_activation(false);
        Box::new(layer.with_filter(FilterFn::new(is_told)))
    }

    /// Sends what waits, for as long as a server that ends may take for it.
    pub(crate) fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(FAREWELL) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Follows no redirects, and asks no proxy: spans go where they are told to.
fn client() -> anyhow::Result<reqwest::blocking::Client> {
    let client = reqwest::blocking::Client::builder().timeout(PATIENCE).connect_timeout(FAREWELL).no_proxy();
    let client = client.redirect(reqwest::redirect::Policy::none()).user_agent("ChatLink");
    Ok(client.tls_backend_preconfigured(chatlink_providers::tls::client()?).build()?)
}

/// Our own spans, and what the log says within them.
fn is_told(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    // The program's own crate is called `chatlink`, the libraries' `chatlink_…`.
    target.starts_with("chatlink") && (metadata.is_span() || *metadata.level() <= Level::INFO)
}

/// The span of a request. A socket's is its handshake. It goes on with a proxy's trace, where we believe the proxy:
/// others cannot say what is recorded.
pub(crate) async fn measure(State(trusted): State<Arc<[Network]>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str);
    let method = crate::metrics::method(request.method());
    let span = tracing::debug_span!(
        "request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if peer.is_some_and(|peer| trusted.iter().any(|network| network.contains(peer))) {
        let parent = TraceContextPropagator::new().extract(&Headers(request.headers()));
        // Refused only for a span that began, which this has not.
        let _ = span.set_parent(parent);
    }
    let response = next.run(request).instrument(span.clone()).await;
    // OpenTelemetry has no unsigned numbers: those would become texts.
    span.record("http.response.status_code", i64::from(response.status().as_u16()));
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    response
}

/// Headers as a trace's parent is read from them.
struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}
