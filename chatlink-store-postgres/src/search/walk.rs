//! The walk through a person's rooms, all at once: the room whose rest may be the newest goes next, so
//! that hits come newest first over all rooms and no more is read than a page needs.

use super::{
    BLOCK, block_of, grams,
    rooms::{self, Ceiling, Room},
};
use crate::{
    error::store_error,
    rows::{Read, int},
    timeline::{item, item_columns},
};
use chatlink_core::{
    StoreError,
    protocol::{Event, EventBody, Item, Seq, Timestamp},
    timeline::search::{Found, Hit, Place, Sought},
};
use sqlx::{PgConnection, Row as _};
use std::{
    collections::{BTreeMap, BinaryHeap, HashMap},
    ops::Bound::{Excluded, Unbounded},
};
use tokio::time::Instant;

/// Blocks of a room that are asked at once: few at first, since a word that is often said is found soon.
const FEWEST: u64 = 4;
const MOST: u64 = 64;
/// Messages that are read at once.
const READ: usize = 64;

const BLOCKS: &str = "SELECT block, grams FROM search_blocks WHERE room_id = $1 AND block BETWEEN $2 AND $3";

const AT: &str = "SELECT at FROM events WHERE room_id = $1 AND seq = $2";

/// Living messages at these seqs that the asker did not hide, of nobody whom he blocks.
const LOOK: &str = concat!(
    "SELECT ",
    item_columns!(),
    " FROM events e
      LEFT JOIN events ed ON ed.room_id = e.room_id AND ed.seq = e.edit_seq
      WHERE e.room_id = $1 AND e.seq = ANY($2) AND e.kind = 'message' AND e.text IS NOT NULL AND coalesce(e.expires_at > $3, true)
        AND ($4::uuid IS NULL OR e.sender_id = $4)
        AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.blocker = $5 AND b.blocked = e.sender_id)
        AND NOT EXISTS (SELECT 1 FROM hides h WHERE h.user_id = $5 AND h.room_id = e.room_id AND h.seq = e.seq)"
);

/// A page. Run it in one reading transaction.
pub(super) async fn search(
    tx: &mut PgConnection,
    wanted: &Sought,
    now: Timestamp,
) -> Result<Option<Found>, StoreError> {
    let Some(rooms) = rooms::load(tx, wanted).await? else { return Ok(None) };
    let mut walk = Walk::through(rooms, wanted);
    let started = Instant::now();
    let mut steps = 0;
    while let Some(mut way) = walk.ways.pop() {
        if walk.is_full(way.bound) {
            return Ok(Some(walk.page(true)));
        }
        let goes_on = match way.next {
            // Not counted: only a bound that is a message's own place brings the next page further.
            Next::Below(ceiling) => way.begin(tx, ceiling).await?,
            Next::Seq(_) if steps > 0 && started.elapsed() >= wanted.budget => {
                return Ok(Some(walk.cut_short(way.bound)));
            }
            Next::Seq(top) => {
                steps += 1;
                way.step(tx, top, &mut walk, now).await?
            }
        };
        if goes_on {
            walk.ways.push(way);
        }
    }
    Ok(Some(walk.page(false)))
}

/// What was found so far, and what is left.
struct Walk<'a> {
    wanted: &'a Sought,
    grams: Vec<u16>,
    ways: BinaryHeap<Way>,
    hits: BTreeMap<Place, Hit>,
}

/// The way back through one room.
#[derive(Debug)]
struct Way {
    /// Nothing that is left of the room stands above it.
    bound: Place,
    room: Room,
    /// Where it goes on; at first a ceiling whose seq is not known.
    next: Next,
    /// Blocks of its next step.
    stride: u64,
}

#[derive(Clone, Copy, Debug)]
enum Next {
    Below(Ceiling),
    Seq(Seq),
}

impl<'a> Walk<'a> {
    fn through(rooms: Vec<Room>, wanted: &'a Sought) -> Self {
        let ways = rooms.into_iter().map(|room| Way::into(room, wanted)).collect();
        let grams = grams::wanted(wanted.pattern.words());
        Self { wanted, grams, ways, hits: BTreeMap::new() }
    }

    fn limit(&self) -> usize {
        self.wanted.limit.max(1) as usize
    }

    /// Whether a page is found that nothing below `bound` can change.
    fn is_full(&self, bound: Place) -> bool {
        self.hits.len() >= self.limit() && self.hits.range((Excluded(bound), Unbounded)).count() >= self.limit()
    }

    /// `left`: whether some of the way is.
    fn page(self, left: bool) -> Found {
        let limit = self.limit();
        let more = left || self.hits.len() > limit;
        let hits: Vec<Hit> = self.hits.into_values().rev().take(limit).collect();
        let next = hits.last().filter(|_| more).map(Hit::place);
        Found { hits, next, cut_short: false }
    }

    /// What is certain by now: all above `bound`.
    fn cut_short(self, bound: Place) -> Found {
        let hits = self.hits.into_iter().rev().take_while(|(place, _)| *place > bound).map(|(_, hit)| hit).collect();
        // A place is gone on below, and the bound itself is not looked at yet.
        let next = Place { seq: bound.seq.next(), ..bound };
        Found { hits, next: Some(next), cut_short: true }
    }
}

