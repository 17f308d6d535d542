//! People's own settings.

use super::{
    matches::{tell, write_keys},
    profiles::{self, ids},
};
use crate::{SqliteStore, error::store_error, notes, rooms::receipts, rows::Read as _};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    people::{Alerts, Privacy, QuietHours, SettingsChange, SettingsStore, TimeOfDay, UserSettings},
    protocol::{Timestamp, UserId},
    timeline::{Told, UserNote},
};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;

const PRIVACY: &str =
    "SELECT user_id, typing, read_receipts, online, last_seen, find_me, write_first FROM user_settings
         WHERE user_id IN (SELECT unhex(value) FROM json_each(?))";

#[async_trait]
impl SettingsStore for SqliteStore {
    async fn find_settings(&self, user: UserId) -> Result<UserSettings, StoreError> {
        let mut reader = self.reader().await?;
        find(&mut reader, user).await
    }

    async fn list_privacy(&self, users: &[UserId]) -> Result<HashMap<UserId, Privacy>, StoreError> {
        let mut reader = self.reader().await?;
        let rows = sqlx::query(PRIVACY).bind(ids(users)).fetch_all(&mut *reader).await.map_err(store_error)?;
        let mut found: HashMap<_, _> = users.iter().map(|user| (*user, Privacy::default())).collect();
        for row in &rows {
            found.insert(row.id(0, UserId::from_uuid)?, privacy(row, 1)?);
        }
        Ok(found)
    }

    async fn update_settings(
        &self,
        user: UserId,
        change: SettingsChange,
        note: UserNote,
        now: Timestamp,
    ) -> Result<(UserSettings, Vec<Told>), StoreError> {
        self.in_tx(move |tx| Box::pin(update(tx, user, change, note, now))).await
    }
}

async fn find(connection: &mut SqliteConnection, user: UserId) -> Result<UserSettings, StoreError> {
    let row = sqlx::query(
        "SELECT locale, theme, typing, read_receipts, online, last_seen, find_me, write_first,
                notify, quiet_from, quiet_to, quiet_zone
         FROM user_settings WHERE user_id = ?",
    )
    .bind(user.as_uuid())
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    row.as_ref().map_or_else(|| Ok(UserSettings::default()), read)
}

pub(super) async fn update(
    tx: &mut SqliteConnection,
    user: UserId,
    change: SettingsChange,
    mut note: UserNote,
    now: Timestamp,
) -> Result<(UserSettings, Vec<Told>), StoreError> {
    if !notes::departed(tx, std::iter::once(user)).await?.is_empty() {
        return Ok((UserSettings::default(), Vec::new()));
    }
    let before = find(tx, user).await?;
    let settings = before.clone().with(change);
    let quiet = settings.alerts.quiet_hours.as_ref();
    sqlx::query(
        "INSERT INTO user_settings (user_id, locale, theme, typing, read_receipts, online, last_seen,
             find_me, write_first, notify, quiet_from, quiet_to, quiet_zone)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (user_id) DO UPDATE SET
             locale = excluded.locale, theme = excluded.theme, typing = excluded.typing,
             read_receipts = excluded.read_receipts, online = excluded.online, last_seen = excluded.last_seen,
             find_me = excluded.find_me, write_first = excluded.write_first,
             notify = excluded.notify, quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to,
             quiet_zone = excluded.quiet_zone",
    )
    .bind(user.as_uuid())
    .bind(settings.locale.as_str())
    .bind(settings.theme.as_str())
    .bind(settings.privacy.typing)
    .bind(settings.privacy.read_receipts)
    .bind(settings.privacy.online)
    .bind(settings.privacy.last_seen)
    .bind(settings.privacy.find_me.as_str())
    .bind(settings.privacy.write_first.as_str())
    .bind(settings.alerts.notify.as_str())
    .bind(quiet.map(|hours| hours.from().minutes()))
    .bind(quiet.map(|hours| hours.to().minutes()))
    .bind(quiet.map(|hours| hours.time_zone().as_str()))
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    if settings.privacy.read_receipts && !before.privacy.read_receipts {
        receipts::reveal(tx, user).await?;
    }
    let turned = before.privacy.is_suggested() != settings.privacy.is_suggested();
    match profiles::find(tx, user).await?.filter(|_| turned) {
        Some(profile) => write_keys(tx, &profile, now).await?,
        None => tell(tx, user).await?,
    }
    note.body = settings.body();
    let told = notes::write(tx, &[note]).await?;
    Ok((settings, told))
}

fn read(row: &SqliteRow) -> Result<UserSettings, StoreError> {
    let text = |column: usize| row.try_get::<&str, _>(column).map_err(store_error);
    Ok(UserSettings {
        locale: text(0)?.parse().map_err(|_| StoreError::corrupt("locale"))?,
        theme: text(1)?.parse().map_err(|_| StoreError::corrupt("theme"))?,
        privacy: privacy(row, 2)?,
        alerts: Alerts { notify: row.name(8)?, quiet_hours: quiet_hours(row, 9)? },
    })
}

/// The three columns from `first` on: all of them, or none.
fn quiet_hours(row: &SqliteRow, first: usize) -> Result<Option<QuietHours>, StoreError> {
    let time = |column: usize| -> Result<Option<TimeOfDay>, StoreError> {
        Ok(row.value::<Option<u16>>(column)?.and_then(TimeOfDay::from_minutes))
    };
    let (Some(from), Some(to)) = (time(first)?, time(first + 1)?) else { return Ok(None) };
    let zone = row.value::<Option<String>>(first + 2)?.unwrap_or_default().parse();
    let hours = zone.and_then(|zone| QuietHours::new(from, to, zone));
    hours.map(Some).map_err(|_| StoreError::corrupt("quiet hours"))
}

/// The switches in a row's columns from `first` on.
fn privacy(row: &SqliteRow, first: usize) -> Result<Privacy, StoreError> {
    Ok(Privacy {
        typing: row.value(first)?,
        read_receipts: row.value(first + 1)?,
        online: row.value(first + 2)?,
        last_seen: row.value(first + 3)?,
        find_me: row.name(first + 4)?,
        write_first: row.name(first + 5)?,
    })
}

#[cfg(test)]
pub(crate) const STATEMENTS: crate::plans::Statements = crate::plans::Statements { many: &[], single: &[PRIVACY] };
