//! Routes of the second factor.

use super::{caller::From, dto::OwnerProof};
use crate::{Auth, Edge, Json, Problem};
use axum::{extract::State, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chatlink_core::{ChatLink, identity::FactorOffer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(offer_totp, remove_totp))
        .routes(routes!(confirm_totp))
        .routes(routes!(renew_recovery_codes))
}

#[derive(Deserialize, ToSchema)]
struct OfferTotp {
    #[schema(format = Password)]
    password: String,
}

/// A second factor that waits for its first code. Shown this once.
#[derive(Serialize, ToSchema)]
struct TotpOffer {
    /// For who types it: base32.
    secret: String,
    /// For an app on the same device.
    otpauth_url: String,
    /// For a camera: the picture of a QR code, as a `data:` URL.
    qr: String,
}

#[derive(Deserialize, ToSchema)]
struct ConfirmTotp {
    /// The six digits that the authenticator app shows.
    code: String,
}

/// Recovery codes: each stands once for a code of the authenticator app. Shown this once.
#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    #[schema(example = json!(["ABCD-EFGH-IJKL-MNOP-QRST-UVWX"]))]
    recovery_codes: Vec<String>,
}

/// Makes a second factor for an authenticator app (TOTP, RFC 6238), which waits half an hour for its first
/// code. One that waited before is forgotten.
#[utoipa::path(post, path = "/me/totp", tag = "account",
    responses((status = 201, description = "It waits for its first code.", body = TotpOffer)))]
async fn offer_totp(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<OfferTotp>,
) -> Result<(StatusCode, Json<TotpOffer>), Problem> {
    let offer = chat.identity().offer_second_factor(&caller, &me, &request.password).await?;
    Ok((StatusCode::CREATED, Json(offer.into())))
}

/// Switches the second factor on by its first code: from now on it is asked for at every login, reset and
/// change of the account. The owner is told.
#[utoipa::path(post, path = "/me/totp/confirm", tag = "account",
    responses((status = 200, description = "It is on.", body = RecoveryCodes)))]
async fn confirm_totp(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<ConfirmTotp>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let recovery_codes = chat.identity().confirm_second_factor(&caller, &me, &request.code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Switches the second factor off, and forgets one that waits. The owner is told.
#[utoipa::path(delete, path = "/me/totp", tag = "account",
    responses((status = 204, description = "It is off.")))]
async fn remove_totp(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<OwnerProof>,
) -> Result<StatusCode, Problem> {
    chat.identity().remove_second_factor(&caller, &me, &request.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replaces the recovery codes. The old ones die; the owner is told.
#[utoipa::path(post, path = "/me/totp/recovery-codes", tag = "account",
    responses((status = 200, description = "The new ones.", body = RecoveryCodes)))]
async fn renew_recovery_codes(
    State(chat): State<ChatLink>,
    From(caller): From,
    Auth(me): Auth,
    Json(request): Json<OwnerProof>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let recovery_codes = chat.identity().renew_recovery_codes(&caller, &me, &request.into()).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

impl std::convert::From<FactorOffer> for TotpOffer {
    fn from(offer: FactorOffer) -> Self {
        let qr = format!("data:image/svg+xml;base64,{}", STANDARD.encode(&offer.qr_svg));
        Self { secret: offer.secret, otpauth_url: offer.otpauth_url, qr }
    }
}
