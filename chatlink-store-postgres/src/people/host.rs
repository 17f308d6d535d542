//! What a host told of its people.

use super::{profiles, settings};
use crate::{
    error::store_error,
    rows::{Read as _, sought},
};
use chatlink_core::{
    StoreError,
    people::HostProfile,
    protocol::{Timestamp, UserId},
};
use sqlx::{PgConnection, Row as _, postgres::PgRow};

/// An account of a host's person, and the host's last word.
pub(crate) struct HostPerson {
    pub(crate) user_id: UserId,
    pub(crate) active: bool,
    pub(crate) told: HostProfile,
}

/// The account of whom a host calls so.
pub(crate) async fn find_host_person(
    connection: &mut PgConnection,
    external_id: &str,
) -> Result<Option<HostPerson>, StoreError> {
    let row = sqlx::query(
        "SELECT a.user_id, a.state = 'active', w.display_name, w.age_band, w.locale
         FROM accounts a LEFT JOIN host_words w ON w.user_id = a.user_id WHERE a.external_id = $1",
    )
    .bind(sought(external_id))
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    row.as_ref().map(read).transpose()
}

/// Takes over what is new in a host's word, and keeps the word.
pub(crate) async fn take_host_word(
    tx: &mut PgConnection,
    user: UserId,
    before: HostProfile,
    word: HostProfile,
    now: Timestamp,
) -> Result<(), StoreError> {
    let news = word.news(&before);
    if news.display_name.is_some() || news.age_band.is_some() {
        profiles::take_host_word(tx, user, &news, now).await?;
    }
    if let Some((change, note)) = news.settings_change(user) {
        settings::update(tx, user, change, note, now).await?;
    }
    keep(tx, user, &word.over(before)).await
}

async fn keep(tx: &mut PgConnection, user: UserId, word: &HostProfile) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO host_words (user_id, display_name, age_band, locale) VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id) DO UPDATE SET
             display_name = excluded.display_name, age_band = excluded.age_band, locale = excluded.locale",
    )
    .bind(user.as_uuid())
    .bind(word.display_name.as_ref().map(|name| name.as_str().to_owned()))
    .bind(word.age_band.map(|band| band.as_str()))
    .bind(word.locale.as_ref().map(|locale| locale.as_str().to_owned()))
    .execute(tx)
    .await
    .map(drop)
    .map_err(store_error)
}

fn read(row: &PgRow) -> Result<HostPerson, StoreError> {
    let text = |column: usize| row.try_get::<Option<&str>, _>(column).map_err(store_error);
    let told = HostProfile {
        display_name: text(2)?.and_then(|name| name.parse().ok()),
        age_band: text(3)?.and_then(|band| band.parse().ok()),
        locale: text(4)?.and_then(|locale| locale.parse().ok()),
    };
    Ok(HostPerson { user_id: row.id(0, UserId::from_uuid)?, active: row.value(1)?, told })
}
