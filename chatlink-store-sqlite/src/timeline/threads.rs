//! Threads: who follows them, and what was said in them.

use super::{
    decide::{Head, Plan, Refused, named_by},
    load::Loaded,
    read,
    row::{item, item_columns},
};
use crate::{
    SqliteStore,
    error::store_error,
    notes,
    rows::{Bind, Many, Read, int},
};
use async_trait::async_trait;
use chatlink_core::{
    StoreError,
    protocol::{EventBody, EventId, Item, RoomId, Seq, Thread, Timestamp, UserId},
    timeline::{
        Named, Reader, TimelinePage, Told, Window,
        threads::{MAX_FOLLOWED, ThreadRow, ThreadStore, read_note},
    },
};
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// Messages to read of the thread mark `t`, at most 100: not one's own, not gone, above the mark and `$joined`, from
/// nobody whom one blocks, not hidden. `$now` is the parameter of the time.
macro_rules! unread_of_thread {
    ($joined:literal, $now:literal) => {
        concat!(
            "SELECT 1 FROM events u INDEXED BY events_of_thread
             WHERE u.room_no = t.room_no AND u.thread = t.root AND u.seq > max(t.read_seq, ",
            $joined,
            ") AND u.text IS NOT NULL AND coalesce(u.expires_at > ",
            $now,
            ", 1) AND u.sender_id <> t.user_id
               AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = t.user_id AND b.blocked = u.sender_id)
               AND NOT EXISTS
                 (SELECT 1 FROM hides h WHERE h.user_id = t.user_id AND h.room_no = u.room_no AND h.seq = u.seq)
             LIMIT 100"
        )
    };
}
pub(crate) use unread_of_thread;

/// Members alone follow, and nobody whose account is deleted.
const FOLLOW: Many = Many {
    columns: &["room_no", "user_id", "root", "read_seq"],
    sql: "INSERT INTO thread_marks (user_id, room_no, root, read_seq)
          SELECT k.user_id, k.room_no, k.root, k.read_seq FROM k
          CROSS JOIN members m ON m.room_no = k.room_no AND m.user_id = k.user_id
          WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.user_id = k.user_id AND a.state = 'deleted')
          ON CONFLICT (user_id, room_no, root) DO UPDATE SET read_seq = max(thread_marks.read_seq, excluded.read_seq)",
};

/// Lets go of the threads that began longest ago, beyond [`MAX_FOLLOWED`] a room, but not of the one just followed.
const LET_GO: Many = Many {
    columns: &["room_no", "user_id", "root"],
    sql: "DELETE FROM thread_marks WHERE (user_id, room_no, root) IN (
            SELECT t.user_id, t.room_no, t.root FROM k
            CROSS JOIN thread_marks t ON t.user_id = k.user_id AND t.room_no = k.room_no AND t.root <> k.root
              AND t.root < (SELECT o.root FROM thread_marks o WHERE o.user_id = k.user_id AND o.room_no = k.room_no
                            ORDER BY o.root DESC LIMIT 1 OFFSET 199))",
};
const _: () = assert!(MAX_FOLLOWED == 200, "the statement above says it in its own words");

const LEAVE: Many = Many {
    columns: &["room_no", "user_id"],
    sql: "DELETE FROM thread_marks WHERE (user_id, room_no) IN (SELECT user_id, room_no FROM k)",
};

/// Counted in the index alone, which the planner would pass by; the last one's time is looked up.
const FILL: Many = Many {
    columns: &["room_no", "root"],
    sql: "SELECT page.room_no, page.thread, page.replies, page.last_seq, l.at
          FROM (SELECT e.room_no, e.thread, count(*) AS replies, max(e.seq) AS last_seq
                FROM k CROSS JOIN events e INDEXED BY events_of_thread ON e.room_no = k.room_no AND e.thread = k.root
                GROUP BY e.room_no, e.thread) page
          CROSS JOIN events l ON l.room_no = page.room_no AND l.seq = page.last_seq",
};

const LIST: &str = concat!(
    "SELECT t.read_seq, (SELECT count(*) FROM (",
    unread_of_thread!("m.join_seq", "?3"),
    ")), ",
    item_columns!(),
    ", (SELECT max(l.seq) FROM events l INDEXED BY events_of_thread WHERE l.room_no = t.room_no AND l.thread = t.root) AS last_seq
      FROM members m CROSS JOIN thread_marks t ON t.user_id = m.user_id AND t.room_no = m.room_no
      CROSS JOIN events e ON e.id = t.root AND e.kind = 'message' AND e.room_no = t.room_no AND e.seq >= m.from_seq
      LEFT JOIN events ed ON ed.room_no = e.room_no AND ed.seq = e.edit_seq
      WHERE m.room_no = ?1 AND m.user_id = ?2 AND (?4 IS NULL OR last_seq < ?4)
      ORDER BY last_seq DESC LIMIT ?5"
);

const READ: &str = "UPDATE thread_marks SET read_seq = min(?4, r.head_seq) FROM rooms r
     WHERE r.room_id = ?2 AND thread_marks.user_id = ?1 AND thread_marks.room_no = r.room_no AND thread_marks.root = ?3
       AND thread_marks.read_seq < min(?4, r.head_seq)
     RETURNING thread_marks.read_seq";

