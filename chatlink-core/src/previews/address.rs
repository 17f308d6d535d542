//! Addresses of pages, as people paste them.

use crate::error::Invalid;
use std::{fmt, str::FromStr};

/// The most bytes of an address.
pub const MAX_ADDRESS_BYTES: usize = 2_048;

/// An address that begins as those of pages do. Whoever fetches it takes it apart and says whether it leads anywhere.
/// What people send each other stands in it, so printing it shows nothing.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct WebAddress(String);

impl WebAddress {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refuse = |code: &str, message: &str| Err(Invalid::field("url", code, message));
        if text.len() > MAX_ADDRESS_BYTES {
            return refuse("too_long", "2,048 bytes at most");
        }
        let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
        let is_page =
            (lower.starts_with("https://") && text.len() > 8) || (lower.starts_with("http://") && text.len() > 7);
        if !is_page || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return refuse("not_a_page", "https://… or http://…");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_taken_and_nothing_else() {
        for page in ["https://example.org", "HTTP://example.org/a?b#c", "https://例え.jp/"] {
            assert_eq!(page.parse::<WebAddress>().unwrap().as_str(), page);
        }
        for other in [
            "",
            "https://",
            "http://",
            "ftp://example.org",
            "javascript:alert(1)",
            "https://a b",
            "//x",
            "日本語の文です",
        ] {
            assert_eq!(other.parse::<WebAddress>().unwrap_err().0[0].field, "url", "{other}");
        }
        let long = format!("https://example.org/{}", "x".repeat(MAX_ADDRESS_BYTES));
        assert_eq!(long.parse::<WebAddress>().unwrap_err().0[0].code, "too_long");
    }
}
