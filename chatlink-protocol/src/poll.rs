//! Polls: a message with answers to choose from, and how the votes on it stand.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// The fewest options that a poll has.
pub const MIN_OPTIONS: usize = 2;

/// The most options that a poll has.
pub const MAX_OPTIONS: usize = 12;

/// The longest option, in characters.
pub const OPTION_CHARS: usize = 100;

/// A poll: its question is the text of the message that it stands in, and goes with it. An option is named by its
/// place, from 0 on; nothing of it changes after it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Poll {
    /// What one may choose, 2 to 12 texts of 1 to 100 characters, no two the same.
    pub options: Vec<String>,
    /// Whether one may choose several at once.
    #[serde(skip_serializing_if = "crate::event::is_false", default)]
    pub multiple: bool,
    /// When it closes by itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closes_at: Option<Timestamp>,
}

/// A poll as its author asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AskedPoll {
    /// 2 to 12 texts of 1 to 100 characters, no two the same.
    pub options: Vec<String>,
    /// Whether one may choose several at once.
    #[serde(skip_serializing_if = "crate::event::is_false", default)]
    pub multiple: bool,
    /// Seconds until it closes by itself, 1 to 31,536,000; absent: it does not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closes_in: Option<u64>,
}

/// How the votes on a poll stand. Votes are open: who chose what, every member may read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Tally {
    /// How many people chose each option, in the poll's order.
    pub counts: Vec<u32>,
    /// How many people voted.
    pub voters: u32,
    /// Whether it was closed. One with `closes_at` is also over from then on, and no event says so.
    #[serde(skip_serializing_if = "crate::event::is_false", default)]
    pub closed: bool,
}

impl Tally {
    /// The tally of a poll that nobody has voted on.
    #[must_use]
    pub fn of(poll: &Poll) -> Self {
        Self { counts: vec![0; poll.options.len()], voters: 0, closed: false }
    }

    /// One person's vote is `next` from now on, where it was `previous`; empty: no vote.
    pub fn change(&mut self, previous: &[u8], next: &[u8]) {
        self.each(previous, |count| count.saturating_sub(1));
        self.each(next, |count| count.saturating_add(1));
    }

    /// Adds the same vote of so many people.
    pub fn add_votes(&mut self, choices: &[u8], people: u32) {
        self.each(choices, |count| count.saturating_add(people));
    }

    fn each(&mut self, choices: &[u8], moved: impl Fn(u32) -> u32) {
        if choices.is_empty() {
            return;
        }
        self.voters = moved(self.voters);
        for choice in choices {
            if let Some(count) = self.counts.get_mut(usize::from(*choice)) {
                *count = moved(*count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vote_counts_once_for_each_choice_and_once_for_its_person() {
        let poll = Poll { options: ["a", "b", "c"].map(str::to_owned).to_vec(), ..Poll::default() };
        let mut tally = Tally::of(&poll);
        let stands = |tally: &Tally| (tally.counts.clone(), tally.voters);
        tally.change(&[], &[0, 2]);
        tally.change(&[], &[2]);
        assert_eq!(stands(&tally), (vec![1, 0, 2], 2));
        tally.change(&[0, 2], &[1]);
        assert_eq!(stands(&tally), (vec![0, 1, 1], 2));
        tally.change(&[2], &[]);
        assert_eq!(stands(&tally), (vec![0, 1, 0], 1));
        tally.add_votes(&[0, 1], 3);
        assert_eq!(stands(&tally), (vec![3, 4, 0], 4));
        // An option that there is not takes nothing, and nothing falls below nobody.
        tally.change(&[9, 2], &[9]);
        assert_eq!(stands(&tally), (vec![3, 4, 0], 4));
    }
}
