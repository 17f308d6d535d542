//! Usernames: one spelling, and one key in which lookalikes are the same.

use crate::error::Invalid;
use std::{fmt, str::FromStr};

/// A username: `[a-z][a-z0-9_.]{2,29}`. Unique by its [`key`](Self::key).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Username(String);

/// Names that would speak for the house.
const RESERVED: [&str; 12] = [
    "admin",
    "administrator",
    "chatlink",
    "deleted",
    "help",
    "moderator",
    "official",
    "root",
    "security",
    "staff",
    "support",
    "system",
];

impl Username {
    /// The name, as shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is unique: what looks alike has one key.
    #[must_use]
    pub fn key(&self) -> String {
        key_of(&self.0)
    }
}

/// The key of any text that may be a username. Idempotent: a key is its own key.
#[must_use]
pub(super) fn key_of(text: &str) -> String {
    // `rn` reads as `m`, `0` as `o`, `1` as `l`, a dot as an underscore (after UTS 39, for the
    // letters that usernames have).
    let same = |c: char| match c {
        '0' => 'o',
        '1' => 'l',
        '.' => '_',
        other => other.to_ascii_lowercase(),
    };
    text.chars().map(same).collect::<String>().replace("rn", "m")
}

impl FromStr for Username {
    type Err = Invalid;

    /// Takes capitals, and makes them small.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refuse = |code: &str, message: &str| Err(Invalid::field("username", code, message));
        let text = text.trim().to_ascii_lowercase();
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
        match text.len() {
            0 => return refuse("required", "3 to 30 characters"),
            1..3 => return refuse("too_short", "3 to 30 characters"),
            31.. => return refuse("too_long", "3 to 30 characters"),
            _ => {}
        }
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) || !text.chars().all(good) {
            return refuse("bad_character", "a to z, then also digits, dots and underscores");
        }
        if RESERVED.iter().any(|name| key_of(name) == key_of(&text)) {
            return refuse("reserved", "another name");
        }
        Ok(Self(text))
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lookalikes_have_one_key() {
        let key = |text: &str| text.parse::<Username>().unwrap().key();
        assert_eq!(key("anna_lopez"), key("Anna.Lopez"));
        assert_eq!(key("bob10"), key("boblo"));
        assert_eq!(key("mary_burns"), key("mary_bums"));
        assert_ne!(key("anna"), key("anne"));
    }

    #[test]
    fn what_is_no_username_is_refused_with_the_reason() {
        let code = |text: &str| text.parse::<Username>().unwrap_err().0[0].code.clone();
        assert_eq!(code(""), "required");
        assert_eq!(code("ab"), "too_short");
        assert_eq!(code(&"a".repeat(31)), "too_long");
        assert_eq!(code("аnna"), "bad_character", "a Cyrillic а");
        for bad in ["1ab", "_ab", ".ab", "an na", "anna!", "año"] {
            assert_eq!(code(bad), "bad_character", "{bad}");
        }
    }

    #[test]
    fn names_of_the_house_are_reserved_in_every_disguise() {
        for name in ["admin", "Support", "r00t", "he1p", "officia1"] {
            let error = name.parse::<Username>().unwrap_err();
            assert_eq!(error.0[0].code, "reserved", "{name}");
        }
        assert!("rootless".parse::<Username>().is_ok());
    }

    proptest! {
        #[test]
        fn keys_and_names_are_their_own_form(text in "[a-zA-Z0-9_.]{3,30}") {
            prop_assert_eq!(key_of(&key_of(&text)), key_of(&text));
            if let Ok(name) = text.parse::<Username>() {
                prop_assert_eq!(name.as_str().parse::<Username>().unwrap(), name);
            }
        }
    }
}
