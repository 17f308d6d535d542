//! Fair matching: who was shown more than others steps back, who answers comes forward, who has too
//! much to answer rests, and chance decides between equals. Pure, and the same under the same seed.
//!
//! What it rests on stands still within a [`SLOT`], so that the pages of one list do not shift while
//! they are read. `docs/matching.md` tells the rule in words.

use super::{Traits, matching::Fit};
use chatlink_protocol::{Timestamp, UserId};
use std::time::Duration;

/// Within one slot the counted showings of everybody stand still.
pub const SLOT: Duration = Duration::from_secs(6 * 3600);

/// One showing, in the unit of heat.
const SHOWING: u32 = 1000;
/// Of heat stays, in thousandths, from slot to slot: half of it in a day.
const STAYS: u64 = 841;
/// Half, in thousandths: of who was never asked, and of everybody while nobody was shown.
const MIDDLE: u32 = 500;
/// Slots after which nothing is left of any heat.
const FORGOTTEN: u64 = 200;
/// What a person that was never shown gains, and one that was shown without end loses.
const SPREAD: i32 = 150;
/// What a person gains who accepts everybody, and loses who accepts nobody.
const ANSWERS: i32 = 60;
/// What chance adds at most.
const CHANCE: u64 = 40;
/// Above every rank of a fit that is not mutual.
const MUTUAL: u32 = 10_000;

/// What fairness rests on, of one person: how often they were shown, what happened longer ago counting
/// less, and how often they accept. Three ages of each are kept, so that a list that began in the
/// slot before goes on with what was true then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The slot of the last showing.
    pub slot: i64,
    /// Heat of the showings, in thousandths of one: in the slot before that one, and in it.
    pub heat: [u32; 2],
    /// Showings within the slot: they are heat from the next one on.
    pub shown: u32,
    /// How often the person accepts, in thousandths: in the slot before, in it, and after it.
    pub accepts: [u32; 3],
}

/// Somebody who was drawn, without the words of the profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Who.
    pub user_id: UserId,
    /// What the fit rests on.
    pub traits: Traits,
    /// What fairness rests on.
    pub standing: Standing,
}

/// Who rests: is not suggested to strangers until requests are answered or the day is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// From so many unanswered requests on.
    pub waiting: u32,
    /// From so many requests since `since` on.
    pub asked: u32,
    /// When the count of `asked` begins.
    pub since: Timestamp,
}

/// The number of the slot of an instant.
#[must_use]
pub const fn slot(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(SLOT.as_micros() as i64)
}

/// A person's place among those who were last here on the same day: another one each day, so that
/// the same people are not drawn first for ever.
#[must_use]
pub fn lot(user: UserId, day: i64) -> i64 {
    (mixed(user.as_uuid().as_u128(), u128::from(day.unsigned_abs())) >> 32) as i64
}

/// How often somebody accepts, in thousandths, who was asked so often and accepted so often. Four
/// imagined requests, half of them accepted, keep one answer from deciding.
#[must_use]
pub fn acceptance(asked: u32, accepted: u32) -> u32 {
    let (asked, accepted) = (u64::from(asked), u64::from(accepted.min(asked)));
    u32::try_from(1000 * (accepted + 2) / (asked + 4)).unwrap_or(MIDDLE)
}

impl Default for Standing {
    fn default() -> Self {
        Self { slot: 0, heat: [0; 2], shown: 0, accepts: [MIDDLE; 3] }
    }
}

impl Standing {
    /// With so many more showings in that slot, and what is known by now of how often the person
    /// [accepts](acceptance). A slot that is over counts as the last one.
    #[must_use]
    pub fn shown(self, times: u32, slot: i64, accepts: u32) -> Self {
        let now = slot.max(self.slot);
        let before = now.saturating_sub(1);
        Self {
            slot: now,
            heat: [self.heat_in(before), self.heat_in(now)],
            shown: if now > self.slot { times } else { self.shown.saturating_add(times) },
            accepts: [self.accepts_in(before), self.accepts_in(now), accepts],
        }
    }

