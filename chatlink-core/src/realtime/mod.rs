//! Realtime: the hub inside a node, the connections that edges drive, presence and typing.
//!
//! The store is the truth, and all of this is a hint: what is lost here is found again by seq.

mod catch_up;
mod connection;
mod crowd;
mod drain;
mod elsewhere;
mod endings;
mod gather;
mod greetings;
mod hub;
mod life;
mod live_room;
mod online;
mod own_log;
mod pace;
mod presence;
mod queue;
mod resume;
mod seats;
pub mod transport;
mod veil;

pub(crate) use connection::Services;
pub use connection::{ConnectError, Connection, Outgoing};
pub use drain::Drain;
pub(crate) use greetings::Greetings;
pub(crate) use hub::Hub;
pub(crate) use life::Life;
pub use pace::Pace;
pub use seats::Seat;
pub(crate) use seats::Seats;
