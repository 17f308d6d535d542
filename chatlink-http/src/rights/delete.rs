//! Deleting one's own account.

use crate::{Auth, Edge, Json, Problem, identity::From};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use chatlink_core::{
    identity::{Reauth, Via},
    rights::Words,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// The owner's word.
#[derive(Deserialize, ToSchema)]
pub(super) struct DeleteMe {
    /// The present one.
    #[schema(format = Password)]
    password: String,
    /// A code of the authenticator app, or a recovery code: where the account asks for one.
    second_factor: Option<String>,
    /// Whether all of one's messages are taken back, too. Without it they stay, under a deleted account.
    #[serde(default)]
    redact: bool,
}

/// Deletes the account, for good: the profile, contacts, settings and sessions go at once, on every device.
/// The contacts are told; nobody can register with them, or take the username, for 30 days. Groups are
/// left; in direct rooms the other person reads on and sees a deleted account. Messages are taken back, where
/// that is asked, in the background.
#[utoipa::path(delete, path = "/me", tag = "account", request_body = DeleteMe,
    responses((status = 204, description = "Gone.")))]
pub(super) async fn delete_me(
    State(edge): State<Edge>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<DeleteMe>,
) -> Result<Response, Problem> {
    let DeleteMe { password, second_factor, redact } = request;
    let words = if redact { Words::TakenBack } else { Words::Stay };
    edge.chat.rights().delete_account(&caller, &me, &Reauth { password, second_factor }, words).await?;
    let clear = (me.via == Via::Cookie).then(|| [(header::SET_COOKIE, edge.options.cookie.clear())]);
    Ok(match clear {
        Some(clear) => (StatusCode::NO_CONTENT, clear).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
