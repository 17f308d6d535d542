use super::*;
use proptest::prelude::*;

#[test]
fn what_people_leave_out_folds() {
    for (written, folded) in [
        ("Köln", "koln"),
        ("KÖLN", "koln"),
        ("Ko\u{308}ln", "koln"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Zażółć gęślą jaźń", "zazolc gesla jazn"),
        ("İstanbul", "istanbul"),
        ("ISTANBUL", "istanbul"),
        ("ısı", "isi"),
        ("Ærø", "aero"),
        ("Tiếng Việt", "tieng viet"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
        ("Ёлка й", "елка и"),
        ("ＡＢＣ　１２", "abc 12"),
        ("c++ / C#", "c++ / c#"),
        ("a\tb\nc\u{a0}d", "a b c d"),
    ] {
        assert_eq!(fold(written), folded, "{written}");
    }
}

#[test]
fn where_a_mark_makes_another_letter_it_stays() {
    for (one, other) in [
        ("が", "か"),
        ("パ", "ハ"),
        ("กา", "กำ"),
        ("กิน", "กน"),
        ("किताब", "कताब"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد", "محمد"),
        ("أ", "ا"),
    ] {
        assert_ne!(fold(one), fold(other), "{one} {other}");
    }
}

#[test]
fn one_letter_is_one_however_it_was_typed() {
    for (one, other) in [("が", "か\u{3099}"), ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}")] {
        assert_eq!(fold(one), fold(other), "{one}");
        assert_eq!(fold(one), one);
    }
}

#[test]
fn each_character_knows_where_it_came_from() {
    let spans = |text: &str| Folded::of(text).spans.iter().map(|span| (span.start, span.end)).collect::<Vec<_>>();
    assert_eq!(spans("aß!"), [(0, 1), (1, 2), (1, 2), (2, 3)]);
    assert_eq!(spans("e\u{301}a"), [(0, 2), (2, 3)]);
    assert_eq!(spans("か\u{3099}な"), [(0, 2), (2, 3)]);
    assert_eq!(spans("กิน"), [(0, 1), (1, 2), (2, 3)]);
    assert_eq!(spans("日本 x"), [(0, 1), (1, 2), (2, 3), (3, 4)]);
}

/// Any characters, and those in which folding is at work.
fn texts() -> impl Strategy<Value = String> {
    let marks = "[aeioußıİſæøłЙёςΰが\u{3099}\u{301}\u{308}\u{327}\u{345}\u{483}กิ้한\u{1112}\u{1161}\u{11ab}ＡＺＥ　 \n+#👍🏽\u{16d63}\u{16d67}\u{16d68}]{0,24}";
    prop_oneof![any::<String>(), marks.prop_map(String::from)]
}

proptest! {
    #[test]
    fn folding_twice_is_folding_once(text in texts()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn spans_lie_on_the_text_in_order(text in texts()) {
        let folded = Folded::of(&text);
        let length = u32::try_from(text.chars().count()).unwrap();
        prop_assert_eq!(&folded.text, &fold(&text));
        prop_assert_eq!(folded.text.chars().count(), folded.spans.len());
        let mut last = 0;
        for span in &folded.spans {
            prop_assert!(span.start < span.end && span.end <= length && span.start >= last);
            last = span.start;
        }
    }

    #[test]
    fn composed_and_decomposed_are_the_same(text in texts()) {
        prop_assert_eq!(fold(&text.nfc().collect::<String>()), fold(&text.nfd().collect::<String>()));
    }
}
