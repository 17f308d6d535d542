//! ChatLink's client SDK: registration and login, timelines that keep themselves current over one connection, and a send
//! queue that survives a restart.
//!
//! ```no_run
//! # use chatlink_client::{Client, ClientError, api::Login};
//! # async fn talk() -> Result<(), ClientError> {
//! let client = Client::new("https://chat.example.org")?;
//! let login = Login { login: "anna".to_owned(), password: "…".into(), second_factor: None };
//! let chat = client.login(&login).await?;
//! let room = chat.rooms(None).await?.items.remove(0).id;
//! let mut timeline = chat.timeline(room).await?;
//! chat.send(room, "hello").await?;
//! while let Some(changes) = timeline.next().await {
//!     println!("{changes:?}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The pure parts stand by themselves: [`SendQueue`] and the window of a timeline decide, and the engine's one task does
//! what they want. Whatever was told live is a hint: the log by `seq` is the truth, and every hole is filled from it.

pub mod api;
mod cache;
mod chat;
mod client;
mod connection;
mod error;
mod observe;
mod queue;
mod secret;
mod session;
mod timeline;
pub mod transport;
mod world;

pub use cache::CacheError;
pub use chat::Chat;
pub use client::{Client, Proven, Registration};
pub use connection::ConnectionState;
pub use error::{ClientError, Retry};
pub use observe::{Change, Keyed, Watched, apply};
pub use queue::{Act, Cancelled, Job, JobState, MAX_JOBS, Outcome, SendQueue, Target, Write};
pub use secret::Secret;
pub use session::{FileTokens, Identity, MemoryTokens, Session, SessionState, TokenStore, TokenStoreError};
pub use world::{Clock, Entropy, OsEntropy, SystemClock};
