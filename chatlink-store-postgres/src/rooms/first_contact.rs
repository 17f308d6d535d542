//! Who knows whom, and who is invited, on PostgreSQL.

use super::{settings, settings_columns};
use crate::{
    PostgresStore,
    error::store_error,
    locks, notes,
    rows::{Bind, Many, Read, int},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Timestamp, UserId},
    rooms::{
        DirectPair, Door, FirstContactStore, INVITE_AGAIN, Invitation, InvitePeople, MAX_INVITATIONS, NewInvitations,
        Tie,
    },
    timeline::{Told, UserNote},
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::{HashMap, HashSet};

const TIES: Many = Many {
    columns: &["other uuid", "low uuid", "high uuid"],
    sql: "SELECT k.other, r.pending_opener, r.declined FROM k
          JOIN direct_rooms d ON d.low = k.low AND d.high = k.high JOIN rooms r ON r.room_id = d.room_id",
};

/// The room, and how many it has invited.
const ROOM: &str = "SELECT (SELECT count(*) FROM invitations i WHERE i.room_id = r.room_id)
         FROM rooms r WHERE r.room_id = $1 AND r.authz_version = $2";

/// Those who would take a place among the invited.
const FRESH: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "SELECT k.user_id FROM k
          WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.room_id = k.room_id AND m.user_id = k.user_id)
            AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.room_id = k.room_id AND i.user_id = k.user_id)",
};

const SWEEP: &str = "DELETE FROM invitations
         WHERE room_id = $1 AND declined_at <= $2";

/// The swept ones are gone: one that was declined stays as it is.
pub(super) const INVITE: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "invited_by uuid", "invited_at bigint"],
    sql: "INSERT INTO invitations (room_id, user_id, invited_by, invited_at)
          SELECT k.room_id, k.user_id, k.invited_by, k.invited_at FROM k
          WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.room_id = k.room_id AND m.user_id = k.user_id)
          ON CONFLICT (room_id, user_id) DO UPDATE
          SET invited_by = excluded.invited_by, invited_at = excluded.invited_at
          WHERE invitations.declined_at IS NULL AND invitations.invited_by <> excluded.invited_by
          RETURNING user_id",
};

const LIST: &str = concat!(
    "SELECT r.room_id, r.kind, r.title, r.member_count, i.invited_by, i.invited_at,
            EXISTS (SELECT 1 FROM members m WHERE m.room_id = r.room_id AND m.user_id = $1),
            EXISTS (SELECT 1 FROM bans b WHERE b.room_id = r.room_id AND b.user_id = $1),
            (SELECT m.role FROM members m WHERE m.room_id = r.room_id AND m.user_id = i.invited_by), ",
    settings_columns!(),
    " FROM invitations i JOIN rooms r ON r.room_id = i.room_id
      WHERE i.user_id = $1 AND i.declined_at IS NULL AND ($2::uuid IS NULL OR r.room_id = $2)
        AND ($4::bigint IS NULL OR (i.invited_at, i.room_id) < ($4, $5))
      ORDER BY i.invited_at DESC, i.room_id DESC LIMIT $3"
);

const DECLINE: &str = "UPDATE invitations SET declined_at = $3
         WHERE room_id = $1 AND user_id = $2 AND declined_at IS NULL";

#[async_trait]
impl FirstContactStore for PostgresStore {
    async fn ties(&self, user: UserId, others: &[UserId]) -> Result<HashMap<UserId, Tie>, StoreError> {
        self.in_time(async {
            let pairs: Vec<(UserId, DirectPair)> =
                others.iter().filter_map(|other| Some((*other, DirectPair::of(user, *other)?))).collect();
            let mut connection = self.reader().await?;
            let bind = |bound: Bind, (other, pair): &(UserId, DirectPair)| {
                bound.bind(*other.as_uuid()).bind(*pair.low.as_uuid()).bind(*pair.high.as_uuid())
            };
            let rows = TIES.fetch(&mut connection, &pairs, bind).await?;
            let tie = |row: &PgRow| {
                let opener: Option<UserId> = row.maybe_id(1, UserId::from_uuid)?;
                let tie = match opener {
                    None => Tie::Settled,
                    Some(opener) if opener != user => Tie::Offered,
                    Some(_) if row.value(2)? => Tie::Declined,
                    Some(_) => Tie::Opened,
                };
                Ok((row.id(0, UserId::from_uuid)?, tie))
            };
            rows.iter().map(tie).collect()
        })
        .await
    }

    async fn invite(&self, new: NewInvitations, now: Timestamp) -> Result<InvitePeople, StoreError> {
        self.in_tx(move |tx| Box::pin(invite(tx, new, now))).await
    }

