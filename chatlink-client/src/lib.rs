//! ChatLink's client SDK: registration and login, a list of rooms and timelines that keep themselves current over one
//! connection and are there at the next start without a network, and a send queue that survives a restart.
//!
//! ```no_run
//! # use chatlink_client::{Client, ClientError, api::Login};
//! # async fn talk() -> Result<(), ClientError> {
//! let client = Client::new("https://chat.example.org")?;
//! let login = Login { login: "anna".to_owned(), password: "…".into(), second_factor: None };
//! let chat = client.login(&login).await?;
//! let mut rooms = chat.room_list();
//! while rooms.snapshot().is_empty() {
//!     rooms.next().await;
//! }
//! let room = rooms.snapshot()[0].id;
//! let mut timeline = chat.timeline(room).await?;
//! chat.send(room, "hello").await?;
//! while let Some(changes) = timeline.next().await {
//!     println!("{changes:?}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The pure parts stand by themselves: [`SendQueue`], the list of rooms and the window of a timeline decide, and the engine's
//! one task does what they want. Whatever was told live is a hint: the log by `seq` is the truth, and every hole is filled
//! from it. With a [folder](Client::folder) two files a person are kept: what waits to be sent and how far one has read, which
//! must not be lost, and rooms, people and timelines, which are begun anew where they are broken, of another version or of
//! another life of the server's store.

pub mod api;
mod cache;
mod chat;
mod client;
mod connection;
mod error;
mod followed;
mod living;
mod marks;
mod observe;
mod own_log;
mod queue;
mod rooms;
mod secret;
mod session;
mod strand;
mod timeline;
pub mod transport;
mod world;

pub use cache::CacheError;
pub use chat::Chat;
pub use client::{Client, Proven, Registration};
pub use connection::ConnectionState;
pub use error::{ClientError, Retry};
pub use observe::{Change, Keyed, Watched, apply};
pub use queue::{
    Act, Cancelled, Decision, Job, JobState, MAX_JOBS, NewCorrection, NewMessage, Outcome, SendQueue, Target, Write,
};
pub use rooms::RoomEntry;
pub use secret::Secret;
pub use session::{FileTokens, Identity, MemoryTokens, Session, SessionState, TokenStore, TokenStoreError};
pub use strand::Strand;
pub use world::{Clock, Entropy, OsEntropy, SystemClock};
