use super::*;
use crate::support;
use chatlink_core::{
    entropy::{OsEntropy, uuid_v7},
    protocol::{ClientId, Event, EventId, RoomId, Timestamp, UserId},
    rooms::{History, NewGroup, RoomStore as _},
    timeline::{Act, Deed, Extras, FirstContact, Outcome, Target, TimelineStore as _, search::Pattern},
};
use std::time::Duration;

const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);
/// After everything that is due.
const FAR: Timestamp = Timestamp::from_micros(i64::MAX);

struct Room {
    store: PostgresStore,
    id: RoomId,
    me: UserId,
}

fn fresh<T>(of: fn(uuid::Uuid) -> T) -> T {
    of(uuid_v7(NOW, &OsEntropy))
}

impl Room {
    async fn open() -> Self {
        let store = support::fresh().await;
        let (id, me) = (fresh(RoomId::from_uuid), fresh(UserId::from_uuid));
        let group = NewGroup {
            room_id: id,
            creator: me,
            client_id: fresh(ClientId::from_uuid),
            request: [0; 32],
            title: "Room".parse().unwrap(),
            history: History::All,
            members: Vec::new(),
            invited: Vec::new(),
        };
        store.create_group(group, Vec::new(), NOW).await.unwrap();
        Self { store, id, me }
    }

    async fn all(&self, deeds: Vec<Deed>) -> Vec<Event> {
        let act = |deed| Act {
            room_id: self.id,
            sender_id: self.me,
            authz_version: 1,
            event_id: fresh(EventId::from_uuid),
            key: None,
            deed,
            notes: Vec::new(),
        };
        let outcomes = self.store.append(deeds.into_iter().map(act).collect(), NOW).await.unwrap().outcomes;
        let event = |outcome| match outcome {
            Outcome::Appended(event) => event,
            other => panic!("{other:?}"),
        };
        outcomes.into_iter().map(event).collect()
    }

    async fn say(&self, count: usize, text: &str) -> Vec<Event> {
        self.all((0..count).map(|n| words(&format!("{text} n{n:03}"))).collect()).await
    }

    async fn find(&self, q: &str) -> Vec<u64> {
        let wanted = Sought {
            reader: self.me,
            pattern: Pattern::parse(q).unwrap(),
            room_id: None,
            sender_id: None,
            from: None,
            until: None,
            before: None,
            limit: 50,
            budget: Duration::from_secs(60),
        };
        let found = self.store.search(wanted, NOW).await.unwrap().unwrap();
        assert!(!found.cut_short);
        found.hits.iter().map(|hit| hit.event.seq.0).collect()
    }

    async fn count(&self, table: &'static str) -> i64 {
        let mut connection = self.store.reader().await.unwrap();
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        sqlx::query_scalar(sql).fetch_one(&mut *connection).await.unwrap()
    }
}

fn words(text: &str) -> Deed {
    Deed::Message {
        text: text.to_owned(),
        reply_to: None,
        expires_at: None,
        first_contact: FirstContact::Settled,
        extras: Extras::default(),
    }
}

#[tokio::test]
async fn blocks_are_indexed_once_and_searched_by_it() {
    let room = Room::open().await;
    room.say(40, "early birds").await;
    room.say(90, "東京").await;
    assert_eq!((room.count("search_due").await, room.count("search_blocks").await), (3, 0), "the third has three");
    let before = (room.find("birds n007").await, room.find("東京").await.len());
    assert_eq!(room.store.index_messages(10, NOW).await.unwrap(), 2, "the third may still be written into");
    assert_eq!(room.store.index_messages(10, FAR).await.unwrap(), 1);
    assert_eq!((room.count("search_due").await, room.count("search_blocks").await), (0, 3));
    assert_eq!(room.store.index_messages(10, FAR).await.unwrap(), 0);
    assert_eq!((room.find("birds n007").await, room.find("東京").await.len()), before);
    assert_eq!(before, (vec![8], 50));
    // What the index does not know is not looked at: it is in use.
    let mut tx = room.store.writers.acquire().await.unwrap();
    sqlx::query("UPDATE search_blocks SET grams = '\\x01'").execute(&mut *tx).await.unwrap();
    assert_eq!(room.find("birds n007").await, [0; 0]);
}

