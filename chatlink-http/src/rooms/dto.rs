//! Rooms on the wire.

use super::invitations::Invitation;
use chatlink_core::{
    Invalid,
    people::{Brief, person},
    rooms::{self, MemberRow, RoomSettingsChange},
    timeline::Life,
};
use chatlink_protocol::{
    ClientId, Timestamp, UserId,
    room::{
        Person, Room,
        words::{join, one_of, posting, role, visibility},
    },
};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema, openapi::schema::ObjectBuilder};

/// First contacts of others.
#[derive(Serialize, ToSchema)]
pub(crate) struct RequestPage {
    /// Direct rooms that others opened.
    pub(crate) items: Vec<Room>,
    /// Groups that others would bring the caller into, the newest first.
    pub(crate) invitations: Vec<Invitation>,
    /// Absent: nothing else waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// A line of the list of members.
#[derive(Serialize, ToSchema)]
pub(crate) struct Member {
    user: Person,
    #[schema(schema_with = role)]
    role: &'static str,
    joined_at: Timestamp,
    /// Until when the member may not write, by a moderator's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_until: Option<Timestamp>,
}

/// A page of members.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberPage {
    pub(crate) items: Vec<Member>,
    /// Of the people whom this call brought in: who is asked first, as it is a first contact.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) invited: Vec<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// A room to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum OpenRoom {
    /// The one direct room with a person.
    Direct { user_id: UserId },
    /// A new group.
    Group {
        /// The creator's name for it, made before the first try.
        client_id: ClientId,
        title: String,
        #[serde(default)]
        members: Vec<UserId>,
        /// From where new members read.
        #[serde(default)]
        #[schema(schema_with = history)]
        history: Option<String>,
    },
}

/// A change of a group; absent members stay as they are.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RoomPatch {
    #[serde(default)]
    title: Option<String>,
    /// Up to 500 characters; `null` or empty takes it away.
    #[serde(default, deserialize_with = "given")]
    topic: Option<Option<String>>,
    /// Who may write from now on.
    #[serde(default)]
    #[schema(schema_with = posting)]
    posting: Option<String>,
    /// Who can find it from now on.
    #[serde(default)]
    #[schema(schema_with = visibility)]
    visibility: Option<String>,
    /// How one comes in from now on, where it is public.
    #[serde(default)]
    #[schema(schema_with = join)]
    join: Option<String>,
    /// ISO 639-1 or 639-3; `null`: none in particular.
    #[serde(default, deserialize_with = "given")]
    language: Option<Option<String>>,
    /// A1 to C2; `null`: any.
    #[serde(default, deserialize_with = "given")]
    level: Option<Option<String>>,
    /// How many seconds messages stay that are written from now on, 1 to 31,536,000; `null`: without end. Either
    /// of two people may set it; in groups those who lead.
    #[serde(default, deserialize_with = "given")]
    expires_in: Option<Option<u64>>,
}

impl RoomPatch {
    /// Checks all members at once.
    pub(crate) fn parse(self) -> Result<RoomSettingsChange, Invalid> {
        let mut invalid = Invalid::default();
        let change = RoomSettingsChange {
            title: self.title.and_then(|title| invalid.take(title.parse())),
            topic: self.topic.and_then(|topic| invalid.take(topic.unwrap_or_default().parse())),
            posting: self.posting.and_then(|posting| invalid.take(posting.parse())),
            visibility: self.visibility.and_then(|visibility| invalid.take(visibility.parse())),
            join: self.join.and_then(|join| invalid.take(join.parse())),
            language: self.language.map(|language| language.and_then(|language| invalid.take(language.parse()))),
            level: self.level.map(|level| level.and_then(|level| invalid.take(level.parse()))),
            expires_in: self.expires_in.map(|life| life.and_then(|life| invalid.take(Life::from_secs(life)))),
            // A file: of calls of its own.
            avatar: None,
        };
        invalid.check().map(|()| change)
    }
}

/// People to add.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewMembers {
    /// At most 100 at once.
    pub(crate) user_ids: Vec<UserId>,
}

/// Which rooms.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RoomsQuery {
    /// `true`: those that are archived, and no others; they are left out unless told.
    pub(crate) archived: Option<bool>,
    /// `next_cursor` of the page before, of the same list.
    pub(crate) cursor: Option<String>,
    /// How many at most: 1 to 100, 50 unless told.
    pub(crate) limit: Option<u32>,
}

/// Where in a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many at most.
    pub(crate) limit: Option<u32>,
}

impl From<rooms::RequestPage> for RequestPage {
    fn from(page: rooms::RequestPage) -> Self {
        let rooms::RequestPage { rooms, invitations, briefs, next_cursor } = page;
        let invitations = invitations.into_iter().map(|row| Invitation::of(row, &briefs)).collect();
        Self { items: rooms, invitations, next_cursor }
    }
}

impl Member {
    pub(crate) fn of(row: MemberRow, briefs: &HashMap<UserId, Brief>) -> Self {
        Self {
            user: person(row.user_id, briefs),
            role: row.role.as_str(),
            joined_at: row.joined_at,
            muted_until: row.muted_until,
        }
    }
}

/// Tells `null` from absence.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn history() -> ObjectBuilder {
    one_of(&["from_join", "all"])
}
