//! Pictures of people, in and out.

use super::me;
use crate::{
    Auth, Edge, Json, PathIds, Problem, Query,
    pictures::{CropQuery, SizeQuery, Upload, shown},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use chatlink_core::ChatLink;
use chatlink_protocol::{ErrorCode, UserId};

/// Sets one's picture: a PNG, JPEG or WebP file of at most 5 MiB and 40 megapixels, cut square, kept in two
/// sizes without its metadata. A file that is none of these is 422 with field `avatar`.
#[utoipa::path(
    put, path = "/me/avatar", tag = "me", params(CropQuery),
    request_body(
        description = "The file itself.",
        content((serde_json::Value = "image/png"), (serde_json::Value = "image/jpeg"), (serde_json::Value = "image/webp")),
    ),
    responses((status = 200, description = "The account as it is now.", body = me::Me)),
)]
pub(super) async fn set_avatar(
    State(edge): State<Edge>,
    Auth(caller): Auth,
    Query(crop): Query<CropQuery>,
    request: Request,
) -> Result<Json<me::Me>, Problem> {
    edge.chat.people().admit_avatar(caller.user_id)?;
    let upload = Upload::of(&edge, &crop, request).await?;
    let me = edge.chat.people().set_avatar(caller.user_id, upload.file.clone(), upload.crop).await?;
    Ok(Json(me::whole(&edge.chat, me).await?))
}

/// Takes one's picture away. Idempotent.
#[utoipa::path(
    delete, path = "/me/avatar", tag = "me",
    responses((status = 200, description = "The account as it is now.", body = me::Me)),
)]
pub(super) async fn clear_avatar(State(chat): State<ChatLink>, Auth(caller): Auth) -> Result<Json<me::Me>, Problem> {
    let me = chat.people().clear_avatar(caller.user_id).await?;
    Ok(Json(me::whole(&chat, me).await?))
}

/// A person's picture, to be kept by the browser: another picture has another version. For those who may
/// see the profile; else 404.
#[utoipa::path(
    get, path = "/users/{id}/avatar/{version}", tag = "people", params(
        ("id" = UserId, Path, description = "The person"),
        ("version" = String, Path, description = "Which picture, as profiles name it"),
        SizeQuery,
    ),
    responses((status = 200, description = "The picture, a JPEG.", content((serde_json::Value = "image/jpeg")))),
)]
pub(super) async fn read_avatar(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    PathIds((user, version)): PathIds<(UserId, String)>,
    Query(query): Query<SizeQuery>,
) -> Result<Response, Problem> {
    let size = query.parse()?;
    let absent = || Problem::new(ErrorCode::NotFound);
    // What is no version names no picture; whether the person is there is asked all the same.
    let Ok(version) = version.parse() else {
        chat.people().profile(caller.user_id, user).await?;
        return Err(absent());
    };
    let picture = chat.people().avatar(caller.user_id, user, version, size).await?.ok_or_else(absent)?;
    Ok(shown(picture))
}
