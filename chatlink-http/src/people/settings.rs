//! One's own settings.

use crate::{Auth, Json, Problem};
use axum::extract::State;
use chatlink_core::{
    ChatLink,
    people::{self, Patch, UpdateSettings, UserSettings},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One's own settings. The four switches bind both ways: who hides a thing does not get that of
/// others.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Settings {
    /// A language tag.
    #[schema(example = "en")]
    locale: String,
    theme: Theme,
    typing: bool,
    read_receipts: bool,
    online: bool,
    last_seen: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Theme {
    System,
    Light,
    Dark,
}

/// A change of settings: absent keeps, null is the default again.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct SettingsRequest {
    /// A language tag.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    locale: Patch<String>,
    /// `system`, `light` or `dark`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    theme: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    typing: Patch<bool>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    read_receipts: Patch<bool>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    online: Patch<bool>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    last_seen: Patch<bool>,
}

/// One's own settings.
#[utoipa::path(
    get, path = "/me/settings", tag = "me",
    responses((status = 200, description = "The settings.", body = Settings)),
)]
pub(super) async fn read_settings(State(chat): State<ChatLink>, Auth(caller): Auth) -> Result<Json<Settings>, Problem> {
    Ok(Json(chat.people().settings(caller.user_id).await?.into()))
}

/// Changes one's own settings and tells one's other devices.
#[utoipa::path(
    patch, path = "/me/settings", tag = "me", request_body = SettingsRequest,
    responses((status = 200, description = "The settings as they are now.", body = Settings)),
)]
pub(super) async fn update_settings(
    State(chat): State<ChatLink>,
    Auth(caller): Auth,
    Json(request): Json<SettingsRequest>,
) -> Result<Json<Settings>, Problem> {
    let SettingsRequest { locale, theme, typing, read_receipts, online, last_seen } = request;
    let update = UpdateSettings { locale, theme, typing, read_receipts, online, last_seen };
    Ok(Json(chat.people().update_settings(caller.user_id, update).await?.into()))
}

impl From<UserSettings> for Settings {
    fn from(settings: UserSettings) -> Self {
        Self {
            locale: settings.locale.as_str().to_owned(),
            theme: match settings.theme {
                people::Theme::System => Theme::System,
                people::Theme::Light => Theme::Light,
                people::Theme::Dark => Theme::Dark,
            },
            typing: settings.privacy.typing,
            read_receipts: settings.privacy.read_receipts,
            online: settings.privacy.online,
            last_seen: settings.privacy.last_seen,
        }
    }
}
