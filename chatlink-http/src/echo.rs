//! How a route is written, once and small; also what the framework's own tests call.
//!
//! 1. A DTO in and one out: plain strings and numbers in (the domain parses them and names all bad
//!    fields at once, 422), `ToSchema` on both. Unknown members are ignored.
//! 2. A handler of a few lines: extractors refuse by themselves, `?` turns a use case's error into
//!    its problem. It takes [`Auth`](crate::Auth) unless the call is for everybody.
//! 3. `#[utoipa::path]` right above it: path below `/v1`, `operation_id` by the function's name,
//!    the good answers alone (the problem answer is added to every operation), and `security(())`
//!    where nobody need be logged in.
//! 4. One `routes!` a path, with all its methods, in the domain's `routes()`.

use crate::{Edge, Json, PathIds, Problem};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, Invalid};
use chatlink_protocol::{ErrorCode, RoomId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(Deserialize, ToSchema)]
pub(crate) struct EchoRequest {
    /// What to say.
    text: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct EchoAnswer {
    room_id: RoomId,
    text: String,
    epoch: String,
}

pub(crate) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(echo, listen)).routes(routes!(fail))
}

/// Says it again.
#[utoipa::path(
    post, path = "/rooms/{id}/echo", tag = "echo", security(()),
    params(("id" = RoomId, Path, description = "The room")),
    responses((status = 201, description = "Said.", body = EchoAnswer)),
)]
async fn echo(
    State(chat): State<ChatLink>,
    PathIds(room_id): PathIds<RoomId>,
    Json(request): Json<EchoRequest>,
) -> Result<(StatusCode, Json<EchoAnswer>), Problem> {
    if request.text.is_empty() {
        return Err(Invalid::field("text", "required", "some words").into());
    }
    let answer = EchoAnswer { room_id, text: request.text, epoch: chat.epoch().to_owned() };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Hears nothing in the room that no id can name.
#[utoipa::path(
    get, path = "/rooms/{id}/echo", tag = "echo", security(()),
    params(("id" = RoomId, Path, description = "The room")),
    responses((status = 204, description = "Silence.")),
)]
async fn listen(PathIds(room_id): PathIds<RoomId>) -> Result<StatusCode, Problem> {
    if room_id.as_uuid().is_nil() { Err(Problem::new(ErrorCode::RoomNotFound)) } else { Ok(StatusCode::NO_CONTENT) }
}

/// Panics.
#[utoipa::path(post, path = "/fail", tag = "echo", security(()), responses((status = 204, description = "Never.")))]
async fn fail() -> StatusCode {
    panic!("as asked")
}
