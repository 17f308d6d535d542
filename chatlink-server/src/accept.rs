//! Taking connections: HTTP/1.1 with upgrades, or HTTP/2 for gRPC, bounded, and an orderly end.

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
#[cfg(feature = "grpc")]
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

/// Open connections of one process; the next ones wait in the listener's queue.
const MAX_CONNECTIONS: usize = 20_000;

/// How long a caller may take to say what it wants, and to keep a connection without asking.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);

/// More headers than any honest caller sends.
const MAX_HEADERS: usize = 64;

/// Calls and streams at once on a connection of HTTP/2.
#[cfg(feature = "grpc")]
const MAX_STREAMS: u32 = 200;

/// Of one request there.
#[cfg(feature = "grpc")]
const MAX_HEADER_BYTES: u32 = 16 * 1024;

/// What a caller may send there ahead of its being read, in bytes.
#[cfg(feature = "grpc")]
const WINDOW: u32 = 64 * 1024;

/// How often a silent peer is asked there whether it is there, and how long it may take to say so: given up after 45 s, as a
/// socket is.
#[cfg(feature = "grpc")]
const PING: Duration = Duration::from_secs(20);
#[cfg(feature = "grpc")]
const PONG: Duration = Duration::from_secs(25);

/// What is spoken on a listener.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    /// HTTP/1.1, as browsers and their sockets do.
    Http1,
    /// HTTP/2 from the first byte on, as gRPC does.
    #[cfg(feature = "grpc")]
    Http2,
}

/// Serves until `stop`, then lets the requests under way end and answers when all are done.
pub(crate) async fn serve(listener: TcpListener, protocol: Protocol, app: Router, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = TaskTracker::new();
    loop {
        let (stream, peer, place) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (app, stop) = (app.clone(), stop.clone());
        connections.spawn(async move {
            match protocol {
                Protocol::Http1 => http1(stream, peer, app, stop).await,
                #[cfg(feature = "grpc")]
                Protocol::Http2 => http2(stream, peer, app, stop).await,
            }
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// One connection to its end, or to the end of the request under way once `stop` was called.
async fn http1(stream: TcpStream, peer: SocketAddr, app: Router, stop: CancellationToken) {
    let service = service_fn(move |request| answer(app.clone(), peer, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    // What a peer does to its connection is no event of ours: errors are dropped.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// As [`http1`], of many requests side by side. Whoever asks nothing at first is cut, and whoever is silent is asked whether
/// he is there.
#[cfg(feature = "grpc")]
async fn http2(stream: TcpStream, peer: SocketAddr, app: Router, stop: CancellationToken) {
    let asked = CancellationToken::new();
    let heard = asked.clone();
    let service = service_fn(move |request| {
        heard.cancel();
        answer(app.clone(), peer, request)
    });
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(4 * WINDOW)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PONG)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = silence(&asked) => {}
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Resolves when nothing was asked in time, and then alone.
#[cfg(feature = "grpc")]
async fn silence(asked: &CancellationToken) {
    tokio::time::sleep(HEAD_PATIENCE).await;
    if asked.is_cancelled() {
        std::future::pending::<()>().await;
    }
}

async fn answer(
    app: Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    app.oneshot(request.map(Body::new)).await
}

/// The next connection. Running out of file descriptors passes: wait a moment and go on.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<tokio::sync::OwnedSemaphorePermit>) {
    // The semaphore is never closed.
    let place = places.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Frames are small and each is flushed once: waiting for more would only delay them.
                let _ = stream.set_nodelay(true);
                return (stream, peer, place);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
