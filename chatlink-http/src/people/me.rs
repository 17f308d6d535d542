//! One's own account.

use super::dto::{LearningLanguage, Profile};
use crate::{Auth, Json, Problem};
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use chatlink_core::{
    ChatLink,
    contact::ContactKind,
    identity::{FactorStatus, VerifiedContact, Via},
    people::{Age, Languages, Patch, UpdateMe},
};
use chatlink_protocol::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One's own account: the profile that others see, and what nobody else sees.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    #[serde(flatten)]
    profile: Profile,
    /// YYYY-MM-DD; absent where the host told the age band.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date, example = "1990-12-31")]
    birth_date: Option<String>,
    contacts: Vec<Contact>,
    /// Absent where the host says who people are.
    #[serde(skip_serializing_if = "Option::is_none")]
    second_factor: Option<SecondFactor>,
    created_at: Timestamp,
}

/// Whether a second factor is asked for at every login, reset and change of the account.
#[derive(Debug, Serialize, ToSchema)]
struct SecondFactor {
    on: bool,
    /// Recovery codes that were not used.
    recovery_codes_left: u32,
}

/// Where codes and notices go.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Contact {
    kind: Kind,
    value: String,
    verified_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Email,
    Mobile,
}

/// A change of one's own profile: absent keeps, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct UpdateMeRequest {
    /// 1 to 50 characters; cannot be cleared.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    display_name: Patch<String>,
    /// At most 1000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    about: Patch<String>,
    /// One line of at most 80 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    status: Patch<String>,
    /// At most 20 of 1 to 30 characters.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    interests: Patch<Vec<String>>,
    /// ISO 3166-1 alpha-2; cannot be cleared.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    country: Patch<String>,
    /// An IANA name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    time_zone: Patch<String>,
}

/// All of one's languages.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct LanguagesRequest {
    /// 1 to 5, most important first.
    native_languages: Vec<String>,
    /// At most 10, none of the native ones.
    learning_languages: Vec<LearningLanguage>,
}

/// One's own account. By cookie the answer's header `X-CSRF-Token` carries the session's token.
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, description = "The account.", body = Me)))]
pub(super) async fn read_me(State(chat): State<ChatLink>, Auth(caller): Auth) -> Result<Response, Problem> {
    let me = whole(&chat, chat.people().me(caller.user_id).await?).await?;
    let mut response = Json(me).into_response();
    if caller.via == Via::Cookie
        && let Ok(token) = HeaderValue::from_str(&chat.identity().csrf_token(&caller))
    {
        response.headers_mut().insert(HeaderName::from_static(crate::auth::CSRF_HEADER), token);
    }
    Ok(response)
}

/// Changes one's own profile.
#[utoipa::path(
    patch, path = "/me", tag = "me", request_body = UpdateMeRequest,
    responses((status = 200, description = "The account as it is now.", body = Me)),
)]
pub(super) async fn update_me(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    Json(request): Json<UpdateMeRequest>,
) -> Result<Json<Me>, Problem> {
    let UpdateMeRequest { display_name, about, status, interests, country, time_zone } = request;
    let update = UpdateMe { display_name, about, status, interests, country, time_zone };
    let me = chat.people().update_me(caller.user_id, update).await?;
    Ok(Json(whole(&chat, me).await?))
}

/// Replaces one's own languages.
#[utoipa::path(
    put, path = "/me/languages", tag = "me", request_body = LanguagesRequest,
    responses((status = 200, description = "The account as it is now.", body = Me)),
)]
pub(super) async fn update_languages(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    Json(request): Json<LanguagesRequest>,
) -> Result<Json<Me>, Problem> {
    let native = request.native_languages.iter().map(String::as_str);
    let learning = request.learning_languages.iter().map(|known| (known.language.as_str(), known.level.as_str()));
    let me = chat.people().update_languages(caller.user_id, Languages::parse(native, learning)?).await?;
    Ok(Json(whole(&chat, me).await?))
}

/// With the contacts, which identity keeps.
pub(super) async fn whole(chat: &ChatLink, me: chatlink_core::people::Me) -> Result<Me, Problem> {
    let user: UserId = me.profile.user_id;
    let contacts = chat.identity().find_contacts(user).await?;
    let factor = match chat.identity().has_logins() {
        true => Some(chat.identity().second_factor(user).await?),
        false => None,
    };
    Ok(Me::of(me, contacts, factor))
}

impl Me {
    /// With the contacts and, where people log in here, the second factor.
    pub(crate) fn of(
        me: chatlink_core::people::Me,
        contacts: Vec<VerifiedContact>,
        factor: Option<Option<FactorStatus>>,
    ) -> Self {
        Self {
            profile: me.profile.into(),
            birth_date: match me.age {
                Age::Born(date) => Some(date.to_string()),
                Age::Told(_) => None,
            },
            contacts: contacts.into_iter().map(Into::into).collect(),
            second_factor: factor.map(|status| SecondFactor {
                on: status.is_some(),
                recovery_codes_left: status.map_or(0, |status| status.recovery_codes_left),
            }),
            created_at: me.created_at,
        }
    }
}

impl From<VerifiedContact> for Contact {
    fn from(contact: VerifiedContact) -> Self {
        let kind = match contact.contact.kind() {
            ContactKind::Email => Kind::Email,
            ContactKind::Mobile => Kind::Mobile,
        };
        Self { kind, value: contact.contact.as_str().to_owned(), verified_at: contact.verified_at }
    }
}
