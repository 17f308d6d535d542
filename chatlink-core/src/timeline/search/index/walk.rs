//! The walk through a person's rooms, many at once: those whose rest may be the newest go next, so that hits come newest
//! first over all rooms and little more is read than a page needs. Each step asks the store the same few questions for
//! all the rooms that go.

use super::{
    BLOCK, Doubling, RoomSought, Said, Shelf, block,
    grams::Asked,
    swath_of,
    way::{Answers, Frequency, Grams, Way},
};
use crate::{
    error::StoreError,
    timeline::search::{Found, Hit, Place, Sought},
};
use chatlink_protocol::{Event, EventBody, Item, Seq, Timestamp};
use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap},
    ops::Bound::{Excluded, Unbounded},
};
use tokio::time::Instant;

/// Rooms of a step: few at first, since a word that is often said is found soon.
const ROOMS: Doubling = Doubling { least: 8, most: 512 };
/// Swaths that one step asks, and blocks that it looks into, over all of its rooms, about.
const SWATHS: u64 = 512;
const BLOCKS: u64 = 512;
/// Messages that a step reads, about: where the index knows nothing of blocks they may be many.
const MESSAGES: usize = 2_048;

/// A page. `None`: the room that was asked for is not the asker's.
///
/// # Errors
/// The store's.
pub async fn search(shelf: &mut impl Shelf, wanted: &Sought, now: Timestamp) -> Result<Option<Found>, StoreError> {
    let Some(rooms) = shelf.rooms(wanted).await? else { return Ok(None) };
    let mut walk = Walk::through(rooms, wanted, now);
    let started = Instant::now();
    let (mut turn, mut steps) = (0, 0);
    while let Some((bound, is_begun)) = walk.ways.peek().map(|way| (way.bound, way.ceiling.is_none())) {
        if walk.is_full(bound) {
            return walk.page(shelf, true).await.map(Some);
        }
        let ways = walk.next_ways(ROOMS.at(turn), is_begun);
        turn += 1;
        if !is_begun {
            // Not counted: only a bound that is a message's own place brings the next page further.
            walk.begin(shelf, ways).await?;
            continue;
        }
        if steps > 0 && started.elapsed() >= wanted.budget {
            return walk.cut_short(shelf, bound).await.map(Some);
        }
        walk.step(shelf, ways).await?;
        steps += 1;
    }
    walk.page(shelf, false).await.map(Some)
}

/// What was found so far, and what is left.
struct Walk<'a> {
    wanted: &'a Sought,
    now: Timestamp,
    rooms: Vec<RoomSought>,
    asked: Asked,
    grams: Grams,
    frequency: Frequency,
    ways: BinaryHeap<Way>,
    /// The newest, with their rooms' places in the list: as many as tell whether more than a page is there.
    hits: BTreeSet<(Place, usize)>,
}

impl<'a> Walk<'a> {
    fn through(rooms: Vec<RoomSought>, wanted: &'a Sought, now: Timestamp) -> Self {
        let ways = rooms.iter().enumerate().map(|(at, room)| Way::into(at, room, wanted)).collect();
        let asked = Asked::of(wanted.pattern.words());
        let grams = Grams::of(&asked);
        Self { wanted, now, rooms, asked, grams, frequency: Frequency::default(), ways, hits: BTreeSet::new() }
    }

    fn limit(&self) -> usize {
        self.wanted.limit.max(1) as usize
    }

    /// Whether a page is found that nothing below `bound` can change.
    fn is_full(&self, bound: Place) -> bool {
        let above = self.hits.range((Excluded((bound, usize::MAX)), Unbounded));
        self.hits.len() >= self.limit() && above.count() >= self.limit()
    }

    /// `left`: whether some of the way is.
    async fn page(&self, shelf: &mut impl Shelf, left: bool) -> Result<Found, StoreError> {
        let limit = self.limit();
        let more = left || self.hits.len() > limit;
        let page: Vec<_> = self.hits.iter().rev().take(limit).copied().collect();
        let next = page.last().filter(|_| more).map(|(place, _)| *place);
        Ok(Found { hits: self.read(shelf, &page).await?, next, cut_short: false })
    }

