//! Blocks.

use crate::{Auth, Json, PathIds, Problem, Query};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, people::BlockRow};
use chatlink_protocol::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BlocksQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of those whom one blocks, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BlocksPage {
    items: Vec<Block>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A block.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Block {
    user: BlockedUser,
    blocked_at: Timestamp,
}

/// Who is blocked; without names and with `deleted` the account is gone.
#[derive(Debug, Serialize, ToSchema)]
struct BlockedUser {
    id: UserId,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
}

/// Those whom the caller blocks, newest first.
#[utoipa::path(
    get, path = "/blocks", tag = "people", params(BlocksQuery),
    responses((status = 200, description = "A page.", body = BlocksPage)),
)]
pub(super) async fn list_blocks(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    Query(query): Query<BlocksQuery>,
) -> Result<Json<BlocksPage>, Problem> {
    let page = chat.people().list_blocks(caller.user_id, query.cursor.as_deref()).await?;
    let items = page.items.into_iter().map(Into::into).collect();
    Ok(Json(BlocksPage { items, next_cursor: page.next_cursor }))
}

/// Blocks a person. Idempotent.
#[utoipa::path(
    put, path = "/blocks/{user_id}", tag = "people",
    params(("user_id" = UserId, Path, description = "The person")),
    responses((status = 204, description = "Blocked.")),
)]
pub(super) async fn block(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    PathIds(user): PathIds<UserId>,
) -> Result<StatusCode, Problem> {
    chat.people().block(caller.user_id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a block back. Idempotent.
#[utoipa::path(
    delete, path = "/blocks/{user_id}", tag = "people",
    params(("user_id" = UserId, Path, description = "The person")),
    responses((status = 204, description = "Not blocked.")),
)]
pub(super) async fn unblock(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    PathIds(user): PathIds<UserId>,
) -> Result<StatusCode, Problem> {
    chat.people().unblock(caller.user_id, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<BlockRow> for Block {
    fn from(row: BlockRow) -> Self {
        let deleted = row.brief.is_none();
        let (username, display_name) = row.brief.map(|brief| (brief.username, brief.display_name)).unzip();
        Self { user: BlockedUser { id: row.user_id, username, display_name, deleted }, blocked_at: row.blocked_at }
    }
}
