//! Messages that wait for their time. Each is one person's own until it is sent: a recurring job takes what is due
//! and sends it as its writer would, under the `client_id` that it was given when it was written, so that a node
//! that dies in the middle sends nothing twice. What cannot be sent stays, and says why.

mod port;
mod service;
mod worker;

pub use port::{SCHEDULED, Scheduled, ScheduledRow, ScheduledStore, ScheduledWords, Settling, note};
pub use service::Schedule;
pub(crate) use worker::{KIND, SendDue};
