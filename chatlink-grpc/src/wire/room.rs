//! Rooms.

use super::person;
use crate::{time::at, v1};
use chatlink_core::{people::Brief, rooms};
use chatlink_protocol::{
    UserId,
    room::{Pending, Room, RoomPage},
};
use std::collections::HashMap;

impl From<Room> for v1::Room {
    fn from(room: Room) -> Self {
        Self {
            id: room.id.to_string(),
            kind: room.kind,
            title: room.title,
            topic: room.topic,
            posting: room.posting,
            visibility: room.visibility,
            join: room.join,
            language: room.language,
            level: room.level,
            expires_in: room.expires_in,
            avatar: room.avatar.map(Into::into),
            peer: room.peer.map(Into::into),
            role: room.role,
            member_muted_until: room.member_muted_until.map(at),
            member_count: room.member_count,
            last_item: room.last_item.map(Into::into),
            head_seq: room.head_seq.0,
            read_seq: room.read_seq.0,
            unread: room.unread,
            unread_mentions: room.unread_mentions,
            unread_threads: room.unread_threads,
            pending: room.pending.map(|Pending { by_me, messages_left }| v1::Pending { by_me, messages_left }),
            archived: room.archived,
            pinned: room.pinned,
            muted_until: room.muted_until.map(at),
            marked_unread: room.marked_unread,
            notify: room.notify,
            updated_at: Some(at(room.updated_at)),
        }
    }
}

impl From<RoomPage> for v1::RoomPage {
    fn from(page: RoomPage) -> Self {
        Self {
            items: page.items.into_iter().map(Into::into).collect(),
            next_cursor: page.next_cursor,
            badge: page.badge,
        }
    }
}

impl v1::Member {
    pub(crate) fn of(row: &rooms::MemberRow, briefs: &HashMap<UserId, Brief>) -> Self {
        Self {
            user: Some(person(row.user_id, briefs)),
            role: row.role.as_str().to_owned(),
            joined_at: Some(at(row.joined_at)),
            muted_until: row.muted_until.map(at),
        }
    }
}

impl From<rooms::RequestPage> for v1::RequestPage {
    fn from(page: rooms::RequestPage) -> Self {
        let rooms::RequestPage { rooms, invitations, briefs, next_cursor } = page;
        Self {
            items: rooms.into_iter().map(Into::into).collect(),
            invitations: invitations.into_iter().map(|row| invitation(row, &briefs)).collect(),
            next_cursor,
        }
    }
}

fn invitation(row: rooms::Invitation, briefs: &HashMap<UserId, Brief>) -> v1::Invitation {
    v1::Invitation {
        room_id: row.room_id.to_string(),
        title: row.settings.title,
        topic: row.settings.topic,
        avatar: row.settings.avatar.map(|version| version.addresses_of_room(row.room_id).into()),
        member_count: row.door.member_count,
        language: row.settings.language.map(|language| language.to_string()),
        level: row.settings.level.map(|level| level.as_str().to_owned()),
        invited_by: Some(person(row.invited_by, briefs)),
        invited_at: Some(at(row.invited_at)),
    }
}
