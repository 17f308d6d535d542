//! Rooms: the list, opening one, one's own settings of it.

use super::{Api, Path};
use crate::{ClientError, transport::Method};
use chatlink_protocol::{
    RoomId, Timestamp, UserId,
    room::{Room, RoomPage},
};
use serde::Serialize;
use serde_json::json;

/// A change of one's own settings of a room: what is `None` stays.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PrefsChange {
    /// Put away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Kept on top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// Marked as unread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marked_unread: Option<bool>,
    /// Until when one wants no notice of it; `Some(None)`: from now on again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Option<Timestamp>>,
}

impl Api {
    /// Conversations, pinned ones first, then by newest activity; those that are put away, or those that are not.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn rooms(&self, archived: bool, cursor: Option<&str>) -> Result<RoomPage, ClientError> {
        let path = Path::new("/v1/rooms").query("archived", archived.then_some(true)).query("cursor", cursor);
        self.get(path.query("limit", Some(100))).await
    }

    /// One room.
    ///
    /// # Errors
    /// There is none, for this caller.
    pub async fn room(&self, id: RoomId) -> Result<Room, ClientError> {
        self.get(Path::new("/v1/rooms").then(id)).await
    }

    /// The direct room with a person; made when there is none yet.
    ///
    /// # Errors
    /// There is no such person for this caller.
    pub async fn open_direct(&self, user: UserId) -> Result<Room, ClientError> {
        self.ask(Method::Post, Path::new("/v1/rooms"), &json!({ "kind": "direct", "user_id": user })).await
    }

    /// Changes one's own settings of a room.
    ///
    /// # Errors
    /// There is no such room for this caller.
    pub async fn change_prefs(&self, id: RoomId, change: &PrefsChange) -> Result<(), ClientError> {
        self.tell(Method::Put, Path::new("/v1/rooms").then(id).then("prefs"), Some(change)).await
    }
}