    /// What is certain by now: all above `bound`.
    async fn cut_short(&self, shelf: &mut impl Shelf, bound: Place) -> Result<Found, StoreError> {
        let certain: Vec<_> = self.hits.iter().rev().take_while(|(place, _)| *place > bound).copied().collect();
        // A place is gone on below, and the bound itself is not looked at yet.
        let next = Place { seq: bound.seq.next(), ..bound };
        Ok(Found { hits: self.read(shelf, &certain).await?, next: Some(next), cut_short: true })
    }

    /// The messages of these places, in the order of search.
    async fn read(&self, shelf: &mut impl Shelf, places: &[(Place, usize)]) -> Result<Vec<Hit>, StoreError> {
        let keys: Vec<_> = places.iter().map(|(place, room)| (*room, place.seq)).collect();
        let items = shelf.items(&keys, self.now).await?;
        let mut hits: Vec<Hit> = items.into_iter().filter_map(|(room, item)| self.hit(room, item)).collect();
        hits.sort_unstable_by_key(|hit| Reverse(hit.place()));
        Ok(hits)
    }

    fn hit(&self, room: usize, item: Item) -> Option<Hit> {
        let EventBody::Message(message) = &item.body else { return None };
        let highlights = self.wanted.pattern.find(message.text.as_deref()?)?;
        let Item { seq, id, body, sender_id, at, client_id, .. } = item;
        let room_id = self.rooms.get(room)?.id;
        Some(Hit { event: Event { room_id, seq, id, body, sender_id, at, client_id }, highlights })
    }

    /// The next ways, of those that are begun or of the others; none on which nothing can be newer than the page.
    fn next_ways(&mut self, most: u64, begun: bool) -> Vec<Way> {
        let mut ways = Vec::new();
        while (ways.len() as u64) < most
            && let Some(way) = self.ways.peek()
            && way.ceiling.is_none() == begun
            && !self.is_full(way.bound)
        {
            ways.extend(self.ways.pop());
        }
        ways
    }

    /// Finds where these rooms are begun.
    async fn begin(&mut self, shelf: &mut impl Shelf, ways: Vec<Way>) -> Result<(), StoreError> {
        let mut asked = Vec::with_capacity(ways.len());
        for way in &ways {
            asked.extend(way.ceiling.map(|ceiling| (way.room, self.rooms[way.room], ceiling)));
        }
        let begins: HashMap<usize, Seq> = shelf.begins(&asked).await?.into_iter().collect();
        let mut begun = Vec::with_capacity(ways.len());
        for (way, (at, _, ceiling)) in ways.into_iter().zip(asked) {
            let begin = begins.get(&at).ok_or_else(|| StoreError::corrupt("a room's seqs are not dense"))?;
            begun.push(way.beginning(ceiling.seq.min(*begin)));
        }
        self.put_back(shelf, begun).await
    }

    /// Looks at the next messages of these rooms.
    async fn step(&mut self, shelf: &mut impl Shelf, mut ways: Vec<Way>) -> Result<(), StoreError> {
        self.ask_swaths(shelf, &mut ways).await?;
        let keys = self.ask_blocks(shelf, &mut ways).await?;
        for said in shelf.said(&keys, self.wanted, self.now).await? {
            self.look(said);
        }
        ways.iter_mut().for_each(Way::go_down);
        self.put_back(shelf, ways).await
    }

