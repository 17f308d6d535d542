//! The way of a message through the engine, for a tool that counts its instructions (`cargo xtask count`): a frame as it
//! comes from a socket is read, decided, committed in memory and encoded, and the frames of all who are in the room are
//! taken out again. The rooms are many and stay short, because the store in memory looks through a room's log. One thread, one fixed seed, no disk and no socket: so the count says what the engine itself takes.
//!
//! `hot_path MESSAGES MEMBERS` prints how many frames came out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement ends where it cannot go on"
)]

use chatlink_core::{
    ChatLink, Keys, Settings,
    clock::ManualClock,
    entropy::SeededEntropy,
    memory::MemoryStore,
    protocol::{ClientId, RoomId, Timestamp, UserId},
    realtime::{Connection, Outgoing},
    rooms::{History, NewGroup, RoomStore as _},
};
use std::sync::Arc;
use uuid::Uuid;

const ROOMS: u128 = 50;
const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
const FAR: Timestamp = Timestamp::from_micros(i64::MAX);
const TEXT: &str =
    "A hundred bytes of conversation, as people write it on a Friday evening, no more and no less: good!!";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let numbers: Vec<u128> = std::env::args().skip(1).map(|text| text.parse().expect("a number")).collect();
    let [messages, members] = numbers[..] else { panic!("hot_path MESSAGES MEMBERS") };
    let chat = engine(members).await;
    let mut connections = Vec::new();
    for member in 0..members {
        let connection = chat.connect(user(member), None, FAR, 0).await.unwrap();
        // Its hello.
        taken(&connection).await;
        connections.push(connection);
    }
    let mut frames = 0;
    for n in 0..messages {
        let (room, name) = (room(n % ROOMS), Uuid::from_u128(n + 1));
        let text = format!(r#"{{"type":"send","id":{n},"room_id":"{room}","client_id":"{name}","text":"{TEXT}"}}"#);
        let frame = serde_json::from_str(&text).unwrap();
        let reply = connections[0].handle(frame).await.unwrap();
        frames += usize::from(serde_json::to_string(&reply).unwrap().contains("\"ok\""));
        for connection in &connections {
            frames += taken(connection).await;
        }
    }
    println!("{frames} frames");
    chat.shutdown().await;
}

fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128((1 << 64) | n))
}

fn room(n: u128) -> RoomId {
    RoomId::from_uuid(Uuid::from_u128((2 << 64) | n))
}

async fn engine(members: u128) -> ChatLink {
    let store = Arc::new(MemoryStore::default());
    for n in 0..ROOMS {
        let group = NewGroup {
            room_id: room(n),
            creator: user(0),
            client_id: ClientId::from_uuid(Uuid::from_u128((3 << 64) | n)),
            request: [0; 32],
            title: "A room".parse().unwrap(),
            history: History::All,
            members: (1..members).map(user).collect(),
            invited: Vec::new(),
        };
        store.create_group(group, Vec::new(), NOW).await.unwrap();
    }
    let mut settings = Settings::default();
    settings.talk.enforced = false;
    let builder = ChatLink::builder().store(store).settings(settings).keys(Keys::new(vec![vec![7; 32]]).unwrap());
    let builder = builder.clock(Arc::new(ManualClock::at(NOW))).entropy(Arc::new(SeededEntropy::new(1)));
    builder.build().await.unwrap()
}

/// How many frames waited.
async fn taken(connection: &Connection) -> usize {
    match connection.outgoing().await {
        Outgoing::Frames(frames) => frames.len(),
        Outgoing::Close(code) => panic!("closed: {code:?}"),
    }
}
