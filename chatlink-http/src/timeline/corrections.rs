//! Corrections: propose, answer, withdraw.

use super::dto::ProposeCorrection;
use crate::{Auth, Edge, Json, PathIds, Problem};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, timeline::NewCorrection};
use chatlink_protocol::{EventId, RoomId, frame::Ack};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(propose_correction))
        .routes(routes!(accept_correction))
        .routes(routes!(decline_correction))
        .routes(routes!(withdraw_correction))
}

/// Proposes an improved text of somebody else's message. The message stays as it is; its item shows the correction
/// with what changed.
#[utoipa::path(post, path = "/rooms/{id}/messages/{message_id}/corrections", tag = "corrections",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)), responses(
    (status = 201, description = "Proposed by this call; `id` is the correction's.", body = Ack),
    (status = 200, description = "An earlier call proposed it.", body = Ack),
))]
async fn propose_correction(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
    Json(request): Json<ProposeCorrection>,
) -> Result<(StatusCode, Json<Ack>), Problem> {
    let ProposeCorrection { client_id, text, note, kind, version } = request;
    let correction = NewCorrection::parse(client_id, &text, note.as_deref(), kind.as_deref(), version)?;
    let sent = chat.timeline().correct(me.user_id, room, message, correction).await?;
    Ok((if sent.repeated { StatusCode::OK } else { StatusCode::CREATED }, Json(sent.ack)))
}

/// Accepts a correction of one's own message. The message is not rewritten. Idempotent; a declined one may be accepted
/// after all.
#[utoipa::path(post, path = "/rooms/{id}/messages/{message_id}/corrections/{correction_id}/accept", tag = "corrections",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path), ("correction_id" = EventId, Path)),
    responses((status = 204, description = "Accepted.")))]
async fn accept_correction(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message, correction)): PathIds<(RoomId, EventId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().accept_correction(me.user_id, room, message, correction).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Declines a correction of one's own message. Idempotent; an accepted one may be declined after all.
#[utoipa::path(post, path = "/rooms/{id}/messages/{message_id}/corrections/{correction_id}/decline",
    tag = "corrections",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path), ("correction_id" = EventId, Path)),
    responses((status = 204, description = "Declined.")))]
async fn decline_correction(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message, correction)): PathIds<(RoomId, EventId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().decline_correction(me.user_id, room, message, correction).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back a correction that one proposed; in a group its moderators take back others', too. Its words are erased.
/// Idempotent.
#[utoipa::path(delete, path = "/rooms/{id}/messages/{message_id}/corrections/{correction_id}", tag = "corrections",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path), ("correction_id" = EventId, Path)),
    responses((status = 204, description = "It stands no more.")))]
async fn withdraw_correction(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message, correction)): PathIds<(RoomId, EventId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().withdraw_correction(me.user_id, room, message, correction).await?;
    Ok(StatusCode::NO_CONTENT)
}
