//! Rooms: the list, opening one, coming in and going.

use super::{Api, Page, Path};
use crate::{ClientError, transport::Method};
use chatlink_protocol::{
    ClientId, RoomId, Timestamp, UserId,
    room::{Person, Room, RoomPage},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// The person.
    pub user: Person,
    /// `owner`, `admin`, `moderator` or `member`.
    pub role: String,
    /// Since when.
    pub joined_at: Timestamp,
    /// Until when he may not write.
    #[serde(default)]
    pub muted_until: Option<Timestamp>,
}

/// A group to be made.
#[derive(Clone, Debug, Serialize)]
pub struct NewGroup {
    /// The maker's name for it; the same one again answers the same group.
    pub client_id: ClientId,
    /// Its title.
    pub title: String,
    /// Who are in it besides; strangers are asked first.
    pub members: Vec<UserId>,
}

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

    /// First contacts that wait for an answer.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn requests(&self, cursor: Option<&str>) -> Result<Page<Room>, ClientError> {
        self.get(Path::new("/v1/requests").query("cursor", cursor)).await
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

    /// Makes a group.
    ///
    /// # Errors
    /// Fields that break their rules.
    pub async fn create_group(&self, group: &NewGroup) -> Result<Room, ClientError> {
        #[derive(Serialize)]
        struct Body<'a> {
            kind: &'static str,
            #[serde(flatten)]
            group: &'a NewGroup,
        }
        self.ask(Method::Post, Path::new("/v1/rooms"), &Body { kind: "group", group }).await
    }

    /// Its members.
    ///
    /// # Errors
    /// There is no such room for this caller.
    pub async fn members(&self, id: RoomId, cursor: Option<&str>) -> Result<Page<Member>, ClientError> {
        self.get(Path::new("/v1/rooms").then(id).then("members").query("cursor", cursor)).await
    }

    /// Brings people in.
    ///
    /// # Errors
    /// Not allowed, or the room is full.
    pub async fn add_members(&self, id: RoomId, users: &[UserId]) -> Result<Page<Member>, ClientError> {
        let path = Path::new("/v1/rooms").then(id).then("members");
        self.ask(Method::Post, path, &json!({ "user_ids": users })).await
    }

    /// Goes out of a room.
    ///
    /// # Errors
    /// Its last owner stays.
    pub async fn leave(&self, id: RoomId) -> Result<(), ClientError> {
        self.tell(Method::Post, Path::new("/v1/rooms").then(id).then("leave"), None::<&()>).await
    }

    /// Accepts a first contact. Repeating it does no harm.
    ///
    /// # Errors
    /// There is none.
    pub async fn accept_request(&self, id: RoomId) -> Result<(), ClientError> {
        self.tell(Method::Post, Path::new("/v1/requests").then(id).then("accept"), None::<&()>).await
    }

    /// Declines a first contact, of which its opener learns nothing.
    ///
    /// # Errors
    /// There is none.
    pub async fn decline_request(&self, id: RoomId) -> Result<(), ClientError> {
        self.tell(Method::Post, Path::new("/v1/requests").then(id).then("decline"), None::<&()>).await
    }

    /// Changes one's own settings of a room.
    ///
    /// # Errors
    /// There is no such room for this caller.
    pub async fn change_prefs(&self, id: RoomId, change: &PrefsChange) -> Result<(), ClientError> {
        self.tell(Method::Put, Path::new("/v1/rooms").then(id).then("prefs"), Some(change)).await
    }
}
