use super::*;
use crate::SqliteOptions;
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
    store: SqliteStore,
    id: RoomId,
    me: UserId,
    _folder: tempfile::TempDir,
}

fn fresh<T>(of: fn(uuid::Uuid) -> T) -> T {
    of(uuid_v7(NOW, &OsEntropy))
}

impl Room {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteOptions::new(folder.path().join("chat.db")).open().await.unwrap();
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
        Self { store, id, me, _folder: folder }
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
    let mut tx = room.store.writer.acquire().await.unwrap();
    sqlx::query("UPDATE search_blocks SET grams = x'01'").execute(&mut *tx).await.unwrap();
    assert_eq!(room.find("birds n007").await, [0; 0]);
}

#[tokio::test]
async fn blocks_are_searched_by_their_swath_unless_they_are_noted() {
    let room = Room::open().await;
    room.say(64 * 3, "early birds").await;
    room.store.index_messages(10, FAR).await.unwrap();
    let before = room.find("birds n007").await;
    let mut tx = room.store.writer.acquire().await.unwrap();
    sqlx::query("UPDATE search_swaths SET grams = x'02'").execute(&mut *tx).await.unwrap();
    assert_eq!((before, room.find("birds n007").await), (vec![8], vec![]));
    let noted = "INSERT INTO search_due SELECT * FROM (SELECT block_no, 0 FROM search_blocks) b";
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
    let mut tx = room.store.writer.acquire().await.unwrap();
    sqlx::query("UPDATE search_blocks SET grams = x'0210'").execute(&mut *tx).await.unwrap();
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

/// A file of before search holds messages that nothing indexed.
#[tokio::test]
async fn the_migrations_leave_every_block_to_be_indexed() {
    let room = Room::open().await;
    room.say(200, "early birds").await;
    let mut tx = room.store.writer.acquire().await.unwrap();
    let blocks = include_str!("../../migrations/0014_search.sql");
    let swaths = include_str!("../../migrations/0038_swaths.sql");
    let first_at = include_str!("../../migrations/0039_first_at.sql");
    let sixes = include_str!("../../migrations/0042_sixes.sql");
    let tables = "DROP TABLE search_blocks; DROP TABLE search_due; DROP TABLE search_swaths;";
    let all = [tables, blocks, swaths, first_at, sixes].concat();
    sqlx::raw_sql(sqlx::AssertSqlSafe(all)).execute(&mut *tx).await.unwrap();
    drop(tx);
    assert_eq!(room.count("search_due").await, 4);
    assert_eq!(room.store.index_messages(100, FAR).await.unwrap(), 4);
    assert!(room.count("search_swaths").await > 50);
    assert_eq!(room.find("birds n007").await, [8]);
}
