//! The index of one block: which pairs of characters stand in which of its 64 places.
//!
//! A row is a version, the hashes of the pairs in ascending order, and for each of them a bit a place. The row of a
//! block that is not full yet has another version, and then the number of places that it speaks of. Two pairs of one hash
//! make a place a candidate too often, never too seldom.

use super::{
    BLOCK,
    grams::{Gram, grams_of, pair, pairs_of},
};
use crate::timeline::search::fold;
use std::collections::BTreeMap;

/// Raised when folding or hashing changes: rows of another version say nothing.
const FULL: u8 = 1;
const PART: u8 = 2;
/// Bytes of a hash, and of the bits of its places.
const HASH: usize = 2;
const BITS: usize = 8;

/// Collects a block.
#[derive(Clone, Debug, Default)]
pub struct Block {
    taken: u64,
    bytes: usize,
    pairs: BTreeMap<u16, u64>,
    grams: Vec<Gram>,
}

impl Block {
    /// A block of which so many seqs are [`taken`](super::taken).
    #[must_use]
    pub fn new(taken: u64) -> Self {
        Self { taken: taken.min(BLOCK), ..Self::default() }
    }

    /// A message at that place, 0 to 63.
    pub fn add(&mut self, place: u64, text: &str) {
        let folded = fold(text);
        for found in pairs_of(&folded) {
            *self.pairs.entry(pair(found)).or_default() |= 1 << (place % BLOCK);
        }
        self.grams.extend(grams_of(&folded));
        self.bytes += text.len();
    }

    /// How much text it has.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Its row.
    #[must_use]
    pub fn row(&self) -> Vec<u8> {
        let mut row = Vec::with_capacity(2 + self.pairs.len() * (HASH + BITS));
        match u8::try_from(self.taken) {
            Ok(taken) if self.taken < BLOCK => row.extend([PART, taken]),
            _ => row.push(FULL),
        }
        self.pairs.keys().for_each(|hash| row.extend(hash.to_be_bytes()));
        self.pairs.values().for_each(|bits| row.extend(bits.to_be_bytes()));
        row
    }

    /// What its swath keeps of it, each once, in order.
    pub(super) fn grams(mut self) -> Vec<Gram> {
        self.grams.sort_unstable();
        self.grams.dedup();
        self.grams
    }
}

/// The places of a row's block that may hold all of these pairs; all where the row does not tell.
pub(super) fn places(row: &[u8], wanted: &[u16]) -> u64 {
    read(row, wanted).unwrap_or(u64::MAX)
}

/// `None`: the row is cut off or of another version.
fn read(row: &[u8], wanted: &[u16]) -> Option<u64> {
    let (unread, body) = match row {
        [FULL, body @ ..] => (0, body),
        [PART, taken, body @ ..] => (u64::MAX.checked_shl((*taken).into()).unwrap_or(0), body),
        _ => return None,
    };
    let count = body.len() / (HASH + BITS);
    let (hashes, bits) = body.split_at_checked(count * HASH)?;
    let (hashes, _) = hashes.as_chunks::<HASH>();
    let mut places = u64::MAX;
    for wanted in wanted {
        places &= match hashes.binary_search_by_key(wanted, |hash| u16::from_be_bytes(*hash)) {
            Ok(at) => u64::from_be_bytes(*bits.get(at * BITS..)?.first_chunk()?),
            Err(_) => 0,
        };
        if places == 0 {
            break;
        }
    }
    Some(places | unread)
}

#[cfg(test)]
mod tests {
    use super::{super::grams::Asked, *};

    fn row(taken: u64, texts: &[&str]) -> Vec<u8> {
        let mut block = Block::new(taken);
        (0..).zip(texts).for_each(|(place, text)| block.add(place, text));
        block.row()
    }

    fn ask(row: &[u8], words: &[&str]) -> u64 {
        places(row, &Asked::of(words.iter().copied()).pairs)
    }

    #[test]
    fn a_block_names_the_places_that_may_hold_a_word() {
        let row = row(64, &["Guten Morgen", "明日は東京へ行く", "good morning, 東京", "c++"]);
        for (words, places) in [
            (&["morgen"][..], 0b1),
            (&["東京"], 0b110),
            (&["mor"], 0b101),
            (&["c++"], 0b1000),
            (&["good", "東京"], 0b100),
            (&["zebra"], 0),
        ] {
            assert_eq!(ask(&row, words), places, "{words:?}");
        }
        assert_eq!(ask(&row, &["x"]), u64::MAX, "one character says nothing");
        assert_eq!(ask(&self::row(64, &[]), &["ab"]), 0);
    }

    #[test]
    fn a_block_that_is_not_full_leaves_nothing_out_that_came_since() {
        let row = row(3, &["Guten Morgen", "明日は東京へ行く", "good morning"]);
        assert_eq!(ask(&row, &["mor"]), !0b111 | 0b101);
        assert_eq!(ask(&row, &["zebra"]), !0b111);
        assert_eq!(ask(&self::row(0, &[]), &["ab"]), u64::MAX);
    }

    #[test]
    fn a_row_that_is_not_as_it_should_be_leaves_nothing_out() {
        let row = row(64, &["Guten Morgen"]);
        assert_eq!(ask(&[], &["mo"]), u64::MAX);
        assert_eq!(ask(&[&[9], &row[1..]].concat(), &["mo"]), u64::MAX, "another version");
        assert_eq!(ask(&[PART], &["mo"]), u64::MAX);
    }
}
