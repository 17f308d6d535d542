//! Groups: making one, how it is set up, who is in it, who leads it.

use super::{Api, Page, Path};
use crate::{ClientError, transport::Method};
use chatlink_protocol::{
    ClientId, RoomId, Timestamp, UserId,
    room::{Avatar, Person, Room},
};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

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

/// A change of how a group is set up: what is `None` stays. A text that is empty, and a time of 0, take away what was there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GroupChange {
    /// Its title, which is never empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Who may write: `everyone`, or its `admins`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posting: Option<String>,
    /// Who can find it: `private`, its members alone; `public`, everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// How one comes in where it is public: `open`, or by `request`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join: Option<String>,
    /// The language that is spoken or learnt there, ISO 639-1 or 639-3.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text_or_null")]
    pub language: Option<String>,
    /// The level that it is for, `A1` to `C2`.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text_or_null")]
    pub level: Option<String>,
    /// How many seconds messages stay that are written from now on, at most 31,536,000.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "number_or_null")]
    pub expires_in: Option<u64>,
}

fn text_or_null<S: Serializer>(text: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_ref().filter(|text| !text.is_empty()).serialize(serializer)
}

fn number_or_null<S: Serializer>(number: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
    number.filter(|number| *number > 0).serialize(serializer)
}

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

/// Members as they are after people were brought in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Added {
    /// The first page of members.
    pub items: Vec<Member>,
    /// Of those who were to come in, who is asked first.
    #[serde(default)]
    pub invited: Vec<UserId>,
    /// Where the next page of members begins; `None`: this is the last one.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// A group that somebody would bring the person into, whom he does not know.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Invitation {
    /// The group.
    pub room_id: RoomId,
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub topic: String,
    /// `None`: initials stand for it.
    #[serde(default)]
    pub avatar: Option<Avatar>,
    /// How many are in it.
    pub member_count: u32,
    /// The language that is spoken or learnt there.
    #[serde(default)]
    pub language: Option<String>,
    /// The level that it is for.
    #[serde(default)]
    pub level: Option<String>,
    /// Who asks.
    pub invited_by: Person,
    /// When.
    pub invited_at: Timestamp,
}

/// What waits for the person's answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Requests {
    /// Direct rooms that others opened.
    pub items: Vec<Room>,
    /// Groups that others would bring him into, the newest first.
    #[serde(default)]
    pub invitations: Vec<Invitation>,
    /// Where the next page begins; `None`: nothing else waits.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// Somebody who is kept out of a group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Ban {
    /// The person.
    pub user: Person,
    /// Who did it; `None` once that account is deleted.
    #[serde(default)]
    pub banned_by: Option<Person>,
    /// When.
    pub banned_at: Timestamp,
}

impl Api {
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

    /// Changes how a group is set up.
    ///
    /// # Errors
    /// Not allowed, or fields that break their rules.
    pub async fn change_group(&self, id: RoomId, change: &GroupChange) -> Result<Room, ClientError> {
        self.ask(Method::Patch, Path::new("/v1/rooms").then(id), change).await
    }

    /// Its members.
    ///
    /// # Errors
    /// There is no such room for this caller.
    pub async fn members(&self, id: RoomId, cursor: Option<&str>) -> Result<Page<Member>, ClientError> {
        self.get(members(id).query("cursor", cursor)).await
    }

    /// Brings people in; who has never met the caller is asked first.
    ///
    /// # Errors
    /// Not allowed, or the room is full.
    pub async fn add_members(&self, id: RoomId, users: &[UserId]) -> Result<Added, ClientError> {
        self.ask(Method::Post, members(id), &json!({ "user_ids": users })).await
    }

    /// Takes a member out.
    ///
    /// # Errors
    /// Not allowed, or there is no such member.
    pub async fn remove_member(&self, id: RoomId, user: UserId) -> Result<(), ClientError> {
        self.tell(Method::Delete, members(id).then(user), None::<&()>).await
    }