    /// The heat of all showings before that slot.
    fn heat_in(&self, slot: i64) -> u32 {
        match slot.saturating_sub(self.slot) {
            ..0 => self.heat[0],
            0 => self.heat[1],
            passed => {
                let heat = self.heat[1].saturating_add(self.shown.saturating_mul(SHOWING));
                cooled(heat, passed.unsigned_abs())
            }
        }
    }

    fn accepts_in(&self, slot: i64) -> u32 {
        match slot.saturating_sub(self.slot) {
            ..0 => self.accepts[0],
            0 => self.accepts[1],
            _ => self.accepts[2],
        }
    }

    /// How far forward (above 0) or back the person goes, beside others of the average heat `mean`.
    fn step(&self, mean: u32, slot: i64) -> i32 {
        let (heat, mean) = (u64::from(self.heat_in(slot)), u64::from(mean));
        // From 1000 for who was not shown yet over 500 at the average to 0.
        let turn = (1000 * mean).checked_div(heat + mean).unwrap_or(u64::from(MIDDLE));
        weigh(u32::try_from(turn).unwrap_or(MIDDLE), SPREAD) + weigh(self.accepts_in(slot), ANSWERS)
    }
}

/// The average heat of these people.
pub(super) fn mean(people: &[(Fit, Candidate)], slot: i64) -> u32 {
    let heats = people.iter().map(|(_, other)| u64::from(other.standing.heat_in(slot)));
    let mean = heats.sum::<u64>().checked_div(people.len() as u64).unwrap_or(0);
    u32::try_from(mean).unwrap_or(u32::MAX)
}

/// The rank of somebody in a viewer's list, higher before lower: the score of the fit, moved by fairness.
/// Whoever fits mutually ranks above all who do not. `mean` is the average heat of the list, `turn` its
/// [`turn`].
pub(super) fn rank(fit: &Fit, other: &Candidate, slot: i64, mean: u32, turn: u64) -> u32 {
    let chance = mixed(other.user_id.as_uuid().as_u128(), u128::from(turn)) % (CHANCE + 1);
    let moved = i32::from(fit.score) + SPREAD + ANSWERS + other.standing.step(mean, slot);
    let moved = u32::try_from(moved).unwrap_or(0) + u32::try_from(chance).unwrap_or(0);
    if fit.mutual { MUTUAL + moved } else { moved }
}

/// What chance is drawn by in the lists of a viewer within a slot.
pub(super) fn turn(viewer: UserId, seed: u64, slot: i64) -> u64 {
    mixed(viewer.as_uuid().as_u128(), u128::from(seed) << 64 | u128::from(slot.unsigned_abs()))
}

/// From `-most` at 0 to `most` at 1000.
fn weigh(thousandths: u32, most: i32) -> i32 {
    (i32::try_from(thousandths.min(1000)).unwrap_or(0) - 500) * most / 500
}

fn cooled(heat: u32, slots: u64) -> u32 {
    if slots >= FORGOTTEN {
        return 0;
    }
    let left = (0..slots).fold(u64::from(heat), |heat, _| heat * STAYS / 1000);
    u32::try_from(left).unwrap_or(u32::MAX)
}

