//! One's own settings.

use crate::{
    edge::Edge,
    people::patch,
    refusal::OrRefuse as _,
    v1::{self, FindSettingsRequest, UpdateSettingsRequest, settings_server::Settings, update_settings_request::Quiet},
};
use chatlink_core::people::{Patch, QuietHours, QuietHoursForm, Theme, UpdateSettings, UserSettings};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl Settings for Edge {
    async fn find_settings(&self, request: Request<FindSettingsRequest>) -> Result<Response<v1::UserSettings>, Status> {
        let me = self.auth(&request).await?;
        Ok(Response::new(self.chat.people().settings(me.user_id).await.or_refuse()?.into()))
    }

    async fn update_settings(
        &self,
        request: Request<UpdateSettingsRequest>,
    ) -> Result<Response<v1::UserSettings>, Status> {
        let (me, asked) = (self.auth(&request).await?, request.into_inner());
        Ok(Response::new(self.chat.people().update_settings(me.user_id, asked.into()).await.or_refuse()?.into()))
    }
}

impl From<UpdateSettingsRequest> for UpdateSettings {
    fn from(asked: UpdateSettingsRequest) -> Self {
        Self {
            locale: patch(asked.locale),
            theme: patch(asked.theme),
            typing: set(asked.typing),
            read_receipts: set(asked.read_receipts),
            online: set(asked.online),
            last_seen: set(asked.last_seen),
            find_me: patch(asked.find_me),
            write_first: patch(asked.write_first),
            notify: patch(asked.notify),
            quiet_hours: match asked.quiet {
                None | Some(Quiet::NoQuietHours(false)) => Patch::Keep,
                Some(Quiet::NoQuietHours(true)) => Patch::Clear,
                Some(Quiet::QuietHours(hours)) => Patch::Set(hours.into()),
            },
        }
    }
}

/// A switch has no other default to go back to than one of its two states.
fn set(switch: Option<bool>) -> Patch<bool> {
    switch.map_or(Patch::Keep, Patch::Set)
}

impl From<v1::QuietHours> for QuietHoursForm {
    fn from(hours: v1::QuietHours) -> Self {
        Self { from: hours.from, to: hours.to, time_zone: hours.time_zone }
    }
}

impl From<QuietHours> for v1::QuietHours {
    fn from(hours: QuietHours) -> Self {
        let (from, to) = (hours.from().to_string(), hours.to().to_string());
        Self { from, to, time_zone: hours.time_zone().to_string() }
    }
}

impl From<UserSettings> for v1::UserSettings {
    fn from(settings: UserSettings) -> Self {
        let UserSettings { locale, theme, privacy, alerts } = settings;
        let theme = match theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        Self {
            locale: locale.as_str().to_owned(),
            theme: theme.to_owned(),
            typing: privacy.typing,
            read_receipts: privacy.read_receipts,
            online: privacy.online,
            last_seen: privacy.last_seen,
            find_me: privacy.find_me.as_str().to_owned(),
            write_first: privacy.write_first.as_str().to_owned(),
            notify: alerts.notify.as_str().to_owned(),
            quiet_hours: alerts.quiet_hours.map(Into::into),
        }
    }
}
