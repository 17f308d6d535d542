//! The listener of gRPC: off unless it has an address.

use crate::{
    accept::{self, Protocol},
    config::Config,
    metrics::{self, Requests},
};
use anyhow::Context as _;
use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware::{self, Next},
    response::Response,
};
use chatlink_core::ChatLink;
use chatlink_grpc::{Drain, Options};
use chatlink_http::{ClientAddress, Network};
use std::{net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// What runs of it.
#[derive(Default)]
pub(crate) struct Grpc {
    drain: Drain,
    server: Option<JoinHandle<()>>,
}

impl Grpc {
    /// Listens where the configuration says, until `stop`.
    pub(crate) async fn start(
        config: &Config,
        chat: &ChatLink,
        requests: Option<Requests>,
        stop: &CancellationToken,
    ) -> anyhow::Result<Self> {
        let Some(address) = config.grpc_listen else { return Ok(Self::default()) };
        let listener = TcpListener::bind(address).await.with_context(|| format!("grpc_listen: {address}"))?;
        tracing::info!(address = %listener.local_addr()?, "gRPC");
        let drain = Drain::default();
        let app = router(chat.clone(), drain.clone(), config.trusted_proxies.as_slice().into());
        let app = match requests {
            Some(requests) => app.layer(middleware::from_fn_with_state(requests, metrics::measure_call)),
            None => app,
        };
        let server = tokio::spawn(accept::serve(listener, Protocol::Http2, app, stop.clone()));
        Ok(Self { drain, server: Some(server) })
    }

    /// Ends its streams, and waits for its calls.
    pub(crate) async fn finish(self) {
        self.drain.finish().await;
        if let Some(server) = self.server
            && let Err(error) = server.await
        {
            tracing::error!(%error, "the listener of gRPC broke off");
        }
    }
}

fn router(chat: ChatLink, drain: Drain, trusted: Arc<[Network]>) -> Router {
    let calls = chatlink_grpc::router(chat, Options { drain, ..Options::default() });
    calls.layer(middleware::from_fn_with_state(trusted, seen))
}

/// Puts the address that the outermost trusted proxy saw in the place of the proxy's own.
async fn seen(State(trusted): State<Arc<[Network]>>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let ClientAddress(caller) = ClientAddress::of(peer.ip(), request.headers(), &trusted);
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(caller, peer.port())));
    }
    next.run(request).await
}
