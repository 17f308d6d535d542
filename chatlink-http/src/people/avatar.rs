//! Pictures of people, in and out.

use super::me;
use crate::{Auth, Edge, Json, PathIds, Problem, Query};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use chatlink_core::{
    ChatLink,
    people::{AVATAR_MEDIA_TYPE, AvatarSize, Crop, MAX_PICTURE_BYTES},
};
use chatlink_protocol::{ErrorCode, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

/// What a file may call itself. Its bytes are asked what it is.
const TAKEN: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// Which square of the picture; without it the largest in the middle. All three or none.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CropQuery {
    /// From the left, in pixels of the upright picture.
    x: Option<u32>,
    /// From the top.
    y: Option<u32>,
    /// The side of the square, 16 at least.
    size: Option<u32>,
}

/// Which size.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SizeQuery {
    /// The side in pixels: 96 or 384 (default).
    size: Option<u32>,
}

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
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    if !media.is_some_and(|media| TAKEN.contains(&media)) {
        let detail = format!("Send {}.", TAKEN.join(", "));
        return Err(Problem::new(ErrorCode::UnsupportedMediaType).detail(detail));
    }
    let crop = crop.parse()?;
    // Files in memory at once: who comes when they are as many as may be comes again.
    let _place = edge.uploads.try_acquire().map_err(|_| Problem::new(ErrorCode::Unavailable).retry_after(1))?;
    let file = read(request.into_body()).await?;
    let me = edge.chat.people().set_avatar(caller.user_id, file, crop).await?;
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
    let size = query.size.map_or(Some(AvatarSize::Large), AvatarSize::of_pixels);
    let size = size.ok_or_else(|| Problem::new(ErrorCode::Malformed).detail("size is 96 or 384"))?;
    let absent = || Problem::new(ErrorCode::NotFound);
    // What is no version names no picture; whether the person is there is asked all the same.
    let Ok(version) = version.parse() else {
        chat.people().profile(caller.user_id, user).await?;
        return Err(absent());
    };
    let picture = chat.people().avatar(caller.user_id, user, version, size).await?.ok_or_else(absent)?;
    Ok(shown(picture))
}

/// A picture as an answer that a browser can do nothing else with.
fn shown(picture: Bytes) -> Response {
    const HEADERS: [(HeaderName, &str); 4] = [
        (header::CONTENT_TYPE, AVATAR_MEDIA_TYPE),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"avatar.jpg\""),
    ];
    let mut response = Body::from(picture).into_response();
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The whole file, or as much as shows that it is too large.
async fn read(body: Body) -> Result<Bytes, Problem> {
    axum::body::to_bytes(body, MAX_PICTURE_BYTES).await.map_err(|error| {
        // Too long, or the caller went away in the middle: then nobody reads the answer.
        tracing::debug!(%error, "a picture was not read to its end");
        Problem::new(ErrorCode::TooLarge)
    })
}

impl CropQuery {
    fn parse(&self) -> Result<Option<Crop>, Problem> {
        match (self.x, self.y, self.size) {
            (None, None, None) => Ok(None),
            (Some(x), Some(y), Some(size)) => Ok(Some(Crop { x, y, size })),
            _ => Err(Problem::new(ErrorCode::Malformed).detail("x, y and size go together")),
        }
    }
}
