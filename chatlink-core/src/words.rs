//! The one sign that no text may hold, whoever wrote it: NUL (U+0000).
//!
//! PostgreSQL keeps no text with it, so that none is taken anywhere: what one store keeps every other one must be able to
//! take over. Texts that hold no control characters at all have a narrower rule of their own.

use crate::error::Invalid;
use std::borrow::Cow;

const NUL: char = '\0';

/// The text, unless it is one that not every store keeps.
///
/// # Errors
/// This field: `bad_character`.
pub(crate) fn without_nul<'a>(field: &str, text: &'a str) -> Result<&'a str, Invalid> {
    if text.contains(NUL) { Err(Invalid::field(field, "bad_character", "no NUL")) } else { Ok(text) }
}

/// The text as every store keeps it, where nobody is there to be refused: with U+FFFD in the place of each NUL.
pub(crate) fn mended(text: &str) -> Cow<'_, str> {
    if text.contains(NUL) { text.replace(NUL, "\u{fffd}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_refused_by_its_field_or_mended() {
        assert_eq!(without_nul("note", "a\u{1}b"), Ok("a\u{1}b"));
        let refused = without_nul("note", "a\0").unwrap_err().0;
        assert_eq!((refused[0].field.as_str(), refused[0].code.as_str()), ("note", "bad_character"));
        assert_eq!(mended("\0a\0"), "\u{fffd}a\u{fffd}");
        assert!(matches!(mended("ab"), Cow::Borrowed("ab")));
    }
}
