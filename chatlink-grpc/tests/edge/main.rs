//! The gRPC edge as its callers see it, over a real socket.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod identity;
mod services;
mod stream;
mod talk;
mod tools;
mod world;
