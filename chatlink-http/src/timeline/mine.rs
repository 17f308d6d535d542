//! What members keep for themselves: stars, hidden messages, drafts; and who has read.

use crate::{Auth, Edge, Json, PathIds, Problem, Query, rooms::PageQuery};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{
    ChatLink,
    people::person,
    timeline::mine::{self, DraftRow, StarRow},
};
use chatlink_protocol::{EventId, Item, RoomId, Timestamp, room::Person};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Stars of a page, where the caller does not say.
const PAGE: u32 = 50;

/// A starred message.
#[derive(Serialize, ToSchema)]
struct Star {
    room_id: RoomId,
    /// The message as it is now.
    item: Item,
    starred_at: Timestamp,
}

/// A page of stars.
#[derive(Serialize, ToSchema)]
struct StarPage {
    /// The newest star first.
    items: Vec<Star>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What somebody has begun to write.
#[derive(Deserialize, ToSchema)]
struct DraftRequest {
    /// At most 16 KiB of UTF-8; empty: no draft.
    text: String,
    /// The message it will answer.
    #[serde(default)]
    reply_to: Option<EventId>,
}

/// What somebody has begun to write in a room.
#[derive(Serialize, ToSchema)]
pub(crate) struct Draft {
    room_id: RoomId,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<Timestamp>,
}

/// All drafts.
#[derive(Serialize, ToSchema)]
struct DraftList {
    items: Vec<Draft>,
}

/// Who has read a message.
#[derive(Serialize, ToSchema)]
struct Readers {
    items: Vec<Person>,
}

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(star, unstar))
        .routes(routes!(list_stars))
        .routes(routes!(hide_message))
        .routes(routes!(set_draft))
        .routes(routes!(list_drafts))
        .routes(routes!(list_readers))
}

/// Stars a message for oneself; nobody else learns of it. Idempotent.
#[utoipa::path(put, path = "/rooms/{id}/messages/{message_id}/star", tag = "mine",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "It is starred.")))]
async fn star(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.mine().star(me.user_id, room, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes one's star off a message. Idempotent.
#[utoipa::path(delete, path = "/rooms/{id}/messages/{message_id}/star", tag = "mine",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "It is not starred.")))]
async fn unstar(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.mine().unstar(me.user_id, room, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's starred messages, the newest star first. Messages that are gone, and rooms that one left, are not among
/// them.
#[utoipa::path(get, path = "/me/stars", tag = "mine", params(PageQuery),
    responses((status = 200, description = "A page.", body = StarPage)))]
async fn list_stars(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Query(query): Query<PageQuery>,
) -> Result<Json<StarPage>, Problem> {
    let page = chat.mine().stars(me.user_id, query.cursor.as_deref(), query.limit.unwrap_or(PAGE)).await?;
    let mine::StarPage { items, next_cursor } = page;
    Ok(Json(StarPage { items: items.into_iter().map(Star::from).collect(), next_cursor }))
}

/// Hides a message for oneself, on all devices and for good: it is a tombstone with `hidden`, not unread and not
/// found. Nobody else learns of it. Idempotent.
#[utoipa::path(put, path = "/rooms/{id}/messages/{message_id}/hide", tag = "mine",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "It is hidden.")))]
async fn hide_message(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.mine().hide(me.user_id, room, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps what one has begun to write in a room, for one's other devices; they are told in one's own log, under
/// `draft`. It goes when one leaves the room.
#[utoipa::path(put, path = "/rooms/{id}/draft", tag = "mine", params(("id" = RoomId, Path)),
    responses((status = 204, description = "Kept.")))]
async fn set_draft(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Json(request): Json<DraftRequest>,
) -> Result<StatusCode, Problem> {
    let draft = mine::Draft::parse(&request.text, request.reply_to)?;
    chat.mine().set_draft(me.user_id, room, draft).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's drafts: what a device that was away starts with.
#[utoipa::path(get, path = "/me/drafts", tag = "mine",
    responses((status = 200, description = "All of them.", body = DraftList)))]
async fn list_drafts(State(chat): State<ChatLink>, Auth(me): Auth) -> Result<Json<DraftList>, Problem> {
    let drafts = chat.mine().drafts(me.user_id).await?;
    Ok(Json(DraftList { items: drafts.into_iter().map(Draft::from).collect() }))
}

/// Who has read a message, its sender left out: of those who show it. In rooms above 100 members the caller at
/// most.
#[utoipa::path(get, path = "/rooms/{id}/messages/{message_id}/readers", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 200, description = "People.", body = Readers)))]
async fn list_readers(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<Json<Readers>, Problem> {
    let readers = chat.mine().readers(me.user_id, room, message).await?;
    let briefs = chat.people().briefs(&readers).await?;
    Ok(Json(Readers { items: readers.into_iter().map(|user| person(user, &briefs)).collect() }))
}

impl From<StarRow> for Star {
    fn from(row: StarRow) -> Self {
        Self { room_id: row.room_id, item: row.item, starred_at: row.starred_at }
    }
}

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        let mine::DraftBody { text, reply_to, updated_at } = row.body;
        Self { room_id: row.room_id, text: text.unwrap_or_default(), reply_to, updated_at }
    }
}
