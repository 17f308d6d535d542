//! What logins cost those who talk: acknowledgement times of a steady conversation on SQLite, alone and beside
//! 50 logins a second and core at argon2id's floor, in turns. The ratio of the two p99 is the result. A third turn
//! is the control: beside a thread a core that only counts. What that costs is the scheduler's, and no login's.
//!
//! `cargo run --release -p chatlink-benches --bin logins [seconds]`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement ends where it cannot go on"
)]

use chatlink_core::{
    ChatLink, Keys, Settings,
    identity::{Caller, LoginError, LoginForm, RegistrationForm},
    memory::Mailbox,
    protocol::{ClientId, RegistrationId, RoomId, UserId},
    rooms::{History, NewGroup, RoomStore as _},
    timeline::NewMessage,
};
use chatlink_store_sqlite::SqliteOptions;
use std::{
    hint::black_box,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

const ROUNDS: usize = 3;
/// Turns a round: alone, beside logins, beside threads that count.
const TURNS: usize = 3;
const SENDERS: u128 = 20;
/// Each sender's pause between two messages: 200 messages a second together.
const PAUSE: Duration = Duration::from_millis(100);
/// Logins a second and core.
const LOGINS: f64 = 50.0;
const PASSWORD: &str = "quiet harbour 41 lanterns";
const TEXT: &str =
    "A hundred bytes of conversation, as people write it on a Friday evening, no more and no less: good!!";

#[tokio::main]
async fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(seconds);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let folder = tempfile::tempdir().unwrap();
    let chat = engine(folder.path()).await;
    let every = Duration::from_secs_f64(1.0 / (LOGINS * cores as f64));
    println!("{SENDERS} senders, one message each {PAUSE:?}; {:.0} logins /s on {cores} cores", LOGINS * cores as f64);
    println!("one login alone: {:?}", alone(&chat).await);
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let quiet = talk(&chat, round * TURNS, time).await;
        let end = Instant::now() + time;
        let offered = tokio::spawn(log_in(chat.clone(), every, end));
        let busy = talk(&chat, round * TURNS + 1, time).await;
        let Logins { done, refused } = offered.await.unwrap();
        let counting = count(cores, time);
        let control = talk(&chat, round * TURNS + 2, time).await;
        counting.into_iter().for_each(|thread| thread.join().unwrap());
        let of = |times: &[Duration], part: f64| times[((times.len() - 1) as f64 * part) as usize];
        let ratio = of(&busy, 0.99).as_secs_f64() / of(&quiet, 0.99).as_secs_f64();
        let control = of(&control, 0.99);
        println!(
            "alone p50 {:?} p99 {:?}; with {:.0} logins /s ({:.0} /s refused) p50 {:?} p99 {:?}; ratio {ratio:.2}; \
             beside counting p99 {control:?}, ratio {:.2}",
            of(&quiet, 0.5),
            of(&quiet, 0.99),
            f64::from(done) / time.as_secs_f64(),
            f64::from(refused) / time.as_secs_f64(),
            of(&busy, 0.5),
            of(&busy, 0.99),
            control.as_secs_f64() / of(&quiet, 0.99).as_secs_f64(),
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("ratio of the p99, median of {ROUNDS} rounds: {:.2} (aim 2)", ratios[ROUNDS / 2]);
    chat.shutdown().await;
}

fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128((kind << 64) | (n + 1))
}

