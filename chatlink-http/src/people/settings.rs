//! One's own settings.

use crate::{Auth, Json, Problem, schema::one_of};
use axum::extract::State;
use chatlink_core::{
    ChatLink,
    people::{self, Patch, QuietHoursForm, UpdateSettings, UserSettings},
};
use chatlink_protocol::room::words::notify;
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
    /// Of which messages I am told, in rooms that say nothing else: `mentions` are those that name me or all, and all
    /// in direct rooms. `none` takes rooms out of the badge, and `mentions` those whose messages to read name nobody.
    #[schema(schema_with = notify)]
    notify: &'static str,
    /// When I am told of nothing, every day; null: never. No count changes by it.
    #[schema(required)]
    quiet_hours: Option<QuietHours>,
}

/// Hours of every day, on the clock of one place.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct QuietHours {
    /// `HH:MM`.
    #[schema(example = "22:00")]
    from: String,
    /// `HH:MM`, another one; before `from` it is on the next day.
    #[schema(example = "07:00")]
    to: String,
    /// An IANA name.
    #[schema(example = "Europe/Madrid")]
    time_zone: String,
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
    /// `all`, `mentions` or `none`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    notify: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<QuietHours>)]
    quiet_hours: Patch<QuietHours>,
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
    Ok(Json(chat.people().update_settings(caller.user_id, request.into()).await?.into()))
}

impl From<SettingsRequest> for UpdateSettings {
    fn from(request: SettingsRequest) -> Self {
        Self {
            locale: request.locale,
            theme: request.theme,
            typing: request.typing,
            read_receipts: request.read_receipts,
            online: request.online,
            last_seen: request.last_seen,
            find_me: request.find_me,
            write_first: request.write_first,
            notify: request.notify,
            quiet_hours: request.quiet_hours.map(QuietHoursForm::from),
        }
    }
}

impl From<QuietHours> for QuietHoursForm {
    fn from(QuietHours { from, to, time_zone }: QuietHours) -> Self {
        Self { from, to, time_zone }
    }
}

impl From<people::QuietHours> for QuietHours {
    fn from(hours: people::QuietHours) -> Self {
        let (from, to) = (hours.from().to_string(), hours.to().to_string());
        Self { from, to, time_zone: hours.time_zone().to_string() }
    }
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
            notify: settings.alerts.notify.as_str(),
            quiet_hours: settings.alerts.quiet_hours.map(QuietHours::from),
        }
    }
}

fn find_me() -> ObjectBuilder {
    one_of(&["everyone", "nobody"])
}

fn write_first() -> ObjectBuilder {
    one_of(&["everyone", "shared_language", "nobody"])
}
