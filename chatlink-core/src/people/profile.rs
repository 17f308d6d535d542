//! Profiles: what others see of a person, and the private birth date behind the age band.

use super::AvatarVersion;
use crate::{
    error::Invalid,
    locale::{Country, Language, Level},
};
use chatlink_protocol::{Timestamp, UserId};
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The youngest age that may register, unless the deployment says otherwise.
pub const MIN_AGE: u8 = 13;
/// Most native languages a person may name.
pub const MAX_NATIVE: usize = 5;
/// Most learning languages a person may name.
pub const MAX_LEARNING: usize = 10;
/// Most interests a person may name.
pub const MAX_INTERESTS: usize = 20;

/// A person's name as shown: 1 to 50 characters, trimmed, no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

/// An IANA time zone name that this build knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TimeZoneName(String);

/// The band that stands for a person's age, all that others and the rules ever see of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AgeBand {
    /// 13 to 15.
    #[serde(rename = "13_15")]
    From13To15,
    /// 16 and 17.
    #[serde(rename = "16_17")]
    From16To17,
    /// 18 and older.
    #[serde(rename = "18_plus")]
    Adult,
    /// A host's user whose age nobody told.
    #[serde(rename = "unknown")]
    Unknown,
}

/// The languages of a person: one native language at least, none both native and learnt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Languages {
    /// Spoken natively, most important first.
    pub native: Vec<Language>,
    /// Being learnt.
    pub learning: Vec<Learning>,
}

impl Languages {
    /// Spoken or learnt.
    pub fn all(&self) -> impl Iterator<Item = Language> {
        self.native.iter().copied().chain(self.learning.iter().map(|learning| learning.language))
    }
}

/// A language that a person learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Learning {
    /// Which.
    pub language: Language,
    /// How well it is spoken by now.
    pub level: Level,
}

/// What a new account's profile starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProfile {
    /// The name shown.
    pub display_name: DisplayName,
    /// Private: nobody else ever sees it.
    pub birth_date: Date,
    /// Where the person lives.
    pub country: Country,
    /// Where the person's clock stands.
    pub time_zone: Option<TimeZoneName>,
    /// What the person speaks and learns.
    pub languages: Languages,
}

/// A person as the store keeps them. What others see of it is a [`ProfileView`](super::ProfileView).
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The account.
    pub user_id: UserId,
    /// The unique name.
    pub username: String,
    /// The name shown.
    pub display_name: String,
    /// Told by a host's token, or derived from the birth date.
    pub age: Age,
    /// Where the person lives; host users may have none.
    pub country: Option<Country>,
    /// Where the person's clock stands.
    pub time_zone: Option<TimeZoneName>,
    /// What the person speaks and learns.
    pub languages: Languages,
    /// Free words about oneself.
    pub about: String,
    /// A short line: what is on the person's mind.
    pub status: String,
    /// The picture; none: initials stand for it.
    pub avatar: Option<AvatarVersion>,
    /// Lower-case words, at most [`MAX_INTERESTS`].
    pub interests: Vec<String>,
    /// When a connection of theirs was last seen, rounded down to the hour by the store's writer.
    pub active_at: Option<Timestamp>,
    /// Whether they show when they were here last.
    pub shows_activity: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// Where a person's age band comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// From the birth date that the person entered.
    Born(Date),
    /// From the host's word.
    Told(AgeBand),
}

impl AgeBand {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::From13To15, Self::From16To17, Self::Adult, Self::Unknown];

    /// Its name in stores and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::From13To15 => "13_15",
            Self::From16To17 => "16_17",
            Self::Adult => "18_plus",
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for AgeBand {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|band| band.as_str() == text)
            .ok_or_else(|| Invalid::field("age_band", "unknown_age_band", "13_15, 16_17, 18_plus or unknown"))
    }
}

impl Age {
    /// The band on the person's calendar at `now`.
    #[must_use]
    pub fn band(&self, zone: Option<&TimeZoneName>, now: Timestamp) -> AgeBand {
        match self {
            Self::Told(band) => *band,
            Self::Born(date) => match years(*date, today(zone, now)) {
                ..16 => AgeBand::From13To15,
                16..18 => AgeBand::From16To17,
                18.. => AgeBand::Adult,
            },
        }
    }
}

impl DisplayName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(Invalid::field("display_name", "required", "1 to 50 characters")),
            51.. => Err(Invalid::field("display_name", "too_long", "1 to 50 characters")),
            _ if text.chars().any(is_invisible) => {
                Err(Invalid::field("display_name", "bad_character", "no control characters"))
            }
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl TimeZoneName {
    /// The IANA name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The zone, from the tables of this build.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

impl FromStr for TimeZoneName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = text.len() <= 64 && !text.is_empty() && TimeZone::get(text).is_ok();
        known
            .then(|| Self(text.to_owned()))
            .ok_or_else(|| Invalid::field("time_zone", "unknown_time_zone", "an IANA time zone name"))
    }
}

