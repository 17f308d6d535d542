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
    people::{AgeBand, HostProfile},
    protocol::{ClientId, RoomId, Seq, Timestamp, UserId},
    rooms::{DirectPair, History, Join, MAX_MEMBERS, NewGroup, RoomSettingsChange, RoomStore as _, Visibility},
    timeline::{NewMessage, TalkError},
};
use std::sync::Arc;
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
