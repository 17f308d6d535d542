//! Who may see the development mailbox: a browser on this very machine, and nobody through it.

use crate::web;
use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use std::net::SocketAddr;

/// Lets a call through that comes from this machine, asks for it by a loopback name (a foreign
/// page cannot, whatever its DNS says) and went through no proxy; to all others nothing is here.
pub(crate) async fn local_only(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    if peer.is_some_and(|peer| is_local(peer, request.headers())) {
        next.run(request).await
    } else {
        web::nothing().await
    }
}

fn is_local(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let proxied = headers.keys().any(|name| {
        let name = name.as_str();
        matches!(name, "forwarded" | "x-real-ip" | "via") || name.starts_with("x-forwarded")
    });
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let named = hosts.next().is_none() && host.is_some_and(chatlink_http::is_loopback_host);
    peer.ip().to_canonical().is_loopback() && named && !proxied
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut headers = HeaderMap::new();
        pairs.for_each(|(name, value)| {
            headers.append(name, value);
        });
        headers
    }

    fn local(peer: &str, pairs: &[(&'static str, &'static str)]) -> bool {
        is_local(format!("{peer}:40000").parse().unwrap(), &headers(pairs))
    }

    #[test]
    fn a_browser_on_this_machine_may() {
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"] {
            assert!(is_local(
                "127.0.0.1:1".parse().unwrap(),
                &HeaderMap::from_iter([(header::HOST, host.parse().unwrap())])
            ));
        }
        assert!(local("[::1]", &[("host", "localhost:8080")]));
        assert!(local("[::ffff:127.0.0.1]", &[("host", "localhost:8080")]));
    }

    #[test]
    fn nobody_else_may() {
        assert!(!local("192.0.2.1", &[("host", "localhost:8080")]), "another machine");
        assert!(!local("127.0.0.1", &[]), "no host");
        for host in ["chat.example.org", "localhost.example.org", "127.0.0.1.example.org", "localhost:8080@evil", ""] {
            assert!(!local("127.0.0.1", &[("host", host)]), "rebound to {host}");
        }
        assert!(!local("127.0.0.1", &[("host", "localhost"), ("host", "evil.example.org")]), "two hosts");
        for name in [
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-server",
            "x-real-ip",
            "via",
        ] {
            assert!(!local("127.0.0.1", &[("host", "localhost:8080"), (name, "127.0.0.1")]), "through a proxy: {name}");
        }
    }
}
