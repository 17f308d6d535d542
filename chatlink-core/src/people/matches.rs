//! Suggested partners: draw, ask the rule, score, order, cut.

use super::{
    Between, Candidate, Draw, FindMe, ListError, Match, Page, People, Profile, ProfileView, Rest, Traits,
    fairness::{mean, rank, slot, turn},
    matching::{Filter, Fit, Place, fit, wanted},
    may_meet,
    opener::opener,
    profiles::meets,
};
use crate::{
    cursor::{self, BadCursor},
    error::Invalid,
    limiter::Cost,
    locale::Language,
};
use chatlink_protocol::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, collections::HashMap, str::FromStr, time::Duration};

/// Candidates of one draw: who stands below the best of them is not suggested.
const DRAWN: u32 = 100;
/// People that a draw looks at: bounded however many of them rest or are blocked.
const REACH: u32 = 1_000;
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Lines of a page, unless asked otherwise.
const PAGE: u32 = 20;
/// Lines of a page, whatever is asked.
const MAX_PAGE: u32 = 50;

/// A question for partners as it came over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindMatches {
    /// A language I learn: the partner speaks it natively.
    pub learning: Option<String>,
    /// A language I speak natively: the partner learns it.
    pub native: Option<String>,
    /// The partner's level in it, at least.
    pub min_level: Option<String>,
    /// Where the partner lives.
    pub country: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// Lines: 20, clamped to 1 to 50.
    pub limit: Option<u32>,
}

/// Where a page ended, when the first one was shown, and by which average: who registered since is left
/// out, and nobody's rank moves, so that the pages that follow do not shift.
#[derive(Debug, Serialize, Deserialize)]
struct Position {
    as_of: i64,
    mean: u32,
    rank: u32,
    user_id: UserId,
}

impl People {
    /// Partners for a person, best first: mutual ones (each speaks natively what the other learns),
    /// then one-sided ones. Nobody twice within the pages of one list.
    ///
    /// # Errors
    /// Wrong filters or a cursor of another list, or the store.
    pub async fn matches(&self, viewer: UserId, question: FindMatches) -> Result<Page<Match>, ListError> {
        self.spend(viewer, Cost::Read)?;
        let found = self.context.observe(self.context.store.find_profile(viewer).await)?;
        let Some(viewer) = found else { return Ok(Page { items: Vec::new(), next_cursor: None }) };
        let filter = question.filter(&viewer)?;
        // Both ways: whom nobody finds finds nobody.
        if self.find_settings(viewer.user_id).await?.privacy.find_me == FindMe::Nobody {
            return Ok(Page { items: Vec::new(), next_cursor: None });
        }
        let list = format!("matches {} {filter:?}", viewer.user_id);
        let limit = question.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE) as usize;
        let after = self.position(&list, question.cursor.as_deref())?;
        let now = self.context.now();
        let as_of = after.as_ref().map_or(now, |after| Timestamp::from_micros(after.as_of));

