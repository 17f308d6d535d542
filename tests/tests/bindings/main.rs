//! The other side: programs in other languages against the real server, by the bindings and over gRPC.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

mod bot;
mod kotlin;
mod python;
mod workshop;
