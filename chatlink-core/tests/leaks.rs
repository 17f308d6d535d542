//! What one person could take out of the engine, or keep from the others, on the reference adapters. Time is paused:
//! tokio moves it on when everybody waits.
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
        ClientId, ErrorCode, RoomId, Seq, Timestamp, UserId,
        frame::{ClientFrame, Command, ReplyResult},
    },
    realtime::{Connection, Outgoing},
    rooms::{History, NewGroup, RoomStore as _},
    settings::Rate,
    timeline::{NewMessage, TalkError},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

const FAR: Timestamp = Timestamp::from_micros(i64::MAX);

fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_000_000)
}

fn room() -> RoomId {
    RoomId::from_uuid(Uuid::from_u128(100))
}

/// A node on this store.
async fn node(store: &Arc<MemoryStore>, settings: Settings) -> ChatLink {
    let keys = Keys::new(vec![vec![7; 32]]).unwrap();
    ChatLink::builder().store(store.clone()).keys(keys).settings(settings).build().await.unwrap()
}

/// Users 1 to 4, and a group of the first three, led by the first.
async fn people() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    // An installation needs a node to begin it.
    let _first = node(&store, Settings::default()).await;
    for n in 1..=4 {
        let account = HostAccount {
            external_id: format!("{n}"),
            trace: [0; 32],
            user_id: user(n),
            username: format!("user{n}").parse().unwrap(),
            profile: HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() },
        };
        store.host_account(account, now()).await.unwrap();
    }
    let group = NewGroup {
        room_id: room(),
        creator: user(1),
        client_id: ClientId::from_uuid(Uuid::from_u128(1)),
        request: [1; 32],
        title: "Evening class".parse().unwrap(),
        history: History::All,
        members: vec![user(2), user(3)],
        invited: Vec::new(),
    };
    store.create_group(group, Vec::new(), now()).await.unwrap();
    store
}

struct Client(Connection, Vec<Value>);

impl Client {
    async fn connect(chat: &ChatLink, who: u128) -> Self {
        Self(chat.connect(user(who), None, FAR, 0).await.unwrap(), Vec::new())
    }

    async fn next(&mut self) -> Value {
        loop {
            if !self.1.is_empty() {
                return self.1.remove(0);
            }
            match tokio::time::timeout(Duration::from_secs(60), self.0.outgoing()).await.expect("a frame") {
                Outgoing::Frames(frames) => {
                    self.1.extend(frames.iter().map(|frame| serde_json::from_slice::<Value>(frame).unwrap()));
                }
                Outgoing::Close(code) => panic!("closed: {code:?}"),
            }
        }
    }

    /// The next word about somebody's presence.
    async fn hears_of(&mut self, who: u128) -> bool {
        loop {
            let frame = self.next().await;
            if frame["type"] == "presence" && frame["user_id"] == user(who).to_string() {
                assert_eq!(frame.get("last_seen_at"), None, "{frame}");
                return frame["online"].as_bool().unwrap();
            }
        }
    }

    /// What comes within a minute of the room.
    async fn hears_in_a_minute(&mut self, room: RoomId) -> Vec<Value> {
        let room = room.to_string();
        let mut heard = std::mem::take(&mut self.1);
        let minute = tokio::time::sleep(Duration::from_secs(60));
        tokio::pin!(minute);
        loop {
            tokio::select! {
                outgoing = self.0.outgoing() => match outgoing {
                    Outgoing::Frames(frames) => {
                        heard.extend(frames.iter().map(|frame| serde_json::from_slice::<Value>(frame).unwrap()));
                    }
                    Outgoing::Close(code) => panic!("closed: {code:?}"),
                },
                () = &mut minute => break,
            }
        }
        heard.retain(|frame| frame.to_string().contains(&room));
        heard
    }

    /// The kinds of what comes before the next event.
    async fn before_the_next_event(&mut self) -> Vec<String> {
        let mut kinds = Vec::new();
        loop {
            let kind = self.next().await["type"].as_str().unwrap().to_owned();
            if kind == "event" {
                return kinds;
            }
            kinds.push(kind);
        }
    }

    async fn ask(&self, command: Command) -> Result<(), ErrorCode> {
        match self.0.handle(ClientFrame { id: Some(1), command }).await.unwrap().result {
            ReplyResult::Ok(_) => Ok(()),
            ReplyResult::Error(problem) => Err(problem.code),
        }
    }
}

async fn say(chat: &ChatLink, who: u128, name: u128) {
    let name = ClientId::from_uuid(Uuid::from_u128(name));
    let message = NewMessage::parse(name, "hello", None, None).unwrap();
    chat.timeline().send(user(who), room(), message).await.unwrap();
}

async fn show(chat: &ChatLink, who: u128, online: bool) {
    let update = UpdateSettings { online: Patch::Set(online), ..UpdateSettings::default() };
    chat.people().update_settings(user(who), update).await.unwrap();
}

/// Invariant 7: the switch binds at once, and both ways.
#[tokio::test(start_paused = true)]
async fn who_hides_himself_is_gone_at_once_and_sees_nobody() {
    let store = people().await;
    let chat = node(&store, Settings::default()).await;
    let (mut one, mut two) = (Client::connect(&chat, 1).await, Client::connect(&chat, 2).await);
    one.ask(Command::Watch { user_ids: vec![user(2)] }).await.unwrap();
    two.ask(Command::Watch { user_ids: vec![user(1)] }).await.unwrap();
    assert_eq!((one.hears_of(2).await, two.hears_of(1).await), (true, true));
    // Comings of before may still be told; the switches after them are what counts.
    tokio::time::sleep(Duration::from_secs(1)).await;
    one.1.clear();
    let began = tokio::time::Instant::now();
    for shows in [false, true, false] {
        show(&chat, 2, shows).await;
        while one.hears_of(2).await != shows {}
        while two.hears_of(1).await != shows {}
    }
    assert!(began.elapsed() < Duration::from_secs(5), "not after a grace");
    // Hidden, he comes and goes unseen: the next that is told is that he shows himself again.
    drop(two);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let _two = Client::connect(&chat, 2).await;
    show(&chat, 2, true).await;
    assert!(one.hears_of(2).await);
}

