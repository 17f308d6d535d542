//! How groups are led: roles, mutes, bans, and whose they are.

use super::dto::PageQuery;
use crate::{Auth, Edge, Json, PathIds, Problem, Query, cursor};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, people::person, rooms::BANS_LIMIT};
use chatlink_protocol::{
    RoomId, Timestamp, UserId,
    room::{Person, Room, words::role},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bans of a page, where the caller does not say.
const PAGE: u32 = 100;

/// Another role.
#[derive(Deserialize, ToSchema)]
struct NewRole {
    #[schema(schema_with = role)]
    role: String,
}

/// Who shall own the room.
#[derive(Deserialize, ToSchema)]
struct NewOwner {
    user_id: UserId,
}

/// For how long.
#[derive(Deserialize, ToSchema)]
struct Mute {
    /// From now on, 366 days at most.
    muted_until: Timestamp,
}

/// Somebody who is kept out.
#[derive(Serialize, ToSchema)]
struct Ban {
    /// Shows as deleted, too, where the caller may not meet the person.
    user: Person,
    /// Who did it; absent once that account is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    banned_by: Option<Person>,
    banned_at: Timestamp,
}

/// A page of those whom a group keeps out.
#[derive(Serialize, ToSchema)]
struct BanPage {
    items: Vec<Ban>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(set_role))
        .routes(routes!(hand_over))
        .routes(routes!(mute_member, unmute_member))
        .routes(routes!(list_bans))
        .routes(routes!(ban, unban))
}

/// Gives a member another role: one of a lower role than the caller's own, and no higher one than that. One's
/// own role can be lowered; the last owner hands the room over first. Idempotent.
#[utoipa::path(patch, path = "/rooms/{id}/members/{user_id}", tag = "rooms",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)), responses((status = 204, description = "So it is.")))]
async fn set_role(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, user)): PathIds<(RoomId, UserId)>,
    Json(new): Json<NewRole>,
) -> Result<StatusCode, Problem> {
    chat.rooms().set_role(me.user_id, room, user, new.role.parse()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a member the owner; the caller, who owns the group, is an admin from then on.
#[utoipa::path(post, path = "/rooms/{id}/owner", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 200, description = "The room as it is now.", body = Room)))]
async fn hand_over(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Json(new): Json<NewOwner>,
) -> Result<Json<Room>, Problem> {
    let row = chat.rooms().hand_over(me.user_id, room, new.user_id).await?;
    Ok(Json(chat.rooms().view(me.user_id, row).await?))
}

/// Takes the word from a member of a lower role until then: no messages, edits or reactions. For moderators,
/// admins and the owner. Idempotent. What is refused then is `muted`, with `retry_after`.
#[utoipa::path(put, path = "/rooms/{id}/mutes/{user_id}", tag = "rooms",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)), responses((status = 204, description = "Muted.")))]
async fn mute_member(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, user)): PathIds<(RoomId, UserId)>,
    Json(mute): Json<Mute>,
) -> Result<StatusCode, Problem> {
    chat.rooms().mute(me.user_id, room, user, mute.muted_until).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a member the word back. Idempotent.
#[utoipa::path(delete, path = "/rooms/{id}/mutes/{user_id}", tag = "rooms",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)), responses((status = 204, description = "Heard again.")))]
async fn unmute_member(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, user)): PathIds<(RoomId, UserId)>,
) -> Result<StatusCode, Problem> {
    chat.rooms().unmute(me.user_id, room, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom a group keeps out, the newest first; for its owner and admins.
#[utoipa::path(get, path = "/rooms/{id}/bans", tag = "rooms", params(("id" = RoomId, Path), PageQuery),
    responses((status = 200, description = "A page.", body = BanPage)))]
async fn list_bans(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<BanPage>, Problem> {
    let after = query.cursor.as_deref().map(|text| cursor::open(chat.epoch(), "bans", text)).transpose()?;
    let limit = query.limit.unwrap_or(PAGE).clamp(1, BANS_LIMIT);
    let chatlink_core::rooms::BanPage { rows, briefs } = chat.rooms().bans(me.user_id, room, after, limit).await?;
    let last = rows.last().filter(|_| rows.len() >= limit as usize).map(|row| (row.banned_at, row.user_id));
    let next_cursor = last.and_then(|place| cursor::seal(chat.epoch(), "bans", &place));
    let items = rows.into_iter().map(|row| Ban {
        user: person(row.user_id, &briefs),
        banned_by: row.banned_by.map(|by| person(by, &briefs)),
        banned_at: row.banned_at,
    });
    Ok(Json(BanPage { items: items.collect(), next_cursor }))
}

/// Takes somebody of a lower role out of a group and keeps the person out: nobody can add them, and no way in
/// is open. For its owner and admins. Idempotent.
#[utoipa::path(put, path = "/rooms/{id}/bans/{user_id}", tag = "rooms",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)), responses((status = 204, description = "Kept out.")))]
async fn ban(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, user)): PathIds<(RoomId, UserId)>,
) -> Result<StatusCode, Problem> {
    chat.rooms().ban(me.user_id, room, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets somebody in again; nobody comes back by that alone. Idempotent.
#[utoipa::path(delete, path = "/rooms/{id}/bans/{user_id}", tag = "rooms",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)), responses((status = 204, description = "Let in again.")))]
async fn unban(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, user)): PathIds<(RoomId, UserId)>,
) -> Result<StatusCode, Problem> {
    chat.rooms().unban(me.user_id, room, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
