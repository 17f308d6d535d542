//! The way back through one room.

use super::{
    BLOCK, Ceiling, Doubling, RoomSought, SWATH, block_of,
    grams::{Asked, Gram},
    swath::{self, Blocks},
    swath_of,
};
use crate::timeline::search::{Place, Sought};
use chatlink_protocol::{Seq, Timestamp};
use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

/// Swaths of a room that are asked at once: few at first, since a word that is often said is found soon.
const SWATHS: Doubling = Doubling { least: 1, most: 64 };
/// Blocks of a room that are looked into at once.
const BLOCKS: Doubling = Doubling { least: 1, most: 32 };

/// What is left of a room.
#[derive(Debug)]
pub(super) struct Way {
    /// Nothing that is left stands above it.
    pub(super) bound: Place,
    /// Its place in the list of rooms.
    pub(super) room: usize,
    /// Where its seq is yet to be looked for.
    pub(super) ceiling: Option<Ceiling>,
    /// No seq above.
    pub(super) top: Seq,
    /// Blocks that may hold what is asked for, the newest last.
    blocks: Vec<u64>,
    /// Blocks from this one on are in the list, or do not hold it.
    known: u64,
    /// The lowest block that was looked into, and when its first event was committed.
    looked: Option<(u64, Option<Timestamp>)>,
    /// Steps so far.
    turn: u32,
    /// Nothing is left.
    is_over: bool,
}

impl Way {
    /// Into a room of the list.
    pub(super) fn into(at: usize, room: &RoomSought, wanted: &Sought) -> Self {
        let ceiling = Ceiling::of(room, wanted);
        let bound = Place { at: ceiling.at, room_id: room.id, seq: ceiling.seq };
        let way = Self {
            bound,
            room: at,
            ceiling: None,
            top: room.head,
            blocks: Vec::new(),
            known: 0,
            looked: None,
            turn: 0,
            is_over: false,
        };
        if ceiling.is_below(room) {
            return Self { ceiling: Some(ceiling), ..way };
        }
        way.beginning(ceiling.seq)
    }

    /// As it goes on from `top`.
    pub(super) fn beginning(self, top: Seq) -> Self {
        Self { ceiling: None, top, known: block_of(top) + 1, ..self }
    }

    /// Looks into the newest block without asking its swath, where the answer would be that it may hold what is looked for.
    pub(super) fn begin_at_once(&mut self) {
        if self.turn == 0 && self.blocks.is_empty() {
            self.known = self.known.saturating_sub(1);
            self.blocks.push(self.known);
        }
    }

    /// Whether anything is left that the asker may read.
    pub(super) fn goes_on(&self, room: &RoomSought) -> bool {
        !self.is_over && self.top >= room.from
    }

    /// An instant that nothing that is left came after, where it is known and near: the next block stands beside the one
    /// that was looked into.
    pub(super) fn later_at(&self) -> Option<Timestamp> {
        let (block, first_at) = self.looked?;
        first_at.filter(|_| block == block_of(self.top) + 1)
    }

    /// It goes on below this event, or an instant that it did not come after.
    pub(super) fn set_bound(&mut self, room: &RoomSought, at: Timestamp) {
        self.bound = Place { at, room_id: room.id, seq: self.top };
    }

    /// The blocks of the swaths that are to be asked next, at most so many swaths: the first and the last one.
    pub(super) fn unknown(&self, room: &RoomSought, most: u64) -> Option<(u64, u64)> {
        let lowest = block_of(room.from);
        if !self.blocks.is_empty() || self.known <= lowest {
            return None;
        }
        let last = self.known - 1;
        let swaths = SWATHS.at(self.turn).min(most).max(1);
        Some(((swath_of(last) + 1).saturating_sub(swaths).saturating_mul(SWATH).max(lowest), last))
    }

    /// What the index answered of those; how many of them are to be looked into.
    pub(super) fn learn(&mut self, (first, last): (u64, u64), answers: &Answers<'_>) -> usize {
        for swath in swath_of(first)..=swath_of(last) {
            let held = answers.held(self.room, swath);
            let blocks = (swath * SWATH).max(first)..=(swath * SWATH + SWATH - 1).min(last);
            self.blocks.extend(blocks.filter(|block| held.has(*block) || answers.noted.contains(&(self.room, *block))));
        }
        self.known = first;
        self.blocks.len()
    }

