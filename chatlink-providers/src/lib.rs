//! ChatLink's outbound adapters: a module and a cargo feature each. An adapter hands on what the
//! engine's queue gives it, says whether a failure may pass, and never retries by itself.

#[cfg(feature = "mail")]
pub mod mail;
#[cfg(feature = "sms")]
pub mod sms;
