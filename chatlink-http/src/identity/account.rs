//! Routes of changes of one's own account: each asks again for the password and, where it is on, for the
//! second factor.

use super::{caller::From, dto::ChangePassword};
use crate::{Auth, Json, Problem};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{ChatLink, identity::Reauth};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::Edge> {
    OpenApiRouter::new().routes(routes!(change_password))
}

/// Changes the password. All other sessions end; the owner is told.
#[utoipa::path(put, path = "/me/password", tag = "account",
    responses((status = 204, description = "Changed.")))]
async fn change_password(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<ChangePassword>,
) -> Result<StatusCode, Problem> {
    let ChangePassword { password, new_password, second_factor } = request;
    chat.identity().change_password(&caller, &me, &Reauth { password, second_factor }, &new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}
