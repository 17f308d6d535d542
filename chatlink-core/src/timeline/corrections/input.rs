//! A correction as somebody asks for it: checked once, right from then on.

use super::super::Text;
use crate::{error::Invalid, words::without_nul};
use chatlink_protocol::{
    ClientId, CorrectionKind, CorrectionState,
    correction::{CORRECTION_BYTES, NOTE_CHARS},
};

/// A correction to be proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCorrection {
    /// The proposer's name for it.
    pub client_id: ClientId,
    /// The improved text.
    pub text: Text,
    /// Words about it; never empty.
    pub note: Option<String>,
    /// What it mends.
    pub kind: Option<CorrectionKind>,
    /// The version that the proposer saw; `None`: whichever it is.
    pub version: Option<u32>,
}

/// Which of one's corrections to list: all, or those in a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateFilter(pub Option<CorrectionState>);

impl NewCorrection {
    /// Checks all members of a request at once.
    ///
    /// # Errors
    /// Each wrong field by its name.
    pub fn parse(
        client_id: ClientId,
        text: &str,
        note: Option<&str>,
        kind: Option<&str>,
        version: Option<u32>,
    ) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        let text = invalid.take(parse_text(text));
        let note = invalid.take(note.map_or(Ok(None), parse_note)).flatten();
        let kind = kind.and_then(|name| invalid.take(parse_kind(name)));
        match text {
            Some(text) => invalid.check().map(|()| Self { client_id, text, note, kind, version }),
            None => Err(invalid),
        }
    }
}

fn parse_text(text: &str) -> Result<Text, Invalid> {
    if text.len() > CORRECTION_BYTES {
        return Err(Invalid::field("text", "too_long", "4 KiB of UTF-8 at most"));
    }
    text.parse()
}

/// A note without the white space around it; an empty one is none.
fn parse_note(note: &str) -> Result<Option<String>, Invalid> {
    let note = note.trim();
    match note.chars().count() {
        0 => Ok(None),
        count if count > NOTE_CHARS => Err(Invalid::field("note", "too_long", "1,000 characters at most")),
        _ => without_nul("note", note).map(|note| Some(note.to_owned())),
    }
}

fn parse_kind(name: &str) -> Result<CorrectionKind, Invalid> {
    let known = CorrectionKind::ALL.into_iter().find(|kind| kind.as_str() == name);
    known.ok_or_else(|| Invalid::field("kind", "unknown", "spelling, grammar, word_choice or style"))
}

impl StateFilter {
    /// Reads the name of a state that is listed; `None`: all.
    ///
    /// # Errors
    /// Any other name.
    pub fn parse(name: Option<&str>) -> Result<Self, Invalid> {
        use CorrectionState::{Accepted, Declined, Open};
        let Some(name) = name else { return Ok(Self(None)) };
        let known = [Open, Accepted, Declined].into_iter().find(|state| state.as_str() == name);
        let known = known.ok_or_else(|| Invalid::field("state", "unknown", "open, accepted or declined"))?;
        Ok(Self(Some(known)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_wrong_fields_are_named() {
        let id = ClientId::from_uuid(uuid::Uuid::from_u128(1));
        let parse = |text: &str, note: Option<&str>, kind| {
            NewCorrection::parse(id, text, note, kind, None).map_err(|error| {
                error.0.iter().map(|error| format!("{}:{}", error.field, error.code)).collect::<Vec<_>>()
            })
        };
        let long = "é".repeat(NOTE_CHARS + 1);
        assert_eq!(
            parse(" ", Some(&long), Some("rude")),
            Err(["text:required", "note:too_long", "kind:unknown"].map(str::to_owned).to_vec())
        );
        assert_eq!(parse(&"x".repeat(CORRECTION_BYTES + 1), None, None), Err(vec!["text:too_long".to_owned()]));
        assert_eq!(parse("x", Some("\0"), None), Err(vec!["note:bad_character".to_owned()]));
        let good = parse(&"x".repeat(CORRECTION_BYTES), Some(" two l "), Some("spelling")).unwrap();
        assert_eq!((good.note.as_deref(), good.kind), (Some("two l"), Some(CorrectionKind::Spelling)));
        assert_eq!(parse("x", Some(" \n"), None).unwrap().note, None);
        assert!(parse("x", Some(&"é".repeat(NOTE_CHARS)), None).is_ok());
    }

    #[test]
    fn only_states_that_are_listed_filter() {
        assert_eq!(StateFilter::parse(Some("open")).unwrap().0, Some(CorrectionState::Open));
        assert_eq!(StateFilter::parse(None).unwrap().0, None);
        assert!(StateFilter::parse(Some("withdrawn")).is_err() && StateFilter::parse(Some("")).is_err());
    }
}
