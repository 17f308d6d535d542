//! What one writer at a time gives SQLite for nothing, and locks give here: on two pools, as two nodes have.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so when something is not as it must be")]

mod support;

use chatlink_core::{
    StoreError,
    entropy::{OsEntropy, uuid_v7},
    people::{Block, BlockStore as _},
    protocol::{ClientId, EventId, RoomId, Seq, Timestamp, UserId},
    rooms::{DirectPair, History, NewGroup, OpenDirect, RoomStore as _},
    timeline::{
        Act, Deed, Extras, FirstContact, Outcome, Reader, Target, TimelineStore as _, UserNote,
        mine::{Marked, MessageMark, MineStore as _},
        search::{Pattern, SearchStore as _, Sought},
    },
};
use chatlink_store_postgres::PostgresStore;
use std::time::Duration;

const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);
/// After everything that is due.
const FAR: Timestamp = Timestamp::from_micros(i64::MAX);
const ROUNDS: usize = 40;

fn fresh<T>(of: fn(uuid::Uuid) -> T) -> T {
    of(uuid_v7(NOW, &OsEntropy))
}

struct Nodes {
    one: PostgresStore,
    other: PostgresStore,
}

impl Nodes {
    async fn start() -> Self {
        let one = support::fresh().await;
        let other = support::connect(one.schema()).await;
        Self { one, other }
    }

    async fn group(&self, members: &[UserId]) -> RoomId {
        let room_id = fresh(RoomId::from_uuid);
        let group = NewGroup {
            room_id,
            creator: members[0],
            client_id: fresh(ClientId::from_uuid),
            request: [0; 32],
            title: "Evening class".parse().unwrap(),
            history: History::All,
            members: members[1..].to_vec(),
            invited: Vec::new(),
        };
        self.one.create_group(group, Vec::new(), NOW).await.unwrap();
        room_id
    }

    async fn say(&self, room: RoomId, sender: UserId, text: &str) -> EventId {
        let deed = Deed::Message {
            text: text.to_owned(),
            reply_to: None,
            expires_at: None,
            first_contact: FirstContact::Settled,
            extras: Extras::default(),
        };
        match act(&self.one, room, sender, deed).await {
            Outcome::Appended(event) => event.id,
            other => panic!("{other:?}"),
        }
    }
}

/// Decided on the version that stands, again when it does not any more.
async fn act(store: &PostgresStore, room_id: RoomId, sender_id: UserId, deed: Deed) -> Outcome {
    loop {
        let authz_version = store.load_authz(room_id).await.unwrap().unwrap().version;
        let event_id = fresh(EventId::from_uuid);
        let act = Act { room_id, sender_id, authz_version, event_id, key: None, deed: deed.clone(), notes: Vec::new() };
        match store.append(vec![act], NOW).await.unwrap().outcomes.remove(0) {
            Outcome::Stale if !matches!(deed, Deed::Edit { .. }) => {}
            outcome => return outcome,
        }
    }
}

fn note(user_id: UserId, kind: &'static str) -> UserNote {
    UserNote { user_id, kind, subject: String::new(), body: serde_json::json!({}) }
}

async fn count(store: &PostgresStore, table: &'static str) -> i64 {
    let mut by_hand = support::by_hand(store).await;
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(&mut by_hand).await.unwrap()
}

/// An index that was made beside an edit does not hide the new words, and does not name the old ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_edit_beside_the_indexer_is_found() {
    let nodes = Nodes::start().await;
    let me = fresh(UserId::from_uuid);
    let room = nodes.group(&[me]).await;
    let mut messages = Vec::new();
    for number in 0..64 {
        messages.push(nodes.say(room, me, &format!("early bird {number}")).await);
    }
    let find = async |word: String| {
        let wanted = Sought {
            reader: me,
            pattern: Pattern::parse(&word).unwrap(),
            room_id: None,
            sender_id: None,
            from: None,
            until: None,
            before: None,
            limit: 5,
            budget: Duration::from_secs(60),
        };
        let found = nodes.other.search(wanted, NOW).await.unwrap().unwrap();
        found.hits.into_iter().map(|hit| hit.event.id).collect::<Vec<_>>()
    };
    for (round, message) in messages.into_iter().take(ROUNDS).enumerate() {
        let text = format!("zebra{round}q");
        let edit = Deed::Edit { target: Target { event_id: message, version: 1 }, text: text.clone() };
        let (edited, indexed) = tokio::join!(act(&nodes.one, room, me, edit), nodes.other.index_messages(100, FAR));
        indexed.unwrap();
        assert!(matches!(edited, Outcome::Appended(_)), "{edited:?}");
        nodes.one.index_messages(100, FAR).await.unwrap();
        assert_eq!(find(text).await, [message]);
    }
}

