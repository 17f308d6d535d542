//! Groups: making one, how it is set up, who is in it, who leads it.

use crate::{Chat, ChatError, Peer, Picture, Room};
use chatlink_client::api;
use chatlink_protocol::{ClientId, RoomId, Timestamp, UserId};

/// A change of how a group is set up: what is left out stays. A text that is empty, and a time of 0, take away what was there.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct GroupChange {
    /// Its title, which is never empty.
    #[uniffi(default = None)]
    pub title: Option<String>,
    /// What it is about.
    #[uniffi(default = None)]
    pub topic: Option<String>,
    /// Who may write: `everyone`, or its `admins`.
    #[uniffi(default = None)]
    pub posting: Option<String>,
    /// Who can find it: `private`, its members alone; `public`, everybody.
    #[uniffi(default = None)]
    pub visibility: Option<String>,
    /// How one comes in where it is public: `open`, or by `request`.
    #[uniffi(default = None)]
    pub join: Option<String>,
    /// The language that is spoken or learnt there, ISO 639-1 or 639-3.
    #[uniffi(default = None)]
    pub language: Option<String>,
    /// The level that it is for, `A1` to `C2`.
    #[uniffi(default = None)]
    pub level: Option<String>,
    /// How many seconds messages stay that are written from now on.
    #[uniffi(default = None)]
    pub expires_in: Option<u64>,
}

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Member {
    /// The person.
    pub user: Peer,
    /// `owner`, `admin`, `moderator` or `member`.
    pub role: String,
    /// Since when.
    pub joined_at: Timestamp,
    /// Until when he may not write.
    pub muted_until: Option<Timestamp>,
}

/// A page of members.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct MemberPage {
    /// Who are on it.
    pub items: Vec<Member>,
    /// Where the next page begins; nothing: this is the last one.
    pub next_cursor: Option<String>,
}

/// Members as they are after people were brought in.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Added {
    /// The first page of members.
    pub members: MemberPage,
    /// Of those who were to come in, who is asked first.
    pub invited: Vec<UserId>,
}

/// A group that somebody would bring the person into, whom he does not know. It is answered as a first contact is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Invitation {
    /// The group.
    pub room: RoomId,
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub topic: String,
    /// Nothing: initials stand for it.
    pub picture: Option<Picture>,
    /// How many are in it.
    pub member_count: u32,
    /// The language that is spoken or learnt there.
    pub language: Option<String>,
    /// The level that it is for.
    pub level: Option<String>,
    /// Who asks.
    pub invited_by: Peer,
    /// When.
    pub invited_at: Timestamp,
}

#[uniffi::export]
impl Chat {
    /// Makes a group. Whom one does not know is asked first. Repeating it under the same name answers the same group.
    ///
    /// # Errors
    /// Fields that break their rules.
    #[uniffi::method(default(name = None))]
    pub async fn create_group(
        &self,
        title: String,
        members: Vec<UserId>,
        name: Option<ClientId>,
    ) -> Result<Room, ChatError> {
        let client_id = name.unwrap_or_else(|| self.chat.fresh_name());
        let group = api::NewGroup { client_id, title, members };
        self.call(|chat| async move { chat.create_group(&group).await.map(Room::from) }).await
    }

    /// Changes how a group is set up.
    ///
    /// # Errors
    /// Not allowed, or fields that break their rules.
    pub async fn change_group(&self, room: RoomId, change: GroupChange) -> Result<Room, ChatError> {
        let change = change.into();
        self.call(|chat| async move { chat.change_group(room, &change).await.map(Room::from) }).await
    }

    /// Who are in a room.
    ///
    /// # Errors
    /// There is no such room.
    #[uniffi::method(default(cursor = None))]
    pub async fn members(&self, room: RoomId, cursor: Option<String>) -> Result<MemberPage, ChatError> {
        self.api(|api| async move { api.members(room, cursor.as_deref()).await.map(MemberPage::from) }).await
    }

    /// Brings people into a group; who has never met the person is asked first.
    ///
    /// # Errors
    /// Not allowed, or the group is full.
    pub async fn add_members(&self, room: RoomId, users: Vec<UserId>) -> Result<Added, ChatError> {
        self.api(|api| async move { api.add_members(room, &users).await.map(Added::from) }).await
    }

    /// Takes a member out.
    ///
    /// # Errors
    /// Not allowed, or there is no such member.
    pub async fn remove_member(&self, room: RoomId, user: UserId) -> Result<(), ChatError> {
        self.api(|api| async move { api.remove_member(room, user).await }).await
    }

    /// Gives a member another role: `admin`, `moderator` or `member`.
    ///
    /// # Errors
    /// Not allowed, or there is no such member.
    pub async fn set_role(&self, room: RoomId, user: UserId, role: String) -> Result<(), ChatError> {
        self.api(|api| async move { api.set_role(room, user, &role).await }).await
    }

    /// Makes another member the owner; who was it is an admin from then on.
    ///
    /// # Errors
    /// Not allowed, or there is no such member.
    pub async fn hand_over(&self, room: RoomId, user: UserId) -> Result<Room, ChatError> {
        self.call(|chat| async move { chat.hand_over(room, user).await.map(Room::from) }).await
    }

    /// Lets a member write again only then; nothing: now.
    ///
    /// # Errors
    /// Not allowed, or there is no such member.
    pub async fn mute_member(&self, room: RoomId, user: UserId, until: Option<Timestamp>) -> Result<(), ChatError> {
        self.api(|api| async move { api.mute_member(room, user, until).await }).await
    }

    /// Keeps somebody out of a group, who is taken out if he is in; or lets him in again.
    ///
    /// # Errors
    /// Not allowed.
    pub async fn ban(&self, room: RoomId, user: UserId, banned: bool) -> Result<(), ChatError> {
        self.api(|api| async move { api.ban(room, user, banned).await }).await
    }

    /// Goes out of a group.
    ///
    /// # Errors
    /// Its last owner stays.
    pub async fn leave(&self, room: RoomId) -> Result<(), ChatError> {
        self.api(|api| async move { api.leave(room).await }).await
    }
}

impl From<GroupChange> for api::GroupChange {
    fn from(change: GroupChange) -> Self {
        let GroupChange { title, topic, posting, visibility, join, language, level, expires_in } = change;
        Self { title, topic, posting, visibility, join, language, level, expires_in }
    }
}

impl From<api::Member> for Member {
    fn from(member: api::Member) -> Self {
        let api::Member { user, role, joined_at, muted_until } = member;
        Self { user: user.into(), role, joined_at, muted_until }
    }
}

impl From<api::Page<api::Member>> for MemberPage {
    fn from(page: api::Page<api::Member>) -> Self {
        Self { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }
    }
}

impl From<api::Added> for Added {
    fn from(added: api::Added) -> Self {
        let api::Added { items, invited, next_cursor } = added;
        Self { members: api::Page { items, next_cursor }.into(), invited }
    }
}

impl From<api::Invitation> for Invitation {
    fn from(invitation: api::Invitation) -> Self {
        Self {
            room: invitation.room_id,
            title: invitation.title,
            topic: invitation.topic,
            picture: invitation.avatar.map(Into::into),
            member_count: invitation.member_count,
            language: invitation.language,
            level: invitation.level,
            invited_by: invitation.invited_by.into(),
            invited_at: invitation.invited_at,
        }
    }
}
