//! A person's own settings: language and look of the client, privacy switches, and of what the person is told.

use super::{
    Alerts, ClientLocale, FindMe, Notify, Patch, People, Privacy, QuietHours, QuietHoursForm, Theme, WriteFirst,
    notify::parse_quiet_hours,
};
use crate::{
    error::{Coded, Invalid, StoreError},
    limiter::{Cost, Limited},
    timeline::UserNote,
};
use chatlink_protocol::{ErrorCode, Problem, UserId};
use serde::Serialize;
use std::str::FromStr;

/// A person's own settings. The four switches, and who finds a person, bind both ways: who hides a thing does not get
/// that of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UserSettings {
    /// The language of the client and of mails.
    pub locale: ClientLocale,
    /// How the client looks.
    pub theme: Theme,
    /// What the person shows of himself.
    #[serde(flatten)]
    pub privacy: Privacy,
    /// Of which messages the person is told, and when of none.
    #[serde(flatten)]
    pub alerts: Alerts,
}

/// A change of settings as it came over the wire; what is cleared is the default again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateSettings {
    /// A BCP 47 tag.
    pub locale: Patch<String>,
    /// `system`, `light` or `dark`.
    pub theme: Patch<String>,
    /// Of [`Privacy::typing`].
    pub typing: Patch<bool>,
    /// Of [`Privacy::read_receipts`].
    pub read_receipts: Patch<bool>,
    /// Of [`Privacy::online`].
    pub online: Patch<bool>,
    /// Of [`Privacy::last_seen`].
    pub last_seen: Patch<bool>,
    /// Of [`Privacy::find_me`]: `everyone` or `nobody`.
    pub find_me: Patch<String>,
    /// Of [`Privacy::write_first`]: `everyone`, `shared_language` or `nobody`.
    pub write_first: Patch<String>,
    /// Of [`Alerts::notify`]: `all`, `mentions` or `none`.
    pub notify: Patch<String>,
    /// Of [`Alerts::quiet_hours`].
    pub quiet_hours: Patch<QuietHoursForm>,
}

/// A checked change: `None` keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// New language.
    pub locale: Option<ClientLocale>,
    /// New look.
    pub theme: Option<Theme>,
    /// Of [`Privacy::typing`].
    pub typing: Option<bool>,
    /// Of [`Privacy::read_receipts`].
    pub read_receipts: Option<bool>,
    /// Of [`Privacy::online`].
    pub online: Option<bool>,
    /// Of [`Privacy::last_seen`].
    pub last_seen: Option<bool>,
    /// Of [`Privacy::find_me`].
    pub find_me: Option<FindMe>,
    /// Of [`Privacy::write_first`].
    pub write_first: Option<WriteFirst>,
    /// Of [`Alerts::notify`].
    pub notify: Option<Notify>,
    /// Of [`Alerts::quiet_hours`]; `Some(None)`: none any more.
    pub quiet_hours: Option<Option<QuietHours>>,
}

/// Why settings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Fields that are wrong.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Too fast.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl People {
    /// The person's settings.
    ///
    /// # Errors
    /// Too fast, or the store.
    pub async fn settings(&self, user: UserId) -> Result<UserSettings, SettingsError> {
        self.spend(user, Cost::Read)?;
        Ok(self.find_settings(user).await?)
    }

    /// The person's settings, for the engine's own use: counted by no rate.
    pub(crate) async fn find_settings(&self, user: UserId) -> Result<UserSettings, StoreError> {
        self.context.observe(self.context.store.find_settings(user).await)
    }

    /// Changes what is named, keeps the rest, and tells the person's other devices.
    ///
    /// # Errors
    /// Wrong fields, too fast, or the store.
    pub async fn update_settings(&self, user: UserId, update: UpdateSettings) -> Result<UserSettings, SettingsError> {
        self.spend(user, Cost::Send)?;
        let change = update.parse()?;
        let note = UserNote::of_settings(user);
        let changed = self.context.store.update_settings(user, change, note, self.context.now()).await;
        let (settings, told) = self.context.observe(changed)?;
        self.hub.tell(told);
        Ok(settings)
    }
}

impl UserNote {
    /// That a person's settings changed; the verb that changes them fills the body.
    pub(super) fn of_settings(user_id: UserId) -> Self {
        Self { user_id, kind: "settings", subject: String::new(), body: serde_json::Value::Null }
    }
}

