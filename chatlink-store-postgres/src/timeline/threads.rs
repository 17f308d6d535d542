//! Threads: who follows them, and what was said in them.

use super::{
    decide::{Head, Plan, Refused, named_by},
    load::Loaded,
    read,
    row::{item, item_columns},
};
use crate::{
    PostgresStore,
    error::store_error,
    locks, notes,
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
use sqlx::PgConnection;
use std::collections::HashMap;

/// Messages to read of the thread mark `t`, at most 100: not one's own, not gone, above the mark and `$joined`, from
/// nobody whom one blocks, not hidden. `$now` is the parameter of the time.
macro_rules! unread_of_thread {
    ($joined:literal, $now:literal) => {
        concat!(
            "SELECT 1 FROM events u
             WHERE u.room_id = t.room_id AND u.thread = t.root AND u.seq > greatest(t.read_seq, ",
            $joined,
            ") AND u.text IS NOT NULL AND coalesce(u.expires_at > ",
            $now,
            ", true) AND u.sender_id <> t.user_id
               AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = t.user_id AND b.blocked = u.sender_id)
               AND NOT EXISTS
                 (SELECT 1 FROM hides h WHERE h.user_id = t.user_id AND h.room_id = u.room_id AND h.seq = u.seq)
             LIMIT 100"
        )
    };
}
pub(crate) use unread_of_thread;

/// Members alone follow, and nobody whose account is deleted.
const FOLLOW: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "root uuid", "read_seq bigint"],
    sql: "INSERT INTO thread_marks (user_id, room_id, root, read_seq)
          SELECT k.user_id, k.room_id, k.root, k.read_seq FROM k
          JOIN members m ON m.room_id = k.room_id AND m.user_id = k.user_id
          WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.user_id = k.user_id AND a.state = 'deleted')
          ON CONFLICT (user_id, room_id, root) DO UPDATE 
          SET read_seq = greatest(thread_marks.read_seq, excluded.read_seq)",
};

/// Lets go of the threads that began longest ago, beyond [`MAX_FOLLOWED`] a room, but not of the one just followed.
const LET_GO: Many = Many {
    columns: &["room_id uuid", "user_id uuid", "root uuid"],
    sql: "DELETE FROM thread_marks USING (
            SELECT k.user_id, k.room_id, old.root FROM k CROSS JOIN LATERAL
              (SELECT t.root FROM thread_marks t WHERE t.user_id = k.user_id AND t.room_id = k.room_id
               ORDER BY t.root DESC OFFSET 200) old
            WHERE old.root <> k.root) gone
          WHERE thread_marks.user_id = gone.user_id AND thread_marks.room_id = gone.room_id
            AND thread_marks.root = gone.root",
};
const _: () = assert!(MAX_FOLLOWED == 200, "the statement above says it in its own words");

const LEAVE: Many = Many {
    columns: &["room_id uuid", "user_id uuid"],
    sql: "DELETE FROM thread_marks WHERE (user_id, room_id) IN (SELECT user_id, room_id FROM k)",
};

/// Times rise with seqs: the latest is that of the last.
const FILL: Many = Many {
    columns: &["room_id uuid", "root uuid"],
    sql: "SELECT e.room_id, e.thread, count(*), max(e.seq), max(e.at)
          FROM k JOIN events e ON e.room_id = k.room_id AND e.thread = k.root
          GROUP BY e.room_id, e.thread",
};

const LIST: &str = concat!(
    "SELECT t.read_seq, (SELECT count(*) FROM (",
    unread_of_thread!("m.join_seq", "$3"),
    ") unread), ",
    item_columns!(),
    " FROM members m JOIN thread_marks t ON t.user_id = m.user_id AND t.room_id = m.room_id
      JOIN events e ON e.id = t.root AND e.kind = 'message' AND e.room_id = t.room_id AND e.seq >= m.from_seq
      CROSS JOIN LATERAL
        (SELECT max(l.seq) AS seq FROM events l WHERE l.room_id = t.room_id AND l.thread = t.root) last
      LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
      WHERE m.room_id = $1 AND m.user_id = $2 AND ($4::bigint IS NULL OR last.seq < $4)
      ORDER BY last.seq DESC NULLS LAST LIMIT $5"
);

const READ: &str = "UPDATE thread_marks SET read_seq = least($4, r.head_seq) FROM rooms r
     WHERE r.room_id = $2 AND thread_marks.user_id = $1 AND thread_marks.room_id = r.room_id AND thread_marks.root = $3
       AND thread_marks.read_seq < least($4, r.head_seq)
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
            let mark = self.followed.entry((head.room_id, user, root.event_id)).or_default();
            *mark = read.max(*mark);
        }
        Ok(root.event_id)
    }
}

