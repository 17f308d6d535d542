//! What every transport must promise, alone and under two nodes.
//!
//! Half of the cases run two engines on *one* store: there everything arrives in the end, by the transport at once or
//! by the store a second later. The other half gives each engine a store of its own with the same people in it: what
//! arrives there came by the transport, and no other way.

mod ends;
mod events;
mod medium;
mod nodes;
mod presence;

pub use ends::*;
pub use events::*;
pub use medium::*;
pub use presence::*;

use async_trait::async_trait;
use chatlink_core::{memory::MemoryBus, realtime::transport::Transport};
use std::sync::Arc;

/// Opens a medium that nobody else is on, and nodes' ends of it.
#[async_trait]
pub trait TransportHarness: Send + Sync + Sized + 'static {
    /// A fresh medium.
    async fn start() -> Self;

    /// A node's end of it, with connections of its own.
    async fn node(&self) -> Arc<dyn Transport>;

    /// Cuts all connections to it, once: what is on its way is lost. Nodes come back by themselves.
    async fn cut(&self);
}

/// The reference adapter.
pub struct MemoryBusHarness(MemoryBus);

#[async_trait]
impl TransportHarness for MemoryBusHarness {
    async fn start() -> Self {
        Self(MemoryBus::new())
    }

    async fn node(&self) -> Arc<dyn Transport> {
        Arc::new(self.0.clone())
    }

    async fn cut(&self) {
        self.0.down();
        self.0.up();
    }
}

/// Makes a test of every case, for the transport that the [`TransportHarness`] opens.
#[macro_export]
macro_rules! transport_suite {
    ($harness:path) => {
        $crate::transport_cases!(
            $harness,
            [
                packets_come_to_all_nodes_in_their_order,
                the_largest_packet_passes_and_so_do_many,
                who_was_cut_off_hears_again,
                an_event_comes_by_the_transport_alone,
                many_events_go_out_in_few_packets,
                a_large_event_rings_the_bell,
                what_was_lost_on_the_way_is_found_in_the_store,
                nodes_that_were_cut_off_miss_nothing,
                a_new_room_is_heard_where_its_people_are,
                who_is_removed_on_another_node_hears_nothing_more,
                a_removal_that_was_lost_is_heard_before_what_follows,
                changes_of_ones_own_come_to_ones_other_devices,
                marks_come_to_the_other_node,
                marks_that_were_lost_are_found_in_the_store,
                a_session_ended_elsewhere_ends_here_at_once,
                a_deleted_account_is_cut_on_all_nodes,
                typing_comes_to_the_other_node_once,
                who_hides_typing_neither_shows_nor_sees_it_anywhere,
                who_comes_and_goes_elsewhere_is_told_to_who_watches,
                who_moves_between_nodes_was_never_away,
                who_hides_is_there_for_nobody_on_any_node,
                a_node_that_dies_takes_its_people_along,
                a_node_that_was_not_heard_is_asked_who_is_there,
                a_large_room_counts_those_of_all_nodes,
            ]
        );
    };
}

/// One module of tests, a test a case.
#[doc(hidden)]
#[macro_export]
macro_rules! transport_cases {
    ($harness:path, [$($case:ident),* $(,)?]) => {
        mod transport {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    let harness = <$harness as $crate::TransportHarness>::start().await;
                    $crate::transport::$case(&harness).await;
                }
            )*
        }
    };
}
