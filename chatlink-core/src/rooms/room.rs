//! What a room is.

use super::{RoomSettings, Title};
use crate::{error::Invalid, people::Notify, timeline::ItemRow};
use chatlink_protocol::{ClientId, RoomId, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, str::FromStr};

/// The most members of a room.
pub const MAX_MEMBERS: usize = 10_000;
/// Rooms above this many members show receipts only to oneself, and no typing.
pub const SMALL_ROOM: usize = 100;

/// Two people, or a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// Exactly two people for ever; one room a pair.
    Direct,
    /// Any number, with a title and roles.
    Group,
}

/// What a member may do, from most to least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Writes.
    Member,
    /// Takes back others' messages.
    Moderator,
    /// Adds and removes members, changes the room.
    Admin,
    /// Everything.
    Owner,
}

/// From where a new member of a group may read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// From the event of the own joining.
    #[default]
    FromJoin,
    /// Everything.
    All,
}

/// All that a decision in a room needs, true at `version`. Loaded by
/// [`RoomStore::load_authz`](super::RoomStore::load_authz) and cached; an act decided on an older
/// version comes back stale.
#[derive(Clone, Debug, PartialEq)]
pub struct Authz {
    /// The room.
    pub room_id: RoomId,
    /// Direct or group.
    pub kind: RoomKind,
    /// Bumped by every change of what is in here.
    pub version: u64,
    /// What its admins set; empty in a direct room.
    pub settings: RoomSettings,
    /// From where new members read.
    pub history: History,
    /// Who is in it now.
    pub members: HashMap<UserId, Member>,
    /// From whom a moderator took the word, and until when; some of these times may have passed, and
    /// some of these people may have left.
    pub muted: HashMap<UserId, Timestamp>,
    /// The first contact that still waits for its answer.
    pub pending: Option<Pending>,
    /// A direct room in which one blocked the other, or one's account is gone.
    pub severed: bool,
}

/// A member's place in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// What he may do.
    pub role: Role,
    /// The first seq he may read.
    pub from_seq: Seq,
}

/// A direct room that the other person has not accepted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Who opened it.
    pub opener: UserId,
    /// How many messages the opener sent so far.
    pub sent: u32,
}

/// The two people of a direct room, in the order of their ids: one room a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DirectPair {
    /// The lower id.
    pub low: UserId,
    /// The higher id.
    pub high: UserId,
}

/// A group to be created.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// Its id.
    pub room_id: RoomId,
    /// Who creates it, and owns it.
    pub creator: UserId,
    /// The creator's name for it; the same name again answers the same room.
    pub client_id: ClientId,
    /// MAC of the request, to tell a repetition from a conflict.
    pub request: [u8; 32],
    /// Its title.
    pub title: Title,
    /// From where new members read.
    pub history: History,
    /// Members beside the creator, each once.
    pub members: Vec<UserId>,
    /// Whom the creator invites, each once, none of the members.
    pub invited: Vec<UserId>,
}

/// Which of a user's lists a room stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inbox {
    /// Conversations: everything but what is archived, and the requests of others.
    Rooms,
    /// Conversations that were put away, for who asks for them.
    Archived,
    /// First contacts from others that wait for an answer and have a message.
    Requests,
}

/// Where a room stands in a list of its member: pinned ones first, then by the newest activity, then by id. What is
/// greater comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoomPlace {
    /// Whether the member pinned it.
    pub pinned: bool,
    /// When something last happened in it.
    pub updated_at: Timestamp,
    /// The room.
    pub room_id: RoomId,
}

/// A room as one member sees it in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomRow {
    /// The room.
    pub room_id: RoomId,
    /// Direct or group.
    pub kind: RoomKind,
    /// What its admins set; empty in a direct room.
    pub settings: RoomSettings,
    /// The other person of a direct room.
    pub peer: Option<UserId>,
    /// Whether the direct room is severed: the peer shows as a deleted account.
    pub severed: bool,
    /// The reader's role.
    pub role: Role,
    /// Until when the reader may not write, by a moderator's word.
    pub member_muted_until: Option<Timestamp>,
    /// How many are in it.
    pub member_count: u32,
    /// The last event.
    pub head_seq: Seq,
    /// The reader's own read mark.
    pub read_seq: Seq,
    /// Messages to read, capped at 100.
    pub unread: u32,
    /// Those of them that name the reader, or all; capped at 100.
    pub unread_mentions: u32,
    /// Threads that the member follows and in which there is something to read; capped at 100.
    pub unread_threads: u32,
    /// The newest message or other item that the reader may read.
    pub last_item: Option<ItemRow>,
    /// The first contact that waits.
    pub pending: Option<Pending>,
    /// The reader's own settings.
    pub prefs: Prefs,
    /// When something last happened in it: its place in lists.
    pub updated_at: Timestamp,
}

/// One's own settings of a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prefs {
    /// Out of the main list.
    pub archived: bool,
    /// At the top of it.
    pub pinned: bool,
    /// No badge and no push until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
    /// Shown as unread, whatever was read.
    pub marked_unread: bool,
    /// Of which messages one is told; absent: as one's account says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<Notify>,
}

/// A change of [`Prefs`]: `None` keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrefsChange {
    /// New value of [`Prefs::archived`].
    pub archived: Option<bool>,
    /// New value of [`Prefs::pinned`].
    pub pinned: Option<bool>,
    /// New value of [`Prefs::muted_until`]; `Some(None)` unmutes.
    pub muted_until: Option<Option<Timestamp>>,
    /// New value of [`Prefs::marked_unread`].
    pub marked_unread: Option<bool>,
    /// New value of [`Prefs::notify`]; `Some(None)`: as the account says.
    pub notify: Option<Option<Notify>>,
}

/// A line of a room's member list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// Who.
    pub user_id: UserId,
    /// What he may do.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
    /// Until when he may not write; the time may have passed.
    pub muted_until: Option<Timestamp>,
}

impl RoomRow {
    /// Where it stands.
    #[must_use]
    pub const fn place(&self) -> RoomPlace {
        RoomPlace { pinned: self.prefs.pinned, updated_at: self.updated_at, room_id: self.room_id }
    }
}

impl DirectPair {
    /// The pair of two different people; `None` of one with himself.
    #[must_use]
    pub fn of(a: UserId, b: UserId) -> Option<Self> {
        (a != b).then(|| Self { low: a.min(b), high: a.max(b) })
    }

    /// The other one.
    #[must_use]
    pub fn other(&self, one: UserId) -> UserId {
        if one == self.low { self.high } else { self.low }
    }
}

impl Prefs {
    /// These settings after a change.
    #[must_use]
    pub fn with(self, change: PrefsChange) -> Self {
        Self {
            archived: change.archived.unwrap_or(self.archived),
            pinned: change.pinned.unwrap_or(self.pinned),
            muted_until: change.muted_until.unwrap_or(self.muted_until),
            marked_unread: change.marked_unread.unwrap_or(self.marked_unread),
            notify: change.notify.unwrap_or(self.notify),
        }
    }
}

macro_rules! names {
    ($($type:ident { $($variant:ident = $name:literal),* $(,)? })*) => {$(
        impl $type {
            /// The name in SQL and on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }

        impl FromStr for $type {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                match text {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(Invalid::field(stringify!($type).to_lowercase(), "unknown", "not a known value")),
                }
            }
        }
    )*};
}

pub(super) use names;

names! {
    RoomKind { Direct = "direct", Group = "group" }
    Role { Member = "member", Moderator = "moderator", Admin = "admin", Owner = "owner" }
    History { FromJoin = "from_join", All = "all" }
}