impl Plan {
    /// Lets follow the thread of the living message `root` whoever takes part in it by a message at `head`.
    pub(super) fn follow(
        &mut self,
        state: &Loaded,
        head: Head,
        sender: UserId,
        root: Named,
        mentions: &[UserId],
        now: Timestamp,
    ) -> Result<EventId, Refused> {
        let message = named_by(state, head, root)?;
        if message.gone(now) {
            return Err(Refused::Gone);
        }
        let named = mentions.iter().copied().chain([message.sender]).map(|user| (user, Seq(0)));
        for (user, read) in named.chain([(sender, head.seq)]) {
            let mark = self.followed.entry((head.room_no, user, root.event_id)).or_default();
            *mark = read.max(*mark);
        }
        Ok(root.event_id)
    }
}

/// Writes who follows.
pub(super) async fn write(tx: &mut SqliteConnection, plan: &Plan) -> Result<(), StoreError> {
    let rows: Vec<_> = plan.followed.iter().collect();
    let bind = |bound: Bind, ((no, user, root), read): &(&(i64, UserId, EventId), &Seq)| {
        bound.bind(*no).bind(*user.as_uuid()).bind(*root.as_uuid()).bind(int(read.0))
    };
    FOLLOW.execute(tx, &rows, bind).await?;
    let bind = |bound: Bind, ((no, user, root), _): &(&(i64, UserId, EventId), &Seq)| {
        bound.bind(*no).bind(*user.as_uuid()).bind(*root.as_uuid())
    };
    LET_GO.execute(tx, &rows, bind).await
}

/// Forgets what those followed who went.
pub(super) async fn forget_members(tx: &mut SqliteConnection, went: &[(i64, UserId)]) -> Result<(), StoreError> {
    LEAVE.execute(tx, went, |bound, (no, user)| bound.bind(*no).bind(*user.as_uuid())).await
}

/// Fills how much was said in the threads of items.
pub(super) async fn fill(
    tx: &mut SqliteConnection,
    items: &mut [Item],
    no_of: impl Fn(usize) -> i64,
) -> Result<(), StoreError> {
    let starts = |item: &Item| matches!(&item.body, EventBody::Message(message) if message.thread.is_none());
    let starting = items.iter().enumerate().filter(|(_, item)| starts(item));
    let roots: Vec<(i64, EventId)> = starting.map(|(index, item)| (no_of(index), item.id)).collect();
    let mut found: HashMap<(i64, EventId), Thread> = HashMap::new();
    for row in FILL.fetch(tx, &roots, |bound, (no, root)| bound.bind(*no).bind(*root.as_uuid())).await? {
        let thread = Thread { replies: row.small(2)?, last_seq: row.seq(3)?, last_at: row.time(4)? };
        found.insert((row.value(0)?, row.id(1, EventId::from_uuid)?), thread);
    }
    for (index, item) in items.iter_mut().enumerate() {
        item.thread = found.get(&(no_of(index), item.id)).copied();
    }
    Ok(())
}

#[async_trait]
impl ThreadStore for SqliteStore {
    async fn thread(
        &self,
        room_id: RoomId,
        reader: Reader,
        root: EventId,
        window: Window,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<TimelinePage>, StoreError> {
        self.in_read(move |tx| Box::pin(read::timeline(tx, room_id, reader, Some(root), (window, limit), now))).await
    }

    async fn list_threads(
        &self,
        user: UserId,
        room_id: RoomId,
        before: Option<Seq>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Option<Vec<ThreadRow>>, StoreError> {
        self.in_read(move |tx| Box::pin(list(tx, user, room_id, (before, limit), now))).await
    }

    async fn read_thread(
        &self,
        user: UserId,
        room_id: RoomId,
        root: EventId,
        seq: Seq,
    ) -> Result<Vec<Told>, StoreError> {
        self.in_tx(move |tx| Box::pin(read_up_to(tx, user, room_id, root, seq))).await
    }
}

async fn list(
    tx: &mut SqliteConnection,
    user: UserId,
    room_id: RoomId,
    (before, limit): (Option<Seq>, u32),
    now: Timestamp,
) -> Result<Option<Vec<ThreadRow>>, StoreError> {
    let found = sqlx::query(read::READER).bind(*room_id.as_uuid()).bind(*user.as_uuid());
    let Some(room) = found.fetch_optional(&mut *tx).await.map_err(store_error)? else { return Ok(None) };
    let no: i64 = room.value(0)?;
    let query = sqlx::query(LIST)
        .bind(no)
        .bind(*user.as_uuid())
        .bind(now.as_micros())
        .bind(before.map(|seq| int(seq.0)))
        .bind(limit);
    let rows = query.fetch_all(&mut *tx).await.map_err(store_error)?;
    let mut items = rows.iter().map(|row| item(row, 2, room_id, now)).collect::<Result<Vec<_>, _>>()?;
    read::fill(tx, &mut items, |_| no, Some(user)).await?;
    let row = |(row, root): (&sqlx::sqlite::SqliteRow, Item)| {
        Ok(ThreadRow { root, read_seq: row.seq(0)?, unread: row.small(1)? })
    };
    rows.iter().zip(items).map(row).collect::<Result<Vec<_>, StoreError>>().map(Some)
}

async fn read_up_to(
    tx: &mut SqliteConnection,
    user: UserId,
    room_id: RoomId,
    root: EventId,
    seq: Seq,
) -> Result<Vec<Told>, StoreError> {
    let query = sqlx::query(READ).bind(*user.as_uuid()).bind(*room_id.as_uuid()).bind(*root.as_uuid()).bind(int(seq.0));
    match query.fetch_optional(&mut *tx).await.map_err(store_error)? {
        None => Ok(Vec::new()),
        Some(row) => notes::write(tx, &[read_note(user, room_id, root, row.seq(0)?)]).await,
    }
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::plans::Statements =
    crate::plans::Statements { many: &[&FOLLOW, &LET_GO, &LEAVE, &FILL], single: &[LIST, READ] };
