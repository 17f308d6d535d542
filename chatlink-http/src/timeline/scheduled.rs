//! Messages that wait for their time.

use crate::{Auth, Edge, Json, PathIds, Problem};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{
    ChatLink,
    timeline::{
        Sending,
        scheduled::{ScheduledRow, ScheduledWords},
    },
};
use chatlink_protocol::{AskedPoll, ClientId, EventId, RoomId, Timestamp, UserId, frame::ForwardOf};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A message to be sent later.
#[derive(Deserialize, ToSchema)]
struct ScheduleRequest {
    room_id: RoomId,
    /// 1 byte to 16 KiB of UTF-8.
    #[serde(default)]
    text: Option<String>,
    /// The message that it will answer.
    #[serde(default)]
    reply_to: Option<EventId>,
    /// Members who are named in it, at most 50.
    #[serde(default)]
    mentions: Vec<UserId>,
    /// Whether it names all members: in a direct room both may, in a group its moderators.
    #[serde(default)]
    mentions_all: bool,
    /// Seconds until it is gone for everybody, 1 to 31,536,000, from when it is sent on.
    #[serde(default)]
    expires_in: Option<u64>,
    /// Makes a poll of it: the text is its question. `closes_in` counts from when it is sent.
    #[serde(default)]
    poll: Option<AskedPoll>,
    /// The message of the main timeline in whose thread it will be said; absent: in the main timeline.
    #[serde(default)]
    thread: Option<EventId>,
    /// Refused, never dropped: what is passed on goes at once.
    #[serde(default)]
    forward: Option<ForwardOf>,
    /// When: a time to come, within a year.
    send_at: Timestamp,
}

/// A message that waits for its time, or that could not be sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScheduledMessage {
    /// The `client_id` that it will have.
    client_id: ClientId,
    room_id: RoomId,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<EventId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<UserId>,
    mentions_all: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<AskedPoll>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<EventId>,
    send_at: Timestamp,
    /// The error code for which it was not sent at its time; it is not tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<String>,
}

/// All messages that wait.
#[derive(Serialize, ToSchema)]
struct ScheduledList {
    items: Vec<ScheduledMessage>,
}

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(list_scheduled)).routes(routes!(schedule_message, cancel_scheduled))
}

/// One's messages that wait for their time, of all rooms, the next one first; and those that could not be sent.
#[utoipa::path(get, path = "/me/scheduled", tag = "mine",
    responses((status = 200, description = "All of them, 100 at most.", body = ScheduledList)))]
async fn list_scheduled(State(chat): State<ChatLink>, Auth(me): Auth) -> Result<Json<ScheduledList>, Problem> {
    let rows = chat.schedule().list(me.user_id).await?;
    Ok(Json(ScheduledList { items: rows.into_iter().map(ScheduledMessage::from).collect() }))
}

/// Keeps a message and sends it at its time, within 10 seconds, if it may be said then; or changes the one of this
/// name that waits or failed. What a message of now would be refused for is refused at once. The name is a UUID of the caller's own, and the message's `client_id`. Idempotent.
#[utoipa::path(put, path = "/me/scheduled/{client_id}", tag = "mine", params(("client_id" = ClientId, Path)),
    responses((status = 204, description = "It waits.")))]
async fn schedule_message(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(client_id): PathIds<ClientId>,
    Json(request): Json<ScheduleRequest>,
) -> Result<StatusCode, Problem> {
    let ScheduleRequest { room_id, text, reply_to, mentions, mentions_all, expires_in, poll, thread, forward, send_at } =
        request;
    let asked = Sending { client_id, text, forward, reply_to, expires_in, mentions, mentions_all, poll, thread };
    chat.schedule().put(me.user_id, room_id, asked, send_at).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets a message that waits, or one that could not be sent.
#[utoipa::path(delete, path = "/me/scheduled/{client_id}", tag = "mine", params(("client_id" = ClientId, Path)),
    responses((status = 204, description = "It is not sent.")))]
async fn cancel_scheduled(
    State(chat): State<ChatLink>,
    Auth(me): Auth,
    PathIds(client_id): PathIds<ClientId>,
) -> Result<StatusCode, Problem> {
    chat.schedule().cancel(me.user_id, client_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<ScheduledRow> for ScheduledMessage {
    fn from(row: ScheduledRow) -> Self {
        let ScheduledRow { client_id, room_id, words, send_at, failed, .. } = row;
        let ScheduledWords { text, reply_to, mentions, mentions_all, expires_in, poll, thread } = words;
        Self { client_id, room_id, text, reply_to, mentions, mentions_all, expires_in, poll, thread, send_at, failed }
    }
}
