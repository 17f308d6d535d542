//! Pairs and triples of neighbouring characters, as hashes. They are kept in rows: none of this changes within a
//! version of them.

use std::collections::BTreeSet;

/// A bucket and a hash within it: 7 and 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gram {
    pub(super) bucket: u8,
    pub(super) hash: u16,
}

/// What a search asks the index for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// A block's.
    pub(super) pairs: Vec<u16>,
    /// A swath's: the triples of each word, and the pair of a word of two characters.
    pub(super) grams: Vec<Gram>,
}

impl Asked {
    /// Whatever holds all of these folded words has all of them.
    pub(super) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let (mut pairs, mut grams) = (BTreeSet::new(), BTreeSet::new());
        for word in words {
            pairs.extend(pairs_of(word).map(pair));
            match word.chars().nth(2) {
                Some(_) => grams.extend(triples_of(word).map(|triple| gram(&triple))),
                None => grams.extend(pairs_of(word).map(|pair| gram(&pair))),
            }
        }
        Self { pairs: pairs.into_iter().collect(), grams: grams.into_iter().collect() }
    }
}

/// Everything that a swath keeps of a folded text.
pub(super) fn grams_of(folded: &str) -> impl Iterator<Item = Gram> {
    let pairs = pairs_of(folded).map(|pair| gram(&pair));
    pairs.chain(triples_of(folded).map(|triple| gram(&triple)))
}

/// The pairs of neighbours of a folded text, but for those with a space: words are asked for one by one.
pub(super) fn pairs_of(folded: &str) -> impl Iterator<Item = [char; 2]> {
    folded.chars().zip(folded.chars().skip(1)).map(<[char; 2]>::from).filter(|pair| !pair.contains(&' '))
}

fn triples_of(folded: &str) -> impl Iterator<Item = [char; 3]> {
    let others = folded.chars().skip(1).zip(folded.chars().skip(2));
    let triples = folded.chars().zip(others).map(|(one, (two, three))| [one, two, three]);
    triples.filter(|triple| !triple.contains(&' '))
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
    Gram { bucket: bucket >> 1, hash: u16::from_le_bytes([low, high]) }
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
        let has: Vec<Gram> = grams_of("we met in 東京 at noon").collect();
        for word in ["noon", "東京", "met", "at", "oon"] {
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
        let mut counts = [0_u32; 128];
        let words = ('a'..='z').flat_map(|a| ('a'..='z').flat_map(move |b| ('a'..='z').map(move |c| [a, b, c])));
        words.for_each(|word| counts[usize::from(gram(&word).bucket)] += 1);
        let mean = 26 * 26 * 26 / 128;
        assert!(counts.iter().all(|count| (mean / 2..mean * 2).contains(count)), "{counts:?}");
    }
}