impl Way {
    fn into(room: Room, wanted: &Sought) -> Self {
        let ceiling = Ceiling::of(&room, wanted);
        let bound = Place { at: ceiling.at, room_id: room.id, seq: ceiling.seq };
        Self { bound, room, next: Next::Below(ceiling), stride: FEWEST }
    }

    /// Finds where the room is begun. Answers whether anything is there.
    async fn begin(&mut self, tx: &mut PgConnection, ceiling: Ceiling) -> Result<bool, StoreError> {
        let top = rooms::begin(tx, &self.room, ceiling).await?;
        if top == self.room.head {
            (self.next, self.bound.seq, self.bound.at) = (Next::Seq(top), top, self.room.last_at);
            return Ok(true);
        }
        self.go_to(tx, top).await
    }

    /// Looks at the next messages of the room. Answers whether any are left.
    async fn step(
        &mut self,
        tx: &mut PgConnection,
        top: Seq,
        walk: &mut Walk<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (seqs, lowest) = self.candidates(tx, top, &walk.grams).await?;
        for item in self.look(tx, &seqs, walk.wanted, now).await? {
            walk.hits.extend(hit(item, self.room, walk.wanted).map(|hit| (hit.place(), hit)));
        }
        self.stride = (self.stride * 2).min(MOST);
        let is_left = self.go_to(tx, Seq(lowest.0.saturating_sub(1))).await?;
        Ok(is_left && walk.wanted.from.is_none_or(|from| self.bound.at >= from))
    }

    /// Goes on at this seq, if the asker may read it.
    async fn go_to(&mut self, tx: &mut PgConnection, seq: Seq) -> Result<bool, StoreError> {
        if seq < self.room.from {
            return Ok(false);
        }
        let row = sqlx::query(AT)
            .bind(*self.room.id.as_uuid())
            .bind(int(seq.0))
            .fetch_optional(tx)
            .await
            .map_err(store_error)?;
        let at = row.ok_or_else(|| StoreError::corrupt("a room's seqs are not dense"))?.time(0)?;
        (self.next, self.bound.seq, self.bound.at) = (Next::Seq(seq), seq, at);
        Ok(true)
    }

    /// The seqs from `top` down that may hold what is asked for, and down to which one that is said.
    async fn candidates(&self, tx: &mut PgConnection, top: Seq, grams: &[u16]) -> Result<(Vec<Seq>, Seq), StoreError> {
        let last = block_of(top);
        let first = last.saturating_sub(self.stride - 1).max(block_of(self.room.from));
        let rows = sqlx::query(BLOCKS).bind(*self.room.id.as_uuid()).bind(int(first)).bind(int(last));
        let mut indexed = HashMap::new();
        for row in rows.fetch_all(tx).await.map_err(store_error)? {
            indexed.insert(row.count(0)?, grams::candidates(row.try_get(1).map_err(store_error)?, grams));
        }
        let mut seqs = Vec::new();
        for block in (first..=last).rev() {
            let places = indexed.get(&block).copied().flatten().unwrap_or(u64::MAX);
            let places = (0..BLOCK).rev().filter(|place| places & (1 << place) != 0);
            seqs.extend(
                places.map(|place| Seq(block * BLOCK + place)).filter(|seq| *seq <= top && *seq >= self.room.from),
            );
            if seqs.len() >= READ {
                return Ok((seqs, Seq(block * BLOCK)));
            }
        }
        Ok((seqs, Seq(first * BLOCK)))
    }

    async fn look(
        &self,
        tx: &mut PgConnection,
        seqs: &[Seq],
        wanted: &Sought,
        now: Timestamp,
    ) -> Result<Vec<Item>, StoreError> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let list: Vec<i64> = seqs.iter().map(|seq| int(seq.0)).collect();
        let rows = sqlx::query(LOOK)
            .bind(*self.room.id.as_uuid())
            .bind(list)
            .bind(now.as_micros())
            .bind(wanted.sender_id.map(|sender| *sender.as_uuid()))
            .bind(*wanted.reader.as_uuid())
            .fetch_all(tx)
            .await
            .map_err(store_error)?;
        rows.iter().map(|row| item(row, 0, self.room.id, now)).collect()
    }
}

/// The message, if it holds what is asked for.
fn hit(item: Item, room: Room, wanted: &Sought) -> Option<Hit> {
    let EventBody::Message(message) = &item.body else { return None };
    if wanted.from.is_some_and(|from| item.at < from) {
        return None;
    }
    let highlights = wanted.pattern.find(message.text.as_deref()?)?;
    let Item { seq, id, body, sender_id, at, client_id, .. } = item;
    Some(Hit { event: Event { room_id: room.id, seq, id, body, sender_id, at, client_id }, highlights })
}

impl PartialEq for Way {
    fn eq(&self, other: &Self) -> bool {
        self.bound == other.bound
    }
}

impl Eq for Way {}

impl PartialOrd for Way {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Way {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bound.cmp(&other.bound)
    }
}

#[cfg(test)]
pub(super) const STATEMENTS: crate::sql::Statements = crate::sql::Statements { many: &[], single: &[BLOCKS, AT, LOOK] };
