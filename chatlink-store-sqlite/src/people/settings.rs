//! People's own settings.

use crate::{SqliteStore, error::store_error, notes};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    people::{Privacy, SettingsChange, SettingsStore, UserSettings},
    protocol::{Timestamp, UserId},
    timeline::{Told, UserNote},
};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

#[async_trait]
impl SettingsStore for SqliteStore {
    async fn find_settings(&self, user: UserId) -> Result<UserSettings, StoreError> {
        let mut reader = self.reader().await?;
        find(&mut reader, user).await
    }

    async fn update_settings(
        &self,
        user: UserId,
        change: SettingsChange,
        note: UserNote,
        _now: Timestamp,
    ) -> Result<(UserSettings, Vec<Told>), StoreError> {
        self.in_tx(move |tx| Box::pin(update(tx, user, change, note))).await
    }
}

async fn find(connection: &mut SqliteConnection, user: UserId) -> Result<UserSettings, StoreError> {
    let row = sqlx::query(
        "SELECT locale, theme, typing, read_receipts, online, last_seen FROM user_settings WHERE user_id = ?",
    )
    .bind(user.as_uuid())
    .fetch_optional(connection)
    .await
    .map_err(store_error)?;
    row.as_ref().map_or_else(|| Ok(UserSettings::default()), read)
}

async fn update(
    tx: &mut SqliteConnection,
    user: UserId,
    change: SettingsChange,
    mut note: UserNote,
) -> Result<(UserSettings, Vec<Told>), StoreError> {
    let settings = find(tx, user).await?.with(change);
    sqlx::query(
        "INSERT INTO user_settings (user_id, locale, theme, typing, read_receipts, online, last_seen)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (user_id) DO UPDATE SET
             locale = excluded.locale, theme = excluded.theme, typing = excluded.typing,
             read_receipts = excluded.read_receipts, online = excluded.online, last_seen = excluded.last_seen",
    )
    .bind(user.as_uuid())
    .bind(settings.locale.as_str())
    .bind(settings.theme.as_str())
    .bind(settings.privacy.typing)
    .bind(settings.privacy.read_receipts)
    .bind(settings.privacy.online)
    .bind(settings.privacy.last_seen)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    note.body = settings.body();
    let told = notes::write(tx, &[note]).await?;
    Ok((settings, told))
}

fn read(row: &SqliteRow) -> Result<UserSettings, StoreError> {
    let text = |column: usize| row.try_get::<&str, _>(column).map_err(store_error);
    let switch = |column: usize| row.try_get::<bool, _>(column).map_err(store_error);
    Ok(UserSettings {
        locale: text(0)?.parse().map_err(|_| StoreError::corrupt("locale"))?,
        theme: text(1)?.parse().map_err(|_| StoreError::corrupt("theme"))?,
        privacy: Privacy { typing: switch(2)?, read_receipts: switch(3)?, online: switch(4)?, last_seen: switch(5)? },
    })
}
