//! The draw of candidates, from languages to people by indexes alone.

use super::{
    profiles::{age, json},
    standings,
};
use crate::{SqliteStore, error::store_error};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    locale::{Country, Language, Level},
    people::{Candidate, Draw, Languages, Learning, MatchStore, Profile, Standing, TimeZoneName, lot},
    protocol::{Timestamp, UserId},
};
use serde::Deserialize;
use sqlx::SqliteConnection;
use uuid::Uuid;

const DAY: i64 = 86_400_000_000;

/// The draw: for every wanted pair of languages and every cohort the newest run of the index, no
/// longer than the whole draw may be; then all of them together, a person once. SQLite has no
/// lateral joins, so a run goes through a JSON array. The whole answer is one row, too: rows come from
/// the thread of the connection one by one, and two hundred such steps took longer than the query.
/// ?1 [[speaks, learns]], ?2 [cohort], ?3 viewer, ?4 least level, ?5 made by, ?6 limit, ?7 requests that
/// wait, ?8 requests, ?9 since when, ?10 country.
macro_rules! draw {
    ($index:literal, $country:literal) => {
        concat!(
            "SELECT json_group_array(json_array(
                 hex(p.user_id), a.username, p.display_name, p.birth_date, p.age_told, p.country, p.time_zone,
                 json(p.native), json(p.learning), json(p.interests), p.about, p.active_at, coalesce(s.last_seen, 1),
                 p.created_at, p.status, lower(hex(p.avatar)), t.slot, t.heat_earlier, t.heat, t.shown, t.accepts_earlier, t.accepts, t.accepts_next)
                 ORDER BY drawn.pair DESC, drawn.active_day DESC, drawn.lot DESC, drawn.user_id DESC)
             FROM (
                 SELECT unhex(found.value ->> 2) AS user_id,
                     max(w.value ->> 0 <> '' AND w.value ->> 1 <> '') AS pair, found.value ->> 0 AS active_day,
                     found.value ->> 1 AS lot
                 FROM json_each(?1) w CROSS JOIN json_each(?2) c CROSS JOIN json_each((
                     SELECT json_group_array(json_array(active_day, lot, hex(user_id))) FROM (
                         SELECT k.active_day, k.lot, k.user_id FROM match_keys k ",
            $index,
            "            WHERE k.speaks = w.value ->> 0 AND k.learns = w.value ->> 1 AND k.cohort = c.value ",
            $country,
            "                AND k.level >= ?4 AND k.created_at <= ?5
                             AND k.user_id NOT IN (
                                 SELECT blocked FROM blocks WHERE blocker = ?3
                                 UNION ALL SELECT blocker FROM blocks WHERE blocked = ?3
                                 UNION ALL SELECT ?3)
                             AND (SELECT count(*) FROM rooms r INDEXED BY rooms_waiting
                                  WHERE r.asked_user = k.user_id AND r.asked_user IS NOT NULL
                                    AND r.pending_opener IS NOT NULL AND r.declined = 0 AND r.pending_sent > 0) < ?7
                             AND (SELECT count(*) FROM rooms r INDEXED BY rooms_asked
                                  WHERE r.asked_user = k.user_id AND r.asked_user IS NOT NULL AND r.asked_at >= ?9
                                    AND r.pending_sent > 0) < ?8
                         ORDER BY k.active_day DESC, k.lot DESC, k.user_id DESC LIMIT ?6))) found
                 GROUP BY 1 ORDER BY pair DESC, active_day DESC, lot DESC, user_id DESC LIMIT ?6
             ) drawn
             CROSS JOIN profiles p ON p.user_id = drawn.user_id
             CROSS JOIN accounts a ON a.user_id = p.user_id AND a.state = 'active'
             LEFT JOIN user_settings s ON s.user_id = p.user_id
             LEFT JOIN standings t ON t.user_id = p.user_id"
        )
    };
}

pub(super) const DRAW: &str = draw!("", "");
pub(super) const DRAW_IN_COUNTRY: &str = draw!("INDEXED BY match_keys_by_country", "AND k.country = ?10");

