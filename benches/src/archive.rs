//! An archive of messages, made by rules so that it is the same on every run: 500 rooms of very different sizes, what was
//! said in them in the order of time, and three people who read, of one room, of fifty and of all.
//!
//! The k-th room has a share of 1/k, so that of ten million messages the largest has about 1.47 million. Every room has
//! messages of all times.

pub mod asked;
pub mod words;

use chatlink_core::{
    Store,
    protocol::{ClientId, EventId, RoomId, Seq, Timestamp, UserId},
    rooms::{History, NewGroup},
    timeline::{Act, ActKey, Deed, Extras, FirstContact, Outcome},
};
use std::time::{Duration, Instant};
use uuid::Uuid;
use words::{Language, Random, Zipf};

/// Rooms of an archive; the first is the largest.
pub const ROOMS: u64 = 500;
/// When the first message was said.
pub const BEGIN: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
/// People who write, and how many of them in each room.
const WRITERS: u64 = 20;
const WRITERS_OF_A_ROOM: u64 = 4;
/// Messages of one append, which are of one second.
const BATCH: u64 = 2_000;
/// Pieces that are indexed at once.
const PIECES: u32 = 1_000;
/// After everything that is due.
const FAR: Timestamp = Timestamp::from_micros(i64::MAX);
/// Part of every id. Raise it when other messages are made: an archive of before is not taken for this one then.
const EDITION: u128 = 1;

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    /// The largest room alone.
    One,
    /// Every tenth room from the second on.
    Fifty,
    /// All rooms.
    All,
}

impl Person {
    /// Each of them.
    pub const EACH: [Self; 3] = [Self::One, Self::Fifty, Self::All];

    /// By how many rooms are theirs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Fifty => "fifty",
            Self::All => "all",
        }
    }

    /// The id.
    #[must_use]
    pub fn user(self) -> UserId {
        UserId::from_uuid(id(6, self as u64))
    }

    const fn is_in(self, room: u64) -> bool {
        match self {
            Self::One => room == 0,
            Self::Fifty => room % 10 == 1,
            Self::All => true,
        }
    }
}

/// What is said in the archive, whichever store it is in.
#[derive(Debug)]
pub struct Archive {
    messages: u64,
    language: Language,
    rooms: Zipf,
}

impl Archive {
    /// One of so many messages.
    #[must_use]
    pub fn of(messages: u64) -> Self {
        Self { messages, language: Language::made(), rooms: Zipf::of(ROOMS as usize) }
    }

    /// How many it has.
    #[must_use]
    pub const fn messages(&self) -> u64 {
        self.messages
    }

    /// What is said in it.
    #[must_use]
    pub const fn language(&self) -> &Language {
        &self.language
    }

    /// When it is read: after the last message.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        BEGIN.plus(Duration::from_secs(self.messages / BATCH + 1))
    }

    /// Whether the store holds all of it.
    ///
    /// # Panics
    /// Where the store fails.
    pub async fn is_complete(&self, store: &dyn Store) -> bool {
        let rooms: Vec<_> = (0..ROOMS).map(room).collect();
        heads(store, &rooms).await == self.messages
    }

    /// Writes it into a store that has none of its rooms. Answers how long the store took; making the messages is not
    /// counted.
    ///
    /// # Panics
    /// Where the store fails or refuses a message.
    #[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
    pub async fn fill(&self, store: &dyn Store) -> Duration {
        for number in 0..ROOMS {
            store.create_group(group(number), Vec::new(), BEGIN).await.unwrap();
        }
        let mut took = Duration::ZERO;
        for first in (0..self.messages).step_by(BATCH as usize) {
            let acts: Vec<_> = (first..self.messages.min(first + BATCH)).map(|n| self.act(n)).collect();
            let at = BEGIN.plus(Duration::from_secs(first / BATCH));
            let start = Instant::now();
            let appended = store.append(acts, at).await.unwrap();
            took += start.elapsed();
            let all = appended.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Appended(_)));
            assert!(all, "no message is refused");
        }
        took
    }

    /// The message of that number.
    fn act(&self, n: u64) -> Act {
        let mut random = Random::new(n);
        let number = self.rooms.draw(&mut random) as u64;
        let sender_id = writer(number, random.below(WRITERS_OF_A_ROOM));
        let deed = Deed::Message {
            text: self.language.text(&mut random),
            reply_to: None,
            expires_at: None,
            first_contact: FirstContact::Settled,
            extras: Extras::default(),
        };
        Act {
            room_id: room(number),
            sender_id,
            authz_version: 1,
            event_id: EventId::from_uuid(id(5, n)),
            key: Some(ActKey { client_id: ClientId::from_uuid(id(4, n)), request: [7; 32] }),
            deed,
            notes: Vec::new(),
        }
    }
}

/// Indexes what is left to be indexed. Answers how many pieces that were, and how long they took.
///
/// # Panics
/// Where the store fails.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
pub async fn index(store: &dyn Store) -> (u64, Duration) {
    let (start, mut pieces) = (Instant::now(), 0);
    loop {
        let indexed = store.index_messages(PIECES, FAR).await.unwrap();
        pieces += u64::from(indexed);
        if indexed < PIECES {
            return (pieces, start.elapsed());
        }
    }
}

/// The head of the largest room.
///
/// # Panics
/// Where the store fails.
pub async fn largest(store: &dyn Store) -> Seq {
    Seq(heads(store, &[room(0)]).await)
}

/// The messages of these rooms together.
#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
async fn heads(store: &dyn Store, rooms: &[RoomId]) -> u64 {
    let heads = store.heads(rooms, &[]).await.unwrap();
    heads.rooms.values().map(|head| head.seq.0).sum()
}

fn room(number: u64) -> RoomId {
    RoomId::from_uuid(id(1, number))
}

fn writer(room: u64, turn: u64) -> UserId {
    UserId::from_uuid(id(2, (room + turn) % WRITERS))
}

#[allow(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]
fn group(number: u64) -> NewGroup {
    let writers = (1..WRITERS_OF_A_ROOM).map(|turn| writer(number, turn));
    let readers = Person::EACH.into_iter().filter(|person| person.is_in(number)).map(Person::user);
    NewGroup {
        room_id: room(number),
        creator: writer(number, 0),
        client_id: ClientId::from_uuid(id(3, number)),
        request: [0; 32],
        title: "A room".parse().unwrap(),
        history: History::All,
        members: writers.chain(readers).collect(),
        invited: Vec::new(),
    }
}

fn id(kind: u128, n: u64) -> Uuid {
    Uuid::from_u128((EDITION << 96) | (kind << 64) | u128::from(n + 1))
}
