//! What a client's frame asks for, in the engine's words.

use crate::{ids::Malformed, ids::Named as _, timeline::sending, v1};
use chatlink_core::timeline::Sending;
use chatlink_protocol::{
    EventId, Problem, RoomId, Seq, UserId, UserSeq,
    frame::{ClientFrame, Command},
};

/// What a frame asks for.
#[allow(clippy::large_enum_variant, reason = "one lives at a time, and is taken apart at once")]
pub(super) enum Asked {
    /// To send a message.
    Message(ClientFrame),
    /// Another command of the engine.
    Other(ClientFrame),
    /// A fresh token: the edge's own matter.
    Renew { id: Option<u64>, token: String },
    /// What the caller may not ask for.
    Refused(Option<u64>, Box<Problem>),
    /// No command of this version, or none at all.
    Unknown(Option<u64>),
}

impl From<v1::ClientFrame> for Asked {
    fn from(frame: v1::ClientFrame) -> Self {
        let id = frame.id;
        match frame.command {
            Some(v1::client_frame::Command::Renew(renew)) => Self::Renew { id, token: renew.token },
            Some(asked) => match command(asked) {
                Ok(command @ Command::Send { .. }) => Self::Message(ClientFrame { id, command }),
                Ok(command) => Self::Other(ClientFrame { id, command }),
                Err(_) => Self::Unknown(id),
            },
            None => Self::Unknown(id),
        }
    }
}

fn command(asked: v1::client_frame::Command) -> Result<Command, Malformed> {
    use v1::client_frame::Command as Of;
    Ok(match asked {
        Of::Send(asked) => send(asked)?,
        Of::Edit(v1::EditMessageRequest { room_id, message_id, text }) => {
            Command::Edit { room_id: RoomId::named(&room_id), message_id: EventId::named(&message_id), text }
        }
        Of::Redact(v1::RedactMessageRequest { room_id, message_id }) => {
            Command::Redact { room_id: RoomId::named(&room_id), message_id: EventId::named(&message_id) }
        }
        Of::React(v1::ReactRequest { room_id, message_id, key }) => {
            Command::React { room_id: RoomId::named(&room_id), message_id: EventId::named(&message_id), key }
        }
        Of::Read(v1::MarkReadRequest { room_id, seq }) => {
            Command::Read { room_id: RoomId::named(&room_id), seq: Seq(seq) }
        }
        Of::Delivered(v1::MarkDelivered { room_id, seq }) => {
            Command::Delivered { room_id: RoomId::named(&room_id), seq: Seq(seq) }
        }
        Of::Typing(v1::StartTyping { room_id }) => Command::Typing { room_id: RoomId::named(&room_id) },
        Of::Watch(v1::Watch { user_ids }) => {
            Command::Watch { user_ids: user_ids.iter().map(|id| UserId::named(id)).collect() }
        }
        Of::WatchRoom(v1::WatchRoom { room_id }) => {
            Command::WatchRoom { room_id: room_id.as_deref().map(RoomId::named) }
        }
        Of::Resume(v1::Resume { epoch, user_seq, rooms }) => Command::Resume {
            epoch,
            user_seq: UserSeq(user_seq),
            rooms: rooms.into_iter().map(|(room, seq)| (RoomId::named(&room), Seq(seq))).collect(),
        },
        // Told apart before.
        Of::Ping(_) | Of::Renew(_) => Command::Ping,
    })
}

fn send(asked: v1::SendMessageRequest) -> Result<Command, Malformed> {
    let (room_id, sending) = sending(asked)?;
    let Sending { client_id, text, forward, reply_to, expires_in, mentions, mentions_all, poll, thread } = sending;
    Ok(Command::Send { room_id, client_id, text, reply_to, expires_in, forward, mentions, mentions_all, poll, thread })
}
