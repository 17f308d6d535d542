//! Pictures of groups, in and out.

use super::ways_in::InviteToken;
use crate::{
    Auth, Edge, Json, PathIds, Problem, Query,
    pictures::{CropQuery, SizeQuery, Upload, shown},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use chatlink_core::ChatLink;
use chatlink_protocol::{ErrorCode, RoomId, room::Room};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this part.
pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(set_room_avatar, clear_room_avatar))
        .routes(routes!(read_room_avatar))
        .routes(routes!(read_invite_avatar))
}

/// Gives a group a picture: a PNG, JPEG or WebP file of at most 5 MiB and 40 megapixels, cut square, kept in two
/// sizes without its metadata. A file that is none of these is 422 with field `avatar`. For the group's owner and
/// admins; its members hear of it by an event `room`.
#[utoipa::path(
    put, path = "/rooms/{id}/avatar", tag = "rooms", params(("id" = RoomId, Path), CropQuery),
    request_body(
        description = "The file itself.",
        content((serde_json::Value = "image/png"), (serde_json::Value = "image/jpeg"), (serde_json::Value = "image/webp")),
    ),
    responses((status = 200, description = "The room as it is now.", body = Room)),
)]
async fn set_room_avatar(
    State(edge): State<Edge>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Query(crop): Query<CropQuery>,
    request: Request,
) -> Result<Json<Room>, Problem> {
    let rooms = edge.chat.rooms();
    rooms.admit_avatar(me.user_id, room).await?;
    let upload = Upload::of(&edge, &crop, request).await?;
    let row = rooms.set_avatar(me.user_id, room, upload.file.clone(), upload.crop).await?;
    Ok(Json(rooms.view(me.user_id, row).await?))
}

/// Takes a group's picture away. For its owner and admins. Idempotent.
#[utoipa::path(
    delete, path = "/rooms/{id}/avatar", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 200, description = "The room as it is now.", body = Room)),
)]
async fn clear_room_avatar(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<Json<Room>, Problem> {
    let row = chat.rooms().clear_avatar(me.user_id, room).await?;
    Ok(Json(chat.rooms().view(me.user_id, row).await?))
}

/// A group's picture, to be kept by the browser: another picture has another version. For its members, for whom
/// it is among the public groups, and for whoever is invited; else there is no such room.
#[utoipa::path(
    get, path = "/rooms/{id}/avatar/{version}", tag = "rooms", params(
        ("id" = RoomId, Path),
        ("version" = String, Path, description = "Which picture, as rooms name it"),
        SizeQuery,
    ),
    responses((status = 200, description = "The picture, a JPEG.", content((serde_json::Value = "image/jpeg")))),
)]
async fn read_room_avatar(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, version)): PathIds<(RoomId, String)>,
    Query(query): Query<SizeQuery>,
) -> Result<Response, Problem> {
    let found = chat.rooms().avatar(me.user_id, room, version.parse().ok(), query.parse()?).await?;
    found.map(shown).ok_or_else(|| Problem::new(ErrorCode::NotFound))
}

/// The picture of the group behind an invite, for whom its preview shows the group. Asked for by a body, as
/// the token is in none of the addresses.
#[utoipa::path(
    post, path = "/invites/avatar", tag = "rooms", params(SizeQuery),
    responses((status = 200, description = "The picture, a JPEG.", content((serde_json::Value = "image/jpeg")))),
)]
async fn read_invite_avatar(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Query(query): Query<SizeQuery>,
    Json(invite): Json<InviteToken>,
) -> Result<Response, Problem> {
    let found = chat.rooms().invite_avatar(me.user_id, &invite.token, query.parse()?).await?;
    found.map(shown).ok_or_else(|| Problem::new(ErrorCode::NotFound))
}
