//! The draw of candidates, from languages to people by indexes alone.

use super::{
    profiles::age,
    runs::{Line, walk},
    standings,
};
use crate::{PostgresStore, error::store_error};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    locale::{Language, Level},
    people::{
        Candidate, Draw, Languages, Learning, MatchStore, Profile, Standing, TimeZoneName, Traits, Wanted, day, lot,
    },
    protocol::{Timestamp, UserId},
};
use serde::Deserialize;
use sqlx::PgConnection;
use std::{borrow::Cow, cmp::Reverse, collections::HashSet};

/// $1 user. What a draw tells of the person, written anew; `Traits` reads it.
const TELL: &str = "INSERT INTO standings (user_id, traits)
     SELECT p.user_id, json_build_array(p.birth_date, p.age_told, p.time_zone, p.native::json, p.learning::json,
         p.interests::json, coalesce(s.last_seen, true)::int)
     FROM profiles p LEFT JOIN user_settings s ON s.user_id = p.user_id WHERE p.user_id = $1
     ON CONFLICT (user_id) DO UPDATE SET traits = excluded.traits";

#[async_trait]
impl MatchStore for PostgresStore {
    async fn draw(&self, draw: Draw, _now: Timestamp) -> Result<Vec<Candidate>, StoreError> {
        self.in_time(async {
            let pair = |wanted: &Wanted| matches!(wanted, Wanted { speaks: Some(_), learns: Some(_) });
            let (pairs, others): (Vec<_>, Vec<_>) = draw.wanted.iter().copied().partition(pair);
            let limit = draw.limit as usize;
            let mut reader = self.reader().await?;
            let mut drawn = Vec::new();
            for wanted in [pairs, others] {
                // Most find enough by the first.
                if drawn.len() < limit && !wanted.is_empty() {
                    let lines = walk(&mut reader, &draw, &wanted).await?;
                    drawn.append(&mut newest(&lines, &drawn, limit)?);
                }
            }
            drop(reader);
            drawn.truncate(limit);
            Ok(drawn)
        })
        .await
    }

    async fn count_shown(&self, shown: &[(UserId, u32)], now: Timestamp) -> Result<(), StoreError> {
        let shown = shown.to_vec();
        self.in_tx(move |tx| Box::pin(standings::count(tx, shown, now))).await
    }
}

/// Those of the lines who are not known yet, each once, in the order of the draw.
fn newest(lines: &[Line], known: &[Candidate], limit: usize) -> Result<Vec<Candidate>, StoreError> {
    let mut seen: HashSet<_> = known.iter().map(|other| other.user_id).collect();
    let mut found = Vec::with_capacity(limit);
    for line in lines.iter().filter(|line| seen.insert(line.user_id)) {
        found.push(candidate(line)?);
    }
    found.sort_by_cached_key(|other| {
        let day = other.traits.active_day;
        Reverse((day, lot(other.user_id, day), other.user_id))
    });
    found.truncate(limit);
    Ok(found)
}

/// Birth date, age told, time zone, native, learning, interests, shows activity.
#[derive(Deserialize)]
struct Told<'a>(
    #[serde(borrow)] Option<Cow<'a, str>>,
    #[serde(borrow)] Option<Cow<'a, str>>,
    #[serde(borrow)] Option<Cow<'a, str>>,
    Vec<Language>,
    Vec<(Language, Level)>,
    Vec<String>,
    u8,
);

/// A [`Standing`] in the order of its fields.
#[derive(Deserialize)]
pub(super) struct Stood(i64, [u32; 2], u32, [u32; 3]);

impl From<Stood> for Standing {
    fn from(Stood(slot, heat, shown, accepts): Stood) -> Self {
        Self { slot, heat, shown, accepts }
    }
}

fn candidate(line: &Line) -> Result<Candidate, StoreError> {
    let Told(born, told, zone, native, learning, interests, shows) = parse(&line.traits)?;
    let stood: Option<Stood> = parse(&line.standing)?;
    let learning = learning.into_iter().map(|(language, level)| Learning { language, level });
    let traits = Traits {
        age: age(born.as_deref(), told.as_deref())?,
        // A zone that this build no longer knows is none.
        time_zone: zone.and_then(|zone| zone.parse::<TimeZoneName>().ok()),
        languages: Languages { native, learning: learning.collect() },
        interests,
        active_day: line.active_day,
        shows_activity: shows != 0,
    };
    Ok(Candidate { user_id: line.user_id, traits, standing: stood.map(Standing::from).unwrap_or_default() })
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(Box::new(error)))
}

/// Writes anew what a draw tells of the person.
pub(super) async fn tell(tx: &mut PgConnection, user: UserId) -> Result<(), StoreError> {
    sqlx::query(TELL).bind(user.as_uuid()).execute(tx).await.map_err(store_error)?;
    Ok(())
}

/// Writes the keys by which a person is found anew (none, who is not to be found), from all that they follow from,
/// and what a draw tells.
pub(super) async fn write_keys(tx: &mut PgConnection, profile: &Profile, now: Timestamp) -> Result<(), StoreError> {
    let spoken = profile.languages.native.iter().map(|language| language.as_str());
    let spoken: Vec<String> = spoken.chain([""]).map(str::to_owned).collect();
    let learnt = profile.languages.learning.iter().map(|known| (known.language.as_str(), known.level.number()));
    let learnt = learnt.chain([("", 0)]).map(|(language, level)| (language.to_owned(), i64::from(level)));
    let (learnt, levels): (Vec<String>, Vec<i64>) = learnt.unzip();
    let active_day = day(profile.active_at.unwrap_or(profile.created_at));
    sqlx::query("DELETE FROM match_keys WHERE user_id = $1")
        .bind(profile.user_id.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    sqlx::query(
        "INSERT INTO match_keys (speaks, learns, cohort, active_day, lot, user_id, level, country, created_at)
         SELECT s.spoken, l.learnt, $4, $5, $9, $6, l.level, $7, $8
         FROM unnest($1::text[]) s (spoken), unnest($2::text[], $3::bigint[]) l (learnt, level)
         WHERE (s.spoken <> '' OR l.learnt <> '') AND NOT EXISTS (SELECT 1 FROM user_settings u
             WHERE u.user_id = $6 AND (u.find_me = 'nobody' OR u.write_first = 'nobody'))",
    )
    .bind(spoken)
    .bind(learnt)
    .bind(levels)
    .bind(profile.band(now).cohort().number())
    .bind(active_day)
    .bind(profile.user_id.as_uuid())
    .bind(profile.country.map(|country| country.to_string()).unwrap_or_default())
    .bind(profile.created_at.as_micros())
    .bind(lot(profile.user_id, active_day))
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    tell(tx, profile.user_id).await
}
