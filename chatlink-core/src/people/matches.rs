//! Suggested partners: draw, ask the rule, score, order, cut.

use super::{
    Between, Draw, ListError, Match, Page, People, Profile, ProfileView,
    blocks::bad_cursor,
    matching::{Filter, Fit, Place, fit, wanted},
    may_meet,
};
use crate::{cursor, error::Invalid, limiter::Cost, locale::Language};
use chatlink_protocol::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::{cmp::Reverse, str::FromStr};

/// Candidates of one draw: who stands below the best of them is not suggested.
const DRAWN: u32 = 200;
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

/// Where a page ended, and when the first one was shown: who registered since is left out, so that
/// the pages that follow do not shift.
#[derive(Debug, Serialize, Deserialize)]
struct Position {
    as_of: i64,
    score: u16,
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
        let list = format!("matches {} {filter:?}", viewer.user_id);
        let limit = question.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE) as usize;
        let after = self.position(&list, question.cursor.as_deref())?;
        let now = self.context.now();
        let as_of = after.as_ref().map_or(now, |after| Timestamp::from_micros(after.as_of));
        let after = after.map(|after| (Reverse(after.score), after.user_id));

        let drawn = self.draw(&viewer, &filter, as_of, now).await?;
        let mut ranked: Vec<_> = self.rank(&viewer, drawn, as_of, now, after);
        let more = ranked.len() > limit;
        ranked.truncate(limit);
        let next_cursor = ranked.last().filter(|_| more).and_then(|(fit, profile)| {
            let position = Position { as_of: as_of.as_micros(), score: fit.score, user_id: profile.user_id };
            cursor::seal(&self.context.keys, &self.context.installation.epoch, &list, &position).ok()
        });
        let items = ranked.into_iter().map(|(fit, profile)| shown(&viewer, fit, profile, now)).collect();
        Ok(Page { items, next_cursor })
    }

    async fn draw(
        &self,
        viewer: &Profile,
        filter: &Filter,
        as_of: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Profile>, ListError> {
        let draw = Draw {
            viewer: viewer.user_id,
            wanted: wanted(&viewer.languages, filter),
            cohorts: self.rules().open_to(viewer.band(now).cohort()),
            min_level: filter.min_level,
            country: filter.country,
            made_by: as_of,
            limit: DRAWN,
        };
        if draw.wanted.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.context.observe(self.context.store.draw(draw, now).await)?)
    }

    /// Those of the drawn whom the rule allows and who stand after the position, best first.
    fn rank(
        &self,
        viewer: &Profile,
        drawn: Vec<Profile>,
        as_of: Timestamp,
        now: Timestamp,
        after: Option<Place>,
    ) -> Vec<(Fit, Profile)> {
        let (me, rules) = (viewer.party(now), self.rules());
        // The draw left out whom a block keeps apart; ages are asked again, because time went on.
        let allowed = drawn.into_iter().filter(|other| may_meet(me, other.party(now), Between::default(), rules));
        let mut ranked: Vec<_> = allowed.map(|other| (fit(viewer, &other, as_of), other)).collect();
        ranked.retain(|(fit, other)| after.is_none_or(|after| fit.place(other.user_id) > after));
        ranked.sort_unstable_by_key(|(fit, other)| fit.place(other.user_id));
        ranked
    }

    fn position(&self, list: &str, cursor: Option<&str>) -> Result<Option<Position>, Invalid> {
        let (keys, epoch) = (&self.context.keys, &self.context.installation.epoch);
        cursor.map(|text| cursor::open(keys, epoch, list, text)).transpose().map_err(|_| bad_cursor())
    }
}

fn shown(viewer: &Profile, fit: Fit, profile: Profile, now: Timestamp) -> Match {
    let user = ProfileView::of(profile, viewer.shows_activity, now);
    Match { user, mutual: fit.mutual, score: fit.score, reasons: fit.reasons }
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
