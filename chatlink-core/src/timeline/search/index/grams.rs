//! Groups of two, three and four neighbouring characters, as hashes. They are kept in rows: none of this changes within a
//! version of them.

use super::swath::ANY;
use std::collections::BTreeSet;

/// A bucket and a hash within it: 8 and 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gram {
    pub(super) bucket: u8,
    pub(super) hash: u16,
}

/// The most characters of a group.
const LONGEST: usize = 4;

/// What a search asks the index for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// A block's.
    pub(super) pairs: Vec<u16>,
    /// A swath's: the fours of each word; all of a shorter one.
    pub(super) grams: Vec<Gram>,
}

impl Asked {
    /// Whatever holds all of these folded words has all of them.
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let (mut pairs, mut grams) = (BTreeSet::new(), BTreeSet::new());
        for word in words {
            pairs.extend(pairs_of(word).map(pair));
            let chars: Vec<char> = word.chars().collect();
            let longest = chars.windows(chars.len().clamp(2, LONGEST));
            grams.extend(
                longest.chain(chars.windows(2).filter(|pair| !is_narrow(pair))).filter(|part| is_kept(part)).map(gram),
            );
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
        for length in 2..=LONGEST {
            grams.extend(chars.windows(length).filter(|part| is_kept(part)).map(gram));
        }
    }
    grams
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
        for word in ["noon", "東京", "met", "at", "oon", "after", "noon,", "東京都の", "京都", "in京都", "a京"]
        {
            let asked = Asked::of([word].into_iter());
            assert!(!asked.grams.is_empty(), "{word}");
            assert!(asked.grams.iter().all(|gram| has.contains(gram)), "{word}");
        }
        assert!(
            !Asked::of(["京at"].into_iter()).grams.iter().all(|gram| has.contains(gram)),
            "no word goes over a space"
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
