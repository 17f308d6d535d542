//! ChatLink over gRPC: the same use cases as over HTTP, for backends and bots, as an axum [`Router`](axum::Router).
//!
//! ```no_run
//! # async fn serve(chat: chatlink_core::ChatLink) -> std::io::Result<()> {
//! # use std::net::SocketAddr;
//! let app = chatlink_grpc::router(chat, chatlink_grpc::Options::default());
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:50051").await?;
//! axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await
//! # }
//! ```
//!
//! The protos are in `proto/chatlink/v1`, a file a service, and reflection tells them. Paths of gRPC begin at the root, so
//! the router can be merged into an app that speaks HTTP/2, and cannot be nested under a path. Serve it with connect info:
//! limits by address tell callers apart by it. Behind a proxy let it hold the address that the proxy saw.
//!
//! An access token goes with each call as `authorization: Bearer …`, or a [service token](chatlink_core::services) of a bot
//! or a backend, which does what its scopes say. A refusal is a status with a
//! [`Problem`](v1::Problem) as the detail of `grpc-status-details-bin`. Ids are UUIDs in their hyphenated form; one that
//! is none names nothing, and is answered as an absent one. Where a set of words may grow they are texts, as on the other
//! edges.
//!
//! An edge translates and never decides: a method turns a request into one use case of
//! [`ChatLink`](chatlink_core::ChatLink) and its outcome into the wire's words.

mod access;
mod call;
mod contacts;
mod corrections;
mod cursor;
mod edge;
mod groups;
mod health;
mod host;
mod ids;
mod mine;
mod people;
mod pins;
mod polls;
mod realtime;
mod refusal;
mod registration;
mod rooms;
mod router;
mod search;
mod secrets;
mod sessions;
mod settings;
mod threads;
mod time;
mod timeline;
mod ways_in;
mod wire;

pub use call::Called;
pub use chatlink_core::realtime::Drain;
pub use refusal::{problem_of, refused, status_of};
pub use router::{Options, router};

/// The messages and services of version 1, made of the protos.
pub mod v1 {
    #![allow(clippy::all, clippy::pedantic, reason = "made by tonic-prost-build")]
    tonic::include_proto!("chatlink.v1");
}

/// The descriptors of all protos, as reflection serves them: an encoded `google.protobuf.FileDescriptorSet`.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
