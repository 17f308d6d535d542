//! Groups: what needs the server at once, and what the list of rooms shows of it.

use super::{Chat, engine::Order};
use crate::{
    ClientError,
    api::{GroupChange, NewGroup},
};
use chatlink_protocol::{ClientId, RoomId, UserId, room::Room};

impl Chat {
    /// A fresh name for something that is made once, however often the call is repeated: of a [`NewGroup`].
    #[must_use]
    pub fn fresh_name(&self) -> ClientId {
        self.names.fresh()
    }

    /// Makes a group. Whom one does not know is asked first. Repeating it under the same name answers the same group.
    ///
    /// # Errors
    /// Fields that break their rules.
    pub async fn create_group(&self, group: &NewGroup) -> Result<Room, ClientError> {
        self.shown(self.api.create_group(group).await?).await
    }

    /// Changes how a group is set up: its title, what it is about, who may write and come in.
    ///
    /// # Errors
    /// Not allowed, or fields that break their rules.
    pub async fn change_group(&self, room: RoomId, change: &GroupChange) -> Result<Room, ClientError> {
        self.shown(self.api.change_group(room, change).await?).await
    }

    /// Makes another member the group's owner; who was it is an admin from then on.
    ///
    /// # Errors
    /// Not allowed, or there is no such member.
    pub async fn hand_over(&self, room: RoomId, user: UserId) -> Result<Room, ClientError> {
        self.shown(self.api.hand_over(room, user).await?).await
    }

    /// A room as the server just showed it: the list need not wait for the socket to tell of it.
    pub(super) async fn shown(&self, room: Room) -> Result<Room, ClientError> {
        self.tell(Order::Put(Box::new(room.clone()))).await;
        Ok(room)
    }
}