/// An engine with a room, and a person who logs in.
async fn engine(folder: &std::path::Path) -> ChatLink {
    let store = Arc::new(SqliteOptions::new(folder.join("chat.db")).open().await.unwrap());
    let group = NewGroup {
        room_id: RoomId::from_uuid(id(1, 0)),
        creator: UserId::from_uuid(id(2, 0)),
        client_id: ClientId::from_uuid(id(3, 0)),
        request: [0; 32],
        title: "A room".parse().unwrap(),
        history: History::All,
        members: (1..SENDERS).map(|sender| UserId::from_uuid(id(2, sender))).collect(),
        invited: Vec::new(),
    };
    store.create_group(group, Vec::new(), "2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    let mut settings = Settings::default();
    settings.talk.enforced = false;
    let (keys, mailbox) = (Keys::new(vec![vec![7; 32]]).unwrap(), Mailbox::default());
    let builder = ChatLink::builder().store(store).keys(keys).settings(settings);
    let chat = builder.sender(Arc::new(mailbox.clone())).build().await.unwrap();
    let (caller, contact) = (Caller::default(), "ana@example.org");
    let started = chat.identity().start_registration(&caller, contact).await.unwrap();
    let registration = RegistrationId::from_uuid(started.id);
    let mut code = mailbox.code_for(contact);
    while code.is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
        code = mailbox.code_for(contact);
    }
    let proof = chat.identity().verify(&caller, registration, &code.unwrap()).await.unwrap().proof;
    let form = RegistrationForm::new(proof, "ana", PASSWORD).born("1990-01-31").from("ES").speaking(["es"]);
    chat.identity().complete(&caller, registration, form).await.unwrap();
    chat
}

fn form() -> LoginForm {
    LoginForm { login: "ana".to_owned(), password: PASSWORD.to_owned(), ..LoginForm::default() }
}

async fn alone(chat: &ChatLink) -> Duration {
    let start = Instant::now();
    chat.identity().login(&Caller::default(), form()).await.unwrap();
    start.elapsed()
}

/// The acknowledgement times of a steady conversation, the shortest first.
async fn talk(chat: &ChatLink, round: usize, time: Duration) -> Vec<Duration> {
    let end = Instant::now() + time;
    let tasks: Vec<_> = (0..SENDERS).map(|sender| tokio::spawn(say(chat.clone(), sender, round, end))).collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    times.sort_unstable();
    times
}

async fn say(chat: ChatLink, sender: u128, round: usize, end: Instant) -> Vec<Duration> {
    let (me, room) = (UserId::from_uuid(id(2, sender)), RoomId::from_uuid(id(1, 0)));
    // Spread over the pause, so that they do not write in one batch.
    tokio::time::sleep(PAUSE * sender as u32 / SENDERS as u32).await;
    let (mut times, mut pace) = (Vec::new(), interval(PAUSE));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while Instant::now() < end {
        pace.tick().await;
        let name = ClientId::from_uuid(id(100 + sender, ((round as u128) << 32) | times.len() as u128));
        let message = NewMessage::parse(name, TEXT, None, None).unwrap();
        let start = Instant::now();
        chat.timeline().send(me, room, message).await.unwrap();
        times.push(start.elapsed());
    }
    times
}

/// As many threads that do nothing but count, until the time is over.
fn count(threads: usize, time: Duration) -> Vec<JoinHandle<()>> {
    let end = Instant::now() + time;
    let counting = move || {
        let mut sum = 0_u64;
        while Instant::now() < end {
            (0..10_000_u64).for_each(|n| sum = black_box(sum.wrapping_add(n)));
        }
    };
    (0..threads).map(|_| std::thread::spawn(counting)).collect()
}

/// How the offered logins went.
#[derive(Default)]
struct Logins {
    done: u32,
    refused: u32,
}

/// Offers logins at that pace, however long each takes.
async fn log_in(chat: ChatLink, every: Duration, end: Instant) -> Logins {
    let (mut pace, mut offered) = (interval(every), tokio::task::JoinSet::new());
    while Instant::now() < end {
        pace.tick().await;
        let chat = chat.clone();
        offered.spawn(async move { chat.identity().login(&Caller::default(), form()).await });
    }
    let mut logins = Logins::default();
    while let Some(answer) = offered.join_next().await {
        match answer.unwrap() {
            Ok(_) => logins.done += 1,
            Err(LoginError::Busy) => logins.refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    logins
}
