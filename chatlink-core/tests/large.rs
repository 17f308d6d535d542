//! Large rooms, as an edge drives them, on the reference adapters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say so when something is not as it must be"
)]

use chatlink_core::{
    ChatLink, Keys, Settings,
    identity::{AccountStore as _, HostAccount},
    memory::MemoryStore,
    people::{AgeBand, HostProfile, Patch, UpdateSettings},
    protocol::{
        ClientId, RoomId, Seq, Timestamp, UserId,
        frame::{ClientFrame, Command, ReplyResult},
    },
    realtime::{Connection, Outgoing},
    rooms::{DirectPair, History, Join, MAX_MEMBERS, NewGroup, RoomSettingsChange, RoomStore as _, Visibility},
    timeline::{NewMessage, TalkError},
};
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

struct World {
    chat: ChatLink,
    store: Arc<MemoryStore>,
}

fn user(n: usize) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n as u128))
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_000_000)
}

impl World {
    /// Users 1, 2 and 20,000 are people with accounts; the first and the last know each other.
    async fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let keys = Keys::new(vec![vec![7; 32]]).unwrap();
        let settings = Settings::default();
        let chat = ChatLink::builder().store(store.clone()).keys(keys).settings(settings).build().await.unwrap();
        for n in [1, 2, 20_000] {
            let account = HostAccount {
                external_id: format!("{n}"),
                trace: [0; 32],
                user_id: user(n),
                username: format!("user{n}").parse().unwrap(),
                profile: HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() },
            };
            store.host_account(account, now()).await.unwrap();
        }
        let pair = DirectPair::of(user(1), user(20_000)).unwrap();
        let direct = RoomId::from_uuid(Uuid::from_u128(1));
        store.open_direct(direct, pair, user(1), vec![], vec![], now()).await.unwrap();
        store.accept(direct, user(20_000), vec![], now()).await.unwrap().unwrap();
        Self { chat, store }
    }

    /// A group of users 1 to `size`, led by the first.
    async fn group(&self, size: usize) -> RoomId {
        let room_id = RoomId::from_uuid(Uuid::from_u128(size as u128 + 1));
        let group = NewGroup {
            room_id,
            creator: user(1),
            client_id: ClientId::from_uuid(Uuid::from_u128(size as u128)),
            request: [0; 32],
            title: "Many".parse().unwrap(),
            history: History::All,
            members: (2..=size).map(user).collect(),
            invited: Vec::new(),
        };
        self.store.create_group(group, vec![], now()).await.unwrap();
        room_id
    }
}

#[tokio::test]
async fn who_has_read_is_told_in_small_rooms_alone() {
    let world = World::new().await;
    for (size, seen) in [(100, 100), (101, 1)] {
        let room = world.group(size).await;
        let message = NewMessage::parse(ClientId::from_uuid(Uuid::from_u128(7)), "hello", None, None).unwrap();
        world.chat.timeline().send(user(1), room, message).await.unwrap();
        world.chat.timeline().mark_read_now(user(2), room, Seq(1)).await.unwrap();
        let of = async |reader| world.chat.timeline().receipts(user(reader), room).await.unwrap().1;
        let told = of(1).await;
        assert!(told.len() <= seen && told.iter().any(|mark| mark.user_id == user(1)), "{size} members: {told:?}");
        assert_eq!(told.iter().any(|mark| mark.user_id == user(2) && mark.read_seq == Seq(1)), size == 100);
        assert!(of(2).await.iter().any(|mark| mark.user_id == user(2) && mark.read_seq == Seq(1)), "one's own always");
    }
}

#[tokio::test]
async fn a_full_room_takes_nobody_in() {
    let world = World::new().await;
    let room = world.group(MAX_MEMBERS).await;
    let change = RoomSettingsChange {
        visibility: Some(Visibility::Public),
        join: Some(Join::Open),
        ..RoomSettingsChange::default()
    };
    let rooms = world.chat.rooms();
    rooms.change_settings(user(1), room, &change).await.unwrap();
    assert!(matches!(rooms.join(user(20_000), room).await, Err(TalkError::RoomFull)));
    let Err(TalkError::Invalid(told)) = rooms.add_members(user(1), room, &[user(20_000)]).await else {
        panic!("there is no place")
    };
    assert_eq!((&*told.0[0].field, &*told.0[0].code), ("user_ids", "too_many"));
    assert!(rooms.find(user(20_000), room).await.is_err());
}

/// The next count that a connection is told.
async fn count(connection: &Connection) -> Option<u64> {
    let told = async {
        loop {
            let Outgoing::Frames(frames) = connection.outgoing().await else { return None };
            let mut frames = frames.iter().map(|frame| serde_json::from_slice::<serde_json::Value>(frame).unwrap());
            // Each count is told in a frame of its own, and nothing else moves here.
            if let Some(frame) = frames.rfind(|frame| frame["type"] == "room_presence") {
                return frame["online"].as_u64();
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), told).await.ok().flatten()
}

async fn watch(connection: &Connection, room_id: Option<RoomId>) -> ReplyResult {
    let frame = ClientFrame { id: Some(1), command: Command::WatchRoom { room_id } };
    connection.handle(frame).await.unwrap().result
}

#[tokio::test(start_paused = true)]
async fn of_a_large_room_is_told_how_many_are_there() {
    let world = World::new().await;
    let far = Timestamp::from_micros(i64::MAX);
    let connect = async |n| world.chat.connect(user(n), None, far, 0).await.unwrap();
    let (large, small) = (world.group(201).await, world.group(200).await);
    let (one, two) = (connect(1).await, connect(2).await);
    assert!(matches!(watch(&one, Some(large)).await, ReplyResult::Ok(_)));
    assert_eq!(count(&one).await, Some(2));
    assert_eq!(count(&one).await, None, "nothing moved");
    let three = connect(3).await;
    assert_eq!((count(&one).await, count(&two).await), (Some(3), None), "who does not ask is not told");
    drop(three);
    assert_eq!(count(&one).await, Some(2));
    // Who hides is not counted, and is told nothing of the others.
    assert!(matches!(watch(&two, Some(large)).await, ReplyResult::Ok(_)));
    assert_eq!(count(&two).await, Some(2));
    let hide = |online| UpdateSettings { online: Patch::Set(online), ..UpdateSettings::default() };
    world.chat.people().update_settings(user(2), hide(false)).await.unwrap();
    assert_eq!(count(&one).await, Some(1));
    let four = connect(4).await;
    assert_eq!((count(&one).await, count(&two).await), (Some(2), None));
    world.chat.people().update_settings(user(2), hide(true)).await.unwrap();
    assert_eq!((count(&one).await, count(&two).await), (Some(3), Some(3)));
    // One room at a time, and a smaller one is told nothing of.
    assert!(matches!(watch(&one, Some(small)).await, ReplyResult::Ok(_)));
    drop(four);
    assert_eq!((count(&one).await, count(&two).await), (None, Some(2)));
    // Strangers are told nothing, and whoever goes is a stranger.
    let stranger = connect(20_000).await;
    let ReplyResult::Error(problem) = watch(&stranger, Some(large)).await else { panic!("not his room") };
    assert_eq!(problem.code.name(), "room_not_found");
    world.chat.rooms().leave(user(2), large).await.unwrap();
    let five = connect(5).await;
    assert_eq!(count(&two).await, None);
    assert!(matches!(watch(&five, None).await, ReplyResult::Ok(_)));
}
