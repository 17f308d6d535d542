//! Accounts of a host's users: the host says who they are.

use super::{
    super::{departure::departed_until, tick},
    row::insert_account,
};
use crate::{
    error::store_error,
    people,
    rows::{Read, sought},
};
use chatlink_core::{
    StoreError,
    identity::HostAccount,
    people::HostProfile,
    protocol::{Timestamp, UserId},
};
use sqlx::{PgConnection, postgres::PgRow};

/// The account of a host's user, made when it is new, told the news when it is not.
pub(super) async fn account(
    tx: &mut PgConnection,
    new: HostAccount,
    now: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    let now = tick(tx, now).await?;
    let Some(known) = people::find_host_person(tx, &new.external_id).await? else {
        if departed_until(tx, &new.trace).await?.is_some_and(|until| now < until) {
            return Ok(None);
        }
        insert_account(tx, new.user_id, &new.username, Some(&new.external_id), now).await?;
        people::insert_host_profile(tx, new.user_id, &new.profile, now).await?;
        people::take_host_word(tx, new.user_id, HostProfile::default(), new.profile, now).await?;
        return Ok(Some(new.user_id));
    };
    if !known.active {
        return Ok(None);
    }
    people::take_host_word(tx, known.user_id, known.told, new.profile, now).await?;
    Ok(Some(known.user_id))
}

/// The answer where nothing is to be written: the account is there, and the host tells no news.
pub(super) async fn settled(
    connection: &mut PgConnection,
    account: &HostAccount,
    now: Timestamp,
) -> Result<Option<Option<UserId>>, StoreError> {
    let Some(known) = people::find_host_person(connection, &account.external_id).await? else {
        let until = departed_until(connection, &account.trace).await?;
        return Ok(until.is_some_and(|until| now < until).then_some(None));
    };
    let settled = !known.active || account.profile.news(&known.told).is_silent();
    Ok(settled.then_some(known.active.then_some(known.user_id)))
}

/// The host's names for these people.
pub(super) async fn external_ids(
    connection: &mut PgConnection,
    users: &[UserId],
) -> Result<Vec<(UserId, String)>, StoreError> {
    let rows =
        sqlx::query("SELECT user_id, external_id FROM accounts WHERE user_id = ANY($1) AND external_id IS NOT NULL")
            .bind(people::ids(users))
            .fetch_all(connection)
            .await
            .map_err(store_error)?;
    let named = |row: &PgRow| Ok((row.id(0, UserId::from_uuid)?, row.value(1)?));
    rows.iter().map(named).collect()
}

/// Whom the host calls so.
pub(super) async fn external_users(
    connection: &mut PgConnection,
    external_ids: &[String],
) -> Result<Vec<(String, UserId)>, StoreError> {
    let wanted: Vec<_> = external_ids.iter().filter_map(|id| sought(id)).map(str::to_owned).collect();
    let rows =
        sqlx::query("SELECT external_id, user_id FROM accounts WHERE external_id = ANY($1) AND state = 'active'")
            .bind(wanted)
            .fetch_all(connection)
            .await
            .map_err(store_error)?;
    let named = |row: &PgRow| Ok((row.value(0)?, row.id(1, UserId::from_uuid)?));
    rows.iter().map(named).collect()
}
