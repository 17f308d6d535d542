//! Messages: send, find, edit, redact, react.

use super::dto::{EditMessage, SendMessage};
use crate::{Auth, Edge, Json, PathIds, Problem};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, timeline::Sending};
use chatlink_protocol::{EventId, Item, RoomId, frame::Ack};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(send_message))
        .routes(routes!(find_message, edit_message, redact_message))
        .routes(routes!(react, take_reaction_back))
}

/// Sends a message, or passes another one on: then its words are a copy, marked as forwarded, and neither its author nor
/// its room is told. The answer means that it is kept.
#[utoipa::path(post, path = "/rooms/{id}/messages", tag = "timeline", params(("id" = RoomId, Path)), responses(
    (status = 201, description = "Sent by this call.", body = Ack),
    (status = 200, description = "An earlier call sent it.", body = Ack),
))]
async fn send_message(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Json(request): Json<SendMessage>,
) -> Result<(StatusCode, Json<Ack>), Problem> {
    let SendMessage { client_id, text, reply_to, expires_in, forward, mentions, mentions_all, poll, thread } = request;
    let asked = Sending { client_id, text, forward, reply_to, expires_in, mentions, mentions_all, poll, thread };
    let sent = chat.timeline().send(me.user_id, room, asked.parse()?).await?;
    Ok((if sent.repeated { StatusCode::OK } else { StatusCode::CREATED }, Json(sent.ack)))
}

/// One message, wherever it stands: what an answer quotes, and the way to it (`around` its seq).
#[utoipa::path(get, path = "/rooms/{id}/messages/{message_id}", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 200, description = "As it is now; of a gone one its tombstone.", body = Item)))]
async fn find_message(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<Json<Item>, Problem> {
    Ok(Json(chat.timeline().message(me.user_id, room, message).await?))
}

/// Replaces the text of one's own message; not in a request that waits (403 `request_pending`).
#[utoipa::path(patch, path = "/rooms/{id}/messages/{message_id}", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 200, description = "The edit's place; nothing when the text was the same.", body = Ack)))]
async fn edit_message(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
    Json(edit): Json<EditMessage>,
) -> Result<Json<Ack>, Problem> {
    let sent = chat.timeline().edit(me.user_id, room, message, edit.text.parse()?).await?;
    Ok(Json(sent.ack))
}

/// Takes a message back for all. Idempotent.
#[utoipa::path(delete, path = "/rooms/{id}/messages/{message_id}", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "Its text is erased.")))]
async fn redact_message(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().redact(me.user_id, room, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives one's reaction to a message; it replaces an earlier one. Idempotent.
#[utoipa::path(put, path = "/rooms/{id}/messages/{message_id}/reactions/{key}", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path), ("key" = String, Path, description = "An emoji or a short name")),
    responses((status = 204, description = "It stands.")))]
async fn react(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message, key)): PathIds<(RoomId, EventId, String)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().react(me.user_id, room, message, key.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes one's reaction back, if it is this one. Idempotent: another one stays.
#[utoipa::path(delete, path = "/rooms/{id}/messages/{message_id}/reactions/{key}", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path), ("key" = String, Path, description = "An emoji or a short name")),
    responses((status = 204, description = "It does not stand.")))]
async fn take_reaction_back(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message, key)): PathIds<(RoomId, EventId, String)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().take_reaction_back(me.user_id, room, message, Some(key.parse()?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
