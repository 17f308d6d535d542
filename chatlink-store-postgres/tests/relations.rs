//! What blocks and deleted accounts do to rooms: the rows of other domains, written by hand.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it cannot go on")]

mod support;

use chatlink_core::{
    entropy::{OsEntropy, uuid_v7},
    protocol::{EventBody, EventId, RoomId, Timestamp, UserId},
    rooms::{DirectPair, OpenDirect, RoomRow, RoomStore as _},
    timeline::{Act, Deed, Extras, FirstContact, Reader, TimelineStore as _, Window},
};
use chatlink_store_postgres::PostgresStore;
use sqlx::PgConnection;

const NOW: Timestamp = Timestamp::from_micros(1_763_800_000_000_000);

struct Pair {
    store: PostgresStore,
    by_hand: PgConnection,
    room: RoomId,
    ana: UserId,
    ben: UserId,
}

impl Pair {
    /// Ana opened a room with Ben and wrote to him.
    async fn open() -> Self {
        let store = support::fresh().await;
        let by_hand = support::by_hand(&store).await;
        let [ana, ben] = [fresh(UserId::from_uuid), fresh(UserId::from_uuid)];
        let (room_id, pair) = (fresh(RoomId::from_uuid), DirectPair::of(ana, ben).unwrap());
        let opened = store.open_direct(room_id, pair, ana, Vec::new(), Vec::new(), NOW).await.unwrap();
        let OpenDirect::Created(room, _) = opened else { panic!("{opened:?}") };
        let first_contact = FirstContact::Accept;
        let deed = Deed::Message {
            text: "hello".into(),
            reply_to: None,
            expires_at: None,
            first_contact,
            extras: Extras::default(),
        };
        let event_id = fresh(EventId::from_uuid);
        let act = Act { room_id: room, sender_id: ana, authz_version: 1, event_id, key: None, deed, notes: Vec::new() };
        store.append(vec![act], NOW).await.unwrap();
        Self { store, by_hand, room, ana, ben }
    }

    async fn block(&mut self, blocker: UserId, blocked: UserId) {
        sqlx::query("INSERT INTO blocks (blocker, blocked, blocked_at) VALUES ($1, $2, 0)")
            .bind(*blocker.as_uuid())
            .bind(*blocked.as_uuid())
            .execute(&mut self.by_hand)
            .await
            .unwrap();
    }

    async fn row(&self, user: UserId) -> RoomRow {
        self.store.find_room(user, self.room, NOW).await.unwrap().unwrap()
    }

    async fn severed(&self) -> bool {
        let severed = self.store.load_authz(self.room).await.unwrap().unwrap().severed;
        assert_eq!((self.row(self.ana).await.severed, self.row(self.ben).await.severed), (severed, severed));
        severed
    }
}

fn fresh<T>(of: fn(uuid::Uuid) -> T) -> T {
    of(uuid_v7(NOW, &OsEntropy))
}

/// A block severs the room for both, whichever of the two blocked.
#[tokio::test]
async fn a_block_severs_the_direct_room() {
    for by_ben in [true, false] {
        let mut pair = Pair::open().await;
        assert!(!pair.severed().await);
        let (blocker, blocked) = if by_ben { (pair.ben, pair.ana) } else { (pair.ana, pair.ben) };
        pair.block(blocker, blocked).await;
        assert!(pair.severed().await);
    }
}

/// Messages of whom one blocks are not unread, and ask for no attention.
#[tokio::test]
async fn the_blocked_are_not_unread() {
    let mut pair = Pair::open().await;
    let (ana, ben) = (pair.ana, pair.ben);
    assert_eq!((pair.row(ben).await.unread, pair.store.badge(ben, NOW).await.unwrap()), (1, 1));
    pair.block(ana, ben).await;
    assert_eq!(pair.row(ben).await.unread, 1, "being blocked hides nothing");
    pair.block(ben, ana).await;
    assert_eq!((pair.row(ben).await.unread, pair.store.badge(ben, NOW).await.unwrap()), (0, 0));
}

/// An account that is deleted severs its direct rooms.
#[tokio::test]
async fn a_deleted_account_severs_its_rooms() {
    let mut pair = Pair::open().await;
    for (state, severed) in [("active", false), ("deleted", true)] {
        sqlx::query(
            "INSERT INTO accounts (user_id, username, username_key, state, created_at) VALUES ($1, 'ana', 'ana', $2, 0)
             ON CONFLICT (user_id) DO UPDATE SET state = excluded.state",
        )
        .bind(*pair.ana.as_uuid())
        .bind(state)
        .execute(&mut pair.by_hand)
        .await
        .unwrap();
        assert_eq!(pair.severed().await, severed, "{state}");
    }
}

/// An event of a later version's kind reads as it was written, and shows.
#[tokio::test]
async fn a_kind_of_a_later_version_is_kept() {
    let mut pair = Pair::open().await;
    sqlx::query(
        "INSERT INTO events (room_id, seq, kind, id, sender_id, at, body)
         SELECT room_id, 2, 'poll', $1, sender_id, at, '{\"question\":\"Tea?\"}' FROM events WHERE seq = 1",
    )
    .bind(*fresh(EventId::from_uuid).as_uuid())
    .execute(&mut pair.by_hand)
    .await
    .unwrap();
    sqlx::query("UPDATE rooms SET head_seq = 2").execute(&mut pair.by_hand).await.unwrap();
    let poll = EventBody::Unknown { kind: "poll".into(), body: serde_json::json!({ "question": "Tea?" }) };
    let page = pair.store.events(pair.room, Reader::Member(pair.ben), chatlink_core::protocol::Seq(1), 9, NOW);
    assert_eq!(page.await.unwrap().unwrap().events[0].body, poll);
    let items =
        pair.store.timeline(pair.room, Reader::Member(pair.ben), Window::Newest, 9, NOW).await.unwrap().unwrap();
    assert_eq!(items.items[1].body, poll);
    assert_eq!(pair.row(pair.ben).await.unread, 1, "only messages are unread");
}
