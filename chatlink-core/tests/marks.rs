//! Marks of reading that another node wrote down, and what of them is told to whom. Time is paused: tokio moves it on
//! when everybody waits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say so when something is not as it must be"
)]

use chatlink_core::{
    ChatLink, Keys,
    identity::{AccountStore as _, HostAccount},
    memory::MemoryStore,
    people::{AgeBand, HostProfile, Patch, UpdateSettings},
    protocol::{ClientId, RoomId, Seq, Timestamp, UserId},
    realtime::{Connection, Outgoing},
    rooms::{DirectPair, ReceiptMark, RoomStore as _},
    timeline::NewMessage,
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_000_000);
const FAR: Timestamp = Timestamp::from_micros(i64::MAX);

struct World {
    chat: ChatLink,
    store: Arc<MemoryStore>,
    room: RoomId,
}

fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

impl World {
    /// Users 1 and 2 in a direct room, in which the first said something twice.
    async fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let keys = Keys::new(vec![vec![7; 32]]).unwrap();
        let chat = ChatLink::builder().store(store.clone()).keys(keys).build().await.unwrap();
        for n in [1, 2] {
            let account = HostAccount {
                external_id: format!("{n}"),
                trace: [0; 32],
                user_id: user(n),
                username: format!("user{n}").parse().unwrap(),
                profile: HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() },
            };
            store.host_account(account, NOW).await.unwrap();
        }
        let room = RoomId::from_uuid(Uuid::from_u128(100));
        let pair = DirectPair::of(user(1), user(2)).unwrap();
        store.open_direct(room, pair, user(1), vec![], vec![], NOW).await.unwrap();
        store.accept(room, user(2), vec![], NOW).await.unwrap().unwrap();
        for n in [1, 2] {
            let name = ClientId::from_uuid(Uuid::from_u128(n));
            chat.timeline().send(user(1), room, NewMessage::parse(name, "hello", None, None).unwrap()).await.unwrap();
        }
        Self { chat, store, room }
    }

    async fn connect(&self, who: u128) -> Connection {
        self.chat.connect(user(who), None, FAR, 0).await.unwrap()
    }

    /// As another node writes it down, which tells nobody.
    async fn read_elsewhere(&self, who: u128, seq: u64) {
        let (delivered_seq, read_seq) = (Seq(seq), Seq(seq));
        let mark = ReceiptMark { room_id: self.room, user_id: user(who), delivered_seq, read_seq };
        assert_eq!(self.store.flush_receipts(vec![mark], NOW).await.unwrap().len(), 1);
    }

    async fn show(&self, who: u128, read_receipts: bool) {
        let change = UpdateSettings { read_receipts: Patch::Set(read_receipts), ..UpdateSettings::default() };
        self.chat.people().update_settings(user(who), change).await.unwrap();
    }

    fn rev(&self, frame: &Value) -> Option<u64> {
        match frame["type"].as_str()? {
            "receipts" => frame["rev"].as_u64(),
            "heads" => frame["rooms"][self.room.to_string()]["rev"].as_u64(),
            _ => None,
        }
    }
}

/// What comes to a connection in this time.
async fn heard(connection: &Connection, time: Duration) -> Vec<Value> {
    let (end, mut all) = (Instant::now() + time, Vec::new());
    while let Ok(Outgoing::Frames(frames)) = timeout(end - Instant::now(), connection.outgoing()).await {
        all.extend(frames.iter().map(|frame| serde_json::from_slice::<Value>(frame).unwrap()));
    }
    all
}

/// How far others are told that this person read.
fn read_by(frames: &[Value], who: u128) -> Option<u64> {
    let marks = frames.iter().filter(|frame| frame["type"] == "receipts").flat_map(|frame| frame["items"].as_array());
    let his = marks.flatten().filter(|mark| mark["user_id"] == user(who).to_string());
    his.filter_map(|mark| mark["read_seq"].as_u64()).max()
}

/// Longer than the reconcile takes, shorter than the heartbeat.
const SOON: Duration = Duration::from_millis(1_100);
/// Longer than the heartbeat.
const LATER: Duration = Duration::from_secs(11);

#[tokio::test(start_paused = true)]
async fn marks_of_another_node_are_told_without_any_transport() {
    let world = World::new().await;
    world.read_elsewhere(2, 1).await;
    let one = world.connect(1).await;
    assert_eq!(read_by(&heard(&one, SOON).await, 2), None, "his client asks by what `hello` says");
    world.read_elsewhere(2, 2).await;
    assert_eq!(read_by(&heard(&one, SOON).await, 2), Some(2));
    assert_eq!(read_by(&heard(&one, SOON).await, 2), None, "once");
    let revs: Vec<_> = heard(&one, LATER).await.iter().filter_map(|frame| world.rev(frame)).collect();
    assert_eq!(revs, [2], "and the heartbeat says where they stand");
}

#[tokio::test(start_paused = true)]
async fn what_was_read_in_hiding_is_told_when_it_is_shown_again() {
    let world = World::new().await;
    let one = world.connect(1).await;
    world.show(2, false).await;
    world.chat.timeline().mark_read_now(user(2), world.room, Seq(1)).await.unwrap();
    world.read_elsewhere(2, 2).await;
    let frames = heard(&one, LATER).await;
    assert_eq!((read_by(&frames, 2), frames.iter().filter_map(|frame| world.rev(frame)).max()), (None, None));
    world.show(2, true).await;
    assert_eq!(read_by(&heard(&one, SOON).await, 2), Some(2));
}

#[tokio::test(start_paused = true)]
async fn who_hides_is_told_by_nothing_that_others_read() {
    let world = World::new().await;
    world.show(1, false).await;
    let (hides, shows) = (world.connect(1).await, world.connect(2).await);
    world.read_elsewhere(2, 1).await;
    world.chat.timeline().mark_read_now(user(2), world.room, Seq(2)).await.unwrap();
    let frames = heard(&hides, LATER).await;
    assert_eq!((read_by(&frames, 2), frames.iter().filter_map(|frame| world.rev(frame)).max()), (None, None));
    let told = heard(&shows, Duration::ZERO).await;
    assert_eq!(told.iter().filter_map(|frame| world.rev(frame)).max(), Some(2));
    world.show(1, true).await;
    let frames = heard(&hides, LATER).await;
    assert_eq!(frames.iter().filter_map(|frame| world.rev(frame)).max(), Some(2), "so that his client asks");
}