impl Languages {
    /// Checks both lists as they came over the wire, and names every field that is wrong.
    ///
    /// # Errors
    /// Empty, too many, unknown, repeated, or both native and learnt.
    pub fn parse<'a>(
        native: impl IntoIterator<Item = &'a str>,
        learning: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let mut languages = Self { native: Vec::new(), learning: Vec::new() };
        for (index, code) in native.into_iter().take(MAX_NATIVE + 1).enumerate() {
            let field = format!("native_languages[{index}]");
            languages.take_native(field, code, &mut invalid);
        }
        for (index, (code, level)) in learning.into_iter().take(MAX_LEARNING + 1).enumerate() {
            languages.take_learning(format!("learning_languages[{index}]"), code, level, &mut invalid);
        }
        languages.check_counts(&mut invalid);
        invalid.check().map(|()| languages)
    }

    fn take_native(&mut self, field: String, code: &str, invalid: &mut Invalid) {
        match code.parse::<Language>() {
            Err(_) => invalid.push(field, "unknown_language", "an ISO 639-1 or 639-3 code"),
            Ok(language) if self.native.contains(&language) => invalid.push(field, "repeated", "name each once"),
            Ok(language) => self.native.push(language),
        }
    }

    fn take_learning(&mut self, field: String, code: &str, level: &str, invalid: &mut Invalid) {
        let language = match code.parse::<Language>() {
            Err(_) => return invalid.push(field + ".language", "unknown_language", "an ISO 639-1 or 639-3 code"),
            Ok(language) => language,
        };
        if self.native.contains(&language) {
            return invalid.push(field + ".language", "also_native", "a native language cannot be learnt");
        }
        if self.learning.iter().any(|known| known.language == language) {
            return invalid.push(field + ".language", "repeated", "name each once");
        }
        match level.parse() {
            Err(_) => invalid.push(field + ".level", "unknown_level", "A1, A2, B1, B2, C1 or C2"),
            Ok(level) => self.learning.push(Learning { language, level }),
        }
    }

    fn check_counts(&self, invalid: &mut Invalid) {
        if self.native.is_empty() && invalid.0.is_empty() {
            invalid.push("native_languages", "required", "name one at least");
        }
        if self.native.len() > MAX_NATIVE {
            invalid.push("native_languages", "too_many", format!("at most {MAX_NATIVE}"));
        }
        if self.learning.len() > MAX_LEARNING {
            invalid.push("learning_languages", "too_many", format!("at most {MAX_LEARNING}"));
        }
    }
}

/// What a line of text must not hold: controls, and what turns the text around it.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The civil day at `now` on the person's calendar; without a zone the last place on earth where a
/// day begins (UTC−12), so that nobody is let in early.
#[must_use]
pub fn today(zone: Option<&TimeZoneName>, now: Timestamp) -> Date {
    let zone = zone.map_or_else(|| TimeZone::fixed(jiff::tz::offset(-12)), TimeZoneName::zone);
    jiff::Timestamp::from_microsecond(now.as_micros()).unwrap_or_default().to_zoned(zone).date()
}

/// Full years from `birth` to `today`; one born on 29 February has a birthday on 1 March in common years.
#[must_use]
pub fn years(birth: Date, today: Date) -> i16 {
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    today.year() - birth.year() - i16::from(!had_birthday)
}

/// Checks a birth date: real, not in the future, not above 120 years, and `min_age` reached.
///
/// # Errors
/// Field `birth_date` with code `bad_date`, `in_future` or `too_young`.
pub fn check_birth_date(text: &str, zone: Option<&TimeZoneName>, min_age: u8, now: Timestamp) -> Result<Date, Invalid> {
    let bad = || Invalid::field("birth_date", "bad_date", "a date as YYYY-MM-DD");
    let date: Date = if text.len() == 10 { text.parse().map_err(|_| bad())? } else { return Err(bad()) };
    let today = today(zone, now);
    match years(date, today) {
        _ if date > today => Err(Invalid::field("birth_date", "in_future", "a day of the past")),
        121.. => Err(bad()),
        age if age < i16::from(min_age) => {
            Err(Invalid::field("birth_date", "too_young", format!("{min_age} years at least")))
        }
        _ => Ok(date),
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn leap_day_children_have_their_birthday_in_march() {
        let born: Date = "2012-02-29".parse().unwrap();
        assert_eq!(years(born, "2025-02-28".parse().unwrap()), 12);
        assert_eq!(years(born, "2025-03-01".parse().unwrap()), 13);
        assert_eq!(years(born, "2028-02-29".parse().unwrap()), 16);
    }

    #[test]
    fn the_day_is_that_of_the_persons_calendar() {
        let now = at("2026-06-01T10:00:00Z");
        let auckland: TimeZoneName = "Pacific/Auckland".parse().unwrap();
        assert!(check_birth_date("2013-06-01", Some(&auckland), 13, now).is_ok());
        let error = check_birth_date("2013-06-01", None, 13, now).unwrap_err();
        assert_eq!(error.0[0].code, "too_young");
        assert!(check_birth_date("2013-05-31", None, 13, now).is_ok());
    }

    #[test]
    fn dates_that_are_none_are_refused() {
        let now = at("2026-06-01T10:00:00Z");
        for bad in ["", "2013-02-29", "2013-6-1", "+02013-06-01", "1890-01-01", "2030-01-01"] {
            assert!(check_birth_date(bad, None, 13, now).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_wrong_language_is_named() {
        let error = Languages::parse(["en", "xx", "eng"], [("en", "A1"), ("es", "Z9")]).unwrap_err();
        let fields: Vec<_> = error.0.iter().map(|e| (e.field.as_str(), e.code.as_str())).collect();
        assert_eq!(
            fields,
            [
                ("native_languages[1]", "unknown_language"),
                ("native_languages[2]", "repeated"),
                ("learning_languages[0].language", "also_native"),
                ("learning_languages[1].level", "unknown_level"),
            ]
        );
    }
}
