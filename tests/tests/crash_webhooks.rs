//! Webhooks of the real binary at a receiver that checks everything, while the server is killed and the receiver refuses:
//! of every room each event comes, in its order, signed, and again rather than never.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "panics are how a test says no")]

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use chatlink_protocol::RoomId;
use chatlink_tests::{Database, Launch, Person, Server, befriend, chatlink, fresh_id, group, within};
use data_encoding::BASE64;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::net::TcpListener;

/// Until a node that was killed is followed, and a receiver that refused is tried again.
const LATE: Duration = Duration::from_secs(90);
/// From the acknowledgement to the receiver, on one node that runs.
const SOON: Duration = Duration::from_secs(5);

#[derive(Clone, Default)]
struct Receiver {
    seen: Arc<Mutex<Seen>>,
    secret: Arc<Mutex<Vec<u8>>>,
    refuses: Arc<AtomicBool>,
    /// Milliseconds from taking a delivery to saying so.
    slow: Arc<AtomicU64>,
}

#[derive(Default)]
struct Seen {
    /// Of each room the last seq that came; each came after the one before it.
    heads: BTreeMap<RoomId, u64>,
    /// What each delivery held, by its name.
    names: HashMap<String, (RoomId, Vec<u64>)>,
    epochs: std::collections::BTreeSet<String>,
    under_way: std::collections::BTreeSet<RoomId>,
    refused: u32,
    repeated: u32,
    wrong: Vec<String>,
}

