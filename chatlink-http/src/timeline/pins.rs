//! Pinned messages, and the earlier words of a message.

use super::dto::{PinList, VersionList};
use crate::{Auth, Edge, Json, PathIds, Problem};
use axum::{extract::State, http::StatusCode};
use chatlink_core::ChatLink;
use chatlink_protocol::{EventId, RoomId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list_pins))
        .routes(routes!(pin_message, unpin_message))
        .routes(routes!(list_versions))
}

/// The room's pinned messages that the caller may read, the one pinned last first.
#[utoipa::path(get, path = "/rooms/{id}/pins", tag = "timeline", params(("id" = RoomId, Path)),
    responses((status = 200, description = "All of them.", body = PinList)))]
async fn list_pins(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<Json<PinList>, Problem> {
    Ok(Json(PinList { items: chat.timeline().pins(me.user_id, room).await? }))
}

/// Pins a message for all in the room, at most 50: in a direct room both may, in a group its moderators. Idempotent.
#[utoipa::path(put, path = "/rooms/{id}/pins/{message_id}", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "It is pinned.")))]
async fn pin_message(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().pin(me.user_id, room, message, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a pin off. Idempotent.
#[utoipa::path(delete, path = "/rooms/{id}/pins/{message_id}", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "It is not pinned.")))]
async fn unpin_message(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().pin(me.user_id, room, message, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a message said before it was edited, and what it says now.
#[utoipa::path(get, path = "/rooms/{id}/messages/{message_id}/versions", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 200, description = "The newest 100, ascending.", body = VersionList)))]
async fn list_versions(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<Json<VersionList>, Problem> {
    let versions = chat.timeline().versions(me.user_id, room, message).await?;
    Ok(Json(VersionList { items: versions.into_iter().map(Into::into).collect() }))
}
