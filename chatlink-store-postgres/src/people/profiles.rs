//! Profiles: one row a person, and the keys by which matching finds it.

use super::{avatars, encounters, matches::write_keys};
use crate::{PostgresStore, error::store_error, locks};
use async_trait::async_trait;
use bytes::Bytes;
use chatlink_core::{
    StoreError,
    locale::{Country, Language, Level},
    people::{
        Age, AgeBand, Avatar, AvatarSize, AvatarVersion, Brief, Encounters, HostProfile, Languages, Learning,
        NewProfile, Profile, ProfileChange, ProfileStore, TimeZoneName, day, lot,
    },
    protocol::{Timestamp, UserId},
};
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use uuid::Uuid;

/// The columns that [`read`] reads, of an active account; a statement goes on with its own joins
/// and conditions.
macro_rules! select_profile {
    ($($more:tt)*) => {
        concat!(
            "SELECT p.user_id, a.username, p.display_name, p.birth_date, p.age_told, p.country, p.time_zone, \
             p.native, p.learning, p.interests, p.about, p.active_at, coalesce(s.last_seen, true), p.created_at, \
             p.status, p.avatar ",
            $($more)*
        )
    };
}

pub(super) use select_profile;

const HOUR: i64 = 3_600_000_000;
/// Minors put among the adults by one call.
const OF_AGE_AT_ONCE: i64 = 50;

#[async_trait]
impl ProfileStore for PostgresStore {
    async fn find_profile(&self, user: UserId) -> Result<Option<Profile>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            find(&mut reader, user).await
        })
        .await
    }

    async fn find_encounters(&self, viewer: UserId, others: &[UserId]) -> Result<Option<Encounters>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            encounters::find(&mut reader, viewer, others).await
        })
        .await
    }

    async fn list_briefs(&self, users: &[UserId]) -> Result<Vec<Brief>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            let rows = sqlx::query(
                "SELECT p.user_id, a.username, p.display_name, p.avatar
             FROM profiles p JOIN accounts a ON a.user_id = p.user_id AND a.state = 'active'
             WHERE p.user_id = ANY($1)",
            )
            .bind(ids(users))
            .fetch_all(&mut *reader)
            .await
            .map_err(store_error)?;
            rows.iter().map(read_brief).collect()
        })
        .await
    }

    async fn update_profile(
        &self,
        user: UserId,
        change: ProfileChange,
        now: Timestamp,
    ) -> Result<Option<Profile>, StoreError> {
        self.in_tx(move |tx| Box::pin(update(tx, user, change, now))).await
    }

    async fn set_avatar(
        &self,
        user: UserId,
        avatar: Option<Avatar>,
        _now: Timestamp,
    ) -> Result<Option<Profile>, StoreError> {
        self.in_tx(move |tx| Box::pin(avatars::set(tx, user, avatar))).await
    }

    async fn find_avatar(
        &self,
        user: UserId,
        version: AvatarVersion,
        size: AvatarSize,
    ) -> Result<Option<Bytes>, StoreError> {
        self.in_time(async {
            let mut reader = self.reader().await?;
            avatars::picture(&mut reader, user, version, size).await
        })
        .await
    }

    async fn touch_active(&self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        self.in_time(async {
            let hour = now.as_micros().div_euclid(HOUR) * HOUR;
            // Most calls end here, without the writer.
            let mut reader = self.reader().await?;
            let stands: Option<i64> = sqlx::query_scalar("SELECT active_at FROM profiles WHERE user_id = $1")
                .bind(user.as_uuid())
                .fetch_optional(&mut *reader)
                .await
                .map_err(store_error)?;
            drop(reader);
            if stands.is_none_or(|stands| stands >= hour) {
                return Ok(());
            }
            self.in_tx(move |tx| Box::pin(touch(tx, user, hour, now))).await
        })
        .await
    }
}

/// Inserts the profile of an account that is being made, in the transaction that makes it.
pub(crate) async fn insert_profile(
    tx: &mut PgConnection,
    user_id: UserId,
    new: &NewProfile,
    now: Timestamp,
) -> Result<(), StoreError> {
    let profile = Profile {
        country: Some(new.country),
        time_zone: new.time_zone.clone(),
        languages: new.languages.clone(),
        ..fresh(user_id, new.display_name.as_str(), Age::Born(new.birth_date), now)
    };
    insert(tx, &profile, now).await
}

/// The same for a host's user.
pub(crate) async fn insert_host_profile(
    tx: &mut PgConnection,
    user_id: UserId,
    new: &HostProfile,
    now: Timestamp,
) -> Result<(), StoreError> {
    insert(tx, &fresh(user_id, new.first_name(), Age::Told(new.first_band()), now), now).await
}

