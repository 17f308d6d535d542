//! A person and others beside them, in one row: profiles come from the thread of the connection one by one,
//! and twenty such steps take longer than the query.

use super::profiles::{age, ids};
use crate::error::store_error;
use chatlink_core::{
    StoreError,
    locale::{Country, Language, Level},
    people::{AvatarVersion, Encounter, Encounters, Languages, Learning, Profile, TimeZoneName},
    protocol::{Timestamp, UserId},
};
use serde::Deserialize;
use sqlx::SqliteConnection;
use std::borrow::Cow;
use uuid::Uuid;

/// ?1 ids, ?2 viewer. One row; [`Line`] reads each of its lines.
pub(super) const ENCOUNTERS: &str = "SELECT json_group_array(json_array(
        json_array(hex(p.user_id), a.username, p.display_name, p.country, p.time_zone, p.about, p.status, lower(hex(p.avatar))),
        json_array(p.birth_date, p.age_told), json(p.native), json(p.learning), json(p.interests),
        p.active_at, p.created_at, coalesce(s.last_seen, 1),
        EXISTS (SELECT 1 FROM blocks WHERE blocker = ?2 AND blocked = p.user_id)
            OR EXISTS (SELECT 1 FROM blocks INDEXED BY blocks_by_blocked WHERE blocked = ?2 AND blocker = p.user_id)))
    FROM (SELECT DISTINCT unhex(value) AS id FROM json_each(?1)) wanted
    JOIN profiles p ON p.user_id = wanted.id
    JOIN accounts a ON a.user_id = p.user_id AND a.state = 'active'
    LEFT JOIN user_settings s ON s.user_id = p.user_id";

type Word<'a> = Cow<'a, str>;

/// Words, age, languages spoken and learnt, interests, times, shows activity, blocked.
#[derive(Deserialize)]
struct Line<'a>(
    #[serde(borrow)] Words<'a>,
    #[serde(borrow)] (Option<Word<'a>>, Option<Word<'a>>),
    Vec<Language>,
    Vec<(Language, Level)>,
    Vec<String>,
    i64,
    i64,
    u8,
    u8,
);

/// User, username, display name, country, time zone, about, status, picture.
#[derive(Deserialize)]
struct Words<'a>(
    #[serde(borrow)] Word<'a>,
    String,
    String,
    Option<Country>,
    #[serde(borrow)] Option<Word<'a>>,
    String,
    String,
    #[serde(borrow)] Word<'a>,
);

/// The viewer and those of the others who are there. `None`: no such viewer.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    viewer: UserId,
    others: &[UserId],
) -> Result<Option<Encounters>, StoreError> {
    let lines: String = sqlx::query_scalar(ENCOUNTERS)
        .bind(ids(std::iter::once(&viewer).chain(others)))
        .bind(viewer.as_uuid())
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    let lines: Vec<Line<'_>> = serde_json::from_str(&lines).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
    let mut found = None;
    let mut others = Vec::with_capacity(lines.len());
    for line in lines {
        let encounter = line.encounter()?;
        match encounter.profile.user_id == viewer {
            true => found = Some(encounter.profile),
            false => others.push(encounter),
        }
    }
    Ok(found.map(|viewer| Encounters { viewer, others }))
}

impl Line<'_> {
    fn encounter(self) -> Result<Encounter, StoreError> {
        let Self(words, (born, told), native, learning, interests, active_at, created_at, shows, blocked) = self;
        let Words(user_id, username, display_name, country, zone, about, status, avatar) = words;
        let user_id = Uuid::try_parse(&user_id).map_err(|_| StoreError::corrupt("an encounter's id"))?;
        let learning = learning.into_iter().map(|(language, level)| Learning { language, level });
        let profile = Profile {
            user_id: UserId::from_uuid(user_id),
            username,
            display_name,
            age: age(born.as_deref(), told.as_deref())?,
            country,
            // A zone that this build no longer knows is none.
            time_zone: zone.and_then(|zone| zone.parse::<TimeZoneName>().ok()),
            languages: Languages { native, learning: learning.collect() },
            interests,
            about,
            active_at: Some(Timestamp::from_micros(active_at)),
            shows_activity: shows != 0,
            created_at: Timestamp::from_micros(created_at),
            status,
            avatar: picture(&avatar)?,
        };
        Ok(Encounter { profile, blocked: blocked != 0 })
    }
}

/// Which picture, by its hexadecimal digits; none by none.
fn picture(digits: &str) -> Result<Option<AvatarVersion>, StoreError> {
    if digits.is_empty() {
        return Ok(None);
    }
    digits.parse().map(Some).map_err(|_| StoreError::corrupt("a picture's version"))
}
