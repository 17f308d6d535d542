//! What lives shortly, for those who want to see it.

use super::{Chat, engine::Order};
use crate::{ClientError, Watched, api::FollowedThread};
use chatlink_protocol::{
    RoomId, UserId,
    frame::{Presence, Receipt},
};

impl Chat {
    /// How far each member of a room was reached and has read, empty until it was read, kept current as long as it is watched.
    /// Of rooms above 100 members it tells of oneself alone, and of those who hide it, nothing.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn receipts(&self, room: RoomId) -> Result<Watched<Receipt>, ClientError> {
        self.ask(|reply| Order::Receipts(room, reply)).await.map(Watched::new)
    }

    /// The threads of a room that the person follows (he wrote the first message, wrote in it or is named in it), the one in
    /// which something was said last first, each with how much of it is to be read; empty until it was read, kept current as
    /// long as it is watched.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn threads(&self, room: RoomId) -> Result<Watched<FollowedThread>, ClientError> {
        self.ask(|reply| Order::Threads(room, reply)).await.map(Watched::new)
    }

    /// Who else types in a room now: each for six seconds after it was last told, or until he has said it.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn typists(&self, room: RoomId) -> Result<Watched<UserId>, ClientError> {
        self.ask(|reply| Order::Typists(room, reply)).await.map(Watched::new)
    }

    /// Whose [`presence`](Self::presence) is to be told from now on, at most 200 people, and of nobody else.
    ///
    /// # Errors
    /// The client was stopped.
    pub async fn watch_presence(&self, people: Vec<UserId>) -> Result<(), ClientError> {
        self.orders.send(Order::Watch(people)).await.map_err(|_| ClientError::Stopped)
    }

    /// Who of the watched people is here, or when he was, as far as it was told; without a line as it was last.
    #[must_use]
    pub fn presence(&self) -> Watched<Presence> {
        Watched::new(self.presence.clone())
    }
}
