//! A community in which many want the same few partners, and how evenly its people are shown.

use chatlink_core::{
    ChatLink, Keys, Settings,
    clock::ManualClock,
    identity::{AccountStore as _, HostAccount},
    memory::MemoryStore,
    people::{AgeBand, FindMatches, HostProfile, Languages, MatchStore as _, ProfileChange, ProfileStore as _, SLOT},
    protocol::{Timestamp, UserId},
};
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
/// Of a hundred people, so many speak the first natively and learn the second: many want English, few
/// speak it.
const SHARES: [(u128, &str, &str); 7] = [
    (8, "en", "es"),
    (40, "es", "en"),
    (20, "zh", "en"),
    (12, "ar", "en"),
    (8, "fr", "es"),
    (8, "de", "en"),
    (4, "en", "ja"),
];
/// What somebody speaks and learns.
pub type Pair = (&'static str, &'static str);

const LEVELS: [&str; 5] = ["A1", "A2", "B1", "B2", "C1"];
const INTERESTS: [&str; 6] = ["music", "hiking", "films", "cooking", "chess", "books"];

/// How often each person stood on somebody's first page in the second half of the time, with the pair
/// of languages that the person has.
///
/// # Panics
/// Where the engine fails: a simulation ends there.
#[allow(clippy::unwrap_used, reason = "a simulation ends where it cannot go on")]
pub async fn simulate(people: u128, slots: u32, fair: bool) -> Vec<(Pair, u32)> {
    let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(ManualClock::at(NOW)));
    let mut settings = Settings::default();
    settings.talk.enforced = false;
    settings.matching.fair = fair;
    // Counted below, so that the simulation waits for no timer.
    settings.matching.count_showings = SLOT;
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    let engine = ChatLink::builder().store(store.clone()).keys(keys).settings(settings).clock(clock.clone());
    let chat = engine.build().await.unwrap();
    for person in 0..people {
        join(&store, person).await;
    }
    let mut shown: HashMap<UserId, u32> = (0..people).map(|person| (user(person), 0)).collect();
    for slot in 0..slots {
        let now = NOW.plus(SLOT * slot);
        clock.set(now);
        let mut page: HashMap<UserId, u32> = HashMap::new();
        // Everybody is here once a day, in one of its four slots.
        for person in (0..people).filter(|person| person % 4 == u128::from(slot % 4)) {
            store.touch_active(user(person), now).await.unwrap();
            let question = FindMatches { limit: Some(10), ..FindMatches::default() };
            for found in chat.people().matches(user(person), question).await.unwrap().items {
                *page.entry(found.user.user_id).or_default() += 1;
            }
        }
        let counted: Vec<_> = page.into_iter().collect();
        if fair {
            store.count_shown(&counted, now).await.unwrap();
        }
        if slot >= slots / 2 {
            counted.iter().for_each(|(user, times)| *shown.entry(*user).or_default() += times);
        }
    }
    chat.shutdown().await;
    let mut shown: Vec<_> =
        (0..people).map(|person| (pair(person), shown.get(&user(person)).copied().unwrap_or(0))).collect();
    shown.sort_unstable();
    shown
}

/// Of all showings, whoever got them: how the languages are spread decides most of it.
#[must_use]
pub fn gini_of_all(shown: &[(Pair, u32)]) -> f64 {
    let mut times: Vec<_> = shown.iter().map(|(_, times)| *times).collect();
    times.sort_unstable();
    gini(&times)
}

/// Among people with the same languages, who could be shown alike; weighted by how many they are.
#[must_use]
pub fn gini_among_equals(shown: &[(Pair, u32)]) -> f64 {
    let groups = shown.chunk_by(|one, other| one.0 == other.0);
    let weighted = groups.map(|group| {
        let mut times: Vec<_> = group.iter().map(|(_, times)| *times).collect();
        times.sort_unstable();
        gini(&times) * group.len() as f64
    });
    weighted.sum::<f64>() / shown.len().max(1) as f64
}

/// The Gini coefficient of these, sorted: 0 where all have the same, near 1 where one has all.
#[must_use]
pub fn gini(sorted: &[u32]) -> f64 {
    let (count, sum) = (sorted.len() as f64, sorted.iter().map(|n| f64::from(*n)).sum::<f64>());
    let weighted: f64 = sorted.iter().enumerate().map(|(place, n)| (place as f64 + 1.0) * f64::from(*n)).sum();
    if sum == 0.0 { 0.0 } else { 2.0 * weighted / (count * sum) - (count + 1.0) / count }
}

fn user(person: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(person + 1))
}

/// Any fixed shuffle will do.
const fn mixed(person: u128) -> u128 {
    (person as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) as u128 >> 3
}

fn pair(person: u128) -> Pair {
    let mut point = (mixed(person) >> 33) % 100;
    let found = SHARES.iter().find(|(share, ..)| point.checked_sub(*share).map(|rest| point = rest).is_none());
    found.map_or(("en", "es"), |(_, speaks, learns)| (speaks, learns))
}

#[allow(clippy::unwrap_used, reason = "a simulation ends where it cannot go on")]
async fn join(store: &MemoryStore, person: u128) {
    let account = HostAccount {
        external_id: format!("person{person}"),
        trace: [0; 32],
        user_id: user(person),
        username: format!("person{person}").parse().unwrap(),
        profile: HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() },
    };
    store.host_account(account, NOW).await.unwrap();
    let ((speaks, learns), mixed) = (pair(person), mixed(person));
    let pick = |from: usize, shift: u32| (mixed >> shift) as usize % from;
    let change = ProfileChange {
        languages: Some(Languages::parse([speaks], [(learns, LEVELS[pick(5, 11)])]).unwrap()),
        interests: Some(vec![INTERESTS[pick(6, 17)].to_owned(), INTERESTS[pick(5, 23)].to_owned()]),
        ..ProfileChange::default()
    };
    store.update_profile(user(person), change, NOW).await.unwrap();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coefficient_tells_even_from_uneven() {
        assert!(gini(&[5, 5, 5, 5]).abs() < 1e-9);
        assert!((gini(&[0, 0, 0, 20]) - 0.75).abs() < 1e-9);
        assert!(gini(&[0, 0]).abs() < 1e-9);
    }

    #[tokio::test]
    async fn the_rule_shows_people_more_evenly() {
        let (before, after) = (simulate(120, 24, false).await, simulate(120, 24, true).await);
        for (what, of) in [("all", gini_of_all as fn(&_) -> _), ("equals", |shown: &[_]| gini_among_equals(shown))] {
            let (before, after) = (of(&before[..]), of(&after[..]));
            println!("{what}: {before:.2} became {after:.2}");
            assert!(after < before, "{what}: {before:.2} became {after:.2}");
        }
        assert!(gini_among_equals(&after) < gini_among_equals(&before) * 0.7);
        assert_eq!(simulate(60, 8, true).await, simulate(60, 8, true).await, "the same seed, the same lists");
    }
}
