//! The contract on the reference adapter.

chatlink_contract::store_suite!(chatlink_contract::MemoryHarness);
