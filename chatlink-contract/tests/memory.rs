//! The contract on the reference adapters.

chatlink_contract::store_suite!(chatlink_contract::MemoryHarness);
chatlink_contract::transport_suite!(chatlink_contract::MemoryBusHarness);
