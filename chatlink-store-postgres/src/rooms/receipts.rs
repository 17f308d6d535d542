//! Marks of delivery and reading: merged by maximum, a statement a table.

use super::severed;
use crate::{
    error::store_error,
    notes,
    rows::{Bind, Many, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{RoomId, Seq, UserId, frame::Receipt},
    rooms::{DirectPair, ReceiptMark, ReceiptsFlushed, SMALL_ROOM},
    timeline::{Told, UserNote},
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Locked in the order of ids, as an append locks them.
const ROOMS: Many = Many {
    columns: &["room_id uuid"],
    sql: "SELECT r.room_id, r.head_seq, r.receipts_rev, r.member_count FROM rooms r WHERE r.room_id IN (SELECT room_id FROM k)
          ORDER BY r.room_id FOR NO KEY UPDATE",
};

/// The last column: whether the owner shows it, in a room that is not severed. Read once the rooms are locked: who shows
/// it again, or unblocks, locks them, too.
const MARKS: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: concat!(
        "SELECT r.room_id, r.user_id, r.delivered_seq, r.read_seq, r.from_seq,
                coalesce((SELECT s.read_receipts FROM user_settings s WHERE s.user_id = r.user_id), true) AND NOT ",
        severed!(),
        " FROM k JOIN members r ON r.room_id = k.room_id AND r.user_id = k.user_id
          WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.user_id = k.user_id AND a.state = 'deleted')"
    ),
};

const MOVE: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "delivered_seq bigint", "read_seq bigint"],
    sql: "UPDATE members
          SET marked_unread = members.marked_unread AND k.read_seq <= members.read_seq,
              delivered_seq = k.delivered_seq, read_seq = k.read_seq
          FROM k WHERE members.room_id = k.room_id AND members.user_id = k.user_id",
};

const RAISE: Many = Many {
    columns: &["room_id uuid", "receipts_rev bigint"],
    sql: "UPDATE rooms SET receipts_rev = k.receipts_rev FROM k WHERE rooms.room_id = k.room_id",
};

/// Others see again how far a person read: of the rooms where he got anywhere and they may.
const REVEAL: &str = concat!(
    "UPDATE rooms AS r SET receipts_rev = receipts_rev + 1
         WHERE r.room_id IN (SELECT m.room_id FROM members m WHERE m.user_id = $1 AND m.delivered_seq > 0)
           AND r.member_count <= $2 AND NOT ",
    severed!(),
);

/// The same of the two of a direct room.
const REVEAL_PAIR: &str = concat!(
    "UPDATE rooms AS r SET receipts_rev = receipts_rev + 1
         WHERE r.room_id = (SELECT p.room_id FROM direct_rooms p WHERE p.low = $1 AND p.high = $2) AND NOT ",
    severed!(),
);

const LIST: &str = "SELECT r.receipts_rev, m.user_id, m.delivered_seq, m.read_seq, m.from_seq
         FROM rooms r JOIN members m ON m.room_id = r.room_id
         WHERE r.room_id = $1 ORDER BY m.user_id LIMIT $2";

/// As [`LIST`], of one member.
const ONE: &str = "SELECT r.receipts_rev, m.user_id, m.delivered_seq, m.read_seq, m.from_seq
         FROM rooms r JOIN members m ON m.room_id = r.room_id AND m.user_id = $2
         WHERE r.room_id = $1";

/// What moves in one room.
struct Moved {
    rev: u64,
    /// Whether others may see any of it.
    shown: bool,
    marks: Vec<Receipt>,
    notes: Vec<UserNote>,
}

/// Merges the marks and answers the rooms in which one moved, by id.
pub(super) async fn flush(tx: &mut PgConnection, marks: Vec<ReceiptMark>) -> Result<Vec<ReceiptsFlushed>, StoreError> {
    let rooms = moved(tx, &merge(marks)).await?;
    let members: Vec<(RoomId, Receipt)> =
        rooms.iter().flat_map(|(room, moved)| moved.marks.iter().map(|mark| (*room, *mark))).collect();
    MOVE.execute(tx, &members, |bound: Bind, (room, mark)| {
        let bound = bound.bind(*room.as_uuid()).bind(*mark.user_id.as_uuid());
        bound.bind(int(mark.delivered_seq.0)).bind(int(mark.read_seq.0))
    })
    .await?;
    let shown = rooms.iter().filter(|(_, moved)| moved.shown);
    let revs: Vec<(RoomId, u64)> = shown.map(|(room, moved)| (*room, moved.rev + 1)).collect();
    RAISE.execute(tx, &revs, |bound: Bind, (room, rev)| bound.bind(*room.as_uuid()).bind(int(*rev))).await?;
    let notes: Vec<UserNote> = rooms.values().flat_map(|room| room.notes.iter().cloned()).collect();
    let mut told: HashMap<String, Vec<Told>> = HashMap::new();
    for note in notes::write(tx, &notes).await? {
        told.entry(note.event.subject.clone()).or_default().push(note);
    }
    let tell = |(room_id, room): (RoomId, Moved)| ReceiptsFlushed {
        room_id,
        rev: room.shown.then_some(room.rev + 1),
        told: told.remove(&room_id.to_string()).unwrap_or_default(),
        moved: room.marks,
    };
    Ok(rooms.into_iter().map(tell).collect())
}

