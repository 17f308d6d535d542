//! Matching: whom to draw for a person, and how well each one fits. Pure: the same facts give the
//! same scores and the same order.

use super::{Cohort, Languages, Learning, Opener, ProfileView, Rest, TimeZoneName, Traits, day};
use crate::locale::{Country, Language, Level};
use chatlink_protocol::{Timestamp, UserId};
use std::cmp::Reverse;

/// A mutual match scores at least this, a one-sided one below it.
const MUTUAL: u16 = 500;
/// Shared interests beyond these add nothing.
const COUNTED_INTERESTS: usize = 4;
/// Clocks at most this far apart are a reason.
const NEAR_HOURS: u16 = 3;

/// Languages by which a person is found; at least one of the two is there, both mean mutual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// Speaks this natively.
    pub speaks: Option<Language>,
    /// Learns this.
    pub learns: Option<Language>,
}

/// What narrows a list of matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// The partner's native language, one that the viewer learns.
    pub(super) learning: Option<Language>,
    /// A language that the partner learns, one that the viewer speaks natively.
    pub(super) native: Option<Language>,
    /// How well the partner speaks what he learns of the viewer, at least.
    pub(super) min_level: Option<Level>,
    /// Where the partner lives.
    pub(super) country: Option<Country>,
}

/// What [`MatchStore::draw`](super::MatchStore::draw) looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// For whom.
    pub viewer: UserId,
    /// Found by any of these, each once.
    pub wanted: Vec<Wanted>,
    /// Of any of these, each once.
    pub cohorts: Vec<Cohort>,
    /// With this level at least in the language that a [`Wanted`] says they learn.
    /// Whom a [`Wanted`] finds by what they speak alone has none, and is left out.
    pub min_level: Option<Level>,
    /// Living there.
    pub country: Option<Country>,
    /// Whose accounts were made by then.
    pub made_by: Timestamp,
    /// Who is left out, to rest.
    pub rest: Rest,
    /// At most so many.
    pub limit: u32,
    /// A store may stop when it has looked at so many, whoever of them is left out.
    pub reach: u32,
}

/// A suggested partner.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// Who.
    pub user: ProfileView,
    /// Each speaks natively what the other learns.
    pub mutual: bool,
    /// How well the two fit: 0 to 1000; mutual ones from 500. Fairness decides beside it who comes
    /// first.
    pub score: u16,
    /// Why, most important first.
    pub reasons: Vec<Reason>,
    /// A first sentence to write, where we have words for it.
    pub opener: Option<Opener>,
}

/// Why somebody is suggested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Natively.
    SpeaksWhatYouLearn(Language),
    /// And how well.
    LearnsWhatYouSpeak(Learning),
    /// One that both named.
    SharedInterest(String),
    /// So many hours between the clocks, rounded up.
    NearTimeZone(u16),
    /// Was here within a week.
    RecentlyActive,
}

/// How well a candidate fits, before he is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) mutual: bool,
    pub(super) score: u16,
    pub(super) reasons: Vec<Reason>,
}

/// A place in the list: higher ranks first, then lower ids. Total, because ids differ.
pub(super) type Place = (Reverse<u32>, UserId);

impl Fit {
    /// The first interest that both named.
    pub(super) fn shared_interest(&self) -> Option<&str> {
        self.reasons.iter().find_map(|reason| match reason {
            Reason::SharedInterest(interest) => Some(interest.as_str()),
            _ => None,
        })
    }
}

/// By which languages partners of a person are found, narrowed by the filter.
pub(super) fn wanted(mine: &Languages, filter: &Filter) -> Vec<Wanted> {
    let learning = mine.learning.iter().map(|learning| learning.language);
    let learning: Vec<_> = learning.filter(|l| filter.learning.is_none_or(|only| only == *l)).collect();
    let native = mine.native.iter().copied();
    let native: Vec<_> = native.filter(|n| filter.native.is_none_or(|only| only == *n)).collect();
    let mut wanted = Vec::new();
    for speaks in &learning {
        wanted.extend(native.iter().map(|learns| Wanted { speaks: Some(*speaks), learns: Some(*learns) }));
    }
    if filter.native.is_none() && filter.min_level.is_none() {
        wanted.extend(learning.iter().map(|speaks| Wanted { speaks: Some(*speaks), learns: None }));
    }
    if filter.learning.is_none() {
        wanted.extend(native.iter().map(|learns| Wanted { speaks: None, learns: Some(*learns) }));
    }
    wanted
}

