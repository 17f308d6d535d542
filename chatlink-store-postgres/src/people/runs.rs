//! The statement of a draw: many short runs of an index, each walked from its newest end.
//!
//! A run is what one pair of languages, one cohort and perhaps one level and country find, newest first. Each gives no
//! more than the draw may reach, whoever else is there, so that a draw costs what it gives, however many people there
//! are; what the runs gave is merged, and then looked at person by person.

use crate::{error::store_error, rows::Read as _};
use chatlink_core::{
    StoreError,
    locale::Language,
    people::{Draw, Wanted},
    protocol::UserId,
};
use sqlx::PgConnection;

/// The levels of a learnt language.
const LEVELS: std::ops::RangeInclusive<u8> = 1..=6;

/// $1 viewer, $2 made by, $3 reach, $4 limit, $5 requests that wait, $6 requests, $7 since when; $8 to $12 the columns
/// of the runs. Blocks and requests are asked row by row, behind the merge, which is why the inner limit may be above
/// the outer one.
macro_rules! draw {
    ($more:literal) => {
        concat!(
            "SELECT k.user_id, k.active_day, t.traits, t.standing FROM (
                 SELECT DISTINCT m.active_day, m.lot, m.user_id
                 FROM unnest($8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::text[])
                     run (speaks, learns, cohort, level, country)
                 CROSS JOIN LATERAL (
                     SELECT m.active_day, m.lot, m.user_id FROM match_keys m
                     WHERE m.speaks = run.speaks AND m.learns = run.learns AND m.cohort = run.cohort ",
            $more,
            "        AND m.created_at <= $2
                     ORDER BY m.active_day DESC, m.lot DESC, m.user_id DESC LIMIT $3) m
                 ORDER BY m.active_day DESC, m.lot DESC, m.user_id DESC LIMIT $3) k
             JOIN standings t ON t.user_id = k.user_id
             WHERE k.user_id <> $1
                 AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = $1 AND blocked = k.user_id)
                 AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocked = $1 AND blocker = k.user_id)
                 AND (t.asked < least($5::bigint, $6::bigint) OR (
                     (SELECT count(*) FROM (
                          SELECT 1 FROM rooms r
                          WHERE r.asked_user = k.user_id AND r.asked_user IS NOT NULL AND r.pending_opener IS NOT NULL
                              AND NOT r.declined AND r.pending_sent > 0 LIMIT $5) waiting) < $5
                     AND (SELECT count(*) FROM (
                          SELECT 1 FROM rooms r
                          WHERE r.asked_user = k.user_id AND r.asked_user IS NOT NULL AND r.asked_at >= $7
                              AND r.pending_sent > 0 LIMIT $6) asked) < $6))
             ORDER BY k.active_day DESC, k.lot DESC, k.user_id DESC LIMIT $4"
        )
    };
}

const NEWEST: &str = draw!("");
const LEVEL: &str = draw!("AND m.level = run.level ");
const COUNTRY: &str = draw!("AND m.level = run.level AND m.country = run.country ");

/// Somebody whom a draw found.
pub(super) struct Line {
    pub(super) user_id: UserId,
    pub(super) active_day: i64,
    /// As it is told to draws.
    pub(super) traits: String,
    pub(super) standing: String,
}

/// What the runs are told apart by, beside languages and cohort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Index {
    /// Nothing.
    Newest,
    /// A level each.
    Level,
    /// A level each, and one country.
    Country,
}

/// The columns of all runs.
#[derive(Default)]
struct Runs {
    speaks: Vec<String>,
    learns: Vec<String>,
    cohorts: Vec<i64>,
    levels: Vec<i64>,
    countries: Vec<String>,
}

/// Those whom these languages found, `draw.limit` at most, newest first.
pub(super) async fn walk(
    connection: &mut PgConnection,
    draw: &Draw,
    wanted: &[Wanted],
) -> Result<Vec<Line>, StoreError> {
    let (index, sql) = match (draw.country, draw.min_level) {
        (Some(_), _) => (Index::Country, COUNTRY),
        (None, Some(_)) => (Index::Level, LEVEL),
        (None, None) => (Index::Newest, NEWEST),
    };
    let mut runs = Runs::default();
    wanted.iter().for_each(|wanted| runs.add(draw, *wanted, index));
    let rows = sqlx::query(sql)
        .bind(*draw.viewer.as_uuid())
        .bind(draw.made_by.as_micros())
        .bind(i64::from(draw.reach))
        .bind(i64::from(draw.limit))
        .bind(i64::from(draw.rest.waiting))
        .bind(i64::from(draw.rest.asked))
        .bind(draw.rest.since.as_micros())
        .bind(runs.speaks)
        .bind(runs.learns)
        .bind(runs.cohorts)
        .bind(runs.levels)
        .bind(runs.countries)
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    let line = |row: &sqlx::postgres::PgRow| {
        Ok(Line {
            user_id: row.id(0, UserId::from_uuid)?,
            active_day: row.value(1)?,
            traits: row.value(2)?,
            standing: row.value(3)?,
        })
    };
    rows.iter().map(line).collect()
}

impl Runs {
    fn add(&mut self, draw: &Draw, wanted: Wanted, index: Index) {
        let code = |language: Option<Language>| language.map_or("", |code| code.as_str()).to_owned();
        let least = draw.min_level.map_or(0, |level| level.number());
        // Who is found by what they speak alone has no level.
        let levels = match (wanted.learns, index) {
            (None, _) | (Some(_), Index::Newest) => 0..=0,
            (Some(_), Index::Level | Index::Country) => least.max(*LEVELS.start())..=*LEVELS.end(),
        };
        for level in levels.filter(|level| index == Index::Newest || *level >= least) {
            for cohort in &draw.cohorts {
                self.speaks.push(code(wanted.speaks));
                self.learns.push(code(wanted.learns));
                self.cohorts.push(cohort.number());
                self.levels.push(i64::from(level));
                self.countries.push(draw.country.map(|country| country.to_string()).unwrap_or_default());
            }
        }
    }
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[], single: &[NEWEST, LEVEL, COUNTRY] };
