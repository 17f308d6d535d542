//! The bindings from the other side: programs in other languages against the real server.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

mod kotlin;
mod python;
mod workshop;
