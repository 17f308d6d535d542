//! ChatLink over REST and WebSocket: an axum [`Router`] to mount under any path of your app.
//!
//! ```no_run
//! # async fn mount(chat: chatlink_core::ChatLink) {
//! let app = axum::Router::new().nest("/chat", chatlink_http::router(chat));
//! # let _: axum::Router = app;
//! # }
//! ```
//!
//! Serve it with [`axum::Router::into_make_service_with_connect_info`] and a
//! [`SocketAddr`](std::net::SocketAddr), so that limits by address can tell callers apart.
//!
//! An edge translates and never decides: a handler turns a request into one use case of
//! [`ChatLink`](chatlink_core::ChatLink) and its outcome into the wire's words. How a route is
//! written is shown once, in `src/echo.rs`.

mod address;
mod api;
mod auth;
mod cookie;
mod cors;
mod cursor;
#[cfg(test)]
mod echo;
mod edge;
mod extract;
mod identity;
mod names;
mod options;
mod origin;
mod people;
mod pictures;
mod previews;
mod problem;
mod request;
mod rights;
mod rooms;
mod schema;
#[cfg(test)]
mod testing;
mod timeline;
mod ws;

pub use address::{ClientAddress, Network};
pub use api::{openapi, router, router_with};
pub use auth::Auth;
pub use chatlink_core::realtime::Drain;
pub use cookie::Cookie;
pub use edge::Edge;
pub use extract::{Json, PathIds, Query, Segment, Segments};
pub use options::Options;
pub use origin::{Origins, is_loopback_host};
pub use problem::Problem;