/// Writes who follows.
pub(super) async fn write(tx: &mut PgConnection, plan: &Plan) -> Result<(), StoreError> {
    let rows: Vec<_> = plan.followed.iter().collect();
    let bind = |bound: Bind, ((room, user, root), read): &(&(RoomId, UserId, EventId), &Seq)| {
        bound.bind(*room.as_uuid()).bind(*user.as_uuid()).bind(*root.as_uuid()).bind(int(read.0))
    };
    FOLLOW.execute(tx, &rows, bind).await?;
    let bind = |bound: Bind, ((room, user, root), _): &(&(RoomId, UserId, EventId), &Seq)| {
        bound.bind(*room.as_uuid()).bind(*user.as_uuid()).bind(*root.as_uuid())
    };
    LET_GO.execute(tx, &rows, bind).await
}

/// Forgets what those followed who went.
pub(super) async fn forget_members(tx: &mut PgConnection, went: &[(RoomId, UserId)]) -> Result<(), StoreError> {
    LEAVE.execute(tx, went, |bound, (room, user)| bound.bind(*room.as_uuid()).bind(*user.as_uuid())).await
}

/// Fills how much was said in the threads of items.
pub(super) async fn fill(
    tx: &mut PgConnection,
    items: &mut [Item],
    room_of: impl Fn(usize) -> RoomId,
) -> Result<(), StoreError> {
    let starts = |item: &Item| matches!(&item.body, EventBody::Message(message) if message.thread.is_none());
    let starting = items.iter().enumerate().filter(|(_, item)| starts(item));
    let roots: Vec<(RoomId, EventId)> = starting.map(|(index, item)| (room_of(index), item.id)).collect();
    let mut found: HashMap<(RoomId, EventId), Thread> = HashMap::new();
    for row in FILL.fetch(tx, &roots, |bound, (room, root)| bound.bind(*room.as_uuid()).bind(*root.as_uuid())).await? {
        let thread = Thread { replies: row.small(2)?, last_seq: row.seq(3)?, last_at: row.time(4)? };
        found.insert((row.id(0, RoomId::from_uuid)?, row.id(1, EventId::from_uuid)?), thread);
    }
    for (index, item) in items.iter_mut().enumerate() {
        item.thread = found.get(&(room_of(index), item.id)).copied();
    }
    Ok(())
}

#[async_trait]
impl ThreadStore for PostgresStore {
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
    tx: &mut PgConnection,
    user: UserId,
    room_id: RoomId,
    (before, limit): (Option<Seq>, u32),
    now: Timestamp,
) -> Result<Option<Vec<ThreadRow>>, StoreError> {
    let found = sqlx::query(read::READER).bind(*room_id.as_uuid()).bind(*user.as_uuid());
    if found.fetch_optional(&mut *tx).await.map_err(store_error)?.is_none() {
        return Ok(None);
    }
    let query = sqlx::query(LIST)
        .bind(*room_id.as_uuid())
        .bind(*user.as_uuid())
        .bind(now.as_micros())
        .bind(before.map(|seq| int(seq.0)))
        .bind(i64::from(limit));
    let rows = query.fetch_all(&mut *tx).await.map_err(store_error)?;
    let mut items = rows.iter().map(|row| item(row, 2, room_id, now)).collect::<Result<Vec<_>, _>>()?;
    read::fill(tx, &mut items, |_| room_id, Some(user)).await?;
    let row = |(row, root): (&sqlx::postgres::PgRow, Item)| {
        Ok(ThreadRow { root, read_seq: row.seq(0)?, unread: row.small(1)? })
    };
    rows.iter().zip(items).map(row).collect::<Result<Vec<_>, StoreError>>().map(Some)
}

async fn read_up_to(
    tx: &mut PgConnection,
    user: UserId,
    room_id: RoomId,
    root: EventId,
    seq: Seq,
) -> Result<Vec<Told>, StoreError> {
    locks::person(tx, user).await?;
    let query = sqlx::query(READ).bind(*user.as_uuid()).bind(*room_id.as_uuid()).bind(*root.as_uuid()).bind(int(seq.0));
    match query.fetch_optional(&mut *tx).await.map_err(store_error)? {
        None => Ok(Vec::new()),
        Some(row) => notes::write(tx, &[read_note(user, room_id, root, row.seq(0)?)]).await,
    }
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements =
    crate::sql::Statements { many: &[&FOLLOW, &LET_GO, &LEAVE, &FILL], single: &[LIST, READ] };
