//! Routes of rooms, members and requests.

mod avatar;
mod dto;
mod governance;
mod invitations;
mod members;
mod prefs;
mod underway;
mod ways_in;

pub(crate) use dto::PageQuery;

use crate::{Auth, Edge, Json, PathIds, Problem, Query};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{
    ChatLink, Invalid,
    rooms::{GroupRequest, History, Inbox, Opened, RoomSettingsChange},
};
use chatlink_protocol::{
    RoomId,
    room::{Room, RoomPage},
};
use dto::{OpenRoom, RequestPage, RoomPatch, RoomsQuery};
use prefs::{PrefsAnswer, PrefsPatch};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Rooms of a page, where the caller does not say.
const PAGE: u32 = 50;

/// The routes of this domain, below `/v1`.
pub(crate) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list_rooms, open_room))
        .routes(routes!(find_room, change_room))
        .routes(routes!(set_prefs))
        .routes(routes!(list_requests))
        .routes(routes!(accept_request))
        .routes(routes!(decline_request))
        .merge(avatar::routes())
        .merge(members::routes())
        .merge(governance::routes())
        .merge(ways_in::routes())
}

/// The caller's conversations: pinned ones first, then by the newest activity. What is archived is a list of its own,
/// and first contacts of others are in `/requests`.
#[utoipa::path(get, path = "/rooms", tag = "rooms", params(RoomsQuery),
    responses((status = 200, description = "A page.", body = RoomPage)))]
async fn list_rooms(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Query(query): Query<RoomsQuery>,
) -> Result<Json<RoomPage>, Problem> {
    let inbox = if query.archived.unwrap_or(false) { Inbox::Archived } else { Inbox::Rooms };
    let limit = query.limit.unwrap_or(PAGE);
    Ok(Json(chat.rooms().page(me.user_id, inbox, query.cursor.as_deref(), limit).await?))
}

/// Opens the direct room with a person, or creates a group. Idempotent: by the pair, or by
/// `client_id`.
#[utoipa::path(post, path = "/rooms", tag = "rooms", responses(
    (status = 201, description = "Made by this call.", body = Room),
    (status = 200, description = "It was there.", body = Room),
))]
async fn open_room(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Json(request): Json<OpenRoom>,
) -> Result<(StatusCode, Json<Room>), Problem> {
    let opened = match request {
        OpenRoom::Direct { user_id } => chat.rooms().open_direct(me.user_id, user_id).await?,
        OpenRoom::Group { client_id, title, members, history } => {
            let mut invalid = Invalid::default();
            let title = invalid.take(title.parse());
            let history = invalid.take(history.map_or(Ok(History::default()), |word| word.parse()));
            let (Some(title), Some(history)) = (title, history) else { return Err(invalid.into()) };
            let request = GroupRequest { client_id, title, members, history };
            chat.rooms().create_group(me.user_id, request).await?
        }
    };
    let Opened { room, created } = opened;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(chat.rooms().view(me.user_id, room).await?)))
}

/// One of the caller's rooms.
#[utoipa::path(get, path = "/rooms/{id}", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 200, description = "The room.", body = Room)))]
async fn find_room(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<Json<Room>, Problem> {
    let row = chat.rooms().find(me.user_id, room).await?;
    Ok(Json(chat.rooms().view(me.user_id, row).await?))
}

/// Changes a group: title, topic, who may write, who can find it and how one comes in; for its owner and admins. Idempotent.
#[utoipa::path(patch, path = "/rooms/{id}", tag = "rooms", params(("id" = RoomId, Path)),
    responses((status = 200, description = "The room as it is now.", body = Room)))]
async fn change_room(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Json(patch): Json<RoomPatch>,
) -> Result<Json<Room>, Problem> {
    let change = patch.parse()?;
    let row = match change == RoomSettingsChange::default() {
        true => chat.rooms().find(me.user_id, room).await?,
        false => chat.rooms().change_settings(me.user_id, room, &change).await?,
    };
    Ok(Json(chat.rooms().view(me.user_id, row).await?))
}

/// Changes one's own settings of a room.
#[utoipa::path(put, path = "/rooms/{id}/prefs", tag = "mine", params(("id" = RoomId, Path)),
    responses((status = 200, description = "The settings as they are now.", body = PrefsAnswer)))]
async fn set_prefs(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Json(patch): Json<PrefsPatch>,
) -> Result<Json<PrefsAnswer>, Problem> {
    let prefs = chat.rooms().set_prefs(me.user_id, room, patch.parse()?).await?;
    Ok(Json(prefs.into()))
}

/// First contacts of others that wait for an answer, newest first: direct rooms, and invitations into groups of
/// people whom the caller does not know. One cursor goes through both. Looking tells nobody.
#[utoipa::path(get, path = "/requests", tag = "rooms", params(PageQuery),
    responses((status = 200, description = "A page.", body = RequestPage)))]
async fn list_requests(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Query(query): Query<PageQuery>,
) -> Result<Json<RequestPage>, Problem> {
    let limit = query.limit.unwrap_or(PAGE);
    Ok(Json(chat.rooms().requests(me.user_id, query.cursor.as_deref(), limit).await?.into()))
}

/// Accepts a first contact, or comes into a group by the invitation that waits. Idempotent.
#[utoipa::path(post, path = "/requests/{room_id}/accept", tag = "rooms", params(("room_id" = RoomId, Path)),
    responses((status = 204, description = "Accepted.")))]
async fn accept_request(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<StatusCode, Problem> {
    chat.rooms().accept(me.user_id, room).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Declines a first contact or an invitation; the other learns nothing.
#[utoipa::path(post, path = "/requests/{room_id}/decline", tag = "rooms", params(("room_id" = RoomId, Path)),
    responses((status = 204, description = "Declined.")))]
async fn decline_request(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<StatusCode, Problem> {
    chat.rooms().decline(me.user_id, room).await?;
    Ok(StatusCode::NO_CONTENT)
}
