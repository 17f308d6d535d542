//! One's own settings.

use crate::{Auth, Json, Problem, schema::one_of};
use axum::extract::State;
use chatlink_core::{
    ChatLink,
    people::{self, Patch, UpdateSettings, UserSettings},
};
use serde::{Deserialize, Serialize};
use utoipa::{ToSchema, openapi::schema::ObjectBuilder};

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
    /// Who finds me among the suggested partners; whom nobody finds finds nobody.
    #[schema(schema_with = find_me)]
    find_me: &'static str,
    /// Who may turn to me first. Who shares a language speaks or learns one that I speak or learn.
    #[schema(schema_with = write_first)]
    write_first: &'static str,
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
    /// `everyone` or `nobody`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    find_me: Patch<String>,
    /// `everyone`, `shared_language` or `nobody`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    write_first: Patch<String>,
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
    let SettingsRequest { locale, theme, typing, read_receipts, online, last_seen, find_me, write_first } = request;
    let update = UpdateSettings { locale, theme, typing, read_receipts, online, last_seen, find_me, write_first };
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
            find_me: settings.privacy.find_me.as_str(),
            write_first: settings.privacy.write_first.as_str(),
        }
    }
}

fn find_me() -> ObjectBuilder {
    one_of(&["everyone", "nobody"])
}

fn write_first() -> ObjectBuilder {
    one_of(&["everyone", "shared_language", "nobody"])
}
