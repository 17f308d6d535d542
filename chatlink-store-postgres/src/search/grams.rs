//! The index of one block: which pairs of characters stand in which of its 64 places.
//!
//! A row is a version, the hashes of the pairs in ascending order, and for each of them a bit a place. Two
//! pairs of one hash make a place a candidate too often, never too seldom.

use chatlink_core::timeline::search::fold;
use std::collections::{BTreeMap, BTreeSet};

/// Raised when folding or hashing changes: rows of another version say nothing.
const VERSION: u8 = 1;
/// Bytes of a hash, and of the bits of its places.
const HASH: usize = 2;
const BITS: usize = 8;

/// Collects a block.
#[derive(Default)]
pub(super) struct Builder(BTreeMap<u16, u64>);

impl Builder {
    /// A message at that place, 0 to 63.
    pub(super) fn add(&mut self, place: u32, text: &str) {
        for gram in grams(&fold(text)) {
            *self.0.entry(gram).or_default() |= 1 << place;
        }
    }

    /// The row.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut row = Vec::with_capacity(1 + self.0.len() * (HASH + BITS));
        row.push(VERSION);
        self.0.keys().for_each(|hash| row.extend(hash.to_be_bytes()));
        self.0.values().for_each(|bits| row.extend(bits.to_be_bytes()));
        row
    }
}

/// The pairs that a text which holds all of these folded words has.
pub(super) fn wanted<'a>(words: impl Iterator<Item = &'a str>) -> Vec<u16> {
    let wanted: BTreeSet<u16> = words.flat_map(grams).collect();
    wanted.into_iter().collect()
}

/// The places that may hold all of these pairs. `None`: the row is of another version.
pub(super) fn candidates(row: &[u8], wanted: &[u16]) -> Option<u64> {
    let (version, body) = row.split_first()?;
    if *version != VERSION {
        return None;
    }
    let count = body.len() / (HASH + BITS);
    let (hashes, bits) = body.split_at_checked(count * HASH)?;
    let mut places = u64::MAX;
    for gram in wanted {
        let at = find(hashes, *gram)?;
        places &= at.map_or(0, |at| number(bits, at));
        if places == 0 {
            break;
        }
    }
    Some(places)
}

/// Where the hash stands, if it does. `None`: the row is cut off.
fn find(hashes: &[u8], wanted: u16) -> Option<Option<usize>> {
    let (mut low, mut high) = (0, hashes.len() / HASH);
    while low < high {
        let middle = usize::midpoint(low, high);
        let hash = u16::from_be_bytes(hashes.get(middle * HASH..)?.first_chunk().copied()?);
        match hash.cmp(&wanted) {
            std::cmp::Ordering::Equal => return Some(Some(middle)),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Some(None)
}

/// The bits of a hash; of a row that is cut off every place.
fn number(bits: &[u8], at: usize) -> u64 {
    let bytes = bits.get(at * BITS..).and_then(|rest| rest.first_chunk().copied());
    bytes.map_or(u64::MAX, u64::from_be_bytes)
}

/// The pairs of neighbours of a folded text, but for those with a space: words are asked for one by one.
fn grams(folded: &str) -> impl Iterator<Item = u16> {
    let pairs = folded.chars().zip(folded.chars().skip(1));
    pairs.filter(|(one, other)| *one != ' ' && *other != ' ').map(|(one, other)| hash(one, other))
}

/// FNV-1a over both characters, folded to 16 bits. Kept in rows: it never changes within a version.
fn hash(one: char, other: char) -> u16 {
    let bytes = u32::from(one).to_le_bytes().into_iter().chain(u32::from(other).to_le_bytes());
    let hash = bytes.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let [a, b, c, d] = hash.to_le_bytes();
    u16::from_le_bytes([a ^ c, b ^ d])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(texts: &[&str]) -> Vec<u8> {
        let mut builder = Builder::default();
        (0..).zip(texts).for_each(|(place, text)| builder.add(place, text));
        builder.finish()
    }

    fn ask(row: &[u8], words: &[&str]) -> Option<u64> {
        candidates(row, &wanted(words.iter().copied()))
    }

    #[test]
    fn a_block_names_the_places_that_may_hold_a_word() {
        let row = row(&["Guten Morgen", "明日は東京へ行く", "good morning, 東京", "c++"]);
        for (words, places) in [
            (&["morgen"][..], 0b1),
            (&["東京"], 0b110),
            (&["mor"], 0b101),
            (&["c++"], 0b1000),
            (&["good", "東京"], 0b100),
        ] {
            assert_eq!(ask(&row, words), Some(places), "{words:?}");
        }
        assert_eq!(ask(&row, &["zebra"]), Some(0));
        assert_eq!(ask(&row, &["x"]), Some(u64::MAX), "one character says nothing");
        assert_eq!(ask(&super::tests::row(&[]), &["ab"]), Some(0));
    }

    #[test]
    fn a_row_that_is_not_as_it_should_be_leaves_nothing_out() {
        let row = row(&["Guten Morgen"]);
        assert_eq!(ask(&[], &["mo"]), None);
        assert_eq!(ask(&[&[9], &row[1..]].concat(), &["mo"]), None, "another version");
        assert!(ask(&row, &["mo"]).is_some_and(|places| places & 1 == 1));
    }
}