#[async_trait]
impl MatchStore for SqliteStore {
    async fn draw(&self, draw: Draw, _now: Timestamp) -> Result<Vec<Candidate>, StoreError> {
        let code = |language: Option<Language>| language.map_or("", |code| code.as_str());
        let wanted: Vec<_> = draw.wanted.iter().map(|wanted| (code(wanted.speaks), code(wanted.learns))).collect();
        let cohorts: Vec<_> = draw.cohorts.iter().map(|cohort| cohort.number()).collect();
        let (wanted, cohorts) = (json(&wanted)?, json(&cohorts)?);
        let mut reader = self.reader().await?;
        let drawn: String = sqlx::query_scalar(if draw.country.is_some() { DRAW_IN_COUNTRY } else { DRAW })
            .bind(wanted)
            .bind(cohorts)
            .bind(draw.viewer.as_uuid())
            .bind(draw.min_level.map_or(0, |level| level.number()))
            .bind(draw.made_by.as_micros())
            .bind(draw.limit)
            .bind(draw.rest.waiting)
            .bind(draw.rest.asked)
            .bind(draw.rest.since.as_micros())
            .bind(draw.country.map(|country| country.to_string()))
            .fetch_one(&mut *reader)
            .await
            .map_err(store_error)?;
        let drawn: Vec<Drawn> = serde_json::from_str(&drawn).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
        drawn.into_iter().map(Drawn::candidate).collect()
    }

    async fn count_shown(&self, shown: &[(UserId, u32)], now: Timestamp) -> Result<(), StoreError> {
        let shown = shown.to_vec();
        self.in_tx(move |tx| Box::pin(standings::count(tx, shown, now))).await
    }
}

/// A line of the draw, in the order of its columns.
#[derive(Deserialize)]
struct Drawn {
    user_id: Uuid,
    username: String,
    display_name: String,
    birth_date: Option<String>,
    age_told: Option<String>,
    country: Option<Country>,
    time_zone: Option<String>,
    native: Vec<Language>,
    learning: Vec<(Language, Level)>,
    interests: Vec<String>,
    about: String,
    active_at: i64,
    last_seen: i64,
    created_at: i64,
    status: String,
    /// Empty: none.
    avatar: String,
    slot: Option<i64>,
    heat_earlier: Option<u32>,
    heat: Option<u32>,
    shown: Option<u32>,
    accepts_earlier: Option<u32>,
    accepts: Option<u32>,
    accepts_next: Option<u32>,
}

impl Drawn {
    fn candidate(self) -> Result<Candidate, StoreError> {
        let standing = self.standing().unwrap_or_default();
        let learning = self.learning.into_iter().map(|(language, level)| Learning { language, level });
        let avatar = (!self.avatar.is_empty()).then(|| self.avatar.parse()).transpose();
        let profile = Profile {
            user_id: UserId::from_uuid(self.user_id),
            username: self.username,
            display_name: self.display_name,
            age: age(self.birth_date.as_deref(), self.age_told.as_deref())?,
            country: self.country,
            // A zone that this build no longer knows is none.
            time_zone: self.time_zone.and_then(|zone| zone.parse::<TimeZoneName>().ok()),
            languages: Languages { native: self.native, learning: learning.collect() },
            about: self.about,
            status: self.status,
            avatar: avatar.map_err(|_| StoreError::corrupt("a picture's version"))?,
            interests: self.interests,
            active_at: Some(Timestamp::from_micros(self.active_at)),
            shows_activity: self.last_seen != 0,
            created_at: Timestamp::from_micros(self.created_at),
        };
        Ok(Candidate { profile, standing })
    }

    /// `None`: never shown.
    fn standing(&self) -> Option<Standing> {
        Some(Standing {
            slot: self.slot?,
            heat: [self.heat_earlier?, self.heat?],
            shown: self.shown?,
            accepts: [self.accepts_earlier?, self.accepts?, self.accepts_next?],
        })
    }
}

/// Writes the keys by which a person is found anew, from all that they follow from.
pub(super) async fn write_keys(tx: &mut SqliteConnection, profile: &Profile, now: Timestamp) -> Result<(), StoreError> {
    let spoken = profile.languages.native.iter().map(|language| language.as_str());
    let spoken: Vec<_> = spoken.chain([""]).collect();
    let learnt = profile.languages.learning.iter().map(|known| (known.language.as_str(), known.level.number()));
    let learnt: Vec<_> = learnt.chain([("", 0)]).collect();
    let active_day = day(profile.active_at.unwrap_or(profile.created_at));
    sqlx::query("DELETE FROM match_keys WHERE user_id = ?")
        .bind(profile.user_id.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    sqlx::query(
        "INSERT INTO match_keys (speaks, learns, cohort, active_day, lot, user_id, level, country, created_at)
         SELECT s.value, l.value ->> 0, ?3, ?4, ?8, ?5, l.value ->> 1, ?6, ?7
         FROM json_each(?1) s, json_each(?2) l WHERE s.value <> '' OR l.value ->> 0 <> ''",
    )
    .bind(json(&spoken)?)
    .bind(json(&learnt)?)
    .bind(profile.band(now).cohort().number())
    .bind(active_day)
    .bind(profile.user_id.as_uuid())
    .bind(profile.country.map(|country| country.to_string()).unwrap_or_default())
    .bind(profile.created_at.as_micros())
    .bind(lot(profile.user_id, active_day))
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// Days since 1970.
pub(super) const fn day(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(DAY)
}
