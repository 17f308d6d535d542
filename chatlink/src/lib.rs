//! ChatLink, an embeddable chat engine: people who join with a one-time code, find language
//! partners, and talk.
//!
//! This crate is the door for those who embed it: the engine and, by feature, its adapters.
//!
//! | feature | brings |
//! |---|---|
//! | `sqlite` (default) | [`sqlite`]: everything in one file |
//! | `grpc` | [`grpc`]: the same for backends and bots, as a `Router` that speaks gRPC |
//! | `http` (default) | [`http`]: an axum `Router` with REST and WebSocket |
//! | `mail` | [`providers`]: codes and notices by SMTP |
//! | `passkeys` | [`providers`]: the ceremonies of passkeys (WebAuthn) |
//! | `pictures` | [`providers`]: avatars from PNG, JPEG and WebP files |
//! | `postgres` | [`postgres`]: everything in a schema of a PostgreSQL database, and what carries news between nodes on it |
//! | `redis` | [`redis`]: what carries news between nodes, by Redis |
//! | `sms` | [`providers`]: codes and notices as text messages, by an HTTP gateway |
//! | `webhooks` | [`providers`]: what posts to webhooks, by HTTP |
//!
//! Put an engine together, call it, and mount its edge under any path of your app:
//!
//! ```no_run
//! # #[cfg(all(feature = "sqlite", feature = "http"))]
//! # async fn embed() -> Result<(), Box<dyn std::error::Error>> {
//! use chatlink::{ChatLink, Keys, http, sqlite::SqliteOptions};
//! use std::sync::Arc;
//!
//! let store = SqliteOptions::new("chatlink.db").open().await?;
//! let keys = Keys::parse(&std::env::var("CHATLINK_SECRET")?)?;
//! let chat = ChatLink::builder().store(Arc::new(store)).keys(keys).build().await?;
//! let options = http::Options {
//!     origins: http::Origins::exact(["https://app.example.org"]),
//!     mount: "/chat".to_owned(),
//!     ..http::Options::default()
//! };
//! let app = axum::Router::new().nest("/chat", http::router_with(chat.clone(), options));
//! # let _: axum::Router = app;
//! # Ok(())
//! # }
//! ```
//!
//! [`ChatLink::identity`], [`people`](ChatLink::people), [`rooms`](ChatLink::rooms) and
//! [`timeline`](ChatLink::timeline) are the use cases; [`ChatLink::connect`] takes a live connection
//! in. How an app with users of its own does it is told step by step in `docs/embed.md`. When your app ends, await [`ChatLink::shutdown`]; when [`ChatLink::failed`] resolves, end it.

pub use chatlink_core::*;

/// The use cases over gRPC, as an axum `Router`.
#[cfg(feature = "grpc")]
pub use chatlink_grpc as grpc;

/// REST and WebSocket as an axum `Router`.
#[cfg(feature = "http")]
pub use chatlink_http as http;

/// Adapters to the world outside: mail, text messages, pictures, passkeys, webhooks.
#[cfg(any(feature = "mail", feature = "passkeys", feature = "pictures", feature = "sms", feature = "webhooks"))]
pub use chatlink_providers as providers;

/// The storage ports on PostgreSQL.
#[cfg(feature = "postgres")]
pub use chatlink_store_postgres as postgres;

/// A transport between nodes on Redis.
#[cfg(feature = "redis")]
pub use chatlink_transport_redis as redis;

/// The storage ports on SQLite.
#[cfg(feature = "sqlite")]
pub use chatlink_store_sqlite as sqlite;

/// The blocks of the chapter are compiled and run with the doc tests.
#[cfg(all(doctest, feature = "sqlite", feature = "http"))]
#[doc = include_str!("../../docs/embed.md")]
mod chapter {}
