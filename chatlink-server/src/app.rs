//! Everything that the server answers, put together.

use crate::{
    guard,
    headers::{self, Https},
    health::{self, Asked},
    links::{self, About},
    mailbox,
    metrics::{self, Requests},
    time::Time,
    web,
};
use axum::{Router, middleware, routing::get};
use chatlink_core::{ChatLink, memory::Mailbox};
use chatlink_http::{Network, Options};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What is told to those who run the server.
pub(crate) struct Watching {
    /// Where requests are measured; none: nowhere.
    pub(crate) requests: Option<Requests>,
    /// The proxies whose traces go on here; none: requests are not traced.
    #[cfg_attr(not(feature = "traces"), allow(dead_code, reason = "nothing is traced"))]
    pub(crate) traced_from: Option<Arc<[Network]>>,
    /// Whether something carries news between nodes.
    pub(crate) has_transport: bool,
    /// What the node goes by.
    pub(crate) time: Time,
    /// Whether the node is to end.
    pub(crate) ending: CancellationToken,
}

/// The API below `/v1`, health, the mailbox of a developer's machine, and the web client for the rest. What it
/// takes is measured where somebody asks for that.
pub(crate) fn router(
    chat: ChatLink,
    options: Options,
    https: bool,
    about: About,
    mailbox: Option<Mailbox>,
    watching: Watching,
) -> Router {
    let health =
        Router::new().route("/healthz", get(health::live)).route("/readyz", get(health::ready)).with_state(Asked {
            chat: chat.clone(),
            has_transport: watching.has_transport,
            time: watching.time,
            ending: watching.ending,
        });
    let mailbox = match mailbox {
        Some(mailbox) => get(mailbox::page).layer(middleware::from_fn(guard::local_only)).with_state(mailbox),
        None => get(web::nothing),
    };
    let app = Router::new()
        .merge(chatlink_http::router_with(chat, options))
        .merge(health)
        .route("/dev/mailbox", mailbox)
        .route("/app.json", get(links::show).with_state(about))
        .fallback(web::serve)
        .layer(middleware::from_fn_with_state(Https(https), headers::of_origin));
    let app = match watching.requests {
        Some(requests) => app.layer(middleware::from_fn_with_state(requests, metrics::measure)),
        None => app,
    };
    #[cfg(feature = "traces")]
    if let Some(trusted) = watching.traced_from {
        return app.layer(middleware::from_fn_with_state(trusted, crate::traces::measure));
    }
    app
}