    /// Asks which blocks may hold what is asked for, where that is not known.
    async fn ask_swaths(&mut self, shelf: &mut impl Shelf, ways: &mut [Way]) -> Result<(), StoreError> {
        if self.frequency.is_high() {
            ways.iter_mut().for_each(Way::begin_at_once);
        }
        let most = SWATHS / ways.len().max(1) as u64;
        let unknown = |way: &Way| way.unknown(&self.rooms[way.room], most);
        let ranges: Vec<_> = ways.iter().map(unknown).collect();
        let of_rooms = ways.iter().zip(&ranges);
        let of_rooms: Vec<_> =
            of_rooms.filter_map(|(way, range)| range.map(|(low, high)| (way.room, low, high))).collect();
        if of_rooms.is_empty() {
            return Ok(());
        }
        let grams = self.grams.next();
        let swaths = |(room, low, high): &(usize, u64, u64)| {
            let room = *room;
            (swath_of(*low)..=swath_of(*high)).map(move |swath| (room, swath))
        };
        let swaths: Vec<_> = of_rooms.iter().flat_map(swaths).collect();
        let buckets: BTreeSet<u8> = grams.iter().map(|gram| gram.bucket).collect();
        let keys = swaths.iter().flat_map(|(room, swath)| buckets.iter().map(|bucket| (*room, *swath, *bucket)));
        let keys: Vec<_> = keys.collect();
        let answers = Answers {
            grams: &grams,
            noted: shelf.noted(&of_rooms).await?.into_iter().collect(),
            rows: shelf.buckets(&keys).await?.into_iter().collect(),
        };
        swaths.iter().for_each(|(room, swath)| self.grams.learn(&answers, *room, *swath));
        for (way, range) in ways.iter_mut().zip(ranges) {
            range.into_iter().for_each(|range| self.frequency.add(range, way.learn(range, &answers)));
        }
        Ok(())
    }

    /// The messages that may hold what is asked for, in the next blocks.
    async fn ask_blocks(&self, shelf: &mut impl Shelf, ways: &mut [Way]) -> Result<Vec<(usize, Seq)>, StoreError> {
        let most = BLOCKS / ways.len().max(1) as u64;
        let taken: Vec<_> = ways.iter_mut().map(|way| way.take(most)).collect();
        let of_rooms = ways.iter().zip(&taken);
        let keys: Vec<_> = of_rooms.flat_map(|(way, blocks)| blocks.iter().map(|block| (way.room, *block))).collect();
        let rows: HashMap<_, _> = shelf.blocks(&keys).await?.into_iter().collect();
        let mut messages = Vec::new();
        for (way, blocks) in ways.iter_mut().zip(taken) {
            let readable = self.rooms[way.room].from..=way.top;
            for (at, block) in blocks.iter().enumerate() {
                if messages.len() >= MESSAGES {
                    way.put_back(&blocks[at..]);
                    break;
                }
                let kept = rows.get(&(way.room, *block));
                way.looked_into(*block, kept.and_then(|kept| kept.first_at));
                let places = kept.map_or(u64::MAX, |kept| block::places(&kept.row, &self.asked.pairs));
                let seqs =
                    (0..BLOCK).filter(|place| places & (1 << place) != 0).map(|place| Seq(block * BLOCK + place));
                messages.extend(seqs.filter(|seq| readable.contains(seq)).map(|seq| (way.room, seq)));
            }
        }
        Ok(messages)
    }

    /// Keeps the message's place if it is a hit.
    fn look(&mut self, Said { room, seq, at, text }: Said) {
        if self.wanted.from.is_some_and(|from| at < from) || !self.wanted.pattern.is_in(&text) {
            return;
        }
        self.hits.insert((Place { at, room_id: self.rooms[room].id, seq }, room));
        while self.hits.len() > self.limit() + 1 {
            self.hits.pop_first();
        }
    }

    /// Puts those back of which something is left.
    async fn put_back(&mut self, shelf: &mut impl Shelf, mut ways: Vec<Way>) -> Result<(), StoreError> {
        ways.retain(|way| way.goes_on(&self.rooms[way.room]));
        let unknown = ways.iter().filter(|way| way.later_at().is_none());
        let keys: Vec<_> = unknown.map(|way| (way.room, way.top)).collect();
        let times: HashMap<_, _> = shelf.times(&keys).await?.into_iter().collect();
        for mut way in ways {
            let at = way.later_at().or_else(|| times.get(&way.room).copied());
            let at = at.ok_or_else(|| StoreError::corrupt("a room's seqs are not dense"))?;
            if self.wanted.from.is_none_or(|from| at >= from) {
                way.set_bound(&self.rooms[way.room], at);
                self.ways.push(way);
            }
        }
        Ok(())
    }
}