/// Raises the version where others see again how far this person read, who showed it to nobody before.
pub(crate) async fn reveal(tx: &mut PgConnection, user: UserId) -> Result<(), StoreError> {
    let query = sqlx::query(REVEAL).bind(*user.as_uuid()).bind(int(SMALL_ROOM as u64));
    query.execute(tx).await.map(drop).map_err(store_error)
}

/// Raises the version of the direct room of two people between whom a block went, if none is left.
pub(crate) async fn reveal_pair(tx: &mut PgConnection, pair: DirectPair) -> Result<(), StoreError> {
    let query = sqlx::query(REVEAL_PAIR).bind(*pair.low.as_uuid()).bind(*pair.high.as_uuid());
    query.execute(tx).await.map(drop).map_err(store_error)
}

/// The room's marks by user id, or those of one member, and their version.
pub(super) async fn list(
    connection: &mut PgConnection,
    room_id: RoomId,
    only: Option<UserId>,
    limit: u32,
) -> Result<(u64, Vec<Receipt>), StoreError> {
    let query = match only {
        Some(user) => sqlx::query(ONE).bind(*room_id.as_uuid()).bind(*user.as_uuid()),
        None => sqlx::query(LIST).bind(*room_id.as_uuid()).bind(i64::from(limit)),
    };
    let rows = query.fetch_all(connection).await.map_err(store_error)?;
    let rev = rows.first().map(|row| row.count(0)).transpose()?.unwrap_or(0);
    Ok((rev, rows.iter().map(|row| receipt(row, 1)).collect::<Result<_, _>>()?))
}

/// One mark each: of several the highest of both kinds.
fn merge(marks: Vec<ReceiptMark>) -> BTreeMap<(RoomId, UserId), (Seq, Seq)> {
    let mut merged: BTreeMap<(RoomId, UserId), (Seq, Seq)> = BTreeMap::new();
    for mark in marks {
        let (delivered, read) = merged.entry((mark.room_id, mark.user_id)).or_default();
        *delivered = (*delivered).max(mark.delivered_seq);
        *read = (*read).max(mark.read_seq);
    }
    merged
}

async fn moved(
    tx: &mut PgConnection,
    marks: &BTreeMap<(RoomId, UserId), (Seq, Seq)>,
) -> Result<BTreeMap<RoomId, Moved>, StoreError> {
    let ids: BTreeSet<RoomId> = marks.keys().map(|(room, _)| *room).collect();
    let ids: Vec<RoomId> = ids.into_iter().collect();
    let mut stand: HashMap<RoomId, (Seq, u64, bool)> = HashMap::new();
    for row in ROOMS.fetch(tx, &ids, |bound, room| bound.bind(*room.as_uuid())).await? {
        let is_small = row.count(3)? <= SMALL_ROOM as u64;
        stand.insert(row.id(0, RoomId::from_uuid)?, (row.seq(1)?, row.count(2)?, is_small));
    }
    let keys: Vec<_> = marks.keys().copied().collect();
    let bind = |bound: Bind, (room, user): &(RoomId, UserId)| bound.bind(*room.as_uuid()).bind(*user.as_uuid());
    let mut rooms: BTreeMap<RoomId, Moved> = BTreeMap::new();
    for row in MARKS.fetch(tx, &keys, bind).await? {
        let (room_id, stands) = (row.id(0, RoomId::from_uuid)?, receipt(&row, 1)?);
        let Some((head, rev, is_small)) = stand.get(&room_id).copied() else { continue };
        let (delivered, read) = marks.get(&(room_id, stands.user_id)).copied().unwrap_or_default();
        let new = Receipt {
            user_id: stands.user_id,
            delivered_seq: stands.delivered_seq.max(delivered.min(head)),
            read_seq: stands.read_seq.max(read.min(head)),
            ..stands
        };
        if new == stands {
            continue;
        }
        let fresh = Moved { rev, shown: false, marks: Vec::new(), notes: Vec::new() };
        let room = rooms.entry(room_id).or_insert(fresh);
        room.shown |= is_small && row.value::<bool>(5)?;
        room.marks.push(new);
        if new.read_seq > stands.read_seq {
            room.notes.push(UserNote {
                user_id: new.user_id,
                kind: "read",
                subject: room_id.to_string(),
                body: serde_json::json!({ "read_seq": new.read_seq }),
            });
        }
    }
    rooms.values_mut().for_each(|room| room.marks.sort_unstable_by_key(|mark| mark.user_id));
    Ok(rooms)
}

fn receipt(row: &PgRow, first: usize) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        user_id: row.id(first, UserId::from_uuid)?,
        delivered_seq: row.seq(first + 1)?,
        read_seq: row.seq(first + 2)?,
        from_seq: row.seq(first + 3)?,
    })
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&ROOMS, &MARKS, &MOVE, &RAISE], single: &[REVEAL, REVEAL_PAIR, LIST, ONE] };