impl Receiver {
    async fn start() -> (Self, String) {
        let receiver = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook?key=hunter2", listener.local_addr().expect("an address"));
        let app = Router::new().route("/hook", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (receiver, url)
    }

    fn head(&self, room: RoomId) -> u64 {
        self.seen.lock().unwrap().heads.get(&room).copied().unwrap_or(0)
    }

    async fn waits_for(&self, room: RoomId, seq: u64, limit: Duration) {
        let work = async {
            while self.head(room) < seq {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        within(limit, &format!("event {seq} at the receiver"), work).await;
    }

    fn verify(&self, headers: &HeaderMap, body: &Bytes) -> Result<String, &'static str> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or("a header is missing");
        let (id, timestamp) = (header("webhook-id")?, header("webhook-timestamp")?);
        let mut signed = format!("{id}.{timestamp}.").into_bytes();
        signed.extend_from_slice(body);
        let expected = format!("v1,{}", BASE64.encode(&hmac(&self.secret.lock().unwrap(), &signed)));
        let is_signed = header("webhook-signature")?.split(' ').any(|signature| signature == expected);
        if is_signed { Ok(id.to_owned()) } else { Err("the signature is not ours") }
    }
}

/// RFC 2104, written out: the test trusts no code of ours.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let room = {
        let mut seen = receiver.seen.lock().unwrap();
        let name = match receiver.verify(&headers, &body) {
            Ok(name) => name,
            Err(wrong) => {
                seen.wrong.push(wrong.to_owned());
                return StatusCode::UNAUTHORIZED;
            }
        };
        if receiver.refuses.load(Ordering::SeqCst) {
            seen.refused += 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        seen.hear(&name, &serde_json::from_slice(&body).expect("JSON"))
    };
    tokio::time::sleep(Duration::from_millis(receiver.slow.load(Ordering::SeqCst))).await;
    receiver.seen.lock().unwrap().under_way.remove(&room);
    StatusCode::NO_CONTENT
}

impl Seen {
    fn hear(&mut self, name: &str, body: &Value) -> RoomId {
        let room: RoomId = body["room_id"].as_str().expect("a room").parse().expect("its id");
        let events = body["events"].as_array().expect("events");
        let seqs: Vec<u64> = events.iter().map(|event| event["seq"].as_u64().expect("a seq")).collect();
        let head = self.heads.get(&room).copied().unwrap_or(0);
        if body["type"] != "room.events" || events.iter().any(|event| event["room_id"] != body["room_id"]) {
            self.wrong.push(format!("not of one room: {body}"));
        }
        if seqs.windows(2).any(|pair| pair[0] + 1 != pair[1]) || seqs[0] > head + 1 {
            self.wrong.push(format!("{seqs:?} after {head}"));
        }
        // A server that was killed broke off what was under way; what comes then comes again under its name.
        self.repeated += u32::from(self.names.contains_key(name));
        if !self.under_way.insert(room) && !self.names.contains_key(name) {
            self.wrong.push(format!("{seqs:?} before the delivery ahead of it was answered"));
        }
        let held = (room, seqs);
        if *self.names.entry(name.to_owned()).or_insert_with(|| held.clone()) != held {
            self.wrong.push(format!("{name} held something else before"));
        }
        self.heads.insert(room, head.max(*held.1.last().expect("an event")));
        self.epochs.insert(body["epoch"].as_str().expect("an epoch").to_owned());
        room
    }
}

/// `chatlink webhooks …`, beside the server.
async fn webhooks(server: &Server, settings: &[(&str, &str)], words: &[&str]) -> Vec<Value> {
    let mut command = chatlink();
    command.arg("webhooks").args(words).arg("--data-dir").arg(server.data()).envs(settings.iter().copied());
    let output = command.output().await.expect("the program runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(!errors.contains("hunter2"));
    let said = String::from_utf8(output.stdout).expect("text");
    said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

async fn say(person: &Person, room: RoomId) -> u64 {
    let body = json!({ "client_id": fresh_id(), "text": "what is said is told" });
    let said = person.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    said["seq"].as_u64().expect("a seq")
}

async fn every_event_comes(settings: &[(&str, &str)]) {
    let launch = settings.iter().fold(Launch::unlimited(), |launch, (name, value)| launch.set(name, value));
    let mut server = Server::launch(launch).await;
    let (receiver, url) = Receiver::start().await;
    let made = webhooks(&server, settings, &["add", &url, "--name", "our backend"]).await.remove(0);
    let secret = made["secret"].as_str().and_then(|secret| secret.strip_prefix("whsec_")).expect("a secret");
    *receiver.secret.lock().unwrap() = BASE64.decode(secret.as_bytes()).expect("base64");
    let id = made["id"].as_str().expect("an id").to_owned();
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let rooms = [befriend(&anna, &berta).await, group(&anna, &[], "all").await, group(&berta, &[], "all").await];
    let speak = async |times: usize| {
        let mut heads = [0; 3];
        for _ in 0..times {
            for ((room, person), head) in rooms.iter().zip([&anna, &anna, &berta]).zip(&mut heads) {
                *head = say(person, *room).await;
            }
        }
        heads
    };
    let arrive = async |heads: [u64; 3], limit| {
        for (room, head) in rooms.iter().zip(heads) {
            receiver.waits_for(*room, head, limit).await;
        }
        assert_eq!(receiver.seen.lock().unwrap().wrong, Vec::<String>::new());
    };
    arrive(speak(10).await, LATE).await;
    arrive(speak(1).await, SOON).await;
    for slow in [40, 400] {
        receiver.slow.store(slow, Ordering::SeqCst);
        let heads = speak(20).await;
        server.kill().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        receiver.seen.lock().unwrap().under_way.clear();
        receiver.slow.store(0, Ordering::SeqCst);
        let _ = server.restart().await;
        arrive(heads, LATE).await;
    }
    receiver.refuses.store(true, Ordering::SeqCst);
    let heads = speak(20).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let listed = webhooks(&server, settings, &["list"]).await.remove(0);
    assert!(listed["attempts"].as_u64() > Some(0) && listed["due_rooms"] == 3, "{listed}");
    assert_eq!((&listed["last_error"], &listed["state"]), (&json!("it answered 503"), &json!("active")));
    assert!(!listed.to_string().contains("hunter2") && listed.get("secret").is_none(), "{listed}");
    receiver.refuses.store(false, Ordering::SeqCst);
    arrive(heads, LATE).await;
    let paused = webhooks(&server, settings, &["pause", &id]).await;
    assert_eq!(paused, Vec::<Value>::new());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let heads = speak(5).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(receiver.head(rooms[0]) < heads[0], "it is paused");
    webhooks(&server, settings, &["enable", &id]).await;
    arrive(heads, LATE).await;
    webhooks(&server, settings, &["remove", &id]).await;
    assert_eq!(webhooks(&server, settings, &["list"]).await, Vec::<Value>::new());
    let seen = receiver.seen.lock().unwrap();
    let told = format!("{} deliveries, {} refused, {} repeated", seen.names.len(), seen.refused, seen.repeated);
    assert!(seen.refused > 0 && seen.epochs.len() == 1, "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_tell_every_event_through_kills_on_sqlite() {
    every_event_comes(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_tell_every_event_through_kills_on_postgres() {
    let database = Database::fresh().await;
    let secret = BASE64.encode(&Sha256::digest(fresh_id()));
    every_event_comes(&[("CHATLINK_DATABASE_URL", database.url()), ("CHATLINK_SECRET", secret.as_str())]).await;
}
