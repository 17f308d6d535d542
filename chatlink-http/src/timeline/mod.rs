//! Routes of timelines, messages, reactions, corrections, pins, polls and receipts.

mod corrections;
mod dto;
mod learnt;
mod messages;
mod mine;
mod pins;
mod polls;
mod scheduled;
mod search;
mod sheet;
mod threads;

pub(crate) use mine::Draft;
pub(crate) use scheduled::ScheduledMessage;

use crate::{Auth, Edge, Json, PathIds, Problem, Query};
use axum::{extract::State, http::StatusCode};
use chatlink_core::ChatLink;
use chatlink_protocol::RoomId;
use dto::{EventsPage, EventsQuery, LogPage, LogQuery, ReadMark, Receipts, TimelinePage, TimelineQuery};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Items or events of a page, where the caller does not say.
const PAGE: u32 = 50;

/// The routes of this domain, below `/v1`.
pub(crate) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(read_timeline))
        .routes(routes!(read_events))
        .routes(routes!(list_receipts))
        .routes(routes!(mark_read))
        .routes(routes!(read_log))
        .routes(routes!(search::search))
        .merge(messages::routes())
        .merge(corrections::routes())
        .merge(learnt::routes())
        .merge(mine::routes())
        .merge(pins::routes())
        .merge(polls::routes())
        .merge(scheduled::routes())
        .merge(threads::routes())
}

/// A snapshot of a part of a room's main timeline, or of a thread.
#[utoipa::path(get, path = "/rooms/{id}/timeline", tag = "timeline", params(("id" = RoomId, Path), TimelineQuery),
    responses((status = 200, description = "A page.", body = TimelinePage)))]
async fn read_timeline(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Query(query): Query<TimelineQuery>,
) -> Result<Json<TimelinePage>, Problem> {
    let (window, limit) = (query.window()?, query.limit.unwrap_or(PAGE));
    Ok(Json(match query.thread {
        None => TimelinePage::of(chat.timeline().page(me.user_id, room, window, limit).await?, chat.epoch()),
        Some(root) => {
            let part = chat.timeline().thread(me.user_id, room, root, window, limit).await?;
            TimelinePage::of(part.page, chat.epoch()).beneath(part.root_readable)
        }
    }))
}

/// The room's log after an event, for catching up.
#[utoipa::path(get, path = "/rooms/{id}/events", tag = "timeline", params(("id" = RoomId, Path), EventsQuery),
    responses((status = 200, description = "A page.", body = EventsPage)))]
async fn read_events(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Query(query): Query<EventsQuery>,
) -> Result<Json<EventsPage>, Problem> {
    let page = chat.timeline().events(me.user_id, room, query.after, query.limit.unwrap_or(PAGE)).await?;
    Ok(Json(EventsPage::of(page, query.after, chat.epoch())))
}

/// How far the members of a room got and read; in rooms above 100 members one's own mark alone.
#[utoipa::path(get, path = "/rooms/{id}/receipts", tag = "timeline", params(("id" = RoomId, Path)),
    responses((status = 200, description = "The marks.", body = Receipts)))]
async fn list_receipts(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
) -> Result<Json<Receipts>, Problem> {
    let (rev, items) = chat.timeline().receipts(me.user_id, room).await?;
    Ok(Json(Receipts { rev, items }))
}

/// Notes that everything up to a seq was read. Marks only rise.
#[utoipa::path(put, path = "/rooms/{id}/read", tag = "timeline", params(("id" = RoomId, Path)),
    responses((status = 204, description = "Noted.")))]
async fn mark_read(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(room): PathIds<RoomId>,
    Json(mark): Json<ReadMark>,
) -> Result<StatusCode, Problem> {
    chat.timeline().mark_read_now(me.user_id, room, mark.seq).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's own changes: rooms, read marks, settings, blocks; the newest of each subject.
#[utoipa::path(get, path = "/me/log", tag = "me", params(LogQuery),
    responses((status = 200, description = "A page.", body = LogPage)))]
async fn read_log(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    Query(query): Query<LogQuery>,
) -> Result<Json<LogPage>, Problem> {
    let (items, user_seq) = chat.timeline().log(me.user_id, query.after).await?;
    Ok(Json(LogPage { items, user_seq }))
}
