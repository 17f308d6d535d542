//! How a person's client looks, and in which language it speaks.

use crate::error::Invalid;
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
}
