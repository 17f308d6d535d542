//! What one has under way at the doors of rooms, and takes back.

use crate::{Auth, Json, PathIds, Problem};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, people::person};
use chatlink_protocol::{RoomId, Timestamp, UserId, room::Person};
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody whom the caller invited.
#[derive(Serialize, ToSchema)]
pub(super) struct SentInvitation {
    user: Person,
    invited_at: Timestamp,
}

/// All whom the caller invited into a group, the newest first.
#[derive(Serialize, ToSchema)]
pub(super) struct SentInvitations {
    items: Vec<SentInvitation>,
}

/// Asks no more to be let in. Idempotent; the answer tells nothing of the group, and not whether one was declined.
#[utoipa::path(delete, path = "/rooms/{id}/join", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 204, description = "The caller does not ask.")))]
pub(super) async fn take_back_asking(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<StatusCode, Problem> {
    chat.rooms().take_back_asking(me.user_id, room).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom the caller invited into the group and who did not come in yet. Who declined is among them. For the group's owner
/// and admins.
#[utoipa::path(get, path = "/rooms/{id}/invitations", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 200, description = "All of them.", body = SentInvitations)))]
pub(super) async fn list_sent_invitations(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<Json<SentInvitations>, Problem> {
    let sent = chat.rooms().sent_invitations(me.user_id, room).await?;
    let item = |row: &chatlink_core::rooms::SentInvitation| SentInvitation {
        user: person(row.user_id, &sent.briefs),
        invited_at: row.invited_at,
    };
    Ok(Json(SentInvitations { items: sent.rows.iter().map(item).collect() }))
}

/// Takes an invitation back that the caller sent: it is gone from the other's requests. Idempotent; another's stays.
#[utoipa::path(delete, path = "/rooms/{id}/invitations/{user_id}", tag = "rooms",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)),
    responses((status = 204, description = "Taken back.")))]
pub(super) async fn take_back_invitation(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, user)): PathIds<(RoomId, UserId)>,
) -> Result<StatusCode, Problem> {
    chat.rooms().take_back_invitation(me.user_id, room, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
