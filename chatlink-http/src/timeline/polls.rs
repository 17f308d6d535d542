//! Polls: vote, close, who chose what. A poll is asked by sending a message.

use super::{
    PAGE,
    dto::{CastVote, VoteList, VotesQuery},
};
use crate::{Auth, Edge, Json, PathIds, Problem, Query};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, timeline::Choices};
use chatlink_protocol::{EventId, RoomId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(vote, take_vote_back)).routes(routes!(list_votes)).routes(routes!(close_poll))
}

/// Sets the caller's vote on a poll; it replaces an earlier one. Votes are open: every member may read who chose what.
/// Idempotent.
#[utoipa::path(put, path = "/rooms/{id}/messages/{message_id}/vote", tag = "polls",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "It stands.")))]
async fn vote(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
    Json(cast): Json<CastVote>,
) -> Result<StatusCode, Problem> {
    chat.timeline().vote(me.user_id, room, message, Choices::parse(&cast.choices)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the caller's vote back. Idempotent.
#[utoipa::path(delete, path = "/rooms/{id}/messages/{message_id}/vote", tag = "polls",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "None stands.")))]
async fn take_vote_back(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().vote(me.user_id, room, message, Choices::default()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who chose what on a poll.
#[utoipa::path(get, path = "/rooms/{id}/messages/{message_id}/votes", tag = "polls",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path), VotesQuery),
    responses((status = 200, description = "A page.", body = VoteList)))]
async fn list_votes(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
    Query(query): Query<VotesQuery>,
) -> Result<Json<VoteList>, Problem> {
    let limit = query.limit.unwrap_or(PAGE);
    let page = chat.timeline().votes(me.user_id, room, message, query.cursor.as_deref(), limit).await?;
    let people: Vec<_> = page.rows.iter().map(|row| row.user_id).collect();
    let briefs = chat.people().briefs(&people).await?;
    Ok(Json(VoteList::of(page, me.user_id, &briefs)))
}

/// Closes a poll: it takes no more votes. Its author does, and in groups its moderators. Idempotent.
#[utoipa::path(post, path = "/rooms/{id}/messages/{message_id}/close", tag = "polls",
    params(("id" = RoomId, Path), ("message_id" = EventId, Path)),
    responses((status = 204, description = "It is closed.")))]
async fn close_poll(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds((room, message)): PathIds<(RoomId, EventId)>,
) -> Result<StatusCode, Problem> {
    chat.timeline().close_poll(me.user_id, room, message).await?;
    Ok(StatusCode::NO_CONTENT)
}
