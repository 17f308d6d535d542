//! Messages that a host posts inside its own SQL transaction. The host inserts an intent, by the store's helper or by
//! plain SQL; it takes no seq and locks no room, and it commits or rolls back with the host's rows. After the commit a
//! relay sends it as its sender would, under the `client_id` that the host gave, so that a node that dies in the
//! middle sends nothing twice.

mod port;
mod relay;
mod service;

pub use port::{Intent, IntentBody, IntentEnd, IntentRow, IntentStore, REJECTED_LIMIT, RejectedIntent};
pub(crate) use relay::Relay;
pub use service::Intents;
