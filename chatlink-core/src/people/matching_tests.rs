use super::*;
use crate::people::{Age, AgeBand, Profile};
use proptest::prelude::*;
use std::{collections::HashSet, time::Duration};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);
const DAY: Duration = Duration::from_secs(24 * 3600);
const CODES: [&str; 5] = ["en", "es", "de", "ja", "yue"];

fn person(id: u128, native: &[&str], learning: &[(&str, &str)]) -> Profile {
    Profile {
        user_id: UserId::from_uuid(Uuid::from_u128(id)),
        username: format!("user{id}"),
        display_name: format!("User {id}"),
        age: Age::Told(AgeBand::Adult),
        country: None,
        time_zone: None,
        languages: Languages::parse(native.iter().copied(), learning.iter().copied()).unwrap(),
        about: String::new(),
        status: String::new(),
        avatar: None,
        interests: Vec::new(),
        active_at: Some(NOW),
        shows_activity: true,
        created_at: Timestamp::EPOCH,
    }
}

pub(crate) fn somebody() -> Profile {
    person(1, &["en"], &[("es", "B1")])
}

/// The rule on whole profiles.
pub(crate) fn fit(viewer: &Profile, other: &Profile, as_of: Timestamp) -> Fit {
    super::fit(&viewer.traits(), &other.traits(), as_of)
}

fn zone(name: &str) -> Option<TimeZoneName> {
    Some(name.parse().unwrap())
}

fn code(text: &str) -> Language {
    text.parse().unwrap()
}

/// Whether somebody with these languages is found by these keys, as a store must find him.
fn found(wanted: &[Wanted], other: &Profile) -> Option<bool> {
    let learns = |language| other.languages.learning.iter().any(|known| known.language == language);
    let fits = wanted.iter().filter(|key| {
        key.speaks.is_none_or(|language| other.languages.native.contains(&language)) && key.learns.is_none_or(learns)
    });
    fits.map(|key| key.speaks.is_some() && key.learns.is_some()).max()
}

#[test]
fn the_reasons_say_why() {
    let mut me = person(1, &["en"], &[("es", "B1")]);
    let mut other = person(2, &["es"], &[("en", "A2"), ("de", "A1")]);
    me.interests = vec!["music".to_owned(), "chess".to_owned()];
    other.interests = vec!["chess".to_owned(), "food".to_owned()];
    (me.time_zone, other.time_zone) = (zone("Europe/Berlin"), zone("Europe/London"));
    let fit = fit(&me, &other, NOW);
    assert!(fit.mutual);
    assert_eq!(
        fit.reasons,
        [
            Reason::SpeaksWhatYouLearn(code("es")),
            Reason::LearnsWhatYouSpeak(Learning { language: code("en"), level: Level::A2 }),
            Reason::SharedInterest("chess".to_owned()),
            Reason::NearTimeZone(1),
            Reason::RecentlyActive,
        ]
    );
}

#[test]
fn a_mutual_match_beats_every_one_sided_one() {
    let mut me = person(1, &["en"], &[("es", "C2")]);
    me.interests = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
    me.time_zone = zone("UTC");
    let mut best = person(2, &["es"], &[("de", "A1")]);
    best.interests.clone_from(&me.interests);
    best.time_zone = zone("UTC");
    let mut worst = person(3, &["es"], &[("en", "A1")]);
    worst.time_zone = zone("Pacific/Auckland");
    worst.active_at = Some(Timestamp::EPOCH);
    let (best, worst) = (fit(&me, &best, NOW), fit(&me, &worst, NOW));
    assert!(worst.mutual && !best.mutual);
    assert!(worst.score >= MUTUAL && best.score < MUTUAL, "{worst:?} {best:?}");
}

#[test]
fn more_in_common_scores_more() {
    let me = person(1, &["en"], &[("es", "B1")]);
    let plain = person(2, &["es"], &[("en", "B1")]);
    let score = |other: &Profile| fit(&me, other, NOW).score;
    let mut away = plain.clone();
    away.active_at = Some(NOW.minus(DAY * 20));
    assert!(score(&away) < score(&plain), "recent activity");
    let uneven = person(2, &["es"], &[("en", "A1")]);
    assert!(score(&uneven) < score(&plain), "levels");
    let (mut sporty, mut near, mut far) = (me.clone(), me.clone(), plain.clone());
    sporty.interests = vec!["sport".to_owned()];
    let mut keen = plain.clone();
    keen.interests = vec!["sport".to_owned()];
    assert!(fit(&sporty, &keen, NOW).score > fit(&sporty, &plain, NOW).score, "interests");
    near.time_zone = zone("Europe/Madrid");
    far.time_zone = zone("Asia/Tokyo");
    let mut close = plain;
    close.time_zone = zone("Europe/Paris");
    assert!(fit(&near, &close, NOW).score > fit(&near, &far, NOW).score, "clocks");
}

#[test]
fn clocks_are_compared_around_the_dial() {
    let hours = |one: &str, other: &str| hours_apart(zone(one).as_ref(), zone(other).as_ref(), NOW);
    assert_eq!(hours("UTC", "UTC"), Some(0));
    assert_eq!(hours("Asia/Kolkata", "UTC"), Some(6), "half an hour is rounded up");
    assert_eq!(hours("Pacific/Kiritimati", "Pacific/Honolulu"), Some(0), "the same clock, a day apart");
    assert_eq!(hours_apart(None, zone("UTC").as_ref(), NOW), None);
}