fn fresh(user_id: UserId, display_name: &str, age: Age, now: Timestamp) -> Profile {
    Profile {
        user_id,
        username: String::new(),
        display_name: display_name.to_owned(),
        age,
        country: None,
        time_zone: None,
        languages: Languages { native: Vec::new(), learning: Vec::new() },
        about: String::new(),
        status: String::new(),
        avatar: None,
        interests: Vec::new(),
        active_at: Some(Timestamp::from_micros(now.as_micros().div_euclid(HOUR) * HOUR)),
        shows_activity: true,
        created_at: now,
    }
}

async fn insert(tx: &mut PgConnection, profile: &Profile, now: Timestamp) -> Result<(), StoreError> {
    let (born, told) = match profile.age {
        Age::Born(date) => (Some(date.to_string()), None),
        Age::Told(band) => (None, Some(band.as_str())),
    };
    sqlx::query(
        "INSERT INTO profiles (user_id, birth_date, age_told, active_at, created_at, display_name, country,
                               time_zone, native, learning, interests, about, cohort, of_age_at)
         VALUES ($1, $2, $3, $4, $5, '', NULL, NULL, '[]', '[]', '[]', '', 2, NULL)",
    )
    .bind(profile.user_id.as_uuid())
    .bind(born)
    .bind(told)
    .bind(profile.active_at.unwrap_or(now).as_micros())
    .bind(profile.created_at.as_micros())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    write(tx, profile, now).await
}

/// Writes everything of a profile that can change, and the keys that follow from it.
async fn write(tx: &mut PgConnection, profile: &Profile, now: Timestamp) -> Result<(), StoreError> {
    let learning: Vec<_> = profile.languages.learning.iter().map(|known| (known.language, known.level)).collect();
    sqlx::query(
        "UPDATE profiles SET display_name = $1, country = $2, time_zone = $3, native = $4, learning = $5, interests = $6,
                             about = $7, status = $8, cohort = $9, of_age_at = $10
         WHERE user_id = $11",
    )
    .bind(&profile.display_name)
    .bind(profile.country.map(|country| country.to_string()))
    .bind(profile.time_zone.as_ref().map(|zone| zone.as_str().to_owned()))
    .bind(json(&profile.languages.native)?)
    .bind(json(&learning)?)
    .bind(json(&profile.interests)?)
    .bind(&profile.about)
    .bind(&profile.status)
    .bind(profile.band(now).cohort().number())
    .bind(profile.age.of_age_at(profile.time_zone.as_ref()).map(Timestamp::as_micros))
    .bind(profile.user_id.as_uuid())
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    write_keys(tx, profile, now).await
}

async fn update(
    tx: &mut PgConnection,
    user: UserId,
    change: ProfileChange,
    now: Timestamp,
) -> Result<Option<Profile>, StoreError> {
    locks::person(tx, user).await?;
    let Some(profile) = find(tx, user).await? else { return Ok(None) };
    let profile = profile.with(change);
    write(tx, &profile, now).await?;
    Ok(Some(profile))
}

/// Takes over a host's word on name and age of its person.
pub(super) async fn take_host_word(
    tx: &mut PgConnection,
    user: UserId,
    news: &HostProfile,
    now: Timestamp,
) -> Result<(), StoreError> {
    locks::person(tx, user).await?;
    let Some(profile) = find(tx, user).await? else { return Ok(()) };
    let age = news.age_band.map_or(profile.age, Age::Told);
    if let (Some(band), Age::Told(_)) = (news.age_band, profile.age) {
        sqlx::query("UPDATE profiles SET age_told = $1 WHERE user_id = $2")
            .bind(band.as_str())
            .bind(user.as_uuid())
            .execute(&mut *tx)
            .await
            .map_err(store_error)?;
    }
    write(tx, &Profile { age, ..profile.with(news.profile_change()) }, now).await
}

