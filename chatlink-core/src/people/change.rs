//! Changes of one's own profile, from raw fields to values that cannot be wrong.

use super::{DisplayName, Languages, MAX_INTERESTS, Profile, TimeZoneName, is_invisible};
use crate::{error::Invalid, locale::Country};
use serde::{Deserialize, Deserializer};
use unicode_normalization::UnicodeNormalization as _;

/// The longest text about oneself, in characters.
pub const MAX_ABOUT: usize = 1000;
/// The longest status, in characters.
pub const MAX_STATUS: usize = 80;
/// The longest interest, in characters.
pub const MAX_INTEREST: usize = 30;

/// A field of a PATCH: absent keeps, null clears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// As it was.
    #[default]
    Keep,
    /// Away with it.
    Clear,
    /// Another one.
    Set(T),
}

/// A change of one's own profile as it came over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateMe {
    /// The name shown; cannot be cleared.
    pub display_name: Patch<String>,
    /// Words about oneself.
    pub about: Patch<String>,
    /// A short line.
    pub status: Patch<String>,
    /// Interests.
    pub interests: Patch<Vec<String>>,
    /// ISO 3166-1 alpha-2; cannot be cleared.
    pub country: Patch<String>,
    /// An IANA name.
    pub time_zone: Patch<String>,
}

/// A checked change: `None` keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// New name shown.
    pub display_name: Option<DisplayName>,
    /// New words about oneself.
    pub about: Option<String>,
    /// A new short line.
    pub status: Option<String>,
    /// New interests.
    pub interests: Option<Vec<String>>,
    /// New country.
    pub country: Option<Country>,
    /// New time zone; `Some(None)`: none any more.
    pub time_zone: Option<Option<TimeZoneName>>,
    /// New languages, all of them.
    pub languages: Option<Languages>,
}

impl UpdateMe {
    /// Checks every field.
    ///
    /// # Errors
    /// All fields that are wrong, named.
    pub fn parse(self) -> Result<ProfileChange, Invalid> {
        let mut invalid = Invalid::default();
        let change = ProfileChange {
            display_name: invalid.take(needed("display_name", self.display_name, |text| text.parse())).flatten(),
            country: invalid.take(needed("country", self.country, |text| text.parse())).flatten(),
            about: invalid.take(self.about.or_empty().map(|text| parse_about(&text)).transpose()).flatten(),
            status: invalid.take(self.status.or_empty().map(|text| parse_status(&text)).transpose()).flatten(),
            interests: invalid
                .take(self.interests.or_empty().map(|words| parse_interests(&words)).transpose())
                .flatten(),
            time_zone: invalid.take(parse_time_zone(self.time_zone)).flatten(),
            languages: None,
        };
        invalid.check().map(|()| change)
    }
}

