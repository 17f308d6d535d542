//! Lists of rooms as one member sees them.

use crate::{
    error::store_error,
    rows::{Many, Read},
    timeline::{fill, item, item_columns, shown, unread_of_thread},
};
use chatlink_core::{
    StoreError,
    protocol::{Item, RoomId, Timestamp, UserId, frame::Head},
    rooms::{Inbox, Membership, Pending, Prefs, RoomPlace, RoomRow},
};
use sqlx::{
    SqliteConnection,
    sqlite::{SqliteArguments, SqliteRow},
};
use std::collections::HashMap;

/// Whether a room `r` is a first contact from another than the member `m`, who has not answered.
macro_rules! waits {
    () => {
        "(r.pending_opener IS NOT NULL AND r.pending_opener <> m.user_id)"
    };
}

/// Messages to read of the member `m` at `?2`: not his own, not gone, above his mark and his
/// joining, from nobody whom he blocks, not hidden. At most 100 are counted.
macro_rules! unread {
    ($what:literal) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM (SELECT 1 FROM events e INDEXED BY events_shown
               WHERE e.room_no = m.room_no AND e.seq > max(m.read_seq, m.join_seq)
                 AND e.kind = 'message' AND e.text IS NOT NULL AND coalesce(e.expires_at > ?2, 1)
                 AND ",
            shown!("e"),
            " AND e.sender_id <> m.user_id
                 AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = m.user_id AND b.blocked = e.sender_id)
                 AND NOT EXISTS
                   (SELECT 1 FROM hides h WHERE h.user_id = m.user_id AND h.room_no = e.room_no AND h.seq = e.seq)
               LIMIT 100))"
        )
    };
}

/// Those of them that name the member, or all.
macro_rules! unread_mentions {
    () => {
        "(SELECT count(*) FROM (SELECT DISTINCT n.seq FROM mentions n
            CROSS JOIN events e ON e.room_no = n.room_no AND e.seq = n.seq
               AND e.text IS NOT NULL AND coalesce(e.expires_at > ?2, 1) AND e.sender_id <> m.user_id
               AND e.thread IS NULL
            WHERE n.room_no = m.room_no AND n.user_id IN (m.user_id, zeroblob(16))
              AND n.seq > max(m.read_seq, m.join_seq)
              AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = m.user_id AND b.blocked = e.sender_id)
              AND NOT EXISTS
                (SELECT 1 FROM hides h WHERE h.user_id = m.user_id AND h.room_no = n.room_no AND h.seq = n.seq)
            LIMIT 100))"
    };
}

/// Threads that the member follows and in which there is something to read.
macro_rules! unread_threads {
    () => {
        concat!(
            "(SELECT count(*) FROM (SELECT 1 FROM thread_marks t
                CROSS JOIN events o ON o.id = t.root AND o.kind = 'message' AND o.room_no = t.room_no AND o.seq >= m.from_seq
                WHERE t.user_id = m.user_id AND t.room_no = m.room_no AND EXISTS (",
            unread_of_thread!("m.join_seq", "?2"),
            ") LIMIT 100))"
        )
    };
}

/// The rooms of `page` (`room_no`, `user_id`), as they stand in lists, each with all of its [`RoomRow`].
macro_rules! rows_of {
    ($page:expr) => {
        concat!(
            "WITH page AS MATERIALIZED (",
            $page,
            ") SELECT r.room_no, r.room_id, r.kind, r.title,
                      (SELECT iif(d.low = m.user_id, d.high, d.low) FROM direct_rooms d WHERE d.room_id = r.room_id), ",
            super::severed!(),
            ", m.role, r.member_count, r.head_seq, m.read_seq, ",
            unread!("count(*)"),
            ", r.pending_opener, r.pending_sent, m.archived, m.pinned, m.muted_until, m.marked_unread,
               m.notify, r.updated_at, ",
            super::settings_columns!(),
            ", (SELECT mu.muted_until FROM mutes mu
                WHERE mu.room_no = m.room_no AND mu.user_id = m.user_id AND mu.muted_until > ?2), ",
            unread_mentions!(),
            ", ",
            unread_threads!(),
            ", ",
            item_columns!(),
            " FROM page CROSS JOIN rooms r ON r.room_no = page.room_no
              CROSS JOIN members m ON m.room_no = page.room_no AND m.user_id = page.user_id
              LEFT JOIN events e ON e.room_no = page.room_no AND e.seq =
                (SELECT s.seq FROM events s INDEXED BY events_shown
                 WHERE s.room_no = page.room_no AND s.seq >= m.from_seq
                   AND ",
            shown!("s"),
            "
                   AND NOT EXISTS
                     (SELECT 1 FROM hides h WHERE h.user_id = m.user_id AND h.room_no = s.room_no AND h.seq = s.seq)
                 ORDER BY s.seq DESC LIMIT 1)
              LEFT JOIN events ed ON ed.room_no = e.room_no AND ed.seq = e.edit_seq
              ORDER BY m.pinned DESC, r.updated_at DESC, r.room_id DESC"
        )
    };
}

