//! Rooms on the wire.

use super::invitations::Invitation;
use crate::{
    people::{Avatar, notify},
    schema::one_of,
};
use chatlink_core::{
    Invalid,
    people::{Brief, Notify},
    rooms::{MemberRow, RoomRow, RoomSettingsChange},
    timeline::Life,
};
use chatlink_protocol::{ClientId, Item, RoomId, Seq, Timestamp, UserId};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema, openapi::schema::ObjectBuilder};

/// A person's names; of a deleted account only that.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Person {
    /// An account.
    Known {
        id: UserId,
        username: String,
        display_name: String,
        /// Null: initials stand for it.
        #[schema(required)]
        avatar: Option<Avatar>,
    },
    /// A deleted account.
    Deleted {
        id: UserId,
        /// Always true.
        deleted: bool,
    },
}

/// A room as the caller sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Room {
    id: RoomId,
    #[schema(schema_with = kind)]
    kind: &'static str,
    /// Empty in a direct room.
    title: String,
    /// What a group is about; may be empty.
    topic: String,
    /// Who may write: in an announcement room its admins alone.
    #[schema(schema_with = posting)]
    posting: &'static str,
    /// Who can find it: its members alone, or everybody.
    #[schema(schema_with = visibility)]
    visibility: &'static str,
    /// How one comes in, where it is public.
    #[schema(schema_with = join)]
    join: &'static str,
    /// The language that is spoken or learnt there, ISO 639-1 or 639-3.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// The level that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = level)]
    level: Option<&'static str>,
    /// How many seconds messages stay that say nothing shorter themselves; absent: without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
    /// The other person of a direct room.
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<Person>,
    #[schema(schema_with = role)]
    role: &'static str,
    /// Until when the caller may not write here, by a moderator's word; `muted_until` is one's own setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_muted_until: Option<Timestamp>,
    member_count: u32,
    /// The newest item that the caller may read.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_item: Option<Item>,
    head_seq: Seq,
    read_seq: Seq,
    /// Messages to read, capped at 100.
    unread: u32,
    /// Those of them that name the caller, or all; capped at 100.
    unread_mentions: u32,
    /// A first contact that waits for its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<Pending>,
    archived: bool,
    pinned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    muted_until: Option<Timestamp>,
    marked_unread: bool,
    /// Of which messages the caller is told; absent: as his settings say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = notify)]
    notify: Option<&'static str>,
    updated_at: Timestamp,
}

/// A first contact that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct Pending {
    /// Whether the caller opened it.
    by_me: bool,
    /// What the opener may still send before the answer.
    messages_left: u32,
}

/// A page of conversations.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomPage {
    pub(crate) items: Vec<Room>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
    /// How many rooms ask for attention.
    pub(crate) badge: u32,
}

/// First contacts of others.
#[derive(Serialize, ToSchema)]
pub(crate) struct RequestPage {
    /// Direct rooms that others opened.
    pub(crate) items: Vec<Room>,
    /// Groups that others would bring the caller into, the newest first.
    pub(crate) invitations: Vec<Invitation>,
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

/// Where in a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many at most.
    pub(crate) limit: Option<u32>,
}

impl Person {
    /// The names among `briefs`; who is not there has no account any more.
    pub(crate) fn of(id: UserId, briefs: &HashMap<UserId, Brief>) -> Self {
        match briefs.get(&id) {
            Some(brief) => Self::Known {
                id,
                username: brief.username.clone(),
                display_name: brief.display_name.clone(),
                avatar: brief.avatar.map(|version| Avatar::of(id, version)),
            },
            None => Self::Deleted { id, deleted: true },
        }
    }
}

impl Room {
    /// The room as `me` sees it, with `allowance` messages to an opener.
    pub(crate) fn of(row: RoomRow, me: UserId, allowance: u32, briefs: &HashMap<UserId, Brief>) -> Self {
        let pending = row.pending.map(|pending| Pending {
            by_me: pending.opener == me,
            messages_left: allowance.saturating_sub(pending.sent),
        });
        let peer = row.peer.map(|peer| match row.severed {
            true => Person::Deleted { id: peer, deleted: true },
            false => Person::of(peer, briefs),
        });
        Self {
            id: row.room_id,
            kind: row.kind.as_str(),
            title: row.settings.title,
            topic: row.settings.topic,
            posting: row.settings.posting.as_str(),
            visibility: row.settings.visibility.as_str(),
            join: row.settings.join.as_str(),
            language: row.settings.language.map(|language| language.to_string()),
            level: row.settings.level.map(|level| level.as_str()),
            expires_in: row.settings.expires_in.map(Life::as_secs),
            peer,
            role: row.role.as_str(),
            member_muted_until: row.member_muted_until,
            member_count: row.member_count,
            last_item: row.last_item,
            head_seq: row.head_seq,
            read_seq: row.read_seq,
            unread: row.unread,
            unread_mentions: row.unread_mentions,
            pending,
            archived: row.prefs.archived,
            pinned: row.prefs.pinned,
            muted_until: row.prefs.muted_until,
            marked_unread: row.prefs.marked_unread,
            notify: row.prefs.notify.map(Notify::as_str),
            updated_at: row.updated_at,
        }
    }
}

impl Member {
    pub(crate) fn of(row: MemberRow, briefs: &HashMap<UserId, Brief>) -> Self {
        Self {
            user: Person::of(row.user_id, briefs),
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

fn kind() -> ObjectBuilder {
    one_of(&["direct", "group"])
}

pub(super) fn role() -> ObjectBuilder {
    one_of(&["owner", "admin", "moderator", "member"])
}

fn posting() -> ObjectBuilder {
    one_of(&["everyone", "admins"])
}

fn visibility() -> ObjectBuilder {
    one_of(&["private", "public"])
}

pub(super) fn join() -> ObjectBuilder {
    one_of(&["open", "request"])
}

pub(super) fn level() -> ObjectBuilder {
    one_of(&["A1", "A2", "B1", "B2", "C1", "C2"])
}

fn history() -> ObjectBuilder {
    one_of(&["from_join", "all"])
}
