//! Faults, each on real servers that the test starts itself, under writers and readers: whatever happens to a node, the
//! database or Redis, what was acknowledged is there once, and everybody sees it in order. The checker that says so
//! ([`chatlink_tests::History`]) knows nothing of servers.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]
#![allow(clippy::print_stdout, reason = "figures, for whoever proves it")]

mod cluster;
mod crew;
mod failover;
mod kills;
mod partitions;
#[path = "../../../chatlink-store-postgres/tests/support/server.rs"]
mod postgres;
mod progress;
mod reader;
#[path = "../../../chatlink-transport-redis/tests/support/server.rs"]
mod redis;
mod redis_away;
mod restarts;
mod writer;

/// The first number in CI, the second one with `CHATLINK_PROVE`.
fn longer<T>(few: T, many: T) -> T {
    if std::env::var_os("CHATLINK_PROVE").is_some() { many } else { few }
}
