//! Routes of password reset.

use super::{
    caller::From,
    dto::{Attempt, CompleteReset, Proof, StartReset, VerifyCode},
};
use crate::{Edge, Json, PathIds, Problem};
use axum::{extract::State, http::StatusCode};
use chatlink_core::ChatLink;
use chatlink_protocol::ResetId;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new().routes(routes!(start_reset)).routes(routes!(verify_reset)).routes(routes!(complete_reset))
}

/// Sends a code to the account's contact. A login that is nobody's is answered the same.
#[utoipa::path(post, path = "/password-resets", tag = "password reset", security(()),
    responses((status = 202, description = "A mail may be on its way.", body = Attempt)))]
async fn start_reset(
    State(chat): State<ChatLink>,
    From(caller): From,
    Json(request): Json<StartReset>,
) -> Result<(StatusCode, Json<Attempt>), Problem> {
    let started = chat.identity().start_reset(&caller, &request.login).await?;
    Ok((StatusCode::ACCEPTED, Json(started.into())))
}

/// Checks the code. Every try counts; the fifth wrong one ends the attempt.
#[utoipa::path(post, path = "/password-resets/{id}/verify", tag = "password reset", security(()),
    params(("id" = ResetId, Path)),
    responses((status = 200, description = "The code was right.", body = Proof)))]
async fn verify_reset(
    State(chat): State<ChatLink>,
    From(caller): From,
    PathIds(id): PathIds<ResetId>,
    Json(request): Json<VerifyCode>,
) -> Result<Json<Proof>, Problem> {
    Ok(Json(chat.identity().verify_reset(&caller, id, &request.code).await?.into()))
}

/// Sets the password and ends all sessions. Logs nobody in; the owner is told. Where the account asks for
/// a second factor, it is asked for here, too: the code that came by mail is none.
#[utoipa::path(post, path = "/password-resets/{id}/complete", tag = "password reset", security(()),
    params(("id" = ResetId, Path)),
    responses((status = 204, description = "The password is set.")))]
async fn complete_reset(
    State(chat): State<ChatLink>,
    From(caller): From,
    PathIds(id): PathIds<ResetId>,
    Json(request): Json<CompleteReset>,
) -> Result<StatusCode, Problem> {
    let CompleteReset { proof, password, second_factor } = request;
    chat.identity().complete_reset(&caller, id, &proof, &password, second_factor.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}
