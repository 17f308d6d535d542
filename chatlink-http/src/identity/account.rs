//! Routes of changes of one's own account: each asks again for the password and, where it is on, for the
//! second factor.

use super::{
    caller::From,
    dto::{Attempt, ChangePassword, OwnerProof, VerifyCode},
};
use crate::{Auth, Edge, Json, PathIds, Problem, people::Contact};
use axum::{extract::State, http::StatusCode};
use chatlink_core::{
    ChatLink,
    identity::{ContactError, Reauth},
};
use chatlink_protocol::ContactAttemptId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(change_password))
        .routes(routes!(change_username))
        .routes(routes!(add_contact))
        .routes(routes!(verify_contact))
        .routes(routes!(remove_contact))
}

#[derive(Deserialize, ToSchema)]
struct ChangeUsername {
    /// A letter, then 2 to 29 of letters, digits, dots and underscores.
    username: String,
    /// The present one.
    #[schema(format = Password)]
    password: String,
    /// A code of the authenticator app, or a recovery code: where the account asks for one.
    second_factor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
struct AddContact {
    /// An e-mail address, or a mobile number with its country code.
    contact: String,
    /// The present one.
    #[schema(format = Password)]
    password: String,
    /// A code of the authenticator app, or a recovery code: where the account asks for one.
    second_factor: Option<String>,
}

/// The account's contacts, the oldest first: one of a kind at most.
#[derive(Serialize, ToSchema)]
struct ContactList {
    items: Vec<Contact>,
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

/// Changes the username, once in 30 days. The old one is kept for its owner for 30 days; the owner is told.
#[utoipa::path(put, path = "/me/username", tag = "account",
    responses((status = 204, description = "Changed.")))]
async fn change_username(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<ChangeUsername>,
) -> Result<StatusCode, Problem> {
    let ChangeUsername { username, password, second_factor } = request;
    chat.identity().rename(&caller, &me, &username, &Reauth { password, second_factor }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a code to a further contact. One that is somebody's is answered the same; its owner gets a notice.
#[utoipa::path(post, path = "/me/contacts", tag = "account",
    responses((status = 202, description = "A code may be on its way.", body = Attempt)))]
async fn add_contact(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<AddContact>,
) -> Result<(StatusCode, Json<Attempt>), Problem> {
    let AddContact { contact, password, second_factor } = request;
    let started = chat.identity().start_contact(&caller, &me, &contact, &Reauth { password, second_factor }).await?;
    Ok((StatusCode::ACCEPTED, Json(started.into())))
}

/// Checks the code and makes the contact the account's, in the place of the one of its kind. All contacts
/// from before are told. Every try counts; the fifth wrong one ends the attempt.
#[utoipa::path(post, path = "/me/contacts/{id}/verify", tag = "account",
    params(("id" = ContactAttemptId, Path)),
    responses((status = 200, description = "The contacts as they are now.", body = ContactList)))]
async fn verify_contact(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    PathIds(id): PathIds<ContactAttemptId>,
    Json(request): Json<VerifyCode>,
) -> Result<Json<ContactList>, Problem> {
    let contacts = chat.identity().verify_contact(&caller, &me, id, &request.code).await?;
    Ok(Json(ContactList { items: contacts.into_iter().map(Into::into).collect() }))
}

/// Removes the contact of a kind; the last contact stays. All contacts from before are told.
#[utoipa::path(delete, path = "/me/contacts/{kind}", tag = "account",
    params(("kind" = String, Path, description = "`email` or `mobile`")),
    responses((status = 204, description = "Removed.")))]
async fn remove_contact(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    PathIds(kind): PathIds<String>,
    Json(request): Json<OwnerProof>,
) -> Result<StatusCode, Problem> {
    let kind = kind.parse().map_err(|_| ContactError::NotFound)?;
    chat.identity().remove_contact(&caller, &me, kind, &request.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}