#[test]
fn who_hides_activity_sees_none_and_shows_none() {
    let (mut me, mut other) = (person(1, &["en"], &[("es", "B1")]), person(2, &["es"], &[("en", "B1")]));
    assert!(fit(&me, &other, NOW).reasons.contains(&Reason::RecentlyActive));
    other.shows_activity = false;
    assert!(!fit(&me, &other, NOW).reasons.contains(&Reason::RecentlyActive));
    (me.shows_activity, other.shows_activity) = (false, true);
    assert!(!fit(&me, &other, NOW).reasons.contains(&Reason::RecentlyActive));
    // Nor does the score tell.
    let score = |other: &Profile| fit(&me, other, NOW).score;
    let mut away = other.clone();
    away.active_at = Some(Timestamp::EPOCH);
    assert_eq!(score(&away), score(&other));
}

#[test]
fn filters_narrow_what_is_wanted() {
    let me = person(1, &["en", "de"], &[("es", "B1"), ("ja", "A1")]).languages;
    let keys = |filter: Filter| -> HashSet<(&str, &str)> {
        let name = |language: Option<Language>| language.map_or("", |code| code.as_str());
        wanted(&me, &filter).iter().map(|key| (name(key.speaks), name(key.learns))).collect()
    };
    let (learning, native) = (Some(code("es")), Some(code("en")));
    assert_eq!(keys(Filter::default()).len(), 4 + 2 + 2);
    assert_eq!(keys(Filter { learning, ..Filter::default() }), HashSet::from([("es", "en"), ("es", "de"), ("es", "")]));
    assert_eq!(keys(Filter { native, ..Filter::default() }), HashSet::from([("es", "en"), ("ja", "en"), ("", "en")]));
    assert_eq!(keys(Filter { learning, native, ..Filter::default() }), HashSet::from([("es", "en")]));
    // A level is asked of a learner: who learns nothing of mine has none.
    let levelled = keys(Filter { min_level: Some(Level::B1), ..Filter::default() });
    assert!(levelled.iter().all(|(_, learns)| !learns.is_empty()));
}

prop_compose! {
    fn anybody()(
        id in 1_u128..1_000_000,
        mask in prop::collection::vec(0_u8..8, CODES.len()),
        words in prop::collection::hash_set(prop::sample::select(vec!["a", "b", "c", "d", "e", "f"]), 0..6),
        zone_name in prop::sample::select(vec!["", "UTC", "Asia/Tokyo", "America/Lima", "Asia/Kathmandu"]),
        days in 0_u64..60,
        shows in any::<bool>(),
    ) -> Profile {
        // 0, 7: neither; 1: native; the rest: learnt at that level.
        let native: Vec<_> = CODES.iter().zip(&mask).filter(|(_, m)| **m == 1).map(|(c, _)| *c).collect();
        let native = if native.is_empty() { vec!["fr"] } else { native };
        let learning: Vec<_> = CODES
            .iter()
            .zip(&mask)
            .filter(|(_, m)| (2..7).contains(*m))
            .map(|(c, m)| (*c, Level::ALL[usize::from(*m) - 2].as_str()))
            .collect();
        Profile {
            interests: words.into_iter().map(str::to_owned).collect(),
            time_zone: zone_name.parse().ok(),
            active_at: Some(NOW.minus(Duration::from_secs(days * 24 * 3600))),
            shows_activity: shows,
            ..person(id, &native, &learning)
        }
    }
}

proptest! {
    /// Who is found by which keys, and what a fit says, are one and the same; mutual is so both ways.
    #[test]
    fn mutual_is_mutual(me in anybody(), other in anybody()) {
        let (mine, theirs) = (fit(&me, &other, NOW), fit(&other, &me, NOW));
        prop_assert_eq!(mine.mutual, theirs.mutual);
        prop_assert_eq!(mine.mutual, mine.score >= MUTUAL);
        prop_assert!(mine.score <= 1000);
        let keys = wanted(&me.languages, &Filter::default());
        prop_assert_eq!(found(&keys, &other), found(&wanted(&other.languages, &Filter::default()), &me));
        prop_assert_eq!(found(&keys, &other).unwrap_or(false), mine.mutual);
        let language = |reason: &Reason| matches!(reason, Reason::SpeaksWhatYouLearn(_) | Reason::LearnsWhatYouSpeak(_));
        prop_assert_eq!(found(&keys, &other).is_some(), mine.reasons.iter().any(language));
    }

    /// The order is total, and pages of any size, each begun behind the last of the one before, are
    /// the whole list in its order, nobody twice.
    #[test]
    fn pages_partition_the_list(
        me in anybody(),
        others in prop::collection::hash_set(1_u128..10_000, 0..40),
        template in prop::collection::vec(anybody(), 40),
        size in 1_usize..7,
    ) {
        let others: Vec<_> = others
            .into_iter()
            .zip(template)
            .map(|(id, other)| Profile { user_id: UserId::from_uuid(Uuid::from_u128(id)), ..other })
            .collect();
        let places = |after: Option<Place>| {
            let place = |other: &Profile| (Reverse(u32::from(fit(&me, other, NOW).score)), other.user_id);
            let all = others.iter().map(place);
            let mut rest: Vec<_> = all.filter(|place| after.is_none_or(|after| *place > after)).collect();
            rest.sort_unstable();
            rest
        };
        let whole = places(None);
        prop_assert!(whole.windows(2).all(|pair| pair[0] < pair[1] && pair[0].0.0 >= pair[1].0.0));
        let mut pages = Vec::new();
        loop {
            let mut page = places(pages.last().copied());
            page.truncate(size);
            if page.is_empty() {
                break;
            }
            pages.extend(page);
        }
        prop_assert_eq!(pages, whole);
    }
}
