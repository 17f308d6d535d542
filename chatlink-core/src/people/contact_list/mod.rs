//! The contact list: people whom one keeps at hand. It is one-sided and private: whom one keeps learns nothing of it.

mod order;
mod port;
mod service;

pub use port::{ContactListStore, Keep, Kept, KeptRow};
pub use service::{ContactListError, ListKept};

use super::is_invisible;
use crate::error::Invalid;
use std::str::FromStr;

/// The most people that one person keeps.
pub const MAX_KEPT: u32 = 1_000;
/// The longest note, in characters.
pub const MAX_KEPT_NOTE: usize = 200;

/// One's own words about somebody whom one keeps: up to [`MAX_KEPT_NOTE`] characters, trimmed, no control characters
/// but line breaks; empty is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptNote(String);

impl KeptNote {
    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeptNote {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.chars().count() > MAX_KEPT_NOTE {
            return Err(Invalid::field("note", "too_long", format!("up to {MAX_KEPT_NOTE} characters")));
        }
        if text.chars().any(|c| c != '\n' && is_invisible(c)) {
            return Err(Invalid::field("note", "bad_character", "no control characters"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_short_and_plain() {
        assert_eq!("  from the film club\nspeaks slowly ".parse::<KeptNote>().unwrap().as_str().lines().count(), 2);
        assert_eq!("".parse::<KeptNote>().unwrap(), KeptNote::default());
        assert!("あ".repeat(MAX_KEPT_NOTE).parse::<KeptNote>().is_ok());
        assert!("あ".repeat(MAX_KEPT_NOTE + 1).parse::<KeptNote>().is_err());
        assert!("a\u{0}b".parse::<KeptNote>().is_err());
    }
}
