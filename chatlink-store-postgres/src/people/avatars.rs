//! People's pictures: one row each, and its version in the profile, in the same transaction.

use super::profiles::find;
use crate::{error::store_error, locks, rows::Read as _};
use bytes::Bytes;
use chatlink_core::{
    StoreError,
    people::{Avatar, AvatarSize, AvatarVersion, Profile},
    protocol::UserId,
};
use sqlx::PgConnection;

pub(super) async fn set(
    tx: &mut PgConnection,
    user: UserId,
    avatar: Option<Avatar>,
) -> Result<Option<Profile>, StoreError> {
    locks::person(tx, user).await?;
    let Some(profile) = find(tx, user).await? else { return Ok(None) };
    let version = avatar.as_ref().map(Avatar::version);
    sqlx::query("UPDATE profiles SET avatar = $1 WHERE user_id = $2")
        .bind(version.map(|version| version.as_bytes().to_vec()))
        .bind(user.as_uuid())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    let stored = match (avatar, version) {
        (Some(avatar), Some(version)) => {
            sqlx::query(
                "INSERT INTO avatars (user_id, version, small, large) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (user_id) DO UPDATE
                 SET version = excluded.version, small = excluded.small, large = excluded.large",
            )
            .bind(*user.as_uuid())
            .bind(version.as_bytes().to_vec())
            .bind(avatar.small.to_vec())
            .bind(avatar.large.to_vec())
            .execute(&mut *tx)
            .await
        }
        _ => sqlx::query("DELETE FROM avatars WHERE user_id = $1").bind(*user.as_uuid()).execute(&mut *tx).await,
    };
    stored.map_err(store_error)?;
    Ok(Some(Profile { avatar: version, ..profile }))
}

pub(super) async fn picture(
    reader: &mut PgConnection,
    user: UserId,
    version: AvatarVersion,
    size: AvatarSize,
) -> Result<Option<Bytes>, StoreError> {
    let found = sqlx::query(
        "SELECT CASE $3 WHEN 'small' THEN v.small ELSE v.large END
         FROM avatars v JOIN accounts a ON a.user_id = v.user_id AND a.state = 'active'
         WHERE v.user_id = $1 AND v.version = $2",
    )
    .bind(*user.as_uuid())
    .bind(version.as_bytes().to_vec())
    .bind(match size {
        AvatarSize::Small => "small",
        AvatarSize::Large => "large",
    })
    .fetch_optional(reader)
    .await
    .map_err(store_error)?;
    found.map(|row| row.value::<Vec<u8>>(0).map(Bytes::from)).transpose()
}
