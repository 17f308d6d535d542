//! The statement of a draw: many short runs of an index, walked together in their order.
//!
//! A run is what one pair of languages, one cohort and perhaps one level and country find, newest first.
//! SQLite merges runs that are ordered alike without sorting, row by row, and stops at the limit: a draw
//! costs what it gives, however many people there are.

use crate::error::store_error;
use chatlink_core::{
    StoreError,
    locale::Language,
    people::{Draw, Wanted},
};
use sqlx::{AssertSqlSafe, SqliteConnection};

/// The most runs of one statement; more are asked for by another. SQLite takes 500.
const TOGETHER: usize = 64;
/// The number of the first place that belongs to a run.
const FIRST: usize = 8;
/// The levels of a learnt language.
const LEVELS: std::ops::RangeInclusive<u8> = 1..=6;

/// What the runs are ordered by beside time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Index {
    /// Nothing.
    Newest,
    /// A level each.
    Level,
    /// A level each, and one country.
    Country,
}

impl Index {
    /// Places that a run takes in the statement.
    const fn width(self) -> usize {
        match self {
            Self::Newest => 3,
            Self::Level => 4,
            Self::Country => 5,
        }
    }
}

/// One of them.
#[derive(Clone, Copy)]
struct Run {
    speaks: Option<Language>,
    learns: Option<Language>,
    cohort: i64,
    level: u8,
}

/// The lines of those whom these languages found, as JSON arrays, each of them with `draw.limit` lines at
/// most. A person may be in several.
pub(super) async fn walk(
    connection: &mut SqliteConnection,
    draw: &Draw,
    wanted: &[Wanted],
) -> Result<Vec<String>, StoreError> {
    let index = match (draw.country, draw.min_level) {
        (Some(_), _) => Index::Country,
        (None, Some(_)) => Index::Level,
        (None, None) => Index::Newest,
    };
    let runs: Vec<_> = wanted.iter().flat_map(|wanted| runs(draw, *wanted, index)).collect();
    let mut found = Vec::new();
    for some in runs.chunks(TOGETHER) {
        found.push(together(connection, draw, index, some).await?);
    }
    Ok(found)
}

fn runs(draw: &Draw, wanted: Wanted, index: Index) -> impl Iterator<Item = Run> {
    let least = draw.min_level.map_or(0, |level| level.number());
    // Who is found by what they speak alone has no level.
    let levels = match (wanted.learns, index) {
        (None, _) => 0..=0,
        (Some(_), Index::Newest) => 0..=0,
        (Some(_), Index::Level | Index::Country) => least.max(*LEVELS.start())..=*LEVELS.end(),
    };
    let levels = levels.filter(move |level| matches!(index, Index::Newest) || *level >= least);
    let cohorts: Vec<_> = draw.cohorts.iter().map(|cohort| cohort.number()).collect();
    levels.flat_map(move |level| {
        let run = move |cohort| Run { speaks: wanted.speaks, learns: wanted.learns, cohort, level };
        cohorts.clone().into_iter().map(run)
    })
}

async fn together(
    connection: &mut SqliteConnection,
    draw: &Draw,
    index: Index,
    runs: &[Run],
) -> Result<String, StoreError> {
    let code = |language: Option<Language>| language.map_or("", |code| code.as_str());
    let places = runs.len().next_power_of_two();
    let mut statement = sqlx::query_scalar(AssertSqlSafe(text(index, places)))
        .bind(*draw.viewer.as_uuid())
        .bind(draw.made_by.as_micros())
        .bind(draw.reach)
        .bind(draw.limit)
        .bind(draw.rest.waiting)
        .bind(draw.rest.asked)
        .bind(draw.rest.since.as_micros());
    let country = draw.country.map(|country| country.to_string());
    // The rest are runs of NULL, which find nobody.
    for run in runs.iter().copied().map(Some).chain(std::iter::repeat_n(None, places - runs.len())) {
        statement = statement
            .bind(run.map(|run| code(run.speaks)))
            .bind(run.map(|run| code(run.learns)))
            .bind(run.map(|run| run.cohort));
        if index.width() > 3 {
            statement = statement.bind(run.map(|run| run.level));
        }
        if index.width() > 4 {
            statement = statement.bind(country.clone());
        }
    }
    statement.fetch_one(connection).await.map_err(store_error)
}

/// ?1 viewer, ?2 made by, ?3 reach, ?4 limit, ?5 requests that wait, ?6 requests, ?7 since when, and those
/// of each run. The answer is one row: rows come from the thread of the connection one by one, and two
/// hundred such steps took longer than the query. Blocks and requests are asked row by row, behind the
/// merge, which is why the inner limit may be above the outer one; the answer is put in order by the caller.
pub(super) fn text(index: Index, runs: usize) -> String {
    let mut text = String::with_capacity(1_600 + runs * 220);
    text.push_str(
        r#"SELECT '[' || coalesce(group_concat(line), '') || ']' FROM (
               SELECT '["' || hex(k.user_id) || '",' || k.active_day || ',' || t.traits || ',' || t.standing || ']' AS line
               FROM ("#,
    );
    for run in 0..runs {
        if run > 0 {
            text.push_str(" UNION ");
        }
        let place = |column: usize| FIRST + run * index.width() + column;
        let (speaks, learns, cohort, level, country) = (place(0), place(1), place(2), place(3), place(4));
        let by = match index {
            Index::Newest => "",
            Index::Level => "INDEXED BY match_keys_by_level ",
            Index::Country => "INDEXED BY match_keys_by_country ",
        };
        text.push_str("SELECT m.active_day, m.lot, m.user_id FROM match_keys m ");
        text.push_str(by);
        text.push_str(&format!("WHERE m.speaks = ?{speaks} AND m.learns = ?{learns} AND m.cohort = ?{cohort}"));
        if index.width() > 3 {
            text.push_str(&format!(" AND m.level = ?{level}"));
        }
        if index.width() > 4 {
            text.push_str(&format!(" AND m.country = ?{country}"));
        }
        text.push_str(" AND m.created_at <= ?2");
    }
    text.push_str(
        " ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT ?3) k
          CROSS JOIN standings t ON t.user_id = k.user_id
          WHERE k.user_id <> ?1
              AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocker = ?1 AND blocked = k.user_id)
              AND NOT EXISTS (SELECT 1 FROM blocks INDEXED BY blocks_by_blocked WHERE blocked = ?1 AND blocker = k.user_id)
              AND (t.asked < min(?5, ?6) OR (
                  (SELECT count(*) FROM (
                       SELECT 1 FROM rooms r INDEXED BY rooms_waiting
                       WHERE r.asked_user = k.user_id AND r.asked_user IS NOT NULL AND r.pending_opener IS NOT NULL
                           AND r.declined = 0 AND r.pending_sent > 0 LIMIT ?5)) < ?5
                  AND (SELECT count(*) FROM (
                       SELECT 1 FROM rooms r INDEXED BY rooms_asked
                       WHERE r.asked_user = k.user_id AND r.asked_user IS NOT NULL AND r.asked_at >= ?7
                           AND r.pending_sent > 0 LIMIT ?6)) < ?6))
          LIMIT ?4)",
    );
    text
}
