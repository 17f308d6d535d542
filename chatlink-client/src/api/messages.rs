//! What is asked about single messages.

use super::{Api, Page, Path};
use crate::ClientError;
use chatlink_protocol::{EventId, Item, RoomId, room::Person};
use serde::Deserialize;

/// What a person chose in a poll.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PersonsVote {
    /// The person.
    pub user: Person,
    /// The places of the options, ascending, from 0 on.
    pub choices: Vec<u32>,
}

impl Api {
    /// Who chose what in a poll: votes are open.
    ///
    /// # Errors
    /// There is no such poll for this caller.
    pub async fn votes(
        &self,
        room: RoomId,
        message: EventId,
        cursor: Option<&str>,
    ) -> Result<Page<PersonsVote>, ClientError> {
        let path = Path::new("/v1/rooms").then(room).then("messages").then(message).then("votes");
        self.get(path.query("cursor", cursor)).await
    }

    /// The pinned messages of a room, the one pinned last first; 50 at most.
    ///
    /// # Errors
    /// There is no such room for this caller.
    pub async fn pins(&self, room: RoomId) -> Result<Vec<Item>, ClientError> {
        #[derive(Deserialize)]
        struct List {
            items: Vec<Item>,
        }
        self.get::<List>(Path::new("/v1/rooms").then(room).then("pins")).await.map(|list| list.items)
    }
}
