//! A person's own settings: language and look of the client, and privacy switches.

use super::{Patch, People};
use crate::{
    error::{Coded, Invalid, StoreError},
    limiter::{Cost, Limited},
    timeline::UserNote,
};
use chatlink_protocol::{ErrorCode, Problem, UserId};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// How the client looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device does.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The language of a client: a BCP 47 tag of at most 35 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ClientLocale(String);

/// Who finds a person among the suggested partners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindMe {
    /// Everybody whom the rules let meet the person.
    #[default]
    Everyone,
    /// Nobody; and the person finds nobody.
    Nobody,
}

/// Who may turn to a person first: by a direct room, or an invitation into a group. Who knows the person, or was written
/// to by the person, may in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteFirst {
    /// Everybody whom the rules let meet the person.
    #[default]
    Everyone,
    /// Of these, who speaks or learns a language that the person speaks or learns.
    SharedLanguage,
    /// Nobody.
    Nobody,
}

/// A person's own settings. The four switches, and who finds a person, bind both ways: who hides a thing does not get
/// that of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UserSettings {
    /// The language of the client and of mails.
    pub locale: ClientLocale,
    /// How the client looks.
    pub theme: Theme,
    /// Show that I am typing.
    #[serde(flatten)]
    pub privacy: Privacy,
}

/// What a person shows of himself, and so sees of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Privacy {
    /// That he is typing.
    pub typing: bool,
    /// How far he read.
    pub read_receipts: bool,
    /// That he is here.
    pub online: bool,
    /// When he was here last.
    pub last_seen: bool,
    /// Himself, to those who look for partners.
    pub find_me: FindMe,
    /// Who may turn to him first; what he may do is nobody's but the others' to say.
    pub write_first: WriteFirst,
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

impl Privacy {
    /// The switches in a `settings` row of a user's own log.
    #[must_use]
    pub(crate) fn of_settings(body: &serde_json::Value) -> Option<Self> {
        let switch = |name| body.get(name)?.as_bool();
        // Absent in rows of before there were these.
        let word = |name| body.get(name).and_then(|word| word.as_str()).unwrap_or_default();
        Some(Self {
            typing: switch("typing")?,
            read_receipts: switch("read_receipts")?,
            online: switch("online")?,
            last_seen: switch("last_seen")?,
            find_me: word("find_me").parse().unwrap_or_default(),
            write_first: word("write_first").parse().unwrap_or_default(),
        })
    }
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
        }
    }
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            typing: true,
            read_receipts: true,
            online: true,
            last_seen: true,
            find_me: FindMe::default(),
            write_first: WriteFirst::default(),
        }
    }
}

impl Privacy {
    /// Whether the person is suggested to others: can be found, and can be written to by somebody.
    #[must_use]
    pub fn is_suggested(&self) -> bool {
        self.find_me == FindMe::Everyone && self.write_first != WriteFirst::Nobody
    }
}

impl FindMe {
    /// Its name in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Nobody => "nobody",
        }
    }
}

impl FromStr for FindMe {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Everyone, Self::Nobody]
            .into_iter()
            .find(|who| who.as_str() == text)
            .ok_or_else(|| Invalid::field("find_me", "unknown_find_me", "everyone or nobody"))
    }
}

impl WriteFirst {
    /// Its name in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::SharedLanguage => "shared_language",
            Self::Nobody => "nobody",
        }
    }
}

impl FromStr for WriteFirst {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::Everyone, Self::SharedLanguage, Self::Nobody]
            .into_iter()
            .find(|who| who.as_str() == text)
            .ok_or_else(|| Invalid::field("write_first", "unknown_write_first", "everyone, shared_language or nobody"))
    }
}

impl Default for ClientLocale {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

impl ClientLocale {
    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientLocale {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let language = text.split('-').next().unwrap_or_default();
        let good = text.len() <= 35
            && (2..=3).contains(&language.len())
            && language.bytes().all(|b| b.is_ascii_alphabetic())
            && text.split('-').all(subtag);
        good.then(|| Self(text.to_owned()))
            .ok_or_else(|| Invalid::field("locale", "bad_locale", "a language tag such as en or es-MX"))
    }
}

impl Theme {
    /// Its name in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl FromStr for Theme {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        [Self::System, Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.as_str() == text)
            .ok_or_else(|| Invalid::field("theme", "unknown_theme", "system, light or dark"))
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
    fn locales_are_language_tags() {
        for good in ["en", "es-MX", "zh-Hant-TW", "yue"] {
            assert!(good.parse::<ClientLocale>().is_ok(), "{good}");
        }
        for bad in ["", "e", "english-", "en_US", "en-", "1n", "en-123456789", "<b>"] {
            assert!(bad.parse::<ClientLocale>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let theme = Patch::Set("dark".to_owned());
        let change = UpdateSettings { typing: Patch::Set(false), theme, ..UpdateSettings::default() };
        let settings = UserSettings::default().with(change.parse().unwrap());
        assert_eq!(settings.theme, Theme::Dark);
        assert_eq!(settings.privacy, Privacy { typing: false, ..Privacy::default() });
        assert_eq!(
            serde_json::to_value(settings).unwrap(),
            serde_json::json!({"locale": "en", "theme": "dark", "typing": false, "read_receipts": true, "online": true, "last_seen": true, "find_me": "everyone", "write_first": "everyone"})
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
        let settings = UserSettings { locale: "es-MX".parse().unwrap(), theme: Theme::Dark, privacy };
        let clear = UpdateSettings {
            locale: Patch::Clear,
            theme: Patch::Clear,
            typing: Patch::Clear,
            read_receipts: Patch::Clear,
            online: Patch::Clear,
            last_seen: Patch::Clear,
            find_me: Patch::Clear,
            write_first: Patch::Clear,
        };
        assert_eq!(settings.with(clear.parse().unwrap()), UserSettings::default());
    }
}
