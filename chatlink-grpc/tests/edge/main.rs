//! The gRPC edge as its callers see it, over a real socket.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod every_method;
mod identity;
mod leading;
mod messages;
mod mine;
mod services;
mod stream;
mod talk;
mod tools;
mod world;