impl ProfileChange {
    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Profile {
    /// This profile after a change.
    #[must_use]
    pub fn with(self, change: ProfileChange) -> Self {
        Self {
            display_name: change.display_name.map_or(self.display_name, |name| name.as_str().to_owned()),
            about: change.about.unwrap_or(self.about),
            status: change.status.unwrap_or(self.status),
            interests: change.interests.unwrap_or(self.interests),
            country: change.country.or(self.country),
            time_zone: change.time_zone.unwrap_or(self.time_zone),
            languages: change.languages.unwrap_or(self.languages),
            ..self
        }
    }
}

impl<T> Patch<T> {
    /// The same change of another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(change(value)),
        }
    }

    /// The new value where clearing means `cleared`; `None` keeps.
    pub(super) fn or(self, cleared: T) -> Option<T> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(cleared),
            Self::Set(value) => Some(value),
        }
    }

    /// The new value where clearing means the empty one; `None` keeps.
    fn or_empty(self) -> Option<T>
    where
        T: Default,
    {
        self.or(T::default())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    /// Null clears; with `#[serde(default)]` on the field absence keeps.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

fn needed<T>(
    field: &str,
    patch: Patch<String>,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Result<Option<T>, Invalid> {
    match patch {
        Patch::Keep => Ok(None),
        Patch::Clear => Err(Invalid::field(field, "required", "cannot be cleared")),
        Patch::Set(text) => parse(&text).map(Some),
    }
}

fn parse_time_zone(patch: Patch<String>) -> Result<Option<Option<TimeZoneName>>, Invalid> {
    match patch {
        Patch::Keep => Ok(None),
        Patch::Clear => Ok(Some(None)),
        Patch::Set(text) => text.parse().map(|zone| Some(Some(zone))),
    }
}

/// Words about oneself: trimmed, line breaks and tabs are the only control characters.
fn parse_about(text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    if text.chars().count() > MAX_ABOUT {
        return Err(Invalid::field("about", "too_long", format!("at most {MAX_ABOUT} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Invalid::field("about", "bad_character", "no control characters but line breaks"));
    }
    Ok(text.to_owned())
}

/// A short line: trimmed, one line, nothing that turns the text around it.
fn parse_status(text: &str) -> Result<String, Invalid> {
    let text = text.trim();
    if text.chars().count() > MAX_STATUS {
        return Err(Invalid::field("status", "too_long", format!("at most {MAX_STATUS} characters")));
    }
    if text.chars().any(is_invisible) {
        return Err(Invalid::field("status", "bad_character", "one line, no control characters"));
    }
    Ok(text.to_owned())
}

/// Interests: NFKC, lower case, single spaces, each once, in the order given.
fn parse_interests(words: &[String]) -> Result<Vec<String>, Invalid> {
    let mut invalid = Invalid::default();
    let mut interests = Vec::new();
    if words.len() > MAX_INTERESTS {
        invalid.push("interests", "too_many", format!("at most {MAX_INTERESTS}"));
    }
    for (index, word) in words.iter().take(MAX_INTERESTS).enumerate() {
        let field = || format!("interests[{index}]");
        match fold_interest(word) {
            Some(word) if interests.contains(&word) => {}
            Some(word) => interests.push(word),
            None => invalid.push(field(), "bad_interest", format!("1 to {MAX_INTEREST} characters, none of control")),
        }
    }
    invalid.check().map(|()| interests)
}

fn fold_interest(word: &str) -> Option<String> {
    // A bound before any folding: one character of input may become many.
    if word.len() > MAX_INTEREST * 8 {
        return None;
    }
    let folded: String = word.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let words: Vec<_> = folded.split_whitespace().collect();
    let folded = words.join(" ");
    let length = folded.chars().count();
    let good = (1..=MAX_INTEREST).contains(&length) && !folded.chars().any(char::is_control);
    good.then_some(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }

    #[test]
    fn all_wrong_fields_are_named_at_once() {
        let update = UpdateMe {
            display_name: Patch::Clear,
            about: set(&"x".repeat(1001)),
            status: set(&"x".repeat(81)),
            interests: Patch::Set(vec!["ok".to_owned(), " ".to_owned(), "x".repeat(31)]),
            country: set("XX"),
            time_zone: set("Mars/Base"),
        };
        let fields: Vec<_> = update.parse().unwrap_err().0.into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["display_name", "country", "about", "status", "interests[1]", "interests[2]", "time_zone"]);
    }

    #[test]
    fn absence_keeps_and_null_clears() {
        assert!(UpdateMe::default().parse().unwrap().is_empty());
        let clear =
            UpdateMe { about: Patch::Clear, interests: Patch::Clear, time_zone: Patch::Clear, ..UpdateMe::default() };
        let change = clear.parse().unwrap();
        assert_eq!(change.about.as_deref(), Some(""));
        assert_eq!(change.interests, Some(vec![]));
        assert_eq!(change.time_zone, Some(None));
        assert_eq!(change.display_name, None);
    }

    #[test]
    fn interests_have_one_form() {
        let words = ["  Rock  Music ", "rock music", "ＪＡＺＺ", "Ärger", "ﬁlm"].map(str::to_owned);
        assert_eq!(parse_interests(&words).unwrap(), ["rock music", "jazz", "ärger", "film"]);
        // The form is its own form.
        let once = parse_interests(&words).unwrap();
        assert_eq!(parse_interests(&once).unwrap(), once);
        let many: Vec<_> = (0..21).map(|n| n.to_string()).collect();
        assert_eq!(parse_interests(&many).unwrap_err().0[0].code, "too_many");
    }

    #[test]
    fn a_status_is_one_short_line() {
        assert_eq!(parse_status(" learning, slowly 🐌 ").unwrap(), "learning, slowly 🐌");
        assert!(parse_status(&"é".repeat(80)).is_ok());
        for bad in ["a\nb", "a\u{202e}b", "a\u{7}"] {
            assert_eq!(parse_status(bad).unwrap_err().0[0].code, "bad_character");
        }
    }

    #[test]
    fn about_may_have_lines_and_no_other_controls() {
        assert_eq!(parse_about(" a\nb ").unwrap(), "a\nb");
        assert!(parse_about("a\u{7}b").is_err());
        assert!(parse_about(&"é".repeat(1000)).is_ok());
    }
}
