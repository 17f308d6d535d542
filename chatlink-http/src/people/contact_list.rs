//! The contact list: people whom one keeps at hand.

use crate::{Auth, Json, PathIds, Problem, Query};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{
    ChatLink,
    people::{KeptRow, ListKept},
};
use chatlink_protocol::{Timestamp, UserId, room::Avatar};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct KeptQuery {
    /// The beginning of a name, of a word of it, or of a username, whatever the case and diacritics; up to 50
    /// characters.
    q: Option<String>,
    /// That person alone, if the caller keeps him.
    user_id: Option<UserId>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of those whom one keeps, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeptPage {
    items: Vec<KeptPerson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A person whom one keeps.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeptPerson {
    user: KeptUser,
    /// One's own words; empty where there are none.
    note: String,
    kept_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
struct KeptUser {
    id: UserId,
    username: String,
    display_name: String,
    /// Null: initials stand for it.
    #[schema(required)]
    avatar: Option<Avatar>,
}

/// What one notes of a person.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct KeepRequest {
    /// Up to 200 characters that nobody else sees; absent, null and empty are none.
    #[serde(default)]
    note: Option<String>,
}

/// Those whom the caller keeps, by name. Nobody of them knows it. Who is blocked, either way, or has no account any
/// more is not among them.
#[utoipa::path(
    get, path = "/contacts", tag = "people", params(KeptQuery),
    responses((status = 200, description = "A page.", body = KeptPage)),
)]
pub(super) async fn list_kept(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    Query(query): Query<KeptQuery>,
) -> Result<Json<KeptPage>, Problem> {
    let list = ListKept { q: query.q, only: query.user_id, cursor: query.cursor };
    let page = chat.people().contact_list(caller.user_id, list).await?;
    let items = page.items.into_iter().map(Into::into).collect();
    Ok(Json(KeptPage { items, next_cursor: page.next_cursor }))
}

/// Keeps a person with this note, 1,000 at most. Idempotent; the person is not told.
#[utoipa::path(
    put, path = "/contacts/{user_id}", tag = "people", request_body = KeepRequest,
    params(("user_id" = UserId, Path, description = "The person")),
    responses((status = 204, description = "Kept.")),
)]
pub(super) async fn keep(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    PathIds(user): PathIds<UserId>,
    Json(request): Json<KeepRequest>,
) -> Result<StatusCode, Problem> {
    chat.people().keep(caller.user_id, user, request.note.as_deref().unwrap_or_default()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a person no longer. Idempotent.
#[utoipa::path(
    delete, path = "/contacts/{user_id}", tag = "people",
    params(("user_id" = UserId, Path, description = "The person")),
    responses((status = 204, description = "Not kept.")),
)]
pub(super) async fn let_go(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    PathIds(user): PathIds<UserId>,
) -> Result<StatusCode, Problem> {
    chat.people().let_go(caller.user_id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<KeptRow> for KeptPerson {
    fn from(KeptRow { brief, note, kept_at }: KeptRow) -> Self {
        let user = KeptUser {
            id: brief.user_id,
            username: brief.username,
            display_name: brief.display_name,
            avatar: brief.avatar.map(|version| version.addresses(brief.user_id)),
        };
        Self { user, note, kept_at }
    }
}
