//! Groups of two, three, four and six neighbouring characters, as hashes. They are kept in rows: none of this changes within
//! a version of them. Six nearly are a word: a word that nobody said is made of fours that everybody says.

use super::swath::ANY;
use std::collections::BTreeSet;

/// A bucket and a hash within it: 8 and 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gram {
    pub(super) bucket: u8,
    pub(super) hash: u16,
}

/// How many characters groups have.
const LENGTHS: [usize; 4] = [2, 3, 4, 6];

/// What a search asks the index for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// A block's.
    pub(super) pairs: Vec<u16>,
    /// A swath's: the longest groups that each word has.
    pub(super) grams: Vec<Gram>,
}

impl Asked {
    /// Whatever holds all of these folded words has all of them.
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let (mut pairs, mut grams) = (BTreeSet::new(), BTreeSet::new());
        for word in words {
            pairs.extend(pairs_of(word).map(pair));
            let chars: Vec<char> = word.chars().collect();
            let narrow = chars.split(|c| !is_narrow(&[*c])).flat_map(longest);
            grams.extend(narrow.chain(chars.windows(2).filter(|pair| !is_narrow(pair))).map(gram));
        }
        Self { pairs: pairs.into_iter().collect(), grams: grams.into_iter().collect() }
    }
}

/// Everything that a swath keeps of a folded text.
pub(super) fn grams_of(folded: &str) -> Vec<Gram> {
    let mut grams = Vec::with_capacity(3 * folded.len());
    let mut chars = Vec::new();
    for word in folded.split(' ') {
        chars.clear();
        chars.extend(word.chars());
        for length in LENGTHS {
            grams.extend(chars.windows(length).filter(|part| is_kept(part)).map(gram));
        }
    }
    grams
}

/// The longest groups of a part of a word.
fn longest(part: &[char]) -> impl Iterator<Item = &[char]> {
    let length = LENGTHS.into_iter().rev().find(|length| *length <= part.len());
    length.into_iter().flat_map(|length| part.windows(length))
}

/// Whether a swath keeps a group: where characters are thousands a pair says enough, and there would be no end of longer
/// groups.
fn is_kept(chars: &[char]) -> bool {
    chars.len() == 2 || is_narrow(chars)
}

/// Before the scripts of East Asia, whose characters are thousands.
fn is_narrow(chars: &[char]) -> bool {
    chars.iter().all(|c| *c < '\u{2e80}')
}

/// The pairs of neighbours of a folded text, but for those with a space: words are asked for one by one.
pub(super) fn pairs_of(folded: &str) -> impl Iterator<Item = [char; 2]> {
    folded.chars().zip(folded.chars().skip(1)).map(<[char; 2]>::from).filter(|pair| !pair.contains(&' '))
}

/// A pair's hash in a block.
pub(super) fn pair(pair: [char; 2]) -> u16 {
    let [a, b, c, d] = fnv(&pair).to_le_bytes();
    u16::from_le_bytes([a ^ c, b ^ d])
}

fn gram(chars: &[char]) -> Gram {
    let hash = fnv(chars);
    let hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    let [low, high, bucket, _] = (hash ^ (hash >> 13)).to_le_bytes();
    Gram { bucket, hash: u16::from_le_bytes([low, high]).min(ANY - 1) }
}

/// FNV-1a of the characters.
fn fnv(chars: &[char]) -> u32 {
    let bytes = chars.iter().flat_map(|c| u32::from(*c).to_le_bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_asks_for_less_than_a_text_that_holds_it_has() {
        let has = grams_of("we met in 東京 at noon, afternoon 東京都の人 plain京都 a京");
        for word in [
            "noon",
            "東京",
            "met",
            "at",
            "oon",
            "after",
            "noon,",
            "ternoo",
            "afternoon",
            "東京都の",
            "京都",
            "in京都",
            "plain京",
            "a京",
        ] {
            let asked = Asked::of([word].into_iter());
            assert!(!asked.grams.is_empty(), "{word}");
            assert!(asked.grams.iter().all(|gram| has.contains(gram)), "{word}");
        }
        assert!(
            !Asked::of(["京at"].into_iter()).grams.iter().all(|gram| has.contains(gram)),
            "no word goes over a space"
        );
        let fours = Asked::of(["plain"].into_iter()).grams;
        assert!(
            fours.iter().all(|gram| Asked::of(["plain京"].into_iter()).grams.contains(gram)),
            "each part of a word asks"
        );
        assert_eq!(Asked::of(["x"].into_iter()), Asked::default());
    }

    #[test]
    fn buckets_are_used_alike() {
        let mut counts = [0_u32; 256];
        let words = ('a'..='z').flat_map(|a| ('a'..='z').flat_map(move |b| ('a'..='z').map(move |c| [a, b, c])));
        words.for_each(|word| counts[usize::from(gram(&word).bucket)] += 1);
        let mean = 26 * 26 * 26 / 256;
        assert!(counts.iter().all(|count| (mean / 2..mean * 2).contains(count)), "{counts:?}");
    }
}