/// A star on a message that is taken back at once does not outlive it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_star_stays_on_what_is_taken_back() {
    let nodes = Nodes::start().await;
    let me = fresh(UserId::from_uuid);
    let room = nodes.group(&[me]).await;
    for _ in 0..ROUNDS {
        let message_id = nodes.say(room, me, "hello").await;
        let mark = MessageMark { user_id: me, room_id: room, message_id, note: note(me, "star") };
        let redact = Deed::Redact { target: message_id };
        let (starred, redacted) = tokio::join!(nodes.one.star(mark, NOW), act(&nodes.other, room, me, redact));
        assert!(matches!(starred.unwrap(), Marked::Done(_) | Marked::Gone));
        assert!(matches!(redacted, Outcome::Appended(_)));
        assert_eq!(count(&nodes.one, "stars").await, 0);
    }
}

/// Of two nodes that set the same star one does.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_star_is_set_once() {
    let nodes = Nodes::start().await;
    let me = fresh(UserId::from_uuid);
    let room = nodes.group(&[me]).await;
    let message_id = nodes.say(room, me, "hello").await;
    let mark = || MessageMark { user_id: me, room_id: room, message_id, note: note(me, "star") };
    let (one, other) = tokio::join!(nodes.one.star(mark(), NOW), nodes.other.star(mark(), NOW));
    let done = [one.unwrap(), other.unwrap()].iter().filter(|marked| matches!(marked, Marked::Done(_))).count();
    assert_eq!(done, 1);
}

/// A block and the opening of the pair's room come one after the other: a decision that does not know of the block
/// is stale afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_block_beside_an_opening_is_known_to_every_decision() {
    let nodes = Nodes::start().await;
    for _ in 0..ROUNDS {
        let (ana, ben) = (account(&nodes.one).await, account(&nodes.one).await);
        let pair = DirectPair::of(ana, ben).unwrap();
        let block = Block { blocker: ben, blocked: ana, note: note(ben, "block") };
        let room_id = fresh(RoomId::from_uuid);
        let open = async {
            let opened = nodes.one.open_direct(room_id, pair, ana, Vec::new(), Vec::new(), NOW).await.unwrap();
            assert!(matches!(opened, OpenDirect::Created(..)), "{opened:?}");
            nodes.one.load_authz(room_id).await.unwrap().unwrap()
        };
        let (blocked, before) = tokio::join!(nodes.other.block(block, NOW), open);
        blocked.unwrap();
        let after = nodes.one.load_authz(room_id).await.unwrap().unwrap();
        assert!(after.severed);
        assert!(before.severed || before.version < after.version, "what was decided before it is stale");
    }
}

/// Two who append to the same rooms in other orders never wait for each other for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_over_the_same_rooms_both_get_through() {
    let nodes = Nodes::start().await;
    let me = fresh(UserId::from_uuid);
    let mut rooms = Vec::new();
    for _ in 0..8 {
        rooms.push(nodes.group(&[me]).await);
    }
    let batch = |rooms: Vec<RoomId>| -> Vec<Act> {
        let act = |room_id| Act {
            room_id,
            sender_id: me,
            authz_version: 1,
            event_id: fresh(EventId::from_uuid),
            key: None,
            deed: Deed::Message {
                text: "hello".to_owned(),
                reply_to: None,
                expires_at: None,
                first_contact: FirstContact::Settled,
                extras: Extras::default(),
            },
            notes: vec![note(me, "told")],
        };
        rooms.into_iter().map(act).collect()
    };
    for _ in 0..ROUNDS {
        let forth = nodes.one.append(batch(rooms.clone()), NOW);
        let back = nodes.other.append(batch(rooms.iter().rev().copied().collect()), NOW);
        let (forth, back): (Result<_, StoreError>, Result<_, StoreError>) = tokio::join!(forth, back);
        for outcome in forth.unwrap().outcomes.into_iter().chain(back.unwrap().outcomes) {
            assert!(matches!(outcome, Outcome::Appended(_)), "{outcome:?}");
        }
    }
    for room in rooms {
        let page = nodes.one.events(room, Reader::Node, Seq(0), 200, NOW).await.unwrap().unwrap();
        assert_eq!(page.head, Seq(2 * ROUNDS as u64));
    }
}

async fn account(store: &PostgresStore) -> UserId {
    let user = fresh(UserId::from_uuid);
    let mut by_hand = support::by_hand(store).await;
    sqlx::query(
        "INSERT INTO accounts (user_id, username, username_key, state, created_at) VALUES ($1, 'x', $2, 'active', 0)",
    )
    .bind(*user.as_uuid())
    .bind(user.to_string())
    .execute(&mut by_hand)
    .await
    .unwrap();
    user
}
