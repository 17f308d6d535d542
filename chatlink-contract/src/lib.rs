//! What every ChatLink store and transport must promise, as executable cases: each promise of a port is a case
//! here first, and an adapter is done when its one line is green on the real service.
//!
//! ```ignore
//! chatlink_contract::store_suite!(crate::SqliteHarness);
//! chatlink_contract::transport_suite!(crate::RedisHarness);
//! ```
//!
//! Depends on core alone, so that an adapter outside this workspace can be held to it, too.

pub mod harness;

pub use harness::{Harness, MemoryHarness};
pub use transport::{MemoryBusHarness, TransportHarness};

/// Makes a test of every case, for the store that the [`Harness`] opens.
#[macro_export]
macro_rules! store_suite {
    ($harness:path) => {
        $crate::installation_cases!($harness);
        $crate::identity_cases!($harness);
        $crate::people_cases!($harness);
        $crate::room_cases!($harness);
        $crate::timeline_cases!($harness);
        $crate::search_cases!($harness);
        $crate::mine_cases!($harness);
        $crate::scheduled_cases!($harness);
        $crate::intent_cases!($harness);
        $crate::job_cases!($harness);
        $crate::webhook_cases!($harness);
        $crate::rights_cases!($harness);
        $crate::service_cases!($harness);
        $crate::word_cases!($harness);
    };
}

/// One module of tests, a test a case: `cases!(Harness, module: [case, …])`.
#[doc(hidden)]
#[macro_export]
macro_rules! cases {
    ($harness:path, $module:ident: [$($case:ident),* $(,)?]) => {
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    let harness = <$harness as $crate::Harness>::start().await;
                    $crate::$module::$case(&harness).await;
                }
            )*
        }
    };
}

pub mod identity;
pub mod installation;
pub mod intents;
pub mod jobs;
pub mod mine;
pub mod people;
pub mod rights;
pub mod rooms;
pub mod scheduled;
pub mod search;
pub mod services;
pub mod timeline;
pub mod transport;
pub mod webhooks;
pub mod words;
mod world;