    async fn list_invitations(
        &self,
        user: UserId,
        only: Option<RoomId>,
        after: Option<(Timestamp, RoomId)>,
        limit: u32,
    ) -> Result<Vec<Invitation>, StoreError> {
        self.in_time(async {
            let mut connection = self.reader().await?;
            let query = sqlx::query(LIST)
                .bind(*user.as_uuid())
                .bind(only.map(|room| *room.as_uuid()))
                .bind(i64::from(limit))
                .bind(after.map(|(at, _)| at.as_micros()))
                .bind(after.map(|(_, room)| *room.as_uuid()));
            let rows = query.fetch_all(&mut *connection).await.map_err(store_error)?;
            rows.iter().map(invitation).collect()
        })
        .await
    }

    async fn decline_invitation(
        &self,
        room_id: RoomId,
        user: UserId,
        notes: Vec<UserNote>,
        now: Timestamp,
    ) -> Result<Option<Vec<Told>>, StoreError> {
        self.in_tx(move |tx| Box::pin(decline(tx, room_id, user, notes, now))).await
    }
}

/// Invites people. The room is locked from the look to the insert.
async fn invite(tx: &mut PgConnection, new: NewInvitations, now: Timestamp) -> Result<InvitePeople, StoreError> {
    let (room, until) = (*new.room_id.as_uuid(), now.minus(INVITE_AGAIN));
    locks::room(tx, new.room_id).await?;
    sqlx::query(SWEEP).bind(room).bind(until.as_micros()).execute(&mut *tx).await.map_err(store_error)?;
    let query = sqlx::query(ROOM).bind(room).bind(int(new.authz_version));
    let Some(row) = query.fetch_optional(&mut *tx).await.map_err(store_error)? else {
        return Ok(InvitePeople::Stale);
    };
    let gone = notes::departed(tx, new.notes.iter().map(|note| note.user_id)).await?;
    let users = new.notes.iter().map(|note| note.user_id).filter(|user| !gone.contains(user));
    let users: Vec<UserId> = users.collect();
    let bind = |bound: Bind, user: &UserId| bound.bind(*new.room_id.as_uuid()).bind(*user.as_uuid());
    let fresh = FRESH.fetch(tx, &users, bind).await?.len() as u64;
    if row.count(0)? + fresh > u64::from(MAX_INVITATIONS) {
        return Ok(InvitePeople::Full);
    }
    let heard = insert(tx, new.room_id, new.invited_by, &users, now).await?;
    let told: Vec<UserNote> = new.notes.into_iter().filter(|note| heard.contains(&note.user_id)).collect();
    Ok(InvitePeople::Invited(notes::write(tx, &told).await?))
}

/// Writes invitations into a room; answers for whom they are new.
pub(super) async fn insert(
    tx: &mut PgConnection,
    room_id: RoomId,
    by: UserId,
    users: &[UserId],
    now: Timestamp,
) -> Result<HashSet<UserId>, StoreError> {
    let bind = |bound: Bind, user: &UserId| {
        bound.bind(*room_id.as_uuid()).bind(*user.as_uuid()).bind(*by.as_uuid()).bind(now.as_micros())
    };
    let rows = INVITE.fetch(tx, users, bind).await?;
    rows.iter().map(|row| row.id(0, UserId::from_uuid)).collect()
}

async fn decline(
    tx: &mut PgConnection,
    room_id: RoomId,
    user: UserId,
    notes: Vec<UserNote>,
    now: Timestamp,
) -> Result<Option<Vec<Told>>, StoreError> {
    let query = sqlx::query(DECLINE).bind(*room_id.as_uuid()).bind(*user.as_uuid()).bind(now.as_micros());
    match query.execute(&mut *tx).await.map_err(store_error)?.rows_affected() {
        0 => Ok(None),
        _ => notes::write(tx, &notes).await.map(Some),
    }
}

fn invitation(row: &PgRow) -> Result<Invitation, StoreError> {
    let settings = settings(row, 2, 9)?;
    let mut door = Door::of(row.name(1)?, &settings, row.small(3)?);
    door.is_member = row.value(6)?;
    door.is_banned = row.value(7)?;
    door.invited_by = row.maybe_name(8)?;
    Ok(Invitation {
        room_id: row.id(0, RoomId::from_uuid)?,
        settings,
        invited_by: row.id(4, UserId::from_uuid)?,
        invited_at: row.time(5)?,
        door,
    })
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&TIES, &FRESH, &INVITE], single: &[ROOM, SWEEP, LIST, DECLINE] };
