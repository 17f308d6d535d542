//! The index of a swath: which groups of up to six characters stand in which of its 256 blocks.
//!
//! A bucket's row is a version and then, in the order of the hashes, a hash and its blocks: how many and their numbers, or
//! where they are more than 31 a bit each. The last hash is none of a group: its blocks may hold anything. So it is with
//! blocks that have too many groups, and with all blocks of a bucket that would grow too long: who writes without end makes search slower
//! there, and nothing larger.

use super::{SWATH, block::Block, grams::Gram};
use std::collections::BTreeMap;

/// Raised when folding or hashing changes: rows of another version say nothing.
const VERSION: u8 = 2;
/// Says that a bit a block follows.
const BITS: u8 = u8::MAX;
/// The most blocks that are named one by one: as long as the bits.
const NAMED: u32 = 31;

/// The hash that stands for all.
pub(super) const ANY: u16 = u16::MAX;
/// The most groups of a block, and the most of a bucket: several times what people write.
const OF_BLOCK: usize = 24_576;
const OF_BUCKET: usize = 2_048;

/// One of the rows of a swath: its number and what it holds.
pub type Bucket = (u8, Vec<u8>);

/// A bit a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Blocks([u64; 4]);

impl Blocks {
    pub(super) const ALL: Self = Self([u64::MAX; 4]);

    pub(super) fn has(self, block: u64) -> bool {
        self.0.get(Self::word(block)).is_some_and(|word| word & Self::bit(block) != 0)
    }

    pub(super) fn and(self, other: Self) -> Self {
        let (Self([a, b, c, d]), Self([e, f, g, h])) = (self, other);
        Self([a & e, b & f, c & g, d & h])
    }

    fn or(self, other: Self) -> Self {
        let (Self([a, b, c, d]), Self([e, f, g, h])) = (self, other);
        Self([a | e, b | f, c | g, d | h])
    }

    pub(super) fn count(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Those that have theirs, in order.
    fn numbers(self) -> impl Iterator<Item = u8> {
        let words = (0..=u8::MAX).step_by(64).zip(self.0);
        words.flat_map(|(first, word)| {
            std::iter::successors(Some(word), |left| Some(left & left.wrapping_sub(1)))
                .take_while(|left| *left != 0)
                .map(move |left| first + u8::try_from(left.trailing_zeros()).unwrap_or(0))
        })
    }

    pub(super) fn set(&mut self, block: u64) {
        self.0.get_mut(Self::word(block)).into_iter().for_each(|word| *word |= Self::bit(block));
    }

    fn clear(&mut self, others: Self) {
        self.0.iter_mut().zip(others.0).for_each(|(word, other)| *word &= !other);
    }

    const fn word(block: u64) -> usize {
        (block % SWATH / 64) as usize
    }

    const fn bit(block: u64) -> u64 {
        1 << (block % 64)
    }
}

/// The blocks of a swath that its bucket's row, if there is one, says to hold the hash; all where the row does not tell.
pub(super) fn blocks(row: Option<&[u8]>, hash: u16) -> Blocks {
    match row {
        None => Blocks::default(),
        Some([VERSION, body @ ..]) => {
            let of_both = Entries(body).filter(|entry| entry.is_none_or(|(at, _)| at == hash || at == ANY));
            of_both.fold(Blocks::default(), |found, entry| found.or(entry.map_or(Blocks::ALL, |(_, blocks)| blocks)))
        }
        Some(_) => Blocks::ALL,
    }
}

/// What becomes of a swath's rows with these blocks, by their numbers, in place of what it held of them: the rows that
/// changed. Rows that do not tell, which stand for all, stay as they are.
#[must_use]
pub fn merge(rows: Vec<Bucket>, indexed: Vec<(u64, Block)>) -> Vec<Bucket> {
    let mut renewed = Blocks::default();
    indexed.iter().for_each(|(block, _)| renewed.set(*block));
    let mut buckets: BTreeMap<u8, Changing> = BTreeMap::new();
    for (bucket, row) in rows {
        let mut held = held(&row).filter(|held| held.get(&ANY) != Some(&Blocks::ALL));
        held.iter_mut().flat_map(Held::values_mut).for_each(|blocks| blocks.clear(renewed));
        buckets.insert(bucket, (Some(row), held));
    }
    for (block, index) in indexed {
        let grams = index.grams();
        let any = (0..=u8::MAX).map(|bucket| Gram { bucket, hash: ANY });
        let grams = if grams.len() > OF_BLOCK { any.collect() } else { grams };
        for Gram { bucket, hash } in grams {
            let (_, held) = buckets.entry(bucket).or_insert_with(|| (None, Some(Held::new())));
            held.iter_mut().for_each(|held| held.entry(hash).or_default().set(block));
        }
    }
    let rows = buckets.into_iter().filter_map(|(bucket, (before, held))| Some((bucket, before, row(&held?))));
    rows.filter(|(_, before, row)| before.as_ref() != Some(row)).map(|(bucket, _, row)| (bucket, row)).collect()
}

/// A bucket's row as it was, and what it is to hold. `None`: there was none; it stays as it is.
type Changing = (Option<Vec<u8>>, Option<Held>);

/// Blocks by hash.
type Held = BTreeMap<u16, Blocks>;

/// What a row holds. `None`: it does not tell.
fn held(row: &[u8]) -> Option<Held> {
    match row {
        [VERSION, body @ ..] => Entries(body).collect(),
        _ => None,
    }
}

fn row(held: &Held) -> Vec<u8> {
    let mut row = vec![VERSION];
    let all = Held::from([(ANY, Blocks::ALL)]);
    let held = if held.len() > OF_BUCKET { &all } else { held };
    for (hash, blocks) in held {
        let count = blocks.count();
        if count == 0 {
            continue;
        }
        row.extend(hash.to_be_bytes());
        match u8::try_from(count) {
            Ok(named) if count <= NAMED => {
                row.push(named);
                row.extend(blocks.numbers());
            }
            _ => {
                row.push(BITS);
                blocks.0.iter().for_each(|word| row.extend(word.to_be_bytes()));
            }
        }
    }
    row
}

/// Hashes and their blocks; `None` where the row is cut off.
struct Entries<'a>(&'a [u8]);

