//! Jobs: work beside the requests that survives restarts.
//!
//! A job is a row: its kind says which [`Worker`] does it, its key makes it the only one of its kind
//! about that thing. A node leases a due job, renews the lease while the worker is at it, and says how
//! it ended. A node that dies renews nothing: its jobs are leased by another. So a job is done at
//! least once, never by two at one time, and its worker must bear a repetition.
//!
//! Housekeeping runs on it ([`ChatLink::jobs`](crate::ChatLink::jobs) lists how far it got); a host's own
//! workers may, too ([`ChatLinkBuilder::worker`](crate::ChatLinkBuilder::worker)).

pub(crate) mod housekeeping;
mod policy;
mod port;
mod runner;
mod service;
mod worker;

pub use policy::{Policy, Repeat};
pub use port::{Enqueued, JobId, JobLease, JobRow, JobState, JobStore, LeasedJob, NewJob};
pub use service::Jobs;
pub use worker::{Ended, Run, WorkError, Worker};

pub(crate) use runner::{Pace, Runner};
