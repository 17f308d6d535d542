//! The engine as an edge drives it, on the reference adapters. Time is paused: tokio moves it on
//! when everybody waits, so that a heartbeat costs nothing.
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
        ClientId, ErrorCode, EventId, RoomId, Seq, Timestamp, UserId, UserSeq,
        frame::{ClientFrame, Command, ReplyResult},
    },
    realtime::{Connection, Outgoing},
    rights::Words,
    rooms::{DirectPair, Inbox, PrefsChange, RoomStore as _},
    timeline::{Act, Deed, Extras, FirstContact, NewMessage, TalkError, TimelineStore as _},
};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use uuid::Uuid;

const FAR: Timestamp = Timestamp::from_micros(i64::MAX);

struct World {
    chat: ChatLink,
    store: Arc<MemoryStore>,
    room: RoomId,
}

fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

fn account(n: u128) -> HostAccount {
    HostAccount {
        external_id: format!("{n}"),
        trace: [0; 32],
        user_id: user(n),
        username: format!("user{n}").parse().unwrap(),
        profile: HostProfile { age_band: Some(AgeBand::Adult), ..HostProfile::default() },
    }
}

fn client_id(n: u128) -> ClientId {
    ClientId::from_uuid(Uuid::from_u128(n))
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_000_000)
}

impl World {
    /// Users 1 and 2 in an accepted direct room.
    async fn new() -> Self {
        Self::with(Settings::default(), true).await
    }

    async fn with(settings: Settings, accepted: bool) -> Self {
        let store = Arc::new(MemoryStore::new());
        let keys = Keys::new(vec![vec![7; 32]]).unwrap();
        let chat = ChatLink::builder().store(store.clone()).keys(keys).settings(settings).build().await.unwrap();
        for n in [1, 2] {
            store.host_account(account(n), now()).await.unwrap();
        }
        let room = RoomId::from_uuid(Uuid::from_u128(100));
        let pair = DirectPair::of(user(1), user(2)).unwrap();
        store.open_direct(room, pair, user(1), vec![], vec![], now()).await.unwrap();
        if accepted {
            store.accept(room, user(2), vec![], now()).await.unwrap().unwrap();
        }
        Self { chat, store, room }
    }

    async fn connect(&self, who: u128) -> Client {
        Client(self.chat.connect(user(who), None, FAR, 0).await.unwrap(), Vec::new())
    }

    async fn say(&self, who: u128, name: u128) -> Result<chatlink_core::timeline::Sent, TalkError> {
        let message = NewMessage::parse(client_id(name), &format!("message {name}"), None, None).unwrap();
        self.chat.timeline().send(user(who), self.room, message).await
    }

    /// As another node of the same installation does it: past this engine.
    async fn say_elsewhere(&self, who: u128, id: u128) {
        let authz = self.store.load_authz(self.room).await.unwrap().unwrap();
        let deed = Deed::Message {
            text: "from elsewhere".to_owned(),
            reply_to: None,
            expires_at: None,
            first_contact: FirstContact::Settled,
            extras: Extras::default(),
        };
        let act = Act {
            room_id: self.room,
            sender_id: user(who),
            authz_version: authz.version,
            event_id: EventId::from_uuid(Uuid::from_u128(id)),
            key: None,
            deed,
            notes: vec![],
        };
        self.store.append(vec![act], now()).await.unwrap();
    }
}

/// A connection and the frames that it got and nobody looked at yet.
struct Client(Connection, Vec<Value>);

impl Client {
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