        let me = viewer.traits();
        let drawn = self.draw(&viewer, &filter, as_of, now).await?;
        let fits = self.fits((&viewer, &me), drawn, as_of, now);
        let mean = after.as_ref().map_or_else(|| mean(&fits, slot(as_of)), |after| after.mean);
        let first = after.is_none();
        let after = after.map(|after| (Reverse(after.rank), after.user_id));
        let mut ranked = self.ranked(viewer.user_id, fits, (as_of, mean), after);
        let more = ranked.len() > limit;
        ranked.truncate(limit);
        let next_cursor = ranked.last().filter(|_| more).and_then(|((Reverse(rank), user_id), _)| {
            let position = Position { as_of: as_of.as_micros(), mean, rank: *rank, user_id: *user_id };
            cursor::seal(&self.context.keys, &self.context.installation.epoch, &list, &position).ok()
        });
        let items = self.meet(&viewer, ranked, now).await?;
        if first && self.context.settings.matching.fair {
            self.showings.count(items.iter().map(|item| item.user.user_id));
        }
        Ok(Page { items, next_cursor })
    }

    async fn draw(
        &self,
        viewer: &Profile,
        filter: &Filter,
        as_of: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Candidate>, ListError> {
        let rule = &self.context.settings.matching;
        let most = |limit| if rule.fair { limit } else { u32::MAX };
        let since = now.minus(DAY);
        let rest = Rest { waiting: most(rule.requests_waiting), asked: most(rule.requests_a_day), since };
        let draw = Draw {
            viewer: viewer.user_id,
            wanted: wanted(&viewer.languages, filter),
            cohorts: self.rules().open_to(viewer.band(now).cohort()),
            min_level: filter.min_level,
            country: filter.country,
            made_by: as_of,
            rest,
            limit: DRAWN,
            reach: REACH,
        };
        if draw.wanted.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.context.observe(self.context.store.draw(draw, now).await)?)
    }

    /// Those of the drawn whom the rule allows. The draw left out whom a block keeps apart; ages are asked
    /// again, because time went on.
    fn fits(
        &self,
        (viewer, mine): (&Profile, &Traits),
        drawn: Vec<Candidate>,
        as_of: Timestamp,
        now: Timestamp,
    ) -> Vec<(Fit, Candidate)> {
        let (me, rules) = (viewer.party(now), self.rules());
        let allowed = |other: &Candidate| may_meet(me, other.party(now), Between::default(), rules);
        drawn.into_iter().filter(allowed).map(|other| (fit(mine, &other.traits, as_of), other)).collect()
    }

    /// Those who stand after the position, in their order.
    fn ranked(
        &self,
        viewer: UserId,
        fits: Vec<(Fit, Candidate)>,
        (as_of, mean): (Timestamp, u32),
        after: Option<Place>,
    ) -> Vec<(Place, Fit)> {
        let (rule, slot) = (&self.context.settings.matching, slot(as_of));
        let turn = turn(viewer, rule.seed, slot);
        let rank = |fit: &Fit, other: &Candidate| match rule.fair {
            true => rank(fit, other, slot, mean, turn),
            false => u32::from(fit.score),
        };
        let placed = fits.into_iter().map(|(fit, other)| ((Reverse(rank(&fit, &other)), other.user_id), fit));
        let mut ranked: Vec<_> = placed.filter(|(place, _)| after.is_none_or(|after| *place > after)).collect();
        ranked.sort_unstable_by_key(|(place, _)| *place);
        ranked
    }

    /// The page with the profiles of its people; who blocked, left or came of age since the draw is
    /// missing from it.
    async fn meet(&self, viewer: &Profile, ranked: Vec<(Place, Fit)>, now: Timestamp) -> Result<Vec<Match>, ListError> {
        if ranked.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = ranked.iter().map(|((_, user_id), _)| *user_id).collect();
        let found = self.context.observe(self.context.store.find_encounters(viewer.user_id, &ids).await)?;
        let others = found.into_iter().flat_map(|found| found.others);
        let allowed = others.filter(|other| meets(viewer, other, self.rules(), now));
        let mut profiles: HashMap<_, _> = allowed.map(|other| (other.profile.user_id, other.profile)).collect();
        let page = ranked.into_iter().filter_map(|((_, user_id), fit)| Some((fit, profiles.remove(&user_id)?)));
        Ok(page.map(|(fit, profile)| shown(viewer, fit, profile, now)).collect())
    }

    fn position(&self, list: &str, cursor: Option<&str>) -> Result<Option<Position>, Invalid> {
        let (keys, epoch) = (&self.context.keys, &self.context.installation.epoch);
        let Some(text) = cursor else { return Ok(None) };
        let position: Position = cursor::open(keys, epoch, list, text)?;
        // An average of long ago says nothing of today: that list is begun anew.
        let stale = slot(Timestamp::from_micros(position.as_of)) + 1 < slot(self.context.now());
        if stale { Err(BadCursor.into()) } else { Ok(Some(position)) }
    }
}

fn shown(viewer: &Profile, fit: Fit, profile: Profile, now: Timestamp) -> Match {
    let opener = opener(viewer, &profile, &fit);
    let user = ProfileView::of(profile, viewer.shows_activity, now);
    Match { user, mutual: fit.mutual, score: fit.score, reasons: fit.reasons, opener }
}

impl FindMatches {
    /// Checks the filters; the languages must be the viewer's own.
    fn filter(&self, viewer: &Profile) -> Result<Filter, Invalid> {
        let mut invalid = Invalid::default();
        let learns = |language: &Language| viewer.languages.learning.iter().any(|known| known.language == *language);
        let speaks = |language: &Language| viewer.languages.native.contains(language);
        let filter = Filter {
            learning: invalid.take(own("learning", self.learning.as_deref(), learns)).flatten(),
            native: invalid.take(own("native", self.native.as_deref(), speaks)).flatten(),
            min_level: invalid.take(named("min_level", self.min_level.as_deref())).flatten(),
            country: invalid.take(named("country", self.country.as_deref())).flatten(),
        };
        invalid.check().map(|()| filter)
    }
}

fn own(field: &str, text: Option<&str>, is_own: impl Fn(&Language) -> bool) -> Result<Option<Language>, Invalid> {
    match named(field, text)? {
        Some(language) if !is_own(&language) => {
            Err(Invalid::field(field, "not_yours", "one of your own languages of that kind"))
        }
        language => Ok(language),
    }
}

/// Parses a field, and gives its errors the field's own name.
fn named<T: FromStr<Err = Invalid>>(field: &str, text: Option<&str>) -> Result<Option<T>, Invalid> {
    text.map(str::parse).transpose().map_err(|mut invalid: Invalid| {
        invalid.0.iter_mut().for_each(|error| field.clone_into(&mut error.field));
        invalid
    })
}
