//! Rooms as one person sees them, on every edge alike.

use crate::{Item, RoomId, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A picture of a person or a group. Its addresses are below the server's base, as the paths of the HTTP API are, and want the
/// caller's login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Avatar {
    /// Another picture has another.
    pub version: String,
    /// 96 pixels square.
    #[cfg_attr(feature = "schema", schema(example = "/v1/users/0198…/avatar/6f1e…?size=96"))]
    pub small: String,
    /// 384 pixels square.
    pub large: String,
}

/// A person's names; of a deleted account only that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Person {
    /// An account.
    Known {
        /// The person.
        id: UserId,
        /// The unique name.
        username: String,
        /// The name shown.
        display_name: String,
        /// Null: initials stand for it.
        #[cfg_attr(feature = "schema", schema(required))]
        avatar: Option<Avatar>,
    },
    /// A deleted account.
    Deleted {
        /// The person who was.
        id: UserId,
        /// Always true.
        deleted: bool,
    },
}

/// A room as the caller sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Room {
    /// The room.
    pub id: RoomId,
    /// `direct` or `group`.
    #[cfg_attr(feature = "schema", schema(schema_with = words::kind))]
    pub kind: String,
    /// Empty in a direct room.
    pub title: String,
    /// What a group is about; may be empty.
    pub topic: String,
    /// Who may write: in an announcement room its admins alone.
    #[cfg_attr(feature = "schema", schema(schema_with = words::posting))]
    pub posting: String,
    /// Who can find it: its members alone, or everybody.
    #[cfg_attr(feature = "schema", schema(schema_with = words::visibility))]
    pub visibility: String,
    /// How one comes in, where it is public.
    #[cfg_attr(feature = "schema", schema(schema_with = words::join))]
    pub join: String,
    /// The language that is spoken or learnt there, ISO 639-1 or 639-3.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    /// The level that it is for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schema(schema_with = words::level))]
    pub level: Option<String>,
    /// How many seconds messages stay that say nothing shorter themselves; absent: without end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_in: Option<u64>,
    /// A group's picture; absent: initials stand for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar: Option<Avatar>,
    /// The other person of a direct room.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub peer: Option<Person>,
    /// `owner`, `admin`, `moderator` or `member`.
    #[cfg_attr(feature = "schema", schema(schema_with = words::role))]
    pub role: String,
    /// Until when the caller may not write here, by a moderator's word; `muted_until` is one's own setting.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub member_muted_until: Option<Timestamp>,
    /// How many are in it.
    pub member_count: u32,
    /// The newest item that the caller may read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_item: Option<Item>,
    /// Its last event.
    pub head_seq: Seq,
    /// Up to where the caller has read.
    pub read_seq: Seq,
    /// Messages to read, capped at 100.
    pub unread: u32,
    /// Those of them that name the caller, or all; capped at 100.
    pub unread_mentions: u32,
    /// Threads that the caller follows and in which there is something to read, capped at 100.
    pub unread_threads: u32,
    /// A first contact that waits for its answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pending: Option<Pending>,
    /// Put away by the caller.
    pub archived: bool,
    /// Kept on top by the caller.
    pub pinned: bool,
    /// Until when the caller wants no notice of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub muted_until: Option<Timestamp>,
    /// Marked as unread by the caller.
    pub marked_unread: bool,
    /// Of which messages the caller is told; absent: as his settings say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schema(schema_with = words::notify))]
    pub notify: Option<String>,
    /// When something last happened in it.
    pub updated_at: Timestamp,
}

/// A first contact that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Pending {
    /// Whether the caller opened it.
    pub by_me: bool,
    /// What the opener may still send before the answer.
    pub messages_left: u32,
}

/// A page of conversations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RoomPage {
    /// The rooms, newest activity first.
    pub items: Vec<Room>,
    /// Where the next page begins; absent: there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next_cursor: Option<String>,
    /// How many rooms ask for attention.
    pub badge: u32,
}

/// The words that members of a room's form may be.
#[cfg(feature = "schema")]
pub mod words {
    use utoipa::openapi::schema::{ObjectBuilder, Type};

    /// A text that is one of these words.
    #[must_use]
    pub fn one_of(words: &[&'static str]) -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied()))
    }

    /// Of a room.
    #[must_use]
    pub fn kind() -> ObjectBuilder {
        one_of(&["direct", "group"])
    }

    /// Of a member.
    #[must_use]
    pub fn role() -> ObjectBuilder {
        one_of(&["owner", "admin", "moderator", "member"])
    }

    /// Who may write.
    #[must_use]
    pub fn posting() -> ObjectBuilder {
        one_of(&["everyone", "admins"])
    }

    /// Of which messages one is told.
    #[must_use]
    pub fn notify() -> ObjectBuilder {
        one_of(&["all", "mentions", "none"])
    }

    /// Who can find it.
    #[must_use]
    pub fn visibility() -> ObjectBuilder {
        one_of(&["private", "public"])
    }

    /// How one comes in.
    #[must_use]
    pub fn join() -> ObjectBuilder {
        one_of(&["open", "request"])
    }

    /// How well a language is spoken, CEFR.
    #[must_use]
    pub fn level() -> ObjectBuilder {
        one_of(&["A1", "A2", "B1", "B2", "C1", "C2"])
    }
}
