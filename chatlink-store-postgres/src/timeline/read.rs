//! Events, snapshots and messages, read.

use super::{
    corrections::fill_corrections,
    pins::fill_pins,
    polls::{self, fill_tallies},
    row::{event, event_columns, item, item_columns, shown},
    threads,
};
use crate::{
    error::store_error,
    mine,
    rows::{Bind, Read, int},
};
use chatlink_core::{
    StoreError,
    protocol::{Event, EventId, Item, ReactionCount, RoomId, Seq, Timestamp, UserId, reducer::sort_reactions},
    timeline::{EventsPage, MessageFacts, Reader, TimelinePage, Window},
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::{HashMap, HashSet};

/// One statement, so one state: the room's head and the page, or no row when it may not be read. What the
/// reader hid is asked for after it: what is hidden stays so.
const EVENTS: &str = concat!(
    "SELECT r.head_seq, coalesce(m.from_seq, 1), ",
    event_columns!(),
    " FROM rooms r
      LEFT JOIN members m ON m.room_id = r.room_id AND m.user_id = $2
      LEFT JOIN events e ON e.room_id = r.room_id AND e.seq > $3 AND e.seq >= coalesce(m.from_seq, 1)
      WHERE r.room_id = $1 AND ($2::uuid IS NULL OR m.user_id IS NOT NULL)
      ORDER BY e.seq LIMIT $4"
);

pub(super) const READER: &str = "SELECT r.head_seq, coalesce(m.from_seq, 1)
    FROM rooms r LEFT JOIN members m ON m.room_id = r.room_id AND m.user_id = $2
    WHERE r.room_id = $1 AND ($2::uuid IS NULL OR m.user_id IS NOT NULL)";

/// The shown events below a seq, newest first, and from it on, oldest first; one more each than
/// asked for tells whether there are others.
const ITEMS: &str = concat!(
    "SELECT * FROM (SELECT ",
    item_columns!(),
    " FROM events e LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
      WHERE e.room_id = $1 AND e.seq >= $2 AND e.seq < $3 AND ",
    shown!("e"),
    "
      ORDER BY e.seq DESC LIMIT $4) below
     UNION ALL SELECT * FROM (SELECT ",
    item_columns!(),
    " FROM events e LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
      WHERE e.room_id = $1 AND e.seq >= $3 AND e.seq >= $2 AND ",
    shown!("e"),
    "
      ORDER BY e.seq LIMIT $5) above"
);

/// As [`ITEMS`], of the thread of the message `$6`.
const THREAD_ITEMS: &str = concat!(
    "SELECT * FROM (SELECT ",
    item_columns!(),
    " FROM events e LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
      WHERE e.room_id = $1 AND e.thread = $6 AND e.seq >= $2 AND e.seq < $3 ORDER BY e.seq DESC LIMIT $4) below
     UNION ALL SELECT * FROM (SELECT ",
    item_columns!(),
    " FROM events e LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
      WHERE e.room_id = $1 AND e.thread = $6 AND e.seq >= $3 AND e.seq >= $2 ORDER BY e.seq LIMIT $5) above"
);

/// The first seq at or after an instant: the times rise with the seqs, which are dense, so that the
/// half between two seqs is a seq.
const FIRST_FROM: &str = "WITH RECURSIVE half (low, high) AS (
        SELECT $2::bigint, $3::bigint
        UNION ALL
        SELECT CASE WHEN e.at < $4 THEN e.seq + 1 ELSE low END, CASE WHEN e.at < $4 THEN high ELSE e.seq END
        FROM half JOIN events e ON e.room_id = $1 AND e.seq = (low + high) / 2
        WHERE low < high
    ) SELECT low FROM half WHERE low >= high";

const FIND: &str =
    "SELECT e.sender_id, e.version, e.text IS NULL OR coalesce(e.expires_at <= $3, false), e.seq, e.at, e.thread,
                p.options, p.multiple, p.closes_at, p.closed
         FROM events e LEFT JOIN polls p ON p.room_id = e.room_id AND p.message_seq = e.seq
         WHERE e.id = $2 AND e.kind = 'message' AND e.room_id = $1";

