//! The ChatLink engine: rules, use cases, ports, the hub, and in-memory reference adapters.
//!
//! A room per domain: [`identity`] (registration, accounts, sessions, reset), [`people`] (profiles,
//! languages, matching, blocks), [`rooms`] (rooms, members, requests), [`timeline`] (acts, events,
//! receipts), [`realtime`] (hub, connections, presence, typing) and [`rights`] (export, deletion). Each holds its types, its pure
//! rules, its storage port and its use cases. The engine does no I/O: storage, mail, time and
//! randomness come in through ports, and edges (HTTP, WebSocket) drive the use cases from outside.
//!
//! [`services`] are the tokens of bots and backends, [`jobs`] is the work beside the requests, [`portable`] the way of an installation from one store to another.
//!
//! Start at [`ChatLink::builder`].

mod builder;
pub mod clock;
pub mod contact;
mod context;
pub mod cursor;
mod engine;
pub mod entropy;
pub mod error;
pub mod host;
pub mod identity;
pub mod jobs;
pub mod keys;
mod limiter;
pub mod locale;
pub mod memory;
pub mod metrics;
pub mod people;
pub mod portable;
pub mod previews;
pub mod realtime;
pub mod rights;
pub mod rooms;
pub mod services;
pub mod settings;
pub mod store;
pub mod timeline;
pub mod webhooks;
mod words;

pub use builder::{BuildError, ChatLinkBuilder};
pub use chatlink_protocol as protocol;
pub use context::Failed;
pub use engine::ChatLink;
pub use error::{Chain, Coded, Invalid, StoreError};
pub use keys::Keys;
pub use limiter::{Cost, Limited};
pub use settings::Settings;
pub use store::{Installation, InstallationStore, Store};