impl Iterator for Entries<'_> {
    type Item = Option<(u16, Blocks)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let entry = entry(self.0);
        self.0 = entry.map_or(&[], |(_, rest)| rest);
        Some(entry.map(|(entry, _)| entry))
    }
}

fn entry(bytes: &[u8]) -> Option<((u16, Blocks), &[u8])> {
    let (hash, rest) = bytes.split_first_chunk()?;
    let (count, rest) = rest.split_first()?;
    let mut blocks = Blocks::default();
    let rest = if *count == BITS {
        let (bits, rest) = rest.split_first_chunk::<32>()?;
        let (words, _) = bits.as_chunks::<8>();
        blocks.0.iter_mut().zip(words).for_each(|(word, bytes)| *word = u64::from_be_bytes(*bytes));
        rest
    } else {
        let (named, rest) = rest.split_at_checked((*count).into())?;
        named.iter().for_each(|block| blocks.set((*block).into()));
        rest
    };
    Some(((u16::from_be_bytes(*hash), blocks), rest))
}

#[cfg(test)]
mod tests {
    use super::{super::grams::Asked, *};
    use proptest::prelude::*;

    fn block(text: &str) -> Block {
        let mut block = Block::new(64);
        block.add(0, text);
        block
    }

    fn put(rows: &mut BTreeMap<u8, Vec<u8>>, indexed: Vec<(u64, Block)>) {
        let before = rows.iter().map(|(bucket, row)| (*bucket, row.clone())).collect();
        rows.extend(merge(before, indexed));
    }

    fn ask(rows: &BTreeMap<u8, Vec<u8>>, word: &str) -> Vec<u64> {
        let asked = Asked::of([word].into_iter()).grams;
        let of = |gram: &Gram| blocks(rows.get(&gram.bucket).map(Vec::as_slice), gram.hash);
        let found = asked.iter().map(of).fold(Blocks::ALL, Blocks::and);
        (0..SWATH).filter(|block| found.has(*block)).collect()
    }

    #[test]
    fn a_swath_names_the_blocks_that_may_hold_a_word() {
        let mut rows = BTreeMap::new();
        put(&mut rows, vec![(0, block("good morning")), (7, block("明日は東京へ行く"))]);
        put(&mut rows, (100..256).map(|at| (at, block("evening"))).collect());
        assert_eq!(ask(&rows, "morning"), [0]);
        assert_eq!(ask(&rows, "東京"), [7]);
        assert_eq!(ask(&rows, "evening"), (100..256).collect::<Vec<_>>());
        assert_eq!(ask(&rows, "zebra"), [0; 0]);
    }

