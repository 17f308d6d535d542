//! The diff of corrections: what it promises for any two texts, and the shared vectors that the web's twin is
//! held to.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it cannot go on")]

#[allow(dead_code, reason = "the comparison with committed files alone is used")]
mod shared;

use chatlink_protocol::{
    Span,
    diff::{SPANS, apply, diff},
};
use proptest::prelude::*;
use serde::Serialize;
use shared::matches_file;

#[derive(Serialize)]
struct Vector {
    from: String,
    to: String,
    spans: Vec<Span>,
}

const PAIRS: [(&str, &str); 30] = [
    ("", ""),
    ("the same", "the same"),
    ("", "hello"),
    ("hello", ""),
    ("Yesterday I go to school.", "Yesterday I went to the school."),
    ("he has went home", "he has gone home"),
    ("she have went home", "she has gone home"),
    ("I am agree with you", "I agree with you"),
    ("i dont know", "I don't know"),
    ("l’heure est bonne", "l'heure est bonne"),
    ("a  b", "a b"),
    ("one\ntwo", "one\n\ntwo"),
    ("wait", "wait…"),
    ("me gusta los trenes", "me gustan los trenes"),
    ("cafe\u{301}", "café"),
    ("я хочу идти в кино", "я хочу пойти в кино"),
    ("나는 학교에 갔어요", "저는 학교에 갔습니다"),
    ("我昨天去学校了在", "我昨天去了学校"),
    ("昨日学校に行くました", "昨日学校に行きました"),
    ("東京にに行きます。", "東京へ行きます。"),
    ("ฉันไปโรงเรียนเมื่อวานนี้", "ฉันไปโรงเรียนมาเมื่อวาน"),
    ("أنا ذهبت الى المدرسة", "ذهبتُ إلى المدرسة"),
    ("मैं घर जाता हूँ", "मैं घर जा रहा हूँ"),
    ("hi 👋🏽 there", "hi 👋🏿 there"),
    ("👨‍👩‍👧 are here", "👨‍👩‍👦 are here"),
    ("🇩🇪🇫🇷", "🇩🇪🇪🇸"),
    ("\u{301}odd", "\u{301}even"),
    ("x=1+2", "x = 1 + 2"),
    ("2024-01-02", "2024-01-03"),
    ("𝒳 and 🙂 and so", "𝒳 or 🙂 or so"),
];

fn all() -> Vec<Vector> {
    let long = |word: &str| format!("{word} ").repeat(1_500);
    // Too many places to compare, and too many changes to tell apart.
    let (many, others): (Vec<_>, Vec<_>) = (0..300).map(|n| (format!("a{n}, b"), format!("c{n}, b"))).unzip();
    let more =
        [(format!("begin {}end", long("a")), format!("begin {}end", long("b"))), (many.join("-"), others.join("-"))];
    let pairs = PAIRS.map(|(from, to)| (from.to_owned(), to.to_owned())).into_iter().chain(more);
    pairs.map(|(from, to)| Vector { spans: diff(&from, &to), from, to }).collect()
}

#[test]
fn the_committed_vectors_are_what_this_diff_does() {
    matches_file("vectors/diff.json", &all());
}

#[test]
fn changes_are_whole_words_or_single_signs() {
    let told = |from: &str, to: &str| -> Vec<(String, String)> {
        let signs: Vec<char> = from.chars().collect();
        let old = |span: &Span| signs[span.from as usize..span.to as usize].iter().collect();
        diff(from, to).iter().map(|span| (old(span), span.text.clone())).collect()
    };
    let pair = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
    assert_eq!(told("I go to school", "I went to the school"), [("go", "went"), ("", " the")].map(pair));
    assert_eq!(told("she have went home", "she has gone home"), [("have went", "has gone")].map(pair));
    assert_eq!(told("i dont know", "i don't know"), [("dont", "don't")].map(pair));
    assert_eq!(told("昨日学校に行くました", "昨日学校に行きました"), [("く", "き")].map(pair));
    assert_eq!(told("hi 👋🏽", "hi 👋🏿"), [("👋🏽", "👋🏿")].map(pair));
    assert_eq!(told("cafe\u{301}", "café"), [("cafe\u{301}", "café")].map(pair), "an accent is never cut off");
}

#[test]
fn what_differs_in_too_many_places_is_one_change() {
    for vector in &all()[PAIRS.len()..] {
        assert_eq!(vector.spans.len(), 1);
        assert_eq!(apply(&vector.from, &vector.spans), vector.to);
    }
}

fn text() -> impl Strategy<Value = String> {
    const PIECES: [&str; 19] = [
        "a",
        "b",
        "ab",
        " ",
        "  ",
        "\n",
        "'",
        ".",
        "é",
        "e\u{301}",
        "学",
        "校",
        "ไ",
        "ป",
        "👋",
        "\u{1f3fd}",
        "\u{200d}",
        "🇩",
        "🇪",
    ];
    prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn the_changes_make_the_other_text(from in text(), to in text()) {
        let spans = diff(&from, &to);
        prop_assert_eq!(apply(&from, &spans), to.clone());
        prop_assert_eq!(spans.is_empty(), from == to);
        prop_assert!(spans.len() <= SPANS);
        let length = u32::try_from(from.chars().count()).unwrap();
        for span in &spans {
            prop_assert!(span.from <= span.to && span.to <= length);
            prop_assert!(span.from < span.to || !span.text.is_empty());
        }
        prop_assert!(spans.windows(2).all(|pair| pair[0].to < pair[1].from), "none touches the next: {:?}", spans);
    }

    #[test]
    fn any_changes_at_all_are_taken_as_far_as_they_go(
        from in text(),
        spans in prop::collection::vec((any::<u32>(), 0..60_u32, text()), 0..5),
    ) {
        let spans: Vec<_> = spans.into_iter().map(|(from, to, text)| Span { from: from % 80, to, text }).collect();
        let _ = apply(&from, &spans);
    }
}
