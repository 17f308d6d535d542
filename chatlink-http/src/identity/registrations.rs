//! Routes of registration.

use super::{
    answer,
    caller::From,
    dto::{Attempt, CompleteRegistration, LoggedInAnswer, Proof, StartRegistration, VerifyCode},
};
use crate::{Edge, Json, PathIds, Problem};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use chatlink_core::ChatLink;
use chatlink_protocol::RegistrationId;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(start_registration))
        .routes(routes!(resend_registration))
        .routes(routes!(verify_registration))
        .routes(routes!(complete_registration))
}

/// Sends a code to the contact. Known contacts are answered the same; their owner gets a notice.
#[utoipa::path(post, path = "/registrations", tag = "registration", security(()),
    responses((status = 202, description = "A mail may be on its way.", body = Attempt)))]
async fn start_registration(
    State(chat): State<ChatLink>,
    From(caller): From,
    Json(request): Json<StartRegistration>,
) -> Result<(StatusCode, Json<Attempt>), Problem> {
    let started = chat.identity().start_registration(&caller, &request.contact).await?;
    Ok((StatusCode::ACCEPTED, Json(started.into())))
}

/// Sends a fresh code; the old one dies. Later and later, and at last not any more.
#[utoipa::path(post, path = "/registrations/{id}/resend", tag = "registration", security(()),
    params(("id" = RegistrationId, Path)),
    responses((status = 202, description = "A mail may be on its way.", body = Attempt)))]
async fn resend_registration(
    State(chat): State<ChatLink>,
    From(caller): From,
    PathIds(id): PathIds<RegistrationId>,
) -> Result<(StatusCode, Json<Attempt>), Problem> {
    let started = chat.identity().resend(&caller, id).await?;
    Ok((StatusCode::ACCEPTED, Json(started.into())))
}

/// Checks the code. Every try counts; the fifth wrong one ends the attempt.
#[utoipa::path(post, path = "/registrations/{id}/verify", tag = "registration", security(()),
    params(("id" = RegistrationId, Path)),
    responses((status = 200, description = "The code was right.", body = Proof)))]
async fn verify_registration(
    State(chat): State<ChatLink>,
    From(caller): From,
    PathIds(id): PathIds<RegistrationId>,
    Json(request): Json<VerifyCode>,
) -> Result<Json<Proof>, Problem> {
    Ok(Json(chat.identity().verify(&caller, id, &request.code).await?.into()))
}

/// Makes the account, and logs it in.
#[utoipa::path(post, path = "/registrations/{id}/complete", tag = "registration", security(()),
    params(("id" = RegistrationId, Path)),
    responses((status = 201, description = "The account is there.", body = LoggedInAnswer)))]
async fn complete_registration(
    State(edge): State<Edge>,
    From(caller): From,
    PathIds(id): PathIds<RegistrationId>,
    headers: HeaderMap,
    Json(request): Json<CompleteRegistration>,
) -> Result<Response, Problem> {
    let grant = answer::grant(&edge, &headers, request.grant.as_deref())?;
    let login = edge.chat.identity().complete(&caller, id, request.into_form(grant)).await?;
    answer::logged_in(&edge, &headers, StatusCode::CREATED, login).await
}