/// Scores a candidate for a viewer as of an instant; activity after it counts as at it.
pub(super) fn fit(viewer: &Traits, other: &Traits, as_of: Timestamp) -> Fit {
    let theirs: Vec<Learning> = teachable(viewer, other).collect();
    let ours: Vec<Learning> = teachable(other, viewer).collect();
    let shared: Vec<_> = other.interests.iter().filter(|interest| viewer.interests.contains(interest)).collect();
    let hours = hours_apart(viewer.time_zone.as_ref(), other.time_zone.as_ref(), as_of);
    let idle = days_idle(viewer, other, as_of);

    let mutual = !ours.is_empty() && !theirs.is_empty();
    let points = language_points(&ours, &theirs)
        + 25 * u16::try_from(shared.len().min(COUNTED_INTERESTS)).unwrap_or(0)
        + hours.map_or(20, |hours| 80_u16.saturating_sub(8 * hours))
        + idle.map_or(20, activity_points);
    let score = if mutual { MUTUAL } else { 0 } + points.min(MUTUAL - 1);

    let mut reasons: Vec<_> = ours.iter().map(|learning| Reason::SpeaksWhatYouLearn(learning.language)).collect();
    reasons.extend(theirs.iter().map(|learning| Reason::LearnsWhatYouSpeak(*learning)));
    reasons.extend(shared.into_iter().take(COUNTED_INTERESTS).cloned().map(Reason::SharedInterest));
    reasons.extend(hours.filter(|hours| *hours <= NEAR_HOURS).map(Reason::NearTimeZone));
    reasons.extend(idle.filter(|days| *days < 7).map(|_| Reason::RecentlyActive));
    Fit { mutual, score, reasons }
}

/// What `learner` learns and `teacher` speaks natively.
fn teachable<'a>(teacher: &'a Traits, learner: &'a Traits) -> impl Iterator<Item = Learning> {
    learner.languages.learning.iter().copied().filter(|learning| teacher.languages.native.contains(&learning.language))
}

/// 0 to 200: how well two people can help each other. `ours` the viewer learns from the other,
/// `theirs` the other from the viewer. Equal and high levels make the best talk for both.
fn language_points(ours: &[Learning], theirs: &[Learning]) -> u16 {
    let step = |learning: &Learning| u16::from(learning.level.number());
    let best = |all: &[Learning]| all.iter().map(step).max().unwrap_or(0);
    let pairs = ours.iter().flat_map(|our| theirs.iter().map(move |their| (step(our), step(their))));
    let pair = pairs.map(|(our, their)| 20 * (6 - our.abs_diff(their)) + 10 * our.min(their)).max();
    let further = ours.len().saturating_sub(1) + theirs.len().saturating_sub(1);
    let further = 10 * u16::try_from(further.min(2)).unwrap_or(0);
    match (pair, ours.is_empty(), theirs.is_empty()) {
        (Some(points), ..) => points + further,
        // A native speaker of what the viewer learns comes before a learner of what he speaks.
        (None, false, _) => 120 + further,
        (None, true, false) => 40 + 8 * best(theirs) + further,
        (None, true, true) => 0,
    }
}

/// 0 to 100 by full days since the person was here.
const fn activity_points(days: u64) -> u16 {
    match days {
        0 => 100,
        1..=2 => 85,
        3..=6 => 65,
        7..=13 => 40,
        14..=29 => 20,
        _ => 0,
    }
}

/// Days since the other was here, where both show it.
fn days_idle(viewer: &Traits, other: &Traits, as_of: Timestamp) -> Option<u64> {
    let shown = viewer.shows_activity && other.shows_activity;
    shown.then(|| u64::try_from(day(as_of) - other.active_day).unwrap_or(0))
}

/// Hours between two clocks around the dial (at most 12), rounded up.
fn hours_apart(one: Option<&TimeZoneName>, other: Option<&TimeZoneName>, at: Timestamp) -> Option<u16> {
    let offset = |zone: &TimeZoneName| {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
        zone.zone().to_offset(at).seconds()
    };
    let seconds = offset(one?).abs_diff(offset(other?)) % 86_400;
    u16::try_from(seconds.min(86_400 - seconds).div_ceil(3_600)).ok()
}

#[cfg(test)]
#[path = "matching_tests.rs"]
pub(super) mod tests;
