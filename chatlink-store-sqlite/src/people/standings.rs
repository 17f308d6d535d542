//! Who was shown, and who accepts.

use super::profiles::ids;
use crate::{
    error::store_error,
    rows::{Many, Read as _},
};
use chatlink_core::{
    StoreError,
    people::{ASKED_WINDOW, Standing, acceptance, slot},
    protocol::{Timestamp, UserId},
};
use sqlx::{Row as _, SqliteConnection};
use std::collections::HashMap;

/// ?1 ids, ?2 since when requests count.
pub(super) const KNOWN: &str =
    "SELECT p.user_id, t.slot, t.heat_earlier, t.heat, t.shown, t.accepts_earlier, t.accepts,
        t.accepts_next,
        (SELECT count(*) FROM rooms r WHERE r.asked_user = p.user_id AND r.asked_at >= ?2 AND r.pending_sent > 0),
        (SELECT count(*) FROM rooms r WHERE r.asked_user = p.user_id AND r.asked_at >= ?2 AND r.pending_sent > 0
             AND r.pending_opener IS NULL)
    FROM (SELECT DISTINCT unhex(value) AS id FROM json_each(?1)) wanted
    JOIN profiles p ON p.user_id = wanted.id
    LEFT JOIN standings t ON t.user_id = p.user_id";

pub(super) const STAND: Many = Many {
    columns: &["user_id", "slot", "heat_earlier", "heat", "shown", "accepts_earlier", "accepts", "accepts_next"],
    sql: "INSERT INTO standings (user_id, slot, heat_earlier, heat, shown, accepts_earlier, accepts, accepts_next)
          SELECT * FROM k WHERE user_id IS NOT NULL
          ON CONFLICT (user_id) DO UPDATE SET slot = excluded.slot, heat_earlier = excluded.heat_earlier,
              heat = excluded.heat, shown = excluded.shown, accepts_earlier = excluded.accepts_earlier,
              accepts = excluded.accepts, accepts_next = excluded.accepts_next",
};

/// Counts showings. The writing transaction holds the lock from the look to the write.
pub(super) async fn count(
    tx: &mut SqliteConnection,
    shown: Vec<(UserId, u32)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let times: HashMap<UserId, u32> = shown.into_iter().collect();
    let known = sqlx::query(KNOWN)
        .bind(ids(times.keys()))
        .bind(now.minus(ASKED_WINDOW).as_micros())
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
    let mut rows = Vec::with_capacity(known.len());
    for row in &known {
        let number = |column: usize| row.try_get::<Option<u32>, _>(column).map_err(store_error);
        let user: UserId = row.id(0, UserId::from_uuid)?;
        let standing = match row.try_get::<Option<i64>, _>(1).map_err(store_error)? {
            None => Standing::default(),
            Some(slot) => Standing {
                slot,
                heat: [number(2)?.unwrap_or(0), number(3)?.unwrap_or(0)],
                shown: number(4)?.unwrap_or(0),
                accepts: [number(5)?.unwrap_or(0), number(6)?.unwrap_or(0), number(7)?.unwrap_or(0)],
            },
        };
        let accepts = acceptance(number(8)?.unwrap_or(0), number(9)?.unwrap_or(0));
        rows.push((user, standing.shown(times.get(&user).copied().unwrap_or(0), slot(now), accepts)));
    }
    STAND
        .execute(tx, &rows, |bind, (user, standing)| {
            let bound = bind.bind(*user.as_uuid()).bind(standing.slot).bind(standing.heat[0]).bind(standing.heat[1]);
            standing.accepts.iter().fold(bound.bind(standing.shown), |bound, accepts| bound.bind(*accepts))
        })
        .await
}