    /// The next frame of that type.
    async fn expect(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    async fn seqs(&mut self, count: usize) -> Vec<u64> {
        let mut seqs = Vec::new();
        while seqs.len() < count {
            seqs.push(self.expect("event").await["event"]["seq"].as_u64().unwrap());
        }
        seqs
    }

    async fn ask(&self, command: Command) -> ReplyResult {
        self.0.handle(ClientFrame { id: Some(1), command }).await.unwrap().result
    }

    async fn resume(&self, epoch: &str, rooms: &[(RoomId, u64)]) {
        let rooms: BTreeMap<_, _> = rooms.iter().map(|(room, seq)| (*room, Seq(*seq))).collect();
        let command = Command::Resume { epoch: epoch.to_owned(), user_seq: UserSeq(0), rooms };
        assert!(matches!(self.ask(command).await, ReplyResult::Ok(_)));
    }
}

#[tokio::test(start_paused = true)]
async fn both_people_get_every_event_in_order_the_sender_too() {
    let world = World::new().await;
    let (mut one, mut two) = (world.connect(1).await, world.connect(2).await);
    assert_eq!(one.next().await["type"], "hello", "hello comes first");
    for name in 1..=20 {
        world.say(1 + name % 2, name).await.unwrap();
    }
    let expected: Vec<u64> = (1..=20).collect();
    assert_eq!(one.seqs(20).await, expected);
    assert_eq!(two.seqs(20).await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_answers_the_same_event_and_another_request_conflicts() {
    let world = World::new().await;
    let first = world.say(1, 7).await.unwrap();
    let again = world.say(1, 7).await.unwrap();
    assert_eq!((first.ack, again.repeated), (again.ack.clone(), true));
    let other = NewMessage::parse(client_id(7), "something else", None, None).unwrap();
    let error = world.chat.timeline().send(user(1), world.room, other).await.unwrap_err();
    assert!(matches!(error, TalkError::Conflict));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn senders_that_come_together_get_dense_seqs() {
    let world = Arc::new(World::new().await);
    let send = |name| {
        let world = world.clone();
        tokio::spawn(async move { world.say(1 + name % 2, name).await.unwrap().ack.seq.unwrap().0 })
    };
    let tasks: Vec<_> = (0..150).map(send).collect();
    let mut seqs = Vec::new();
    for task in tasks {
        seqs.push(task.await.unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=150).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn three_messages_until_accepted_and_a_repetition_still_holds() {
    let world = World::with(Settings::default(), false).await;
    for name in 1..=3 {
        world.say(1, name).await.unwrap();
    }
    assert!(matches!(world.say(1, 4).await.unwrap_err(), TalkError::RequestPending));
    assert!(world.say(1, 3).await.unwrap().repeated, "what was acknowledged stays so");
    world.say(2, 5).await.unwrap();
    world.say(1, 4).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn strangers_learn_nothing() {
    let world = World::new().await;
    world.say(1, 1).await.unwrap();
    let timeline = world.chat.timeline();
    let absent = RoomId::from_uuid(Uuid::from_u128(404));
    for room in [world.room, absent] {
        assert!(matches!(timeline.events(user(3), room, Seq(0), 10).await, Err(TalkError::NoRoom)));
        let message = NewMessage::parse(client_id(1), "x", None, None).unwrap();
        assert!(matches!(timeline.send(user(3), room, message).await, Err(TalkError::NoRoom)));
        assert!(matches!(timeline.mark(user(3), room, Seq(1), Seq(1)).await, Err(TalkError::NoRoom)));
    }
}

#[tokio::test(start_paused = true)]
async fn resume_fills_the_past_and_says_what_it_leaves_out() {
    let mut settings = Settings::default();
    // More than may be said in a room at once.
    settings.talk.room_sends.burst = 250;
    let world = World::with(settings, true).await;
    for name in 1..=250 {
        world.say(1, name).await.unwrap();
    }
    let mut late = world.connect(2).await;
    let hello = late.expect("hello").await;
    assert_eq!(hello["heads"][world.room.to_string()]["seq"], 250);
    late.resume(hello["epoch"].as_str().unwrap(), &[(world.room, 10)]).await;
    assert_eq!(late.seqs(200).await, (11..=210).collect::<Vec<_>>());
    let gap = late.expect("gap").await;
    assert_eq!((gap["from"].as_u64(), gap["to"].as_u64()), (Some(211), Some(250)));
}

#[tokio::test(start_paused = true)]
async fn cursors_of_another_lineage_or_ahead_of_the_head_are_reset() {
    let world = World::new().await;
    world.say(1, 1).await.unwrap();
    let mut one = world.connect(1).await;
    one.resume("another", &[(world.room, 0)]).await;
    one.expect("reset").await;
    one.resume(world.chat.epoch(), &[(world.room, 2)]).await;
    one.expect("reset").await;
}

#[tokio::test(start_paused = true)]
async fn what_another_node_committed_is_found_within_a_second() {
    let world = World::new().await;
    let mut two = world.connect(2).await;
    world.say(1, 1).await.unwrap();
    assert_eq!(two.seqs(1).await, [1]);
    let before = tokio::time::Instant::now();
    world.say_elsewhere(1, 900).await;
    assert_eq!(two.seqs(1).await, [2]);
    assert!(before.elapsed() <= Duration::from_millis(1_100), "{:?}", before.elapsed());
    // A hole before an event of our own is filled at once, and order is kept.
    world.say_elsewhere(1, 901).await;
    world.say(1, 2).await.unwrap();
    assert_eq!(two.seqs(2).await, [3, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_does_not_read_is_told_to_resync_and_harms_nobody() {
    let mut settings = Settings::default();
    settings.talk.queue_bytes = 4_096;
    let world = World::with(settings, true).await;
    let (mut slow, mut quick) = (world.connect(1).await, world.connect(2).await);
    slow.expect("hello").await;
    for name in 1..=100 {
        world.say(1, name).await.unwrap();
        assert_eq!(quick.seqs(1).await, [u64::try_from(name).unwrap()]);
    }
    slow.expect("resync").await;
    slow.resume(world.chat.epoch(), &[(world.room, 0)]).await;
    assert_eq!(slow.seqs(1).await, [1]);
}

#[tokio::test(start_paused = true)]
async fn marks_are_merged_and_told() {
    let world = World::new().await;
    let mut one = world.connect(1).await;
    for name in 1..=5 {
        world.say(1, name).await.unwrap();
    }
    let two = world.connect(2).await;
    for seq in [2, 5, 3] {
        let read = Command::Read { room_id: world.room, seq: Seq(seq) };
        assert!(matches!(two.ask(read).await, ReplyResult::Ok(_)));
    }
    let receipts = one.expect("receipts").await;
    assert_eq!(receipts["items"][0]["user_id"], user(2).to_string());
    assert_eq!(receipts["items"][0]["read_seq"], 5);
    let (_, marks) = world.chat.timeline().receipts(user(1), world.room).await.unwrap();
    assert!(marks.iter().any(|mark| mark.user_id == user(2) && mark.read_seq == Seq(5)));
}

#[tokio::test(start_paused = true)]
async fn ones_own_lists_show_at_once_what_one_read() {
    let world = World::new().await;
    let (timeline, rooms) = (world.chat.timeline(), world.chat.rooms());
    rooms.accept(user(2), world.room).await.unwrap();
    let seq = world.say(1, 1).await.unwrap().ack.seq.unwrap();
    assert_eq!(rooms.badge(user(2)).await.unwrap(), 1);
    timeline.mark(user(2), world.room, seq, seq).await.unwrap();
    // No time has passed: a page that is loaded again right after reading.
    assert_eq!(rooms.badge(user(2)).await.unwrap(), 0);
    let row = rooms.find(user(2), world.room).await.unwrap();
    assert_eq!((row.read_seq, row.unread), (seq, 0));
    let next = world.say(1, 2).await.unwrap().ack.seq.unwrap();
    timeline.mark(user(2), world.room, next, next).await.unwrap();
    let listed = rooms.list(user(2), Inbox::Rooms, None, 10).await.unwrap();
    assert_eq!((listed[0].read_seq, listed[0].unread), (next, 0));
}

#[tokio::test(start_paused = true)]
async fn who_hid_how_far_they_read_goes_on_hiding_it_when_gone() {
    let world = World::new().await;
    let (timeline, people) = (world.chat.timeline(), world.chat.people());
    let seq = world.say(1, 1).await.unwrap().ack.seq.unwrap();
    timeline.mark_read_now(user(2), world.room, seq).await.unwrap();
    let seen = async || timeline.receipts(user(1), world.room).await.unwrap().1.iter().any(|m| m.user_id == user(2));
    assert!(seen().await);
    let hides = UpdateSettings { read_receipts: Patch::Set(false), ..UpdateSettings::default() };
    people.update_settings(user(2), hides).await.unwrap();
    assert!(!seen().await);
    // Settings go with the account; the row of a direct room stays.
    world.chat.rights().delete_external("2", Words::Stay).await.unwrap();
    assert!(!seen().await);
}

#[tokio::test(start_paused = true)]
async fn what_was_read_before_takes_no_mark_off() {
    let world = World::new().await;
    let seq = world.say(1, 1).await.unwrap().ack.seq.unwrap();
    let (timeline, rooms) = (world.chat.timeline(), world.chat.rooms());
    timeline.mark(user(2), world.room, seq, seq).await.unwrap();
    let unread = PrefsChange { marked_unread: Some(true), ..PrefsChange::default() };
    rooms.set_prefs(user(2), world.room, unread).await.unwrap();
    // Later than the marks are gathered, and said once more, as clients do.
    tokio::time::sleep(Duration::from_secs(2)).await;
    timeline.mark_read_now(user(2), world.room, seq).await.unwrap();
    assert!(rooms.find(user(2), world.room).await.unwrap().prefs.marked_unread);
    let next = world.say(1, 2).await.unwrap().ack.seq.unwrap();
    timeline.mark_read_now(user(2), world.room, next).await.unwrap();
    assert!(!rooms.find(user(2), world.room).await.unwrap().prefs.marked_unread, "reading on takes it off");
}

#[tokio::test(start_paused = true)]
async fn typing_reaches_the_other_alone_and_not_too_often() {
    let world = World::new().await;
    let (mut one, mut two) = (world.connect(1).await, world.connect(2).await);
    for _ in 0..3 {
        one.ask(Command::Typing { room_id: world.room }).await;
    }
    world.say(1, 1).await.unwrap();
    let mut kinds = Vec::new();
    loop {
        let kind = two.next().await["type"].as_str().unwrap().to_owned();
        kinds.push(kind.clone());
        if kind == "event" {
            break;
        }
    }
    assert_eq!(kinds, ["hello", "typing", "event"]);
    assert_eq!(one.next().await["type"], "hello");
    assert_eq!(one.next().await["type"], "event");
}

#[tokio::test(start_paused = true)]
async fn a_person_has_so_many_connections_and_no_more() {
    let mut settings = Settings::default();
    settings.talk.connections_a_person = 2;
    let world = World::with(settings, true).await;
    let first = world.connect(1).await;
    let _second = world.connect(1).await;
    assert!(world.chat.connect(user(1), None, FAR, 0).await.is_err());
    drop(first);
    assert!(world.chat.connect(user(1), None, FAR, 0).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_node_that_stops_lets_its_connections_go() {
    let world = World::new().await;
    let mut one = world.connect(1).await;
    one.expect("hello").await;
    world.chat.shutdown().await;
    assert_eq!(one.0.outgoing().await, Outgoing::Close(ErrorCode::Unavailable));
    assert!(world.say(1, 1).await.is_err(), "nothing is acknowledged any more");
}

/// A frame that asks to send a message of this name.
fn sends(world: &World, id: u64, name: u128, text: &str) -> ClientFrame {
    let text = Some(text.to_owned());
    let frame = format!(
        r#"{{"type":"send","id":{id},"room_id":"{}","client_id":"{}","text":{}}}"#,
        world.room,
        client_id(name),
        serde_json::to_string(&text).unwrap()
    );
    serde_json::from_str(&frame).unwrap()
}

#[tokio::test(start_paused = true)]
async fn messages_that_wait_behind_each_other_are_committed_together_in_their_order() {
    let world = World::new().await;
    let (one, mut two) = (world.connect(1).await, world.connect(2).await);
    let before = world.chat.timeline().commit_stats();
    let frames = (0..20).map(|n| sends(&world, n, 100 + u128::from(n), &format!("message {n}"))).collect();
    let replies = one.0.handle_all(frames).await;
    let acked = replies.iter().map(|reply| match &reply.result {
        ReplyResult::Ok(ack) => (reply.id, ack.seq.unwrap().0),
        ReplyResult::Error(problem) => panic!("{problem:?}"),
    });
    assert_eq!(acked.collect::<Vec<_>>(), (0..20).map(|n| (n, n + 1)).collect::<Vec<_>>());
    assert_eq!(two.seqs(20).await, (1..=20).collect::<Vec<_>>());
    let after = world.chat.timeline().commit_stats();
    assert_eq!((after.acts - before.acts, after.batches - before.batches), (20, 1), "one commit for all");
}

#[tokio::test(start_paused = true)]
async fn of_messages_that_wait_together_each_is_answered_by_itself() {
    let world = World::new().await;
    let one = world.connect(1).await;
    let ping = ClientFrame { id: Some(2), command: Command::Ping };
    let frames = vec![
        sends(&world, 0, 1, "the first"),
        sends(&world, 1, 2, ""),
        ping,
        sends(&world, 3, 1, "another under the name of the first"),
        sends(&world, 4, 1, "the first"),
        sends(&world, 5, 3, "the last"),
    ];
    let replies = one.0.handle_all(frames).await;
    let told = |id: u64| {
        let reply = replies.iter().find(|reply| reply.id == id).unwrap();
        match &reply.result {
            ReplyResult::Ok(ack) => Ok(ack.seq.map(|seq| seq.0)),
            ReplyResult::Error(problem) => Err(problem.code),
        }
    };
    let answers: Vec<_> = (0..6).map(told).collect();
    let invalid = Err(ErrorCode::Invalid);
    assert_eq!(answers, [Ok(Some(1)), invalid, Ok(None), Err(ErrorCode::ClientIdConflict), Ok(Some(1)), Ok(Some(2))]);
}

/// Each of them changes what the next one is decided on: so all but the first are decided anew.
#[tokio::test(start_paused = true)]
async fn a_first_contact_that_comes_all_at_once_keeps_its_order_and_its_allowance() {
    let world = World::with(Settings::default(), false).await;
    let (one, mut two) = (world.connect(1).await, world.connect(2).await);
    let frames = (0..5).map(|n| sends(&world, n, 100 + u128::from(n), &format!("message {n}"))).collect();
    let replies = one.0.handle_all(frames).await;
    let answers: Vec<_> = replies.iter().map(|reply| matches!(reply.result, ReplyResult::Ok(_))).collect();
    assert_eq!(answers, [true, true, true, false, false]);
    let mut texts = Vec::new();
    for _ in 0..3 {
        texts.push(two.expect("event").await["event"]["body"]["text"].as_str().unwrap().to_owned());
    }
    assert_eq!(texts, ["message 0", "message 1", "message 2"]);
}