const LIST: &str = rows_of!(concat!(
    "SELECT r.room_no, m.user_id FROM members m CROSS JOIN rooms r ON r.room_no = m.room_no
     WHERE m.user_id = ?1 AND ",
    waits!(),
    " = ?3 AND (?3 = 0 OR (r.declined = 0 AND r.head_seq > 0)) AND (?3 = 1 OR m.archived = ?7)
       AND (?4 IS NULL OR (m.pinned, r.updated_at, r.room_id) < (?8, ?4, ?5))
     ORDER BY m.pinned DESC, r.updated_at DESC, r.room_id DESC LIMIT ?6"
));

const FIND: &str = rows_of!(
    "SELECT r.room_no, m.user_id FROM rooms r CROSS JOIN members m ON m.room_no = r.room_no AND m.user_id = ?1
     WHERE r.room_id = ?3"
);

const BADGE: &str = concat!(
    "SELECT count(*) FROM members m CROSS JOIN rooms r ON r.room_no = m.room_no
     LEFT JOIN user_settings u ON u.user_id = m.user_id
     WHERE m.user_id = ?1 AND NOT ",
    waits!(),
    " AND m.archived = 0 AND coalesce(m.muted_until <= ?2, 1)
      AND coalesce(m.notify, u.notify, 'all') <> 'none'
      AND (m.marked_unread OR iif(r.kind = 'group' AND coalesce(m.notify, u.notify, 'all') = 'mentions', ",
    unread_mentions!(),
    " > 0, ",
    unread!("count(*) > 0"),
    "))"
);

const MEMBERSHIPS: Many = Many {
    columns: &["user_id"],
    sql: "SELECT m.user_id, r.room_id, r.head_seq, r.receipts_rev, m.from_seq,
                 r.declined AND coalesce(r.pending_opener <> m.user_id, FALSE)
          FROM k CROSS JOIN members m ON m.user_id = k.user_id CROSS JOIN rooms r ON r.room_no = m.room_no
          ORDER BY r.updated_at DESC, r.room_id DESC",
};

/// A page of one of the user's lists. Run it in one reading transaction.
pub(super) async fn list(
    tx: &mut SqliteConnection,
    user: UserId,
    inbox: Inbox,
    after: Option<RoomPlace>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<RoomRow>, StoreError> {
    let query = sqlx::query(LIST)
        .bind(*user.as_uuid())
        .bind(now.as_micros())
        .bind(inbox == Inbox::Requests)
        .bind(after.map(|place| place.updated_at.as_micros()))
        .bind(after.map(|place| *place.room_id.as_uuid()))
        .bind(limit)
        .bind(inbox == Inbox::Archived)
        .bind(after.map(|place| place.pinned));
    read(tx, query, user, now).await
}

/// One room as this member sees it. Run it in one reading transaction.
pub(super) async fn find(
    tx: &mut SqliteConnection,
    user: UserId,
    room_id: RoomId,
    now: Timestamp,
) -> Result<Option<RoomRow>, StoreError> {
    let query = sqlx::query(FIND).bind(*user.as_uuid()).bind(now.as_micros()).bind(*room_id.as_uuid());
    Ok(read(tx, query, user, now).await?.pop())
}

/// How many rooms ask for attention.
pub(super) async fn badge(connection: &mut SqliteConnection, user: UserId, now: Timestamp) -> Result<u32, StoreError> {
    let query = sqlx::query(BADGE).bind(*user.as_uuid()).bind(now.as_micros());
    query.fetch_one(connection).await.map_err(store_error)?.small(0)
}

/// Every room of each of the users, newest activity first.
pub(super) async fn memberships(
    connection: &mut SqliteConnection,
    users: &[UserId],
) -> Result<HashMap<UserId, Vec<Membership>>, StoreError> {
    let mut of: HashMap<UserId, Vec<Membership>> = HashMap::new();
    for row in MEMBERSHIPS.fetch(connection, users, |bound, user| bound.bind(*user.as_uuid())).await? {
        let membership = Membership {
            room_id: row.id(1, RoomId::from_uuid)?,
            head: Head { seq: row.seq(2)?, rev: row.count(3)? },
            from_seq: row.seq(4)?,
            declined: row.value(5)?,
        };
        of.entry(row.id(0, UserId::from_uuid)?).or_default().push(membership);
    }
    Ok(of)
}

async fn read(
    tx: &mut SqliteConnection,
    query: sqlx::query::Query<'_, sqlx::Sqlite, SqliteArguments>,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<RoomRow>, StoreError> {
    let found = query.fetch_all(&mut *tx).await.map_err(store_error)?;
    let mut rows = found.iter().map(|row| room_row(row, now)).collect::<Result<Vec<_>, _>>()?;
    let mut items: Vec<Item> = Vec::new();
    let mut places = Vec::new();
    for (index, (no, row)) in rows.iter_mut().enumerate() {
        if let Some(item) = row.last_item.take() {
            items.push(item);
            places.push((index, *no));
        }
    }
    let no_of = |item: usize| places.get(item).map_or(0, |(_, no): &(usize, i64)| *no);
    fill(tx, &mut items, no_of, Some(user)).await?;
    for (item, (index, _)) in items.into_iter().zip(places) {
        rows[index].1.last_item = Some(item);
    }
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

fn room_row(row: &SqliteRow, now: Timestamp) -> Result<(i64, RoomRow), StoreError> {
    let room_id = row.id(1, RoomId::from_uuid)?;
    let has_item = row.value::<Option<i64>>(30)?.is_some();
    let opener = row.maybe_id(11, UserId::from_uuid)?;
    let sent = row.small(12)?;
    let room = RoomRow {
        room_id,
        kind: row.name(2)?,
        settings: super::settings(row, 3, 19)?,
        peer: row.maybe_id(4, UserId::from_uuid)?,
        severed: row.value(5)?,
        role: row.name(6)?,
        member_muted_until: row.maybe_time(27)?,
        member_count: row.small(7)?,
        head_seq: row.seq(8)?,
        read_seq: row.seq(9)?,
        unread: row.small(10)?,
        unread_mentions: row.small(28)?,
        unread_threads: row.small(29)?,
        last_item: if has_item { Some(item(row, 30, room_id, now)?) } else { None },
        pending: opener.map(|opener| Pending { opener, sent }),
        prefs: prefs(row, 13)?,
        updated_at: row.time(18)?,
    };
    Ok((row.value(0)?, room))
}

/// The settings in five columns from `first` on.
pub(super) fn prefs(row: &SqliteRow, first: usize) -> Result<Prefs, StoreError> {
    Ok(Prefs {
        archived: row.value(first)?,
        pinned: row.value(first + 1)?,
        muted_until: row.maybe_time(first + 2)?,
        marked_unread: row.value(first + 3)?,
        notify: row.maybe_name(first + 4)?,
    })
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&MEMBERSHIPS], single: &[LIST, FIND, BADGE] };
