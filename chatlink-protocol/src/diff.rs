//! What changed between two texts, word by word, also where words stand without spaces: a pure function that
//! the server, previews in clients and the web's twin do alike (`vectors/diff.json` holds them to it).
//!
//! A text is cut into tokens: a word of letters and digits with its marks and inner apostrophes; each sign of a
//! script that puts no spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan); everything else sign by
//! sign, an emoji with what joins it. The longest common run of tokens stays; what lies between are the changes.

use crate::correction::Span;
use unicode_normalization::char::is_combining_mark;

/// Changes beyond so many are told as one.
pub const SPANS: usize = 200;

/// Pairs of tokens that are compared at most; texts that differ in more places are one change.
const PAIRS: usize = 2_000_000;

const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// How `from` becomes `to`: changes in order, none touching the next, with offsets in code points of `from`.
/// Empty when the two are equal.
#[must_use]
pub fn diff(from: &str, to: &str) -> Vec<Span> {
    let (before, after) = (tokens(from), tokens(to));
    let head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let (a, b) = (&before[head..], &after[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let start = length(&before[..head]);
    let whole = || vec![Span { from: start, to: start + length(a), text: b.concat() }];
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Vec::new(),
        (true, false) | (false, true) => whole(),
        (false, false) if a.len().saturating_mul(b.len()) > PAIRS => whole(),
        (false, false) => {
            let spans = joined(a, changes(a, b));
            if spans.len() > SPANS { whole() } else { spans.iter().map(|change| change.span(start, a, b)).collect() }
        }
    }
}

/// A text with changes made to it: `apply(from, &diff(from, to)) == to`. Offsets that lie outside, or go back,
/// are taken as far as they go.
#[must_use]
pub fn apply(from: &str, spans: &[Span]) -> String {
    let signs: Vec<char> = from.chars().collect();
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX).min(signs.len());
    let (mut text, mut done) = (String::new(), 0);
    for span in spans {
        text.extend(&signs[done.min(at(span.from))..at(span.from)]);
        text.push_str(&span.text);
        done = at(span.to).max(done);
    }
    text.extend(&signs[done..]);
    text
}

/// A change in places of tokens: `a` gives way to `b`.
#[derive(Clone, Copy)]
struct Change {
    a: (usize, usize),
    b: (usize, usize),
}

impl Change {
    fn span(self, start: u32, a: &[&str], b: &[&str]) -> Span {
        let from = start + length(&a[..self.a.0]);
        let to = from + length(&a[self.a.0..self.a.1]);
        Span { from, to, text: b[self.b.0..self.b.1].concat() }
    }

    /// Whether it takes something out and puts something in.
    const fn replaces(self) -> bool {
        self.a.0 < self.a.1 && self.b.0 < self.b.1
    }
}

/// What is not in the longest common run of tokens. Where two runs are as long, what goes comes first.
fn changes(a: &[&str], b: &[&str]) -> Vec<Change> {
    let width = b.len() + 1;
    // How long a run the rests from (i, j) on have in common. Neither text has as many tokens as a u16 counts.
    let mut common = vec![0_u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i * width + j] = if a[i] == b[j] {
                common[(i + 1) * width + j + 1].saturating_add(1)
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut found, mut i, mut j) = (Vec::new(), 0, 0);
    while i < a.len() || j < b.len() {
        let begin = (i, j);
        while i < a.len() || j < b.len() {
            if i < a.len() && j < b.len() && a[i] == b[j] {
                break;
            }
            let out = j == b.len() || (i < a.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]);
            if out { i += 1 } else { j += 1 }
        }
        if begin != (i, j) {
            found.push(Change { a: (begin.0, i), b: (begin.1, j) });
        }
        while i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        }
    }
    found
}

/// Words that follow each other and change both are read as one change, with the space between them.
fn joined(a: &[&str], changes: Vec<Change>) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::with_capacity(changes.len());
    for change in changes {
        match found.last_mut() {
            Some(last) if last.replaces() && change.replaces() && is_space(&a[last.a.1..change.a.0]) => {
                (last.a.1, last.b.1) = (change.a.1, change.b.1);
            }
            _ => found.push(change),
        }
    }
    found
}

fn is_space(kept: &[&str]) -> bool {
    matches!(kept, [space] if space.chars().all(char::is_whitespace))
}

fn length(tokens: &[&str]) -> u32 {
    tokens.iter().map(|token| u32::try_from(token.chars().count()).unwrap_or(u32::MAX)).sum()
}

/// Cuts a text into its tokens; put together they are the text.
fn tokens(text: &str) -> Vec<&str> {
    let (mut found, mut begin, mut last) = (Vec::new(), 0, Kind::Other);
    let mut signs = text.char_indices().peekable();
    let mut before = None;
    while let Some((at, sign)) = signs.next() {
        let next = signs.peek().map(|(_, sign)| *sign);
        let kind = Kind::of(sign);
        let goes_on = before.is_some_and(|before| goes_on(last, before, kind, sign, next));
        if at > 0 && !goes_on {
            found.push(&text[begin..at]);
            begin = at;
        }
        last = match (goes_on, last, kind) {
            // A pair of flags is whole; a word goes on being one with its marks.
            (true, Kind::Flag, Kind::Flag) => Kind::Other,
            (true, last, _) => last,
            (false, _, kind) => kind,
        };
        before = Some(sign);
    }
    if !text.is_empty() {
        found.push(&text[begin..]);
    }
    found
}

/// Whether a sign belongs to the token before it, whose last sign is `before`.
fn goes_on(token: Kind, before: char, kind: Kind, sign: char, next: Option<char>) -> bool {
    match (token, kind) {
        (_, Kind::Mark) => true,
        _ if before == ZERO_WIDTH_JOINER => true,
        (Kind::Word, Kind::Word) | (Kind::Flag, Kind::Flag) => true,
        // don't, l’heure
        (Kind::Word, Kind::Other) => {
            matches!(sign, '\'' | '\u{2019}') && next.is_some_and(|next| Kind::of(next) == Kind::Word)
        }
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A letter or digit of a script that separates words.
    Word,
    /// Half of a flag.
    Flag,
    /// What belongs to the sign before it.
    Mark,
    /// A sign by itself.
    Other,
}

impl Kind {
    fn of(sign: char) -> Self {
        match sign {
            '\u{200c}' | ZERO_WIDTH_JOINER | '\u{1f3fb}'..='\u{1f3ff}' => Self::Mark,
            _ if is_combining_mark(sign) => Self::Mark,
            '\u{1f1e6}'..='\u{1f1ff}' => Self::Flag,
            _ if is_unspaced(sign) || !sign.is_alphanumeric() => Self::Other,
            _ => Self::Word,
        }
    }
}

/// Scripts that put no spaces between words.
const fn is_unspaced(sign: char) -> bool {
    matches!(sign,
        '\u{0e00}'..='\u{0fff}'        // Thai, Lao, Tibetan
        | '\u{1000}'..='\u{109f}'      // Burmese
        | '\u{1780}'..='\u{17ff}'      // Khmer
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'      // Hiragana, Katakana
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'      // Han
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3fffd}')
}
