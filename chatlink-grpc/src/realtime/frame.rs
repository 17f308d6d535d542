//! What the engine tells a connection, in the words of this wire.

use crate::{
    time::at,
    v1::{self, server_frame::Frame},
};
use chatlink_protocol::frame::{Head, Hello, Presence, Push, Reply, ReplyResult, UserEvent};
use std::collections::HashMap;

/// The frame of a push; none of the last one, which the status of the stream says.
pub(super) fn of_push(push: Push) -> Option<v1::ServerFrame> {
    let frame = match push {
        Push::Hello(hello) => Frame::Hello(hello.into()),
        Push::Event { event } => Frame::Event(event.into()),
        Push::UserEvent(event) => Frame::UserEvent(event.into()),
        Push::Receipts { room_id, rev, items } => Frame::Receipts(v1::ReceiptsMoved {
            room_id: room_id.to_string(),
            rev,
            items: items.into_iter().map(Into::into).collect(),
        }),
        Push::Typing { room_id, user_id } => {
            Frame::Typing(v1::Typing { room_id: room_id.to_string(), user_id: user_id.to_string() })
        }
        Push::Presence(presence) => Frame::Presence(presence.into()),
        Push::RoomPresence { room_id, online } => {
            Frame::RoomPresence(v1::RoomPresence { room_id: room_id.to_string(), online })
        }
        Push::Heads { rooms, user_seq } => Frame::Heads(v1::Heads { rooms: heads(rooms), user_seq: user_seq.0 }),
        Push::Gap { room_id, from, to } => Frame::Gap(v1::Gap { room_id: room_id.to_string(), from: from.0, to: to.0 }),
        Push::Reset { epoch } => Frame::Reset(v1::Reset { epoch }),
        Push::Resync => Frame::Resync(v1::Resync {}),
        Push::Bye { .. } => return None,
    };
    Some(v1::ServerFrame { frame: Some(frame) })
}

/// The frame of an answer.
pub(super) fn of_reply(reply: Reply) -> v1::ServerFrame {
    use v1::reply::Result as Of;
    let result = match reply.result {
        ReplyResult::Ok(ack) => Of::Ok(ack.into()),
        ReplyResult::Error(problem) => Of::Error((*problem).into()),
    };
    v1::ServerFrame { frame: Some(Frame::Reply(v1::Reply { id: reply.id, result: Some(result) })) }
}

fn heads<R: ToString>(rooms: impl IntoIterator<Item = (R, Head)>) -> HashMap<String, v1::Head> {
    let heads = rooms.into_iter();
    heads.map(|(room, head)| (room.to_string(), v1::Head { seq: head.seq.0, rev: head.rev })).collect()
}

impl From<Hello> for v1::Hello {
    fn from(hello: Hello) -> Self {
        let size = |bytes| u64::try_from(bytes).unwrap_or(u64::MAX);
        Self {
            epoch: hello.epoch,
            user_id: hello.user_id.to_string(),
            user_seq: hello.user_seq.0,
            limits: Some(v1::Limits {
                text_bytes: size(hello.limits.text_bytes),
                resume_rooms: size(hello.limits.resume_rooms),
                edit_seconds: hello.limits.edit_seconds,
            }),
            heads: heads(hello.heads),
            rooms: hello.rooms.map(Into::into),
        }
    }
}

impl From<UserEvent> for v1::UserEvent {
    fn from(event: UserEvent) -> Self {
        Self { user_seq: event.user_seq.0, kind: event.kind, subject: event.subject, json: event.body.to_string() }
    }
}

impl From<Presence> for v1::Presence {
    fn from(presence: Presence) -> Self {
        Self {
            user_id: presence.user_id.to_string(),
            online: presence.online,
            last_seen_at: presence.last_seen_at.map(at),
        }
    }
}
