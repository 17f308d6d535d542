//! Which characters count as the same for search.
//!
//! Case folds in every script that has it. Diacritics fold in Latin, Greek and Cyrillic alone: there
//! people leave them out. Elsewhere a mark makes another letter (が is not か, กา is not กำ), so it stays,
//! and its letter and it are brought into one form (NFC), however they were typed. Full-width Latin is
//! Latin, and white space is a space.

use unicode_normalization::{
    UnicodeNormalization as _,
    char::{compose, is_combining_mark},
};

/// A piece of a text, in code points of it as it was written: from `start` up to `end`, not with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first code point.
    pub start: u32,
    /// The one after its last.
    pub end: u32,
}

/// A folded text that knows where each of its characters came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The characters that are compared.
    pub text: String,
    /// For each of them, in order, what it stands for in the original.
    pub spans: Vec<Span>,
}

/// The text as it is compared. Folding once more changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    each(text, |c, _| folded.push(c));
    folded
}

impl Folded {
    /// As [`fold`], with the way back.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), spans: Vec::with_capacity(text.len()) };
        each(text, |c, span| {
            folded.text.push(c);
            folded.spans.push(span);
        });
        folded
    }
}

/// Hands on each folded character with what it stands for. A letter and the marks on it are folded
/// together: that is what a reader sees as one.
fn each(text: &str, mut take: impl FnMut(char, Span)) {
    let mut chars = text.chars().zip(0_u32..).peekable();
    let mut cluster = Vec::new();
    while let Some((base, start)) = chars.next() {
        let alone = chars.peek().is_none_or(|(next, _)| next.is_ascii());
        if base.is_ascii() && alone {
            take(plain_ascii(base), Span { start, end: start + 1 });
            continue;
        }
        cluster.clear();
        cluster.push(narrow(base));
        while let Some((mark, _)) = chars.next_if(|(next, _)| belongs_to(base, *next)) {
            cluster.push(mark);
        }
        together(&cluster, start, &mut take);
    }
}

fn together(cluster: &[char], start: u32, take: &mut impl FnMut(char, Span)) {
    let whole = Span { start, end: start + u32::try_from(cluster.len()).unwrap_or(u32::MAX - start) };
    let lower: Vec<char> = cluster.iter().flat_map(|c| c.to_lowercase()).nfd().collect();
    if lower.first().is_some_and(|base| marks_fold(*base)) {
        for c in lower.into_iter().filter(|c| !is_combining_mark(*c)) {
            match spelled(c) {
                Some(letters) => letters.chars().for_each(|letter| take(letter, whole)),
                None => take(c, whole),
            }
        }
        return;
    }
    let composed: Vec<char> = lower.into_iter().nfc().collect();
    // Nothing grew together: each stands for itself.
    let apart = composed.len() == cluster.len();
    for (c, at) in composed.into_iter().zip(start..) {
        let c = if c.is_whitespace() { ' ' } else { c };
        take(c, if apart { Span { start: at, end: at + 1 } } else { whole });
    }
}

fn plain_ascii(c: char) -> char {
    if c.is_whitespace() { ' ' } else { c.to_ascii_lowercase() }
}

/// Latin of East Asian width as Latin.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Whether `next` is written on `base`: a mark, a vowel or final of a Hangul syllable, or a letter that grows together
/// with it (the vowel signs of Kirat Rai are letters).
fn belongs_to(base: char, next: char) -> bool {
    let hangul = matches!(base, '\u{1100}'..='\u{115f}' | '\u{a960}'..='\u{a97c}' | '\u{ac00}'..='\u{d7a3}');
    is_combining_mark(next)
        || compose(base, next).is_some()
        || (hangul && matches!(next, '\u{1160}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7fb}'))
}

/// Letters of Latin, Greek and Cyrillic, decomposed and in lower case.
fn marks_fold(c: char) -> bool {
    match c {
        '×' | '÷' => false,
        'a'..='z' | 'ª' | 'µ' | 'º' | '\u{c0}'..='\u{2af}' => true,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => true,
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{a640}'..='\u{a69f}' => true,
        '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}' => true,
        '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}' => true,
        _ => false,
    }
}

/// Letters that people write without what sets them apart, and that do not decompose.
fn spelled(c: char) -> Option<&'static str> {
    Some(match c {
        'ı' => "i",
        'ſ' => "s",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' => "d",
        'ħ' => "h",
        'ł' => "l",
        'ŧ' => "t",
        'ς' => "σ",
        'µ' => "μ",
        _ => return None,
    })
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
