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

    /// Whether anything is left that the asker may read.
    pub(super) fn goes_on(&self, room: &RoomSought) -> bool {
        !self.is_over && self.top >= room.from
    }

    /// It goes on below this event.
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

    /// What the index answered of those.
    pub(super) fn learn(&mut self, (first, last): (u64, u64), answers: &Answers<'_>) {
        for swath in swath_of(first)..=swath_of(last) {
            let held = answers.held(self.room, swath);
            let blocks = (swath * SWATH).max(first)..=(swath * SWATH + SWATH - 1).min(last);
            self.blocks.extend(blocks.filter(|block| held.has(*block) || answers.noted.contains(&(self.room, *block))));
        }
        self.known = first;
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

/// The grams by which a search asks: a few, and before long the rarest.
pub(super) struct Grams {
    /// Each with the blocks that were found to have it.
    counted: Vec<(u64, Gram)>,
    swaths: usize,
}

impl Grams {
    /// Asked of a swath, while it is not known which are rare, and then.
    const AT_FIRST: usize = 6;
    const THEN: usize = 2;
    /// Swaths from which it is known.
    const KNOWN: usize = 2;

    pub(super) fn of(asked: &Asked) -> Self {
        // Of a long question some from all of its words.
        let step = asked.grams.len().div_ceil(Self::AT_FIRST).max(1);
        Self { counted: asked.grams.iter().step_by(step).map(|gram| (0, *gram)).collect(), swaths: 0 }
    }

    /// Those to ask for next.
    pub(super) fn next(&mut self) -> Vec<Gram> {
        if self.swaths >= Self::KNOWN {
            self.counted.sort_unstable();
            self.counted.truncate(Self::THEN);
        }
        self.counted.iter().map(|(_, gram)| *gram).collect()
    }

    /// Learns how rare they are in a swath.
    pub(super) fn count(&mut self, answers: &Answers<'_>, room: usize, swath: u64) {
        if self.counted.len() > Self::THEN {
            self.counted
                .iter_mut()
                .for_each(|(count, gram)| *count += u64::from(answers.of(room, swath, *gram).count()));
            self.swaths += 1;
        }
    }
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
