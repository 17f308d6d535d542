//! Invitations into groups on the wire: what one sees of a group before one says yes.

use chatlink_core::{
    people::{Brief, person},
    rooms,
};
use chatlink_protocol::{
    RoomId, Timestamp, UserId,
    room::{Avatar, Person, words::level},
};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A group that somebody would bring the caller into, whom he does not know. To look at it tells nobody.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitation {
    room_id: RoomId,
    title: String,
    /// May be empty.
    topic: String,
    /// Absent: initials stand for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<Avatar>,
    member_count: u32,
    /// ISO 639-1 or 639-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = level)]
    level: Option<&'static str>,
    invited_by: Person,
    invited_at: Timestamp,
}

impl Invitation {
    pub(super) fn of(row: rooms::Invitation, briefs: &HashMap<UserId, Brief>) -> Self {
        Self {
            room_id: row.room_id,
            title: row.settings.title,
            topic: row.settings.topic,
            avatar: row.settings.avatar.map(|version| version.addresses_of_room(row.room_id)),
            member_count: row.door.member_count,
            language: row.settings.language.map(|language| language.to_string()),
            level: row.settings.level.map(|level| level.as_str()),
            invited_by: person(row.invited_by, briefs),
            invited_at: row.invited_at,
        }
    }
}
