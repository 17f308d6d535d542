//! Accounts of a host's users: the host says who they are.

use super::{super::tick, row::insert_account};
use crate::{error::store_error, people, rows::Read};
use chatlink_core::{
    StoreError,
    identity::HostAccount,
    protocol::{Timestamp, UserId},
};
use sqlx::SqliteConnection;

/// The account of a host's user, made when it is new.
pub(super) async fn account(
    tx: &mut SqliteConnection,
    new: HostAccount,
    now: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    let now = tick(tx, now).await?;
    if let Some(answer) = find(tx, &new.external_id).await? {
        return Ok(answer);
    }
    insert_account(tx, new.user_id, &new.username, Some(&new.external_id), now).await?;
    people::insert_host_profile(tx, new.user_id, &new.profile, now).await?;
    Ok(Some(new.user_id))
}

/// The account of a host's user; `Some(None)`: it is deleted.
pub(super) async fn find(tx: &mut SqliteConnection, external_id: &str) -> Result<Option<Option<UserId>>, StoreError> {
    let row = sqlx::query("SELECT user_id, state = 'active' FROM accounts WHERE external_id = ?")
        .bind(external_id)
        .fetch_optional(tx)
        .await
        .map_err(store_error)?;
    let Some(row) = row else { return Ok(None) };
    let user = row.id(0, UserId::from_uuid)?;
    Ok(Some(row.value::<bool>(1)?.then_some(user)))
}
