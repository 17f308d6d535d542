//! What is looked for, and where a text holds it.

use super::fold::{Folded, Span, fold};
use crate::{error::Invalid, words::without_nul};

/// The fewest characters that are looked for, folded.
const MIN_QUERY: usize = 2;
/// The most characters of a question.
pub const MAX_QUERY: usize = 200;
/// The most words of a question.
pub const MAX_WORDS: usize = 16;
/// The most places of one message that are shown.
pub const MAX_HIGHLIGHTS: usize = 100;

/// Words that a message must hold: the whole of them as they stand, or else each somewhere. All is a
/// part of the text, in any script: no word needs to begin or end where the text's words do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// All of it, folded.
    phrase: String,
    /// Its words, folded, each once.
    words: Vec<String>,
}

impl Pattern {
    /// Reads a question of 2 to 200 characters and at most 16 words.
    ///
    /// # Errors
    /// The field `q`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.chars().count() > MAX_QUERY {
            return Err(Invalid::field("q", "too_long", format!("{MAX_QUERY} characters at most")));
        }
        let phrase = fold(without_nul("q", text)?).trim().to_owned();
        if phrase.chars().count() < MIN_QUERY {
            return Err(Invalid::field("q", "too_short", format!("{MIN_QUERY} characters at least")));
        }
        let mut words: Vec<String> = phrase.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        words.sort_unstable();
        words.dedup();
        if words.len() > MAX_WORDS {
            return Err(Invalid::field("q", "too_many_words", format!("{MAX_WORDS} words at most")));
        }
        Ok(Self { phrase, words })
    }

    /// The words, folded: a text that holds the pattern holds each of them.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// Whether the text holds it.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.whole(text).is_some()
    }

    /// Whether the text holds it as it stands, or in its words. `None`: it does not hold it.
    fn whole(&self, text: &str) -> Option<bool> {
        let folded = fold(text);
        let whole = folded.contains(&self.phrase);
        (whole || self.words.iter().all(|word| folded.contains(word.as_str()))).then_some(whole)
    }

    /// Where the text holds it, in order, no two on one character, at most [`MAX_HIGHLIGHTS`]. `None`: it does not.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Vec<Span>> {
        let whole = self.whole(text)?;
        let folded = Folded::of(text);
        let places = |part: &str| spans_of(&folded, part);
        let mut spans = if whole { places(&self.phrase) } else { self.words().flat_map(places).collect() };
        spans.sort_unstable();
        Some(joined(spans))
    }
}

/// Where a folded text holds a folded part.
fn spans_of(folded: &Folded, part: &str) -> Vec<Span> {
    let length = part.chars().count();
    let (mut chars, mut bytes, mut spans) = (0, 0, Vec::new());
    for (at, _) in folded.text.match_indices(part).take(MAX_HIGHLIGHTS) {
        chars += folded.text[bytes..at].chars().count();
        bytes = at;
        let first = folded.spans.get(chars);
        let last = folded.spans.get(chars + length - 1);
        spans.extend(first.zip(last).map(|(first, last)| Span { start: first.start, end: last.end }));
    }
    spans
}

/// Spans in order, those that overlap made one.
fn joined(spans: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined.truncate(MAX_HIGHLIGHTS);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn find(query: &str, text: &str) -> Option<Vec<(u32, u32)>> {
        let spans = Pattern::parse(query).unwrap().find(text)?;
        Some(spans.into_iter().map(|span| (span.start, span.end)).collect())
    }

    #[test]
    fn parts_are_found_in_every_script() {
        for (query, text, places) in [
            ("koln", "Am Rhein liegt Köln.", vec![(15, 19)]),
            ("KÖLN", "koln, koln", vec![(0, 4), (6, 10)]),
            ("東京", "明日は東京へ行く", vec![(3, 5)]),
            ("你好", "你好，世界", vec![(0, 2)]),
            ("안녕", "안녕하세요", vec![(0, 2)]),
            ("ไทย", "ภาษาไทย", vec![(4, 7)]),
            ("แมว", "ฉันรักแมว", vec![(6, 9)]),
            ("かい", "わかいひと", vec![(1, 3)]),
            ("سلام", "السلام عليكم", vec![(2, 6)]),
            ("नमस्ते", "अरे नमस्ते", vec![(4, 10)]),
            ("c++", "I like C++ and c#", vec![(7, 10)]),
            ("??", "what??", vec![(4, 6)]),
            ("👍🏽", "ok 👍🏽", vec![(3, 5)]),
            ("istanbul", "İSTANBUL ıstanbul", vec![(0, 8), (9, 17)]),
            ("ss", "groß", vec![(3, 4)]),
            ("good morning", "Good morning!", vec![(0, 12)]),
            ("morning good", "Good morning!", vec![(0, 4), (5, 12)]),
            ("good good", "a good one", vec![(2, 6)]),
        ] {
            assert_eq!(find(query, text), Some(places), "{query} in {text}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for (query, text) in
            [("がい", "かい"), ("かい", "がい"), ("zebra", "zebr"), ("good evening", "good morning"), ("กน", "กิน")]
        {
            assert_eq!(find(query, text), None, "{query} in {text}");
        }
    }

    #[test]
    fn questions_have_bounds() {
        let code = |text: &str| Pattern::parse(text).map_err(|invalid| invalid.0[0].code.clone()).err();
        for short in ["", " ", "a", " a ", "e\u{301}", "東"] {
            assert_eq!(code(short).as_deref(), Some("too_short"), "{short:?}");
        }
        assert_eq!(code(&"x".repeat(201)).as_deref(), Some("too_long"));
        assert_eq!(code(&"x".repeat(200)), None);
        let words = |count: usize| (0..count).map(|word| format!("{word} ")).collect::<String>();
        assert_eq!(code(&words(17)).as_deref(), Some("too_many_words"));
        assert_eq!(code(&words(16)), None);
    }

    #[test]
    fn a_message_shows_a_hundred_places_at_most() {
        assert_eq!(find("ab", &"ab".repeat(5_000)).unwrap().len(), MAX_HIGHLIGHTS);
    }

    proptest! {
        #[test]
        fn any_part_of_a_text_is_found_on_it(text in any::<String>(), at in 0_usize..64, length in 2_usize..12) {
            let part: String = text.chars().skip(at).take(length).collect();
            let Ok(pattern) = Pattern::parse(&part) else { return Ok(()) };
            let length = u32::try_from(text.chars().count()).unwrap();
            if let Some(spans) = pattern.find(&text) {
                prop_assert!(!spans.is_empty());
                prop_assert!(spans.iter().all(|span| span.start < span.end && span.end <= length));
                prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
            } else {
                // A cut may part a letter from its marks; whole letters are always found.
                prop_assert!(!fold(&text).contains(fold(&part).trim()));
            }
        }
    }
}
