//! Who is in a room.

use super::dto::{Member, MemberPage, NewMembers, PageQuery};
use crate::{Auth, Edge, Json, PathIds, Problem, Query, cursor};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, rooms::MEMBERS_LIMIT};
use chatlink_protocol::{RoomId, UserId};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Members of a page, where the caller does not say.
const PAGE: u32 = 100;

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list_members, add_members))
        .routes(routes!(remove_member))
        .routes(routes!(leave_room))
}

/// The members of a room.
#[utoipa::path(get, path = "/rooms/{id}/members", tag = "rooms", params(("id" = RoomId, Path), PageQuery),
    responses((status = 200, description = "A page.", body = MemberPage)))]
async fn list_members(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<MemberPage>, Problem> {
    let after = query.cursor.as_deref().map(|text| cursor::open(chat.epoch(), "members", text)).transpose()?;
    page(&chat, me.user_id, room, after, query.limit.unwrap_or(PAGE)).await.map(Json)
}

/// Brings people into a group: who has accepted the caller as a contact is in it at once, others are invited and find
/// it among their requests. Who is in it already stays. For its owner and admins.
#[utoipa::path(post, path = "/rooms/{id}/members", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 200, description = "The first page of members as they are now.", body = MemberPage)))]
async fn add_members(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Json(new): Json<NewMembers>,
) -> Result<Json<MemberPage>, Problem> {
    let invited = chat.rooms().add_members(me.user_id, room, &new.user_ids).await?;
    let page = page(&chat, me.user_id, room, None, PAGE).await?;
    Ok(Json(MemberPage { invited, ..page }))
}

/// Takes a member out of a group; oneself: leaves. Idempotent.
#[utoipa::path(delete, path = "/rooms/{id}/members/{user_id}", tag = "rooms",
    params(("id" = RoomId, Path), ("user_id" = UserId, Path)), responses((status = 204, description = "Out.")))]
async fn remove_member(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, user)): PathIds<(RoomId, UserId)>,
) -> Result<StatusCode, Problem> {
    chat.rooms().remove_member(me.user_id, room, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves a group: nothing of it can be read from then on.
#[utoipa::path(post, path = "/rooms/{id}/leave", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 204, description = "Left.")))]
async fn leave_room(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<StatusCode, Problem> {
    chat.rooms().leave(me.user_id, room).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn page(
    chat: &ChatLink,
    me: UserId,
    room: RoomId,
    after: Option<UserId>,
    limit: u32,
) -> Result<MemberPage, Problem> {
    let limit = limit.clamp(1, MEMBERS_LIMIT);
    let chatlink_core::rooms::MemberPage { rows, severed } = chat.rooms().members(me, room, after, limit).await?;
    let full = rows.len() >= limit as usize;
    let last = rows.last().filter(|_| full).map(|row| row.user_id);
    let next_cursor = last.and_then(|last| cursor::seal(chat.epoch(), "members", &last));
    let named = rows.iter().map(|row| row.user_id).filter(|user| !severed || *user == me);
    let users: Vec<UserId> = named.collect();
    let briefs = chat.people().briefs(&users).await?;
    let items = rows.into_iter().map(|row| Member::of(row, &briefs)).collect();
    Ok(MemberPage { items, invited: Vec::new(), next_cursor })
}
