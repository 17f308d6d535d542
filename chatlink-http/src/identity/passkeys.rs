//! Routes of passkeys.

use super::{
    answer,
    caller::From,
    dto::{LoggedInAnswer, OwnerProof},
};
use crate::{Auth, Edge, Json, PathIds, Problem};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use chatlink_core::{
    ChatLink,
    identity::{CeremonyBegun, Passkey, PasskeyLogin},
};
use chatlink_protocol::{CeremonyId, PasskeyId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(list_passkeys, add_passkey))
        .routes(routes!(begin_passkey))
        .routes(routes!(remove_passkey))
        .routes(routes!(begin_passkey_login))
        .routes(routes!(log_in_by_passkey))
}

/// A ceremony that waits for a device's answer: five minutes, and one answer.
#[derive(Serialize, ToSchema)]
struct PasskeyCeremony {
    id: CeremonyId,
    /// No answer is taken from then on.
    expires_at: Timestamp,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` of browsers.
    #[schema(value_type = Map<String, Value>)]
    options: Value,
}

/// What a device answers: a `PublicKeyCredential`, as its `toJSON` writes it.
#[derive(Deserialize, Serialize, ToSchema)]
struct PasskeyCredential {
    /// The credential's id, in base64url.
    id: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Deserialize, ToSchema)]
struct AddPasskey {
    ceremony_id: CeremonyId,
    /// What the owner calls it: 1 to 50 characters.
    name: String,
    credential: PasskeyCredential,
}

#[derive(Deserialize, ToSchema)]
struct LoginByPasskey {
    ceremony_id: CeremonyId,
    credential: PasskeyCredential,
    /// `token` (the default) or `cookie`.
    grant: Option<String>,
}

/// The caller's passkeys, the oldest first.
#[derive(Serialize, ToSchema)]
struct PasskeyList {
    items: Vec<PasskeyItem>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyItem {
    id: PasskeyId,
    #[schema(example = "My phone")]
    name: String,
    created_at: Timestamp,
    /// The last login by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
}

/// The caller's passkeys, the oldest first: ten at most.
#[utoipa::path(get, path = "/me/passkeys", tag = "account",
    responses((status = 200, description = "All of them.", body = PasskeyList)))]
async fn list_passkeys(State(chat): State<ChatLink>, _: From, Auth(me): Auth) -> Result<Json<PasskeyList>, Problem> {
    let passkeys = chat.identity().list_passkeys(&me).await?;
    Ok(Json(PasskeyList { items: passkeys.into_iter().map(Into::into).collect() }))
}

/// Asks for a new passkey (WebAuthn). Where passkeys are not offered this is 403.
#[utoipa::path(post, path = "/me/passkeys/begin", tag = "account",
    responses((status = 201, description = "It waits for the device's answer.", body = PasskeyCeremony)))]
async fn begin_passkey(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<OwnerProof>,
) -> Result<(StatusCode, Json<PasskeyCeremony>), Problem> {
    let begun = chat.identity().begin_passkey(&caller, &me, &request.into()).await?;
    Ok((StatusCode::CREATED, Json(begun.into())))
}

/// Keeps the passkey that the device made; it logs in from now on. A wrong answer ends the ceremony. The
/// owner is told.
#[utoipa::path(post, path = "/me/passkeys", tag = "account",
    responses((status = 201, description = "It is kept.", body = PasskeyItem)))]
async fn add_passkey(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<AddPasskey>,
) -> Result<(StatusCode, Json<PasskeyItem>), Problem> {
    let AddPasskey { ceremony_id, name, credential } = request;
    let passkey = chat.identity().add_passkey(&caller, &me, ceremony_id, &name, &credential.into()).await?;
    Ok((StatusCode::CREATED, Json(passkey.into())))
}

/// Removes a passkey: no login by it from now on. The owner is told.
#[utoipa::path(delete, path = "/me/passkeys/{id}", tag = "account", params(("id" = PasskeyId, Path)),
    responses((status = 204, description = "It is gone.")))]
async fn remove_passkey(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    PathIds(passkey): PathIds<PasskeyId>,
    Json(request): Json<OwnerProof>,
) -> Result<StatusCode, Problem> {
    chat.identity().remove_passkey(&caller, &me, passkey, &request.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for any passkey of this site. Where passkeys are not offered this is 403.
#[utoipa::path(post, path = "/sessions/passkey/begin", tag = "sessions", security(()),
    responses((status = 201, description = "It waits for the device's answer.", body = PasskeyCeremony)))]
async fn begin_passkey_login(
    State(chat): State<ChatLink>,
    From(caller): From,
) -> Result<(StatusCode, Json<PasskeyCeremony>), Problem> {
    let begun = chat.identity().begin_passkey_login(&caller).await?;
    Ok((StatusCode::CREATED, Json(begun.into())))
}

/// Logs in by a passkey, without a username. The device verified its person, which is two factors: no code
/// of an authenticator app is asked for. Whatever is wrong is `passkey_wrong`, and ends the ceremony.
#[utoipa::path(post, path = "/sessions/passkey", tag = "sessions", security(()),
    responses((status = 200, description = "Logged in.", body = LoggedInAnswer)))]
async fn log_in_by_passkey(
    State(edge): State<Edge>,
    From(caller): From,
    headers: HeaderMap,
    Json(request): Json<LoginByPasskey>,
) -> Result<Response, Problem> {
    let grant = answer::grant(&edge, &headers, request.grant.as_deref())?;
    let form = PasskeyLogin { ceremony: request.ceremony_id, answer: request.credential.into(), grant };
    let login = edge.chat.identity().passkey_login(&caller, form).await?;
    answer::logged_in(&edge, &headers, StatusCode::OK, login).await
}

impl std::convert::From<PasskeyCredential> for Value {
    fn from(credential: PasskeyCredential) -> Self {
        let mut answer = credential.more;
        answer.insert("id".to_owned(), Self::String(credential.id));
        Self::Object(answer)
    }
}

impl std::convert::From<CeremonyBegun> for PasskeyCeremony {
    fn from(begun: CeremonyBegun) -> Self {
        Self { id: begun.id, expires_at: begun.expires_at, options: begun.options }
    }
}

impl std::convert::From<Passkey> for PasskeyItem {
    fn from(passkey: Passkey) -> Self {
        Self {
            id: passkey.passkey_id,
            name: passkey.name,
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
        }
    }
}