/// Invariant 8: frames that make the node ask the store are counted as reads.
#[tokio::test(start_paused = true)]
async fn typing_and_watching_are_counted() {
    let store = people().await;
    let mut settings = Settings::default();
    settings.talk.reads = Rate { per_second: 1, burst: 30 };
    let chat = node(&store, settings).await;
    let flood = async |client: &Client, command: Command| {
        for n in 0..100 {
            match client.ask(command.clone()).await {
                Err(ErrorCode::RateLimited) => return n,
                Ok(()) | Err(ErrorCode::RoomNotFound) => {}
                Err(code) => panic!("{code:?}"),
            }
        }
        100
    };
    let watching = Client::connect(&chat, 1).await;
    let many = (0..200).map(|n| user(1_000 + n)).collect();
    assert_eq!(
        flood(&watching, Command::Watch { user_ids: many }).await,
        1,
        "two hundred cost as much as a page of rooms"
    );
    for who in [2, 4] {
        let client = Client::connect(&chat, who).await;
        let taken = flood(&client, Command::Typing { room_id: room() }).await;
        // The clock is the machine's: while it is slow, some more pass.
        assert!((30..60).contains(&taken), "{taken} of {who}");
    }
}

/// Invariant 4: who was taken out by another process reads on nowhere.
#[tokio::test(start_paused = true)]
async fn who_was_removed_on_another_node_is_answered_nothing() {
    let store = people().await;
    let (one, two) = (node(&store, Settings::default()).await, node(&store, Settings::default()).await);
    say(&one, 1, 1).await;
    assert_eq!(two.rooms().members(user(2), room(), None, 10).await.unwrap().rows.len(), 3);
    one.rooms().remove_member(user(1), room(), user(2)).await.unwrap();
    let refused = |answer: Result<(), TalkError>| assert!(matches!(answer, Err(TalkError::NoRoom)), "{answer:?}");
    // Nobody is connected there: no event tells that node of it.
    refused(two.timeline().receipts(user(2), room()).await.map(drop));
    assert_eq!(two.rooms().members(user(3), room(), None, 10).await.unwrap().rows.len(), 2);
    one.rooms().remove_member(user(1), room(), user(3)).await.unwrap();
    refused(two.rooms().members(user(3), room(), None, 10).await.map(drop));
    refused(two.timeline().mark_read_now(user(3), room(), Seq(1)).await);
}

/// Who may not write there does not show that he writes.
#[tokio::test(start_paused = true)]
async fn typing_is_told_only_of_who_may_write() {
    let store = people().await;
    let chat = node(&store, Settings::default()).await;
    let (mut one, two, three) =
        (Client::connect(&chat, 1).await, Client::connect(&chat, 2).await, Client::connect(&chat, 3).await);
    let since = std::time::UNIX_EPOCH.elapsed().unwrap() + Duration::from_secs(3_600);
    let until = Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap());
    chat.rooms().mute(user(1), room(), user(2), until).await.unwrap();
    assert_eq!(one.before_the_next_event().await, ["hello"]);
    two.ask(Command::Typing { room_id: room() }).await.unwrap();
    three.ask(Command::Typing { room_id: room() }).await.unwrap();
    say(&chat, 1, 1).await;
    assert_eq!(
        one.before_the_next_event().await.iter().filter(|kind| *kind == "typing").count(),
        1,
        "the third's alone"
    );
}

/// Invariant 5: neither events nor the heartbeat tell that somebody speaks or takes back where there is silence.
#[tokio::test(start_paused = true)]
async fn the_heartbeat_keeps_the_silence_of_a_room() {
    let store = people().await;
    let chat = node(&store, Settings::default()).await;
    let direct = chat.rooms().open_direct(user(1), user(4)).await.unwrap().room.room_id;
    let speak = async |who: u128, name: u128| {
        let message = NewMessage::parse(ClientId::from_uuid(Uuid::from_u128(name)), "hello", None, None).unwrap();
        chat.timeline().send(user(who), direct, message).await.unwrap().ack.id.unwrap()
    };
    let mut other = Client::connect(&chat, 4).await;
    speak(1, 1).await;
    assert!(other.hears_in_a_minute(direct).await.iter().any(|frame| frame["type"] == "event"));
    chat.rooms().decline(user(4), direct).await.unwrap();
    speak(1, 2).await;
    let told = other.hears_in_a_minute(direct).await;
    assert!(told.iter().all(|frame| frame["type"] == "user_event"), "of his own answer alone: {told:?}");
    let late = Client::connect(&chat, 4).await;
    speak(1, 3).await;
    for mut socket in [late, other] {
        let told = socket.hears_in_a_minute(direct).await;
        assert!(told.iter().all(|frame| frame["type"] == "user_event"), "{told:?}");
    }

    chat.rooms().accept(user(4), direct).await.unwrap();
    let mut other = Client::connect(&chat, 4).await;
    let said = speak(1, 4).await;
    assert!(other.hears_in_a_minute(direct).await.iter().any(|frame| frame["type"] == "event"));
    chat.people().block(user(1), user(4)).await.unwrap();
    let _ = other.hears_in_a_minute(direct).await;
    chat.timeline().redact(user(1), direct, said).await.unwrap();
    assert_eq!(other.hears_in_a_minute(direct).await, Vec::<Value>::new());
}