    /// Takes the next blocks to look into, at most about so many, the newest first.
    pub(super) fn take(&mut self, most: u64) -> Vec<u64> {
        let count = BLOCKS.at(self.turn).min(most).max(1);
        let left = self.blocks.len().saturating_sub(usize::try_from(count).unwrap_or(usize::MAX));
        self.turn += 1;
        let mut taken = self.blocks.split_off(left);
        taken.reverse();
        taken
    }

    /// Puts back what was taken and not looked into, the newest first.
    pub(super) fn put_back(&mut self, blocks: &[u64]) {
        self.blocks.extend(blocks.iter().rev());
    }

    /// Notes that a block is being looked into, and when its first event was committed.
    pub(super) fn looked_into(&mut self, block: u64, first_at: Option<Timestamp>) {
        self.looked = Some((block, first_at));
    }

    /// Goes down to the newest that may be left.
    pub(super) fn go_down(&mut self) {
        match self.blocks.last().copied().or_else(|| self.known.checked_sub(1)) {
            Some(block) => self.top = self.top.min(Seq(block * BLOCK + BLOCK - 1)),
            None => self.is_over = true,
        }
    }
}

/// What the index said of swaths.
pub(super) struct Answers<'a> {
    /// The grams that they were asked for.
    pub(super) grams: &'a [Gram],
    /// Rows by room, swath and bucket.
    pub(super) rows: HashMap<(usize, u64, u8), Vec<u8>>,
    /// Blocks that are to be looked into, whatever their swath says.
    pub(super) noted: HashSet<(usize, u64)>,
}

impl Answers<'_> {
    /// The blocks of a swath that have this gram.
    pub(super) fn of(&self, room: usize, swath: u64, gram: Gram) -> Blocks {
        swath::blocks(self.rows.get(&(room, swath, gram.bucket)).map(Vec::as_slice), gram.hash)
    }

    fn held(&self, room: usize, swath: u64) -> Blocks {
        self.grams.iter().fold(Blocks::ALL, |held, gram| held.and(self.of(room, swath, *gram)))
    }
}

/// How often what is looked for is said, by the blocks that may hold it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frequency {
    asked: u64,
    held: u64,
}

impl Frequency {
    /// Blocks from which it is known.
    const KNOWN: u64 = 8;

    /// Of the blocks from the first to the last one, so many may hold it.
    pub(super) fn add(&mut self, (first, last): (u64, u64), held: usize) {
        self.asked += last + 1 - first;
        self.held += held as u64;
    }

    /// Whether it is known to stand in most blocks.
    pub(super) const fn is_high(self) -> bool {
        self.asked >= Self::KNOWN && self.held * 2 > self.asked
    }
}

/// The grams by which a search asks: some, and before long as few as tell as much.
pub(super) struct Grams {
    asked: Vec<Gram>,
    /// What each of them said of each swath so far, until it is known which tell the most.
    said: Vec<Vec<Blocks>>,
    is_known: bool,
}

impl Grams {
    /// Asked of a swath, while it is not known which tell the most.
    const AT_FIRST: usize = 6;
    /// Swaths from which it is known.
    const KNOWN: usize = 2;

    pub(super) fn of(asked: &Asked) -> Self {
        // Of a long question some from all of its words.
        let step = asked.grams.len().div_ceil(Self::AT_FIRST).max(1);
        let asked: Vec<_> = asked.grams.iter().step_by(step).copied().collect();
        Self { is_known: asked.len() < 2, asked, said: Vec::new() }
    }

    /// Those to ask for next.
    pub(super) fn next(&mut self) -> Vec<Gram> {
        if !self.is_known && self.said.len() >= Self::KNOWN {
            self.asked = telling(&self.asked, &self.said);
            self.said = Vec::new();
            self.is_known = true;
        }
        self.asked.clone()
    }

    /// Learns what they say of a swath.
    pub(super) fn learn(&mut self, answers: &Answers<'_>, room: usize, swath: u64) {
        if !self.is_known {
            self.said.push(self.asked.iter().map(|gram| answers.of(room, swath, *gram)).collect());
        }
    }
}

