//! Threads: the list of those that one follows, and how far one has read them.

use super::dto::ReadMark;
use crate::{Auth, Edge, Json, PathIds, Problem, Query, cursor, rooms::PageQuery};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, timeline::threads::THREADS_LIMIT};
use chatlink_protocol::{EventId, Item, RoomId, Seq};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(list_threads)).routes(routes!(read_thread))
}

/// Threads that the caller follows.
#[derive(Serialize, ToSchema)]
struct ThreadPage {
    /// The one in which something was said last first.
    items: Vec<FollowedThread>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A thread that the caller follows: he wrote its first message, wrote in it or is named in it.
#[derive(Serialize, ToSchema)]
struct FollowedThread {
    /// The message that it begins with; its `thread` says how much was said in it.
    root: Item,
    /// Up to where the caller has read it.
    read_seq: Seq,
    /// Messages of it to read, capped at 100.
    unread: u32,
}

/// The threads of a room that the caller follows, the one in which something was said last first.
#[utoipa::path(get, path = "/rooms/{id}/threads", tag = "timeline", params(("id" = RoomId, Path), PageQuery),
    responses((status = 200, description = "A page.", body = ThreadPage)))]
async fn list_threads(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<ThreadPage>, Problem> {
    let list = format!("threads/{room}");
    let before = query.cursor.as_deref().map(|text| cursor::open(chat.epoch(), &list, text)).transpose()?;
    let limit = query.limit.unwrap_or(THREADS_LIMIT);
    let page = chat.timeline().threads(me.user_id, room, before, limit).await?;
    let next_cursor = page.next.and_then(|seq| cursor::seal(chat.epoch(), &list, &seq));
    let rows = page.rows.into_iter();
    let items = rows.map(|row| FollowedThread { root: row.root, read_seq: row.read_seq, unread: row.unread }).collect();
    Ok(Json(ThreadPage { items, next_cursor }))
}

/// Notes that a thread was read up to a seq. Marks only rise; of a thread that the caller does not follow none is kept.
#[utoipa::path(put, path = "/rooms/{id}/messages/{message_id}/thread/read", tag = "timeline",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "Noted.")))]
async fn read_thread(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
    Json(mark): Json<ReadMark>,
) -> Result<StatusCode, Problem> {
    chat.timeline().read_thread(me.user_id, room, message, mark.seq).await?;
    Ok(StatusCode::NO_CONTENT)
}