    #[test]
    fn numbers_are_those_of_the_bits() {
        let mut blocks = Blocks::default();
        let set = [0, 1, 63, 64, 127, 128, 200, 255];
        set.into_iter().for_each(|block| blocks.set(block.into()));
        assert_eq!(blocks.numbers().collect::<Vec<u8>>(), set);
        assert_eq!(Blocks::ALL.numbers().count(), 256);
    }

    #[test]
    fn what_a_block_held_goes_when_it_comes_anew() {
        let mut rows = BTreeMap::new();
        put(&mut rows, vec![(3, block("zebra")), (4, block("zebra"))]);
        let before = rows.clone();
        put(&mut rows, vec![(3, block("zebra")), (4, block("zebra"))]);
        assert_eq!(rows, before);
        assert!(merge(before.into_iter().collect(), vec![(4, block("zebra"))]).is_empty(), "nothing changed");
        put(&mut rows, vec![(3, block("lion"))]);
        assert_eq!((ask(&rows, "zebra"), ask(&rows, "lion")), (vec![4], vec![3]));
        put(&mut rows, vec![(3, Block::new(64)), (4, Block::new(64))]);
        assert!(rows.values().all(|row| row == &[VERSION]), "nothing is left of words that nobody said");
    }

    #[test]
    fn a_row_that_is_not_as_it_should_be_leaves_nothing_out() {
        let Gram { bucket, hash } = Asked::of(["zeb"].into_iter()).grams[0];
        let rows: BTreeMap<_, _> = merge(Vec::new(), vec![(3, block("zeb"))]).into_iter().collect();
        let row = &rows[&bucket];
        assert_eq!(blocks(Some(row), hash).count(), 1);
        assert_eq!(blocks(Some(&row[..row.len() - 1]), hash), Blocks::ALL);
        assert_eq!(blocks(Some(&[9]), hash), Blocks::ALL, "another version");
        assert_eq!(blocks(None, hash), Blocks::default());
        for row in [&row[..row.len() - 1], &[9]] {
            let merged = merge(vec![(bucket, row.to_vec())], vec![(4, block("zeb"))]);
            assert!(merged.iter().all(|(changed, _)| *changed != bucket), "nor is it made to say less");
        }
    }

    /// So many different groups that no language has them.
    fn endless(seed: u32, count: u32) -> Block {
        let chars = (0..count).filter_map(|n| char::from_u32(0x4e00 + (n.wrapping_mul(2_654_435_761) ^ seed) % 0x5000));
        block(&chars.collect::<String>())
    }

    #[test]
    fn a_block_without_end_is_looked_into_and_takes_no_place() {
        let mut rows = BTreeMap::new();
        put(&mut rows, vec![(0, block("good morning")), (7, endless(1, 60_000))]);
        assert_eq!((ask(&rows, "morning"), ask(&rows, "zebra")), (vec![0, 7], vec![7]));
        assert!(rows.values().all(|row| row.len() < 200), "nothing of its own");
    }

    #[test]
    fn a_bucket_that_grew_too_long_says_all_and_stays_so() {
        let mut rows = BTreeMap::new();
        for at in 0..60 {
            put(&mut rows, vec![(at, endless(u32::try_from(at).unwrap() * 977, 8_000))]);
        }
        assert!(rows.values().map(Vec::len).sum::<usize>() < 256 * OF_BUCKET * 8);
        put(&mut rows, vec![(3, block("zebra"))]);
        assert!(ask(&rows, "zebra").contains(&3));
    }

    proptest! {
        #[test]
        fn every_block_with_a_word_is_named(said in proptest::collection::vec((0_u64..256, "[a-d東京]{2,6}( [a-d東京]{2,6})?"), 1..60)) {
            let mut rows = BTreeMap::new();
            let mut last = BTreeMap::new();
            for (at, text) in &said {
                put(&mut rows, vec![(*at, block(text))]);
                last.insert(*at, text);
            }
            for (at, text) in last {
                for word in text.split(' ') {
                    prop_assert!(ask(&rows, word).contains(&at));
                }
            }
        }
    }
}
