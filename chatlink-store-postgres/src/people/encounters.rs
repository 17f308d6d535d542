//! A person and others beside them, in one statement.

use super::profiles::{read, select_profile};
use crate::{error::store_error, rows::Read as _};
use chatlink_core::{
    StoreError,
    people::{Encounter, Encounters},
    protocol::UserId,
};
use sqlx::PgConnection;
use uuid::Uuid;

/// $1 ids, $2 viewer. The last column: whether one of the two blocked the other.
const ENCOUNTERS: &str = select_profile!(
    ", EXISTS (SELECT 1 FROM blocks WHERE blocker = $2 AND blocked = p.user_id)
        OR EXISTS (SELECT 1 FROM blocks WHERE blocked = $2 AND blocker = p.user_id)
     FROM profiles p
     JOIN accounts a ON a.user_id = p.user_id AND a.state = 'active'
     LEFT JOIN user_settings s ON s.user_id = p.user_id
     WHERE p.user_id = ANY($1)"
);

/// Where that column stands.
const BLOCKED: usize = 16;

/// The viewer and those of the others who are there. `None`: no such viewer.
pub(super) async fn find(
    connection: &mut PgConnection,
    viewer: UserId,
    others: &[UserId],
) -> Result<Option<Encounters>, StoreError> {
    let ids: Vec<Uuid> = std::iter::once(&viewer).chain(others).map(|user| *user.as_uuid()).collect();
    let rows = sqlx::query(ENCOUNTERS).bind(ids).bind(*viewer.as_uuid());
    let (mut found, mut others) = (None, Vec::new());
    for row in rows.fetch_all(connection).await.map_err(store_error)? {
        let profile = read(&row)?;
        if profile.user_id == viewer {
            found = Some(profile);
        } else {
            others.push(Encounter { profile, blocked: row.value(BLOCKED)? });
        }
    }
    Ok(found.map(|viewer| Encounters { viewer, others }))
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements { many: &[], single: &[ENCOUNTERS] };