impl UpdateSettings {
    fn parse(self) -> Result<SettingsChange, Invalid> {
        let mut invalid = Invalid::default();
        let shown = Privacy::default();
        let change = SettingsChange {
            locale: invalid.take(parse(self.locale)).flatten(),
            theme: invalid.take(parse(self.theme)).flatten(),
            typing: self.typing.or(shown.typing),
            read_receipts: self.read_receipts.or(shown.read_receipts),
            online: self.online.or(shown.online),
            last_seen: self.last_seen.or(shown.last_seen),
            find_me: invalid.take(parse(self.find_me)).flatten(),
            write_first: invalid.take(parse(self.write_first)).flatten(),
            notify: invalid.take(parse(self.notify)).flatten(),
            quiet_hours: invalid.take(parse_quiet_hours(self.quiet_hours)).flatten(),
        };
        invalid.check().map(|()| change)
    }
}

/// The new value, the default where it is cleared; `None` keeps.
fn parse<T: FromStr<Err = Invalid> + Default>(patch: Patch<String>) -> Result<Option<T>, Invalid> {
    match patch {
        Patch::Keep => Ok(None),
        Patch::Clear => Ok(Some(T::default())),
        Patch::Set(text) => text.parse().map(Some),
    }
}

impl UserSettings {
    /// As the body of a note in the person's own log.
    #[must_use]
    pub fn body(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// These settings after a change.
    #[must_use]
    pub fn with(self, change: SettingsChange) -> Self {
        Self {
            locale: change.locale.unwrap_or(self.locale),
            theme: change.theme.unwrap_or(self.theme),
            privacy: Privacy {
                typing: change.typing.unwrap_or(self.privacy.typing),
                read_receipts: change.read_receipts.unwrap_or(self.privacy.read_receipts),
                online: change.online.unwrap_or(self.privacy.online),
                last_seen: change.last_seen.unwrap_or(self.privacy.last_seen),
                find_me: change.find_me.unwrap_or(self.privacy.find_me),
                write_first: change.write_first.unwrap_or(self.privacy.write_first),
            },
            alerts: Alerts {
                notify: change.notify.unwrap_or(self.alerts.notify),
                quiet_hours: change.quiet_hours.unwrap_or(self.alerts.quiet_hours),
            },
        }
    }
}

impl Coded for SettingsError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(error) => error.code(),
            Self::Limited(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn describe(&self, problem: &mut Problem) {
        match self {
            Self::Invalid(error) => error.describe(problem),
            Self::Limited(error) => error.describe(problem),
            Self::Store(error) => error.describe(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let theme = Patch::Set("dark".to_owned());
        let change = UpdateSettings { typing: Patch::Set(false), theme, ..UpdateSettings::default() };
        let settings = UserSettings::default().with(change.parse().unwrap());
        assert_eq!(settings.theme, Theme::Dark);
        assert_eq!(settings.privacy, Privacy { typing: false, ..Privacy::default() });
        assert_eq!(
            serde_json::to_value(settings).unwrap(),
            serde_json::json!({"locale": "en", "theme": "dark", "typing": false, "read_receipts": true, "online": true, "last_seen": true, "find_me": "everyone", "write_first": "everyone", "notify": "all", "quiet_hours": null})
        );
    }

    #[test]
    fn what_is_cleared_is_the_default_again() {
        let privacy = Privacy {
            typing: false,
            read_receipts: false,
            online: false,
            last_seen: false,
            find_me: FindMe::Nobody,
            write_first: WriteFirst::SharedLanguage,
        };
        let hours = QuietHoursForm { from: "22:00".into(), to: "07:00".into(), time_zone: "Asia/Tokyo".into() };
        let alerts = Alerts { notify: Notify::None, quiet_hours: hours.parse().ok() };
        let settings = UserSettings { locale: "es-MX".parse().unwrap(), theme: Theme::Dark, privacy, alerts };
        let clear = UpdateSettings {
            locale: Patch::Clear,
            theme: Patch::Clear,
            typing: Patch::Clear,
            read_receipts: Patch::Clear,
            online: Patch::Clear,
            last_seen: Patch::Clear,
            find_me: Patch::Clear,
            write_first: Patch::Clear,
            notify: Patch::Clear,
            quiet_hours: Patch::Clear,
        };
        assert_eq!(settings.with(clear.parse().unwrap()), UserSettings::default());
    }
}
