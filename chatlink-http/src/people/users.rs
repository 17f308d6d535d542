//! Other people.

use super::dto::Profile;
use crate::{Auth, Json, PathIds, Problem};
use axum::extract::State;
use chatlink_core::ChatLink;
use chatlink_protocol::UserId;

/// A person's profile. Who blocked the caller, is blocked, or is kept apart by age is absent: 404
/// `user_not_found`.
#[utoipa::path(
    get, path = "/users/{id}", tag = "people",
    params(("id" = UserId, Path, description = "The person")),
    responses((status = 200, description = "The profile.", body = Profile)),
)]
pub(super) async fn read_user(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    PathIds(user): PathIds<UserId>,
) -> Result<Json<Profile>, Problem> {
    Ok(Json(chat.people().profile(caller.user_id, user).await?.into()))
}