/// The log after `after`, ascending. `None`: not to be read by this reader.
pub(super) async fn events(
    connection: &mut PgConnection,
    room_id: RoomId,
    reader: Reader,
    after: Seq,
    limit: u32,
    now: Timestamp,
) -> Result<Option<EventsPage>, StoreError> {
    let rows = sqlx::query(EVENTS)
        .bind(*room_id.as_uuid())
        .bind(user(reader).map(|user| *user.as_uuid()))
        .bind(int(after.0))
        .bind(i64::from(limit.max(1)))
        .fetch_all(&mut *connection)
        .await
        .map_err(store_error)?;
    let Some(first) = rows.first() else { return Ok(None) };
    let head = first.seq(0)?;
    let from = first.seq(1)?;
    let has_events = first.value::<Option<i64>>(2)?.is_some();
    let rows = rows.iter().take(if has_events { limit as usize } else { 0 });
    let mut events = rows.map(|row| event(row, 2, room_id, now)).collect::<Result<Vec<_>, _>>()?;
    if let Reader::Member(me) = reader {
        hide_older(connection, from, &mut events).await?;
        mine::hide_events(connection, room_id, me, &mut events).await?;
    }
    Ok(Some(EventsPage { events, head }))
}

/// Takes the words out of events that repeat those of messages from before the reader's first seq.
async fn hide_older(connection: &mut PgConnection, from: Seq, events: &mut [Event]) -> Result<(), StoreError> {
    let targets: Vec<EventId> = events.iter().filter_map(Event::repeats_words_of).collect();
    if from <= Seq(1) || targets.is_empty() {
        return Ok(());
    }
    let bind = |bound: Bind, id: &EventId| bound.bind(*id.as_uuid()).bind(int(from.0));
    let mut older = HashSet::new();
    for row in OLDER.fetch(connection, &targets, bind).await? {
        older.insert(row.id(0, EventId::from_uuid)?);
    }
    for event in events.iter_mut().filter(|event| event.repeats_words_of().is_some_and(|id| older.contains(&id))) {
        event.hide();
    }
    Ok(())
}

/// A snapshot of a part of the main timeline, or of the thread of `root`. Run it in one reading transaction.
pub(super) async fn timeline(
    tx: &mut PgConnection,
    room_id: RoomId,
    reader: Reader,
    root: Option<EventId>,
    (window, limit): (Window, u32),
    now: Timestamp,
) -> Result<Option<TimelinePage>, StoreError> {
    let me = user(reader);
    let found = sqlx::query(READER).bind(*room_id.as_uuid()).bind(me.map(|user| *user.as_uuid()));
    let Some(row) = found.fetch_optional(&mut *tx).await.map_err(store_error)? else { return Ok(None) };
    let room = Readable { id: room_id, head: row.seq(0)?, from: row.seq(1)? };
    let (pivot, below, above) = match window {
        Window::Newest => (room.head.next(), limit, 0),
        Window::Before(seq) => (seq, limit, 0),
        Window::After(seq) => (seq.next(), 0, limit),
        Window::Around(seq) => (seq, limit / 2, limit),
        Window::From(at) => (first_from(tx, &room, at).await?, 0, limit),
    };
    let mut page = slice(tx, &room, root, (pivot, below, above), limit, now).await?;
    fill(tx, &mut page.items, |_| room.id, me).await?;
    page.as_of = room.head;
    Ok(Some(page))
}

/// The message, as a decision on it needs it.
pub(super) async fn find_message(
    connection: &mut PgConnection,
    room_id: RoomId,
    message_id: EventId,
    now: Timestamp,
) -> Result<Option<MessageFacts>, StoreError> {
    let row = sqlx::query(FIND)
        .bind(*room_id.as_uuid())
        .bind(*message_id.as_uuid())
        .bind(now.as_micros())
        .fetch_optional(connection)
        .await
        .map_err(store_error)?;
    let facts = |row: &PgRow| {
        Ok(MessageFacts {
            sender_id: row.id(0, UserId::from_uuid)?,
            version: row.small(1)?,
            gone: row.value(2)?,
            seq: row.seq(3)?,
            at: row.time(4)?,
            poll: polls::facts(row, 6)?,
            thread: row.maybe_id(5, EventId::from_uuid)?,
        })
    };
    row.as_ref().map(facts).transpose()
}

/// Fills what stands beside items that lie in the rooms `room_of` tells: their reactions, corrections and pins, and of
/// `me` what is his own: his reaction, his stars, and tombstones for what he hid.
pub(crate) async fn fill(
    tx: &mut PgConnection,
    items: &mut [Item],
    room_of: impl Fn(usize) -> RoomId,
    me: Option<UserId>,
) -> Result<(), StoreError> {
    if let Some(me) = me {
        mine::fill(tx, items, &room_of, me).await?;
    }
    fill_reactions(tx, items, &room_of, me).await?;
    fill_corrections(tx, items, &room_of).await?;
    fill_pins(tx, items, &room_of).await?;
    threads::fill(tx, items, &room_of).await?;
    fill_tallies(tx, items, &room_of, me).await
}