#[tokio::test]
async fn blocks_are_searched_by_their_swath_unless_they_are_noted() {
    let room = Room::open().await;
    room.say(64 * 3, "early birds").await;
    room.store.index_messages(10, FAR).await.unwrap();
    let before = room.find("birds n007").await;
    let mut tx = room.store.writers.acquire().await.unwrap();
    sqlx::query("UPDATE search_swaths SET grams = '\\x02'").execute(&mut *tx).await.unwrap();
    assert_eq!((before, room.find("birds n007").await), (vec![8], vec![]));
    let noted = "INSERT INTO search_due SELECT * FROM (SELECT room_id, block, 0 FROM search_blocks) b";
    sqlx::query(noted).execute(&mut *tx).await.unwrap();
    assert_eq!(room.find("birds n007").await, [8]);
}

#[tokio::test]
async fn a_block_that_is_not_full_is_indexed_too_and_what_came_since_is_read() {
    let room = Room::open().await;
    room.say(16, "early birds").await;
    assert_eq!(room.store.index_messages(10, FAR).await.unwrap(), 1);
    room.say(3, "late cats").await;
    assert_eq!(room.count("search_due").await, 1);
    assert_eq!((room.find("birds n007").await, room.find("cats").await), (vec![8], vec![19, 18, 17]));
    let mut tx = room.store.writers.acquire().await.unwrap();
    sqlx::query("UPDATE search_blocks SET grams = '\\x0210'").execute(&mut *tx).await.unwrap();
    assert_eq!((room.find("birds n007").await, room.find("cats").await), (vec![], vec![19, 18, 17]));
}

#[tokio::test]
async fn an_index_goes_with_what_it_is_of_and_comes_again_without_it() {
    let room = Room::open().await;
    let said = room.say(64, "early birds").await;
    room.store.index_messages(10, FAR).await.unwrap();
    room.all(vec![Deed::Redact { target: said[2].id }]).await;
    assert_eq!(
        (room.count("search_due").await, room.count("search_blocks").await),
        (2, 1),
        "where it stood and where it is told"
    );
    room.store.index_messages(10, FAR).await.unwrap();
    let edit = Deed::Edit { target: Target { event_id: said[3].id, version: 1 }, text: "late cats".to_owned() };
    room.all(vec![edit]).await;
    assert_eq!(room.count("search_blocks").await, 1);
    assert_eq!((room.find("late cats").await, room.find("birds").await.len()), (vec![4], 50));
    room.store.index_messages(10, FAR).await.unwrap();
    assert_eq!((room.find("late cats").await, room.find("birds n03").await), (vec![4], (31..=40).rev().collect()));
    // So it is in a block that is not full yet.
    let newest = room.say(1, "newest").await;
    room.all(vec![Deed::Redact { target: newest[0].id }]).await;
    assert_eq!((room.count("search_due").await, room.count("search_blocks").await), (1, 1));
}

/// What the version before does, beside this one: it knows neither swaths nor what is due.
#[tokio::test]
async fn what_nodes_of_the_version_before_write_is_noted() {
    let room = Room::open().await;
    let said = room.say(80, "early birds").await;
    room.store.index_messages(10, FAR).await.unwrap();
    assert_eq!(room.count("search_due").await, 0);
    let mut tx = room.store.writers.acquire().await.unwrap();
    for sql in [
        "BEGIN",
        "SET LOCAL chatlink.notes = ''",
        // As if it were new: the block was indexed up to the one before.
        "UPDATE events SET text = 'late cats' WHERE seq = 80",
        "UPDATE search_blocks SET grams = '\\x0210' WHERE block = 1",
        "UPDATE events SET text = 'late dogs' WHERE seq = 3",
        "DELETE FROM search_blocks WHERE block = 0",
        "UPDATE rooms SET head_seq = 79",
        "UPDATE rooms SET head_seq = 80",
        "COMMIT",
    ] {
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
    }
    drop(tx);
    assert_eq!(said[79].seq.0, 80);
    assert_eq!(
        (room.count("search_due").await, room.find("dogs").await, room.find("cats").await),
        (2, vec![3], vec![80])
    );
    room.store.index_messages(10, FAR).await.unwrap();
    assert_eq!(
        (room.count("search_due").await, room.find("dogs").await, room.find("cats").await),
        (0, vec![3], vec![80])
    );
}
