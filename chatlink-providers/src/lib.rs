//! ChatLink's adapters to the world outside: a module and a cargo feature each. A sender hands on what
//! the engine's queue gives it, says whether a failure may pass, and never retries by itself.

#[cfg(feature = "mail")]
pub mod mail;
#[cfg(feature = "passkeys")]
pub mod passkeys;
#[cfg(feature = "pictures")]
pub mod pictures;
#[cfg(feature = "previews")]
pub mod previews;
#[cfg(feature = "sms")]
pub mod sms;
#[cfg(feature = "tls")]
pub mod tls;
#[cfg(feature = "webhooks")]
pub mod webhooks;