async fn fill_reactions(
    tx: &mut PgConnection,
    items: &mut [Item],
    room_of: impl Fn(usize) -> RoomId,
    me: Option<UserId>,
) -> Result<(), StoreError> {
    let mut found: HashMap<(RoomId, Seq), (Vec<ReactionCount>, Option<String>)> = HashMap::new();
    let living: Vec<(RoomId, Seq)> =
        items.iter().enumerate().filter(|(_, item)| !item.redacted).map(|(i, item)| (room_of(i), item.seq)).collect();
    let me = me.map(|user| *user.as_uuid());
    let bind = |bound: Bind, (room, seq): &(RoomId, Seq)| bound.bind(*room.as_uuid()).bind(int(seq.0)).bind(me);
    for row in REACTIONS.fetch(tx, &living, bind).await? {
        let (counts, mine) = found.entry((row.id(0, RoomId::from_uuid)?, row.seq(1)?)).or_default();
        let key: String = row.value(2)?;
        if row.value(4)? {
            *mine = Some(key.clone());
        }
        counts.push(ReactionCount { key, count: row.small(3)? });
    }
    for (index, item) in items.iter_mut().enumerate().filter(|(_, item)| !item.redacted) {
        if let Some((mut counts, mine)) = found.remove(&(room_of(index), item.seq)) {
            sort_reactions(&mut counts);
            (item.reactions, item.my_reaction) = (counts, mine);
        }
    }
    Ok(())
}

const REACTIONS: crate::rows::Many = crate::rows::Many {
    columns: &["room_id uuid", "seq bigint", "me uuid"],
    sql: "SELECT r.room_id, r.message_seq, r.key, count(*), coalesce(bool_or(r.user_id = k.me), false)
          FROM k JOIN reactions r ON r.room_id = k.room_id AND r.message_seq = k.seq
          GROUP BY r.room_id, r.message_seq, r.key",
};

/// Of these messages, those from before a seq.
const OLDER: crate::rows::Many = crate::rows::Many {
    columns: &["id uuid", "from_seq bigint"],
    sql: "SELECT e.id FROM k JOIN events e ON e.id = k.id AND e.kind = 'message' AND e.seq < k.from_seq",
};

/// A room as one reader may read it.
struct Readable {
    id: RoomId,
    head: Seq,
    from: Seq,
}

async fn first_from(tx: &mut PgConnection, room: &Readable, at: Timestamp) -> Result<Seq, StoreError> {
    let query = sqlx::query(FIRST_FROM)
        .bind(*room.id.as_uuid())
        .bind(int(room.from.0))
        .bind(int(room.head.next().0))
        .bind(at.as_micros());
    match query.fetch_optional(tx).await.map_err(store_error)? {
        Some(row) => row.seq(0),
        None => Err(StoreError::corrupt("a room's seqs are not dense")),
    }
}

/// The page of at most `limit` items around `pivot`: at most `below` under it, the rest above.
async fn slice(
    tx: &mut PgConnection,
    room: &Readable,
    root: Option<EventId>,
    (pivot, below, above): (Seq, u32, u32),
    limit: u32,
    now: Timestamp,
) -> Result<TimelinePage, StoreError> {
    let query = sqlx::query(if root.is_some() { THREAD_ITEMS } else { ITEMS })
        .bind(*room.id.as_uuid())
        .bind(int(room.from.0))
        .bind(int(pivot.0))
        .bind(i64::from(below) + 1)
        .bind(i64::from(above) + 1);
    let query = match root {
        Some(root) => query.bind(*root.as_uuid()),
        None => query,
    };
    let rows = query.fetch_all(tx).await.map_err(store_error)?;
    let items = rows.iter().map(|row| item(row, 0, room.id, now)).collect::<Result<Vec<_>, _>>()?;
    let (mut before, mut after): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| item.seq < pivot);
    let has_before = before.len() > below as usize;
    // The statement gives both halves in their order, but promises none.
    before.sort_unstable_by_key(|item| std::cmp::Reverse(item.seq));
    after.sort_unstable_by_key(|item| item.seq);
    before.truncate(below as usize);
    let rest = (limit as usize - before.len()).min(above as usize);
    let has_after = after.len() > rest;
    after.truncate(rest);
    before.reverse();
    before.append(&mut after);
    Ok(TimelinePage { items: before, as_of: room.head, has_before, has_after })
}

fn user(reader: Reader) -> Option<UserId> {
    match reader {
        Reader::Member(user) => Some(user),
        Reader::Node => None,
    }
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements {
    many: &[&REACTIONS, &OLDER],
    single: &[EVENTS, READER, ITEMS, THREAD_ITEMS, FIRST_FROM, FIND],
};