/// As few of the grams as leave few more blocks than all of them: what each said of each swath is known. Each turn takes
/// the one that leaves the fewest beside those that were taken.
fn telling(grams: &[Gram], said: &[Vec<Blocks>]) -> Vec<Gram> {
    let all = said.iter().map(|of| of.iter().fold(Blocks::ALL, |left, blocks| left.and(*blocks)).count());
    let enough = all.sum::<u32>();
    let enough = enough + enough / 4;
    let (mut taken, mut left) = (Vec::new(), vec![Blocks::ALL; said.len()]);
    let with = |left: &[Blocks], gram: usize| -> Vec<Blocks> {
        left.iter().zip(said).map(|(left, of)| of.get(gram).map_or(*left, |blocks| left.and(*blocks))).collect()
    };
    let count = |left: &[Blocks]| left.iter().map(|blocks| blocks.count()).sum::<u32>();
    while taken.len() < grams.len() && (taken.is_empty() || count(&left) > enough) {
        let others = (0..grams.len()).filter(|gram| !taken.contains(gram));
        let Some(next) = others.min_by_key(|gram| count(&with(&left, *gram))) else { break };
        left = with(&left, next);
        taken.push(next);
    }
    taken.into_iter().filter_map(|gram| grams.get(gram).copied()).collect()
}

impl PartialEq for Way {
    fn eq(&self, other: &Self) -> bool {
        self.bound == other.bound
    }
}

impl Eq for Way {}

impl PartialOrd for Way {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Way {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.cmp(&other.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chatlink_protocol::RoomId;

    fn blocks(numbers: &[u64]) -> Blocks {
        let mut blocks = Blocks::default();
        numbers.iter().for_each(|number| blocks.set(*number));
        blocks
    }

    fn way(top: u64) -> Way {
        let room = RoomSought {
            id: RoomId::from_uuid(uuid::Uuid::from_u128(1)),
            head: Seq(top),
            last_at: Timestamp::from_micros(1_000),
            from: Seq(1),
        };
        let bound = Place { at: room.last_at, room_id: room.id, seq: room.head };
        let way = Way {
            bound,
            room: 0,
            ceiling: None,
            top: room.head,
            blocks: Vec::new(),
            known: 0,
            looked: None,
            turn: 0,
            is_over: false,
        };
        way.beginning(room.head)
    }

    #[test]
    fn how_new_the_rest_may_be_is_known_beside_a_block_that_was_looked_into() {
        let mut way = way(BLOCK * 5 + 7);
        assert_eq!(way.later_at(), None, "nothing was looked into");
        way.begin_at_once();
        assert_eq!(way.take(1), [5]);
        way.looked_into(5, Some(Timestamp::from_micros(900)));
        way.go_down();
        assert_eq!((way.top, way.later_at()), (Seq(BLOCK * 5 - 1), Some(Timestamp::from_micros(900))));
        way.blocks.push(2);
        way.go_down();
        assert_eq!(way.later_at(), None, "the next one stands further down, and is older than that");
    }

    #[test]
    fn a_room_is_begun_at_once_and_but_once() {
        let mut way = way(BLOCK * 5);
        way.begin_at_once();
        way.begin_at_once();
        assert_eq!(way.take(8), [5]);
        way.begin_at_once();
        assert_eq!(way.take(8), [0_u64; 0], "from here on the swath is asked");
    }

    #[test]
    fn what_stands_in_most_blocks_is_said_often() {
        let mut frequency = Frequency::default();
        frequency.add((0, 6), 7);
        assert!(!frequency.is_high(), "too few were asked");
        frequency.add((7, 7), 1);
        assert!(frequency.is_high());
        frequency.add((8, 15), 0);
        assert!(!frequency.is_high(), "half is not most");
    }

    #[test]
    fn as_few_grams_are_asked_for_as_tell_as_much() {
        let grams: Vec<_> = (0..4).map(|hash| Gram { bucket: 0, hash }).collect();
        let chosen = |said: [&[u64]; 4]| -> Vec<u16> {
            telling(&grams, &[said.map(blocks).to_vec()]).iter().map(|gram| gram.hash).collect()
        };
        assert_eq!(chosen([&[1, 2, 3], &[3], &[2, 3], &[1, 3]]), [1], "the rarest says it all");
        assert_eq!(
            chosen([&[1, 2, 5], &[2, 3], &[3, 1], &[1, 2, 3, 4]]),
            [1, 0, 2],
            "only three of them say that there is none"
        );
        assert_eq!(chosen([&[1], &[1], &[1], &[1]]), [0], "one is as good as another");
    }
}
