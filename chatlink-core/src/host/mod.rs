//! What a host has to say and to hear, beside who its users are (that is the
//! [`Verifier`](crate::identity::Verifier)): its [`Policy`] on contacts and messages before they are
//! written, its [`AfterCommit`] for events that are written, and its own voice in rooms, the [`System`].
//!
//! A host's code runs beside the engine's, never inside it: each call has a deadline and a task of its
//! own, so that one which hangs or panics costs its caller an answer and nobody else anything.

mod after;
mod ask;
mod policy;
mod system;

pub use after::AfterCommit;
pub(crate) use after::Ear;
pub(crate) use ask::{Consent, Questions};
pub use policy::{Outgoing, Person, Policy, Verdict};
pub use system::System;
