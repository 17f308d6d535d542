//! The transport's contract on a real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say so when something is not as it must be"
)]

mod support;

use async_trait::async_trait;
use chatlink_contract::TransportHarness;
use chatlink_core::realtime::transport::Transport;
use chatlink_store_postgres::PostgresStore;
use std::sync::Arc;

/// A schema of its own, which is not even made: a channel needs none.
pub struct NotifyHarness(PostgresStore);

#[async_trait]
impl TransportHarness for NotifyHarness {
    async fn start() -> Self {
        Self(support::connect(&support::schema()).await)
    }

    async fn node(&self) -> Arc<dyn Transport> {
        Arc::new(self.0.transport())
    }

    async fn cut(&self) {
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1";
        let name = format!("{} transport", self.0.schema());
        let cut: i64 =
            sqlx::query_scalar(kill).bind(name).fetch_one(&mut support::by_hand(&self.0).await).await.unwrap();
        assert!(cut >= 2, "{cut} connections were cut");
    }
}

chatlink_contract::transport_suite!(crate::NotifyHarness);