/// A number that looks random of two others (the finish of splitmix64). Not a secret.
fn mixed(one: u128, other: u128) -> u64 {
    let fold = |number: u128| (number >> 64) as u64 ^ number as u64;
    let finish = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    finish(finish(fold(one).wrapping_add(0x9e37_79b9_7f4a_7c15)).wrapping_add(fold(other)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn user(id: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(id))
    }

    fn person(id: u128, mutual: bool, score: u16, standing: Standing) -> (Fit, Candidate) {
        let traits = super::super::matching::tests::somebody().traits();
        (Fit { mutual, score, reasons: Vec::new() }, Candidate { user_id: user(id), traits, standing })
    }

    fn standing(shown: u32, asked: u32, accepted: u32) -> Standing {
        Standing::default().shown(shown, 9, acceptance(asked, accepted))
    }

    fn ranks(viewer: u128, seed: u64, slot: i64, people: &[(Fit, Candidate)]) -> Vec<u32> {
        let (mean, turn) = (mean(people, slot), turn(user(viewer), seed, slot));
        people.iter().map(|(fit, other)| rank(fit, other, slot, mean, turn)).collect()
    }

    #[test]
    fn showings_count_from_the_next_slot_on_and_are_halved_in_a_day() {
        let shown = Standing::default().shown(3, 100, 900).shown(1, 100, 800);
        assert_eq!((shown.heat_in(99), shown.heat_in(100)), (0, 0), "the slot they happen in stands still");
        assert_eq!((shown.accepts_in(100), shown.accepts_in(101)), (500, 800));
        assert_eq!(shown.heat_in(101), 4 * 841);
        let days = [shown.heat_in(104), shown.heat_in(108), shown.heat_in(100 + 400)];
        assert!(days[0].abs_diff(2000) < 10 && days[1].abs_diff(1000) < 10 && days[2] == 0, "{days:?}");
        for later in [101, 102, 110] {
            let again = shown.shown(2, later, 100);
            for slot in [later - 1, later] {
                assert_eq!(again.heat_in(slot), shown.heat_in(slot), "the last two slots are as they were");
                assert_eq!(again.accepts_in(slot), shown.accepts_in(slot));
            }
        }
        assert_eq!(shown.shown(1, 90, 500).slot, 100, "a clock that goes back moves no slot");
    }

    #[test]
    fn who_was_shown_steps_back_and_who_answers_comes_forward() {
        let people = [
            person(2, true, 700, standing(0, 0, 0)),
            person(3, true, 700, standing(10, 0, 0)),
            person(4, true, 700, standing(40, 0, 0)),
            person(5, false, 400, standing(0, 0, 0)),
            person(6, true, 700, standing(10, 20, 20)),
            person(7, true, 700, standing(10, 20, 0)),
        ];
        let rank = ranks(1, 7, 10, &people);
        assert!(rank[0] > rank[1] && rank[1] > rank[2], "{rank:?}");
        assert!(rank[4] > rank[1] && rank[1] > rank[5], "{rank:?}");
        assert!(rank[3] < rank[2], "no fairness makes a fit mutual");
        assert_eq!(rank, ranks(1, 7, 10, &people), "the same facts, the same ranks");
    }

    #[test]
    fn chance_differs_by_viewer_and_by_slot() {
        let people: Vec<_> = (2..40).map(|id| person(id, true, 700, Standing::default())).collect();
        let first = |viewer, seed, slot| {
            let ranks = ranks(viewer, seed, slot, &people);
            ranks.iter().enumerate().max_by_key(|(_, rank)| **rank).map(|(place, _)| place)
        };
        let firsts =
            |pick: &dyn Fn(u128) -> Option<usize>| (0..20).map(pick).collect::<std::collections::HashSet<_>>().len();
        assert!(firsts(&|viewer| first(viewer, 7, 10)) > 5);
        assert!(firsts(&|slot| first(1, 7, slot as i64)) > 5);
        assert!(firsts(&|seed| first(1, seed as u64, 10)) > 5);
    }

    #[test]
    fn lots_are_another_each_day() {
        let order = |day| {
            let mut people: Vec<_> = (0..50).map(user).collect();
            people.sort_by_key(|person| lot(*person, day));
            people
        };
        assert_ne!(order(1), order(2));
        assert!(lot(user(5), 3) >= 0);
    }

    proptest! {
        #[test]
        fn mutual_stays_above_the_rest(
            people in proptest::collection::vec((any::<bool>(), 0_u16..1000, any::<u32>(), any::<u32>()), 0..20),
            slot in any::<i64>(),
        ) {
            let people: Vec<_> = people.into_iter().enumerate().map(|(id, (mutual, score, shown, accepts))| {
                person(id as u128, mutual, score, Standing { slot: 3, heat: [shown; 2], shown, accepts: [accepts; 3] })
            }).collect();
            for ((fit, _), rank) in people.iter().zip(ranks(99, 1, slot, &people)) {
                prop_assert_eq!(fit.mutual, rank >= MUTUAL);
            }
        }
    }
}