async fn touch(tx: &mut PgConnection, user: UserId, hour: i64, now: Timestamp) -> Result<(), StoreError> {
    locks::person(tx, user).await?;
    sqlx::query("UPDATE profiles SET active_at = greatest(active_at, $1) WHERE user_id = $2")
        .bind(hour)
        .bind(user.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    sqlx::query("UPDATE match_keys SET active_day = $1, lot = $3 WHERE user_id = $2 AND active_day < $1")
        .bind(day(now))
        .bind(user.as_uuid())
        .bind(lot(user, day(now)))
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    come_of_age(tx, now).await
}

/// Puts some of those who are no longer minors among the adults, the earliest first.
async fn come_of_age(tx: &mut PgConnection, now: Timestamp) -> Result<(), StoreError> {
    let of_age: Vec<Uuid> = sqlx::query_scalar(
        "UPDATE profiles SET cohort = 1 WHERE ctid = ANY (ARRAY(
             SELECT ctid FROM profiles WHERE cohort = 0 AND of_age_at <= $1 ORDER BY of_age_at LIMIT $2
             FOR UPDATE SKIP LOCKED))
         RETURNING user_id",
    )
    .bind(now.as_micros())
    .bind(OF_AGE_AT_ONCE)
    .fetch_all(&mut *tx)
    .await
    .map_err(store_error)?;
    if of_age.is_empty() {
        return Ok(());
    }
    sqlx::query("UPDATE match_keys SET cohort = 1 WHERE user_id = ANY($1)")
        .bind(of_age)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    Ok(())
}

pub(super) async fn find(connection: &mut PgConnection, user: UserId) -> Result<Option<Profile>, StoreError> {
    let row = sqlx::query(select_profile!(
        "FROM profiles p JOIN accounts a ON a.user_id = p.user_id AND a.state = 'active'
         LEFT JOIN user_settings s ON s.user_id = p.user_id WHERE p.user_id = $1"
    ))
    .bind(user.as_uuid())
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    row.as_ref().map(read).transpose()
}

/// Reads the columns of [`select_profile`].
pub(super) fn read(row: &PgRow) -> Result<Profile, StoreError> {
    let text = |column: usize| row.try_get::<&str, _>(column).map_err(store_error);
    let maybe = |column: usize| row.try_get::<Option<&str>, _>(column).map_err(store_error);
    let time = |column: usize| row.try_get::<i64, _>(column).map_err(store_error).map(Timestamp::from_micros);
    let learning: Vec<(Language, Level)> = parse(text(8)?)?;
    Ok(Profile {
        user_id: UserId::from_uuid(row.try_get(0).map_err(store_error)?),
        username: text(1)?.to_owned(),
        display_name: text(2)?.to_owned(),
        age: age(maybe(3)?, maybe(4)?)?,
        country: maybe(5)?
            .map(|code| code.parse::<Country>().map_err(|_| StoreError::corrupt("country")))
            .transpose()?,
        // A zone that this build no longer knows is none.
        time_zone: maybe(6)?.and_then(|zone| zone.parse::<TimeZoneName>().ok()),
        languages: Languages {
            native: parse(text(7)?)?,
            learning: learning.into_iter().map(|(language, level)| Learning { language, level }).collect(),
        },
        interests: parse(text(9)?)?,
        about: text(10)?.to_owned(),
        active_at: Some(time(11)?),
        shows_activity: row.try_get(12).map_err(store_error)?,
        created_at: time(13)?,
        status: text(14)?.to_owned(),
        avatar: version(row, 15)?,
    })
}

pub(super) fn age(born: Option<&str>, told: Option<&str>) -> Result<Age, StoreError> {
    match (born, told) {
        (Some(date), _) => date.parse().map(Age::Born).map_err(|_| StoreError::corrupt("birth date")),
        (None, Some(band)) => band.parse::<AgeBand>().map(Age::Told).map_err(|_| StoreError::corrupt("age band")),
        (None, None) => Err(StoreError::corrupt("no age")),
    }
}

pub(super) fn read_brief(row: &PgRow) -> Result<Brief, StoreError> {
    Ok(Brief {
        user_id: UserId::from_uuid(row.try_get(0).map_err(store_error)?),
        username: row.try_get(1).map_err(store_error)?,
        display_name: row.try_get(2).map_err(store_error)?,
        avatar: version(row, 3)?,
    })
}

/// Which picture, if any.
pub(crate) fn version(row: &PgRow, column: usize) -> Result<Option<AvatarVersion>, StoreError> {
    let bytes: Option<&[u8]> = row.try_get(column).map_err(store_error)?;
    let version = bytes.map(|bytes| bytes.try_into().map(AvatarVersion::from_bytes));
    version.transpose().map_err(|_| StoreError::corrupt("a picture's version"))
}

/// Ids as one place of a statement.
pub(crate) fn ids<'a>(users: impl IntoIterator<Item = &'a UserId>) -> Vec<Uuid> {
    users.into_iter().map(|user| *user.as_uuid()).collect()
}

pub(super) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(Box::new(error)))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(Box::new(error)))
}