    /// Gives a member another role: `admin`, `moderator` or `member`.
    ///
    /// # Errors
    /// Not allowed, or there is no such member.
    pub async fn set_role(&self, id: RoomId, user: UserId, role: &str) -> Result<(), ClientError> {
        self.tell(Method::Patch, members(id).then(user), Some(&json!({ "role": role }))).await
    }

    /// Makes another member the owner.
    ///
    /// # Errors
    /// Not allowed, or there is no such member.
    pub async fn hand_over(&self, id: RoomId, user: UserId) -> Result<Room, ClientError> {
        self.ask(Method::Post, Path::new("/v1/rooms").then(id).then("owner"), &json!({ "user_id": user })).await
    }

    /// Lets a member write again only then; `None`: now.
    ///
    /// # Errors
    /// Not allowed, or there is no such member.
    pub async fn mute_member(&self, id: RoomId, user: UserId, until: Option<Timestamp>) -> Result<(), ClientError> {
        let path = Path::new("/v1/rooms").then(id).then("mutes").then(user);
        match until {
            Some(until) => self.tell(Method::Put, path, Some(&json!({ "muted_until": until }))).await,
            None => self.tell(Method::Delete, path, None::<&()>).await,
        }
    }

    /// Keeps somebody out, who is taken out if he is in; or lets him in again.
    ///
    /// # Errors
    /// Not allowed.
    pub async fn ban(&self, id: RoomId, user: UserId, banned: bool) -> Result<(), ClientError> {
        let method = if banned { Method::Put } else { Method::Delete };
        self.tell(method, Path::new("/v1/rooms").then(id).then("bans").then(user), None::<&()>).await
    }

    /// Who are kept out.
    ///
    /// # Errors
    /// Not allowed.
    pub async fn bans(&self, id: RoomId, cursor: Option<&str>) -> Result<Page<Ban>, ClientError> {
        self.get(Path::new("/v1/rooms").then(id).then("bans").query("cursor", cursor)).await
    }

    /// Goes out of a group.
    ///
    /// # Errors
    /// Its last owner stays.
    pub async fn leave(&self, id: RoomId) -> Result<(), ClientError> {
        self.tell(Method::Post, Path::new("/v1/rooms").then(id).then("leave"), None::<&()>).await
    }

    /// What waits for the person's answer: first contacts, and invitations into groups.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn requests(&self, cursor: Option<&str>) -> Result<Requests, ClientError> {
        self.get(Path::new("/v1/requests").query("cursor", cursor)).await
    }

    /// Accepts a first contact, or an invitation into a group. Repeating it does no harm.
    ///
    /// # Errors
    /// There is none.
    pub async fn accept_request(&self, id: RoomId) -> Result<(), ClientError> {
        self.tell(Method::Post, Path::new("/v1/requests").then(id).then("accept"), None::<&()>).await
    }

    /// Declines a first contact or an invitation, of which whoever asked learns nothing.
    ///
    /// # Errors
    /// There is none.
    pub async fn decline_request(&self, id: RoomId) -> Result<(), ClientError> {
        self.tell(Method::Post, Path::new("/v1/requests").then(id).then("decline"), None::<&()>).await
    }
}

fn members(id: RoomId) -> Path {
    Path::new("/v1/rooms").then(id).then("members")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_is_not_said_and_what_is_taken_away_is_null() {
        let nothing = serde_json::to_value(GroupChange::default()).unwrap();
        assert_eq!(nothing, json!({}));
        let change = GroupChange {
            topic: Some(String::new()),
            language: Some(String::new()),
            level: Some("B1".to_owned()),
            expires_in: Some(0),
            ..GroupChange::default()
        };
        let wanted = json!({ "topic": "", "language": null, "level": "B1", "expires_in": null });
        assert_eq!(serde_json::to_value(change).unwrap(), wanted);
    }
}
