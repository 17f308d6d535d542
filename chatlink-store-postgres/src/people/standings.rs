//! Who was shown, and who accepts.

use super::{
    matches::Stood,
    profiles::{ids, json},
};
use crate::{
    error::store_error,
    rows::{Many, Read as _},
};
use chatlink_core::{
    StoreError,
    people::{ASKED_WINDOW, Standing, acceptance, slot},
    protocol::{Timestamp, UserId},
};
use sqlx::{PgConnection, Row as _};
use std::collections::HashMap;

/// $1 ids, $2 since when requests count.
const KNOWN: &str = "SELECT p.user_id, t.standing,
        (SELECT count(*) FROM rooms r WHERE r.asked_user = p.user_id AND r.asked_at >= $2 AND r.pending_sent > 0),
        (SELECT count(*) FROM rooms r WHERE r.asked_user = p.user_id AND r.asked_at >= $2 AND r.pending_sent > 0
             AND r.pending_opener IS NULL)
    FROM profiles p JOIN standings t ON t.user_id = p.user_id
    WHERE p.user_id = ANY($1)
    ORDER BY p.user_id FOR NO KEY UPDATE OF t";

const STAND: Many = Many {
    columns: &["user_id uuid", "standing text"],
    sql: "UPDATE standings SET standing = k.standing FROM k WHERE standings.user_id = k.user_id",
};

/// Counts showings. The rows stay locked from the look to the write.
pub(super) async fn count(tx: &mut PgConnection, shown: Vec<(UserId, u32)>, now: Timestamp) -> Result<(), StoreError> {
    let times: HashMap<UserId, u32> = shown.into_iter().collect();
    let known = sqlx::query(KNOWN)
        .bind(ids(times.keys()))
        .bind(now.minus(ASKED_WINDOW).as_micros())
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
    let mut rows = Vec::with_capacity(known.len());
    for row in &known {
        let user: UserId = row.id(0, UserId::from_uuid)?;
        let text: &str = row.try_get(1).map_err(store_error)?;
        let stood: Option<Stood> = serde_json::from_str(text).map_err(|error| StoreError::Corrupt(Box::new(error)))?;
        let standing = stood.map(Standing::from).unwrap_or_default();
        let accepts = acceptance(row.small(2)?, row.small(3)?);
        rows.push((user, standing.shown(times.get(&user).copied().unwrap_or(0), slot(now), accepts)));
    }
    let rows = rows.into_iter().map(|(user, standing)| {
        json(&(standing.slot, standing.heat, standing.shown, standing.accepts)).map(|standing| (user, standing))
    });
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    STAND.execute(tx, &rows, |bind, (user, standing)| bind.bind(*user.as_uuid()).bind(standing.clone())).await
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements { many: &[&STAND], single: &[KNOWN] };
