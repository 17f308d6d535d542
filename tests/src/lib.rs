//! End-to-end tests of ChatLink: the real binary over real sockets.
//!
//! A test starts a [`Server`], lets each [`Person`] join by code as a newcomer does, and talks by
//! [`Api`] and [`Socket`]. Nothing here knows the server's insides, only the words of the wire. Where
//! something is not as it must be, it panics with what it saw: that is how a test fails.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "panics are how a test says no")]
#![allow(clippy::print_stderr, reason = "the server's last words belong to a failure")]

mod api;
mod authenticator;
mod contract;
mod database;
#[path = "../../chatlink-providers/tests/device/mod.rs"]
mod device;
mod history;
mod log;
mod passkey;
mod people;
mod person;
mod proxy;
mod recorder;
mod server;
mod socket;
mod strace;
mod tools;
mod wait;

pub use api::{Answer, Api, Payload};
pub use authenticator::Authenticator;
pub use contract::Contract;
pub use database::Database;
pub use device::Device;
pub use history::{ClientLog, History, Note, Row, Violation};
pub use log::{Log, RoomLog};
pub use passkey::{ORIGIN, add_passkey, begin_passkey, begin_passkey_login, log_in_by_passkey};
pub use people::{befriend, direct_room, friends, group};
pub use person::{Newcomer, PASSWORD, Person, code_for, mails_for};
pub use proxy::Wire;
pub use recorder::{Exchange, Recorder};
pub use server::{Launch, Server, chatlink};
pub use socket::{Closed, Heard, Open, Socket, send};
pub use strace::{Call, Trace};
pub use tools::tool;
pub use wait::{PATIENCE, eventually, fresh_id, within};
