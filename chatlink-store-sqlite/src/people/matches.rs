//! The draw of candidates, from languages to people by indexes alone.

use super::profiles::{json, read, select_profile};
use crate::{SqliteStore, error::store_error};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    people::{Draw, MatchStore, Profile},
    protocol::Timestamp,
};
use sqlx::SqliteConnection;

const DAY: i64 = 86_400_000_000;

/// The draw: for every wanted pair of languages and every cohort the newest run of the index, no
/// longer than the whole draw may be; then all of them together, a person once. SQLite has no
/// lateral joins, so a run goes through a JSON array.
/// ?1 [[speaks, learns]], ?2 [cohort], ?3 viewer, ?4 least level, ?5 made by, ?6 limit, ?7 country.
macro_rules! draw {
    ($index:literal, $country:literal) => {
        select_profile!(
            "FROM (
                 SELECT unhex(found.value ->> 1) AS user_id,
                     max(w.value ->> 0 <> '' AND w.value ->> 1 <> '') AS pair, max(found.value ->> 0) AS active_day
                 FROM json_each(?1) w CROSS JOIN json_each(?2) c CROSS JOIN json_each((
                     SELECT json_group_array(json_array(active_day, hex(user_id))) FROM (
                         SELECT k.active_day, k.user_id FROM match_keys k ",
            $index,
            "            WHERE k.speaks = w.value ->> 0 AND k.learns = w.value ->> 1 AND k.cohort = c.value ",
            $country,
            "                AND k.level >= ?4 AND k.created_at <= ?5
                             AND k.user_id NOT IN (
                                 SELECT blocked FROM blocks WHERE blocker = ?3
                                 UNION ALL SELECT blocker FROM blocks WHERE blocked = ?3
                                 UNION ALL SELECT ?3)
                         ORDER BY k.active_day DESC, k.user_id DESC LIMIT ?6))) found
                 GROUP BY 1 ORDER BY pair DESC, active_day DESC, user_id DESC LIMIT ?6
             ) drawn
             CROSS JOIN profiles p ON p.user_id = drawn.user_id
             CROSS JOIN accounts a ON a.user_id = p.user_id AND a.state = 'active'
             LEFT JOIN user_settings s ON s.user_id = p.user_id
             ORDER BY drawn.pair DESC, drawn.active_day DESC, drawn.user_id DESC"
        )
    };
}

pub(super) const DRAW: &str = draw!("", "");
pub(super) const DRAW_IN_COUNTRY: &str = draw!("INDEXED BY match_keys_by_country", "AND k.country = ?7");

#[async_trait]
impl MatchStore for SqliteStore {
    async fn draw(&self, draw: Draw, _now: Timestamp) -> Result<Vec<Profile>, StoreError> {
        let code = |language: Option<chatlink_core::locale::Language>| language.map_or("", |code| code.as_str());
        let wanted: Vec<_> = draw.wanted.iter().map(|wanted| (code(wanted.speaks), code(wanted.learns))).collect();
        let cohorts: Vec<_> = draw.cohorts.iter().map(|cohort| cohort.number()).collect();
        let mut reader = self.reader().await?;
        let rows = sqlx::query(if draw.country.is_some() { DRAW_IN_COUNTRY } else { DRAW })
            .bind(json(&wanted)?)
            .bind(json(&cohorts)?)
            .bind(draw.viewer.as_uuid())
            .bind(draw.min_level.map_or(0, |level| level.number()))
            .bind(draw.made_by.as_micros())
            .bind(draw.limit)
            .bind(draw.country.map(|country| country.to_string()))
            .fetch_all(&mut *reader)
            .await
            .map_err(store_error)?;
        rows.iter().map(read).collect()
    }
}

/// Writes the keys by which a person is found anew, from all that they follow from.
pub(super) async fn write_keys(tx: &mut SqliteConnection, profile: &Profile, now: Timestamp) -> Result<(), StoreError> {
    let spoken = profile.languages.native.iter().map(|language| language.as_str());
    let spoken: Vec<_> = spoken.chain([""]).collect();
    let learnt = profile.languages.learning.iter().map(|known| (known.language.as_str(), known.level.number()));
    let learnt: Vec<_> = learnt.chain([("", 0)]).collect();
    sqlx::query("DELETE FROM match_keys WHERE user_id = ?")
        .bind(profile.user_id.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    sqlx::query(
        "INSERT INTO match_keys (speaks, learns, cohort, active_day, user_id, level, country, created_at)
         SELECT s.value, l.value ->> 0, ?3, ?4, ?5, l.value ->> 1, ?6, ?7
         FROM json_each(?1) s, json_each(?2) l WHERE s.value <> '' OR l.value ->> 0 <> ''",
    )
    .bind(json(&spoken)?)
    .bind(json(&learnt)?)
    .bind(profile.band(now).cohort().number())
    .bind(day(profile.active_at.unwrap_or(profile.created_at)))
    .bind(profile.user_id.as_uuid())
    .bind(profile.country.map(|country| country.to_string()).unwrap_or_default())
    .bind(profile.created_at.as_micros())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// Days since 1970.
pub(super) const fn day(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(DAY)
}
