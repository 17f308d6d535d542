//! Everything that the server answers, put together.

use crate::{
    guard,
    headers::{self, Https},
    health,
    links::{self, About},
    mailbox, web,
};
use axum::{Router, middleware, routing::get};
use chatlink_core::{ChatLink, memory::Mailbox};
use chatlink_http::Options;

/// The API below `/v1`, health, the mailbox of a developer's machine, and the web client for the rest.
pub(crate) fn router(chat: ChatLink, options: Options, https: bool, about: About, mailbox: Option<Mailbox>) -> Router {
    let health = Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .with_state(chat.clone());
    let mailbox = match mailbox {
        Some(mailbox) => get(mailbox::page).layer(middleware::from_fn(guard::local_only)).with_state(mailbox),
        None => get(web::nothing),
    };
    Router::new()
        .merge(chatlink_http::router_with(chat, options))
        .merge(health)
        .route("/dev/mailbox", mailbox)
        .route("/app.json", get(links::show).with_state(about))
        .fallback(web::serve)
        .layer(middleware::from_fn_with_state(Https(https), headers::of_origin))
}
