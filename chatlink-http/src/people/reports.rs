//! Reports to the operators.

use crate::{Auth, Json, Problem};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, people::MakeReport};
use chatlink_protocol::ReportId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is reported.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ReportRequest {
    /// The person.
    user_id: String,
    /// `spam`, `abuse`, `minor` or `other`.
    reason: String,
    /// What happened, at most 1000 characters.
    note: Option<String>,
    /// Where; required with `event_ids`.
    room_id: Option<String>,
    /// Which messages of the room, each once, at most 20; the caller must be able to read them. What he reads of them goes
    /// with the report, and stays with it when they are edited, taken back or gone.
    #[serde(default)]
    event_ids: Option<Vec<String>>,
}

/// The report is kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportKept {
    id: ReportId,
}

/// Reports a person to the operators, who are the only ones to see it.
#[utoipa::path(
    post, path = "/reports", tag = "people", request_body = ReportRequest,
    responses((status = 201, description = "Kept.", body = ReportKept)),
)]
pub(super) async fn report(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    Json(request): Json<ReportRequest>,
) -> Result<(StatusCode, Json<ReportKept>), Problem> {
    let ReportRequest { user_id, reason, note, room_id, event_ids } = request;
    let report = MakeReport { user_id, reason, note, room_id, event_ids: event_ids.unwrap_or_default() };
    let id = chat.people().report(caller.user_id, report).await?;
    Ok((StatusCode::CREATED, Json(ReportKept { id })))
}
