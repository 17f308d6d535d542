//! The SDK against a real ChatLink: its calls over HTTP, its socket over TCP, and a line that is cut at random.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "panics are how a test says no")]

mod acts;
mod groups;
mod kept;
mod offline;
mod plug;
mod rooms;
mod server;
mod talk;
mod threads;
mod tls;
mod wire;
