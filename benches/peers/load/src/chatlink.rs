//! ChatLink's own protocol, `chatlink.v1` (docs/protocol.md). Who comes, and where they talk, stands in the file that
//! `guests` wrote, which `LOAD_GUESTS` names: a line a person, his token and the conversation with his neighbour; last the
//! room for many. Everybody is a member of his rooms from `hello` on, so joining one is no more than a ping.

use crate::dialect::{get, Dialect, Event, To};
use serde_json::{json, Map, Value};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio_tungstenite::tungstenite::handshake::client::Request;

const JOIN: u64 = 999_999_999;
const RESUME: u64 = 999_999_998;

pub struct ChatLink {
    user: usize,
    /// Tells this connection's messages from those of every other one.
    number: u64,
    /// As it came; read when somebody asks.
    hello: String,
}

struct Guests {
    tokens_and_rooms: Vec<(String, String)>,
    /// Tells this run's messages from those of runs before.
    run: u64,
}

fn guests() -> &'static Guests {
    static GUESTS: OnceLock<Guests> = OnceLock::new();
    GUESTS.get_or_init(|| {
        let file = std::env::var("LOAD_GUESTS").expect("LOAD_GUESTS");
        let text = std::fs::read_to_string(file).expect("the file of the guests");
        let line = |line: &str| line.split_once(' ').map(|(token, room)| (token.into(), room.into()));
        let run = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64);
        Guests { tokens_and_rooms: text.lines().filter_map(line).collect(), run }
    })
}

impl ChatLink {
    pub fn new(user: usize) -> Self {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
        ChatLink { user, number: CONNECTIONS.fetch_add(1, Relaxed), hello: String::new() }
    }
}

impl Dialect for ChatLink {
    fn request(&self, port: u16) -> Request {
        let mut request = get(format!("ws://127.0.0.1:{port}/v1/ws?rooms=0"));
        let bearer = format!("Bearer {}", guests().tokens_and_rooms[self.user].0);
        request.headers_mut().insert("Authorization", bearer.parse().unwrap());
        request.headers_mut().insert("Sec-WebSocket-Protocol", "chatlink.v1".parse().unwrap());
        request
    }

    fn join(&mut self, _room: &str, out: &mut Vec<String>) {
        out.push(format!(r#"{{"type":"ping","id":{JOIN}}}"#));
    }

    fn memory(&self) -> Option<String> {
        let hello: Value = serde_json::from_str(&self.hello).ok()?;
        let seqs = hello["heads"].as_object()?.iter().map(|(room, head)| (room.clone(), head["seq"].clone()));
        let rooms: Map<_, _> = seqs.collect();
        let (epoch, user_seq) = (&hello["epoch"], &hello["user_seq"]);
        Some(json!({"type": "resume", "id": RESUME, "epoch": epoch, "user_seq": user_seq, "rooms": rooms}).to_string())
    }

    fn resume(&mut self, memory: &str, out: &mut Vec<String>) {
        out.push(memory.into());
    }

    fn send(&mut self, to: To, n: u64, body: &str, out: &mut Vec<String>) {
        let guests = guests();
        let room = match to {
            To::User(other) => guests.tokens_and_rooms.get(other),
            To::Room(_) => guests.tokens_and_rooms.last(),
        };
        let (room, run) = (&room.expect("a room").1, guests.run);
        // A UUID of its own for each: the run, the connection, the number.
        let (high, mid, low) = (run >> 28 & 0xffff_ffff, run >> 12 & 0xffff, run & 0xfff);
        let (more, less) = (self.number >> 16 & 0xfff, self.number & 0xffff);
        out.push(format!(
            r#"{{"type":"send","id":{n},"room_id":"{room}","client_id":"{high:08x}-{mid:04x}-7{low:03x}-8{more:03x}-{less:04x}{n:08x}","text":"{body}"}}"#,
        ));
    }

    fn read(&mut self, frame: &str, _out: &mut Vec<String>) -> Event {
        if frame.starts_with(r#"{"type":"event""#) {
            Event::Msg
        } else if let Some(rest) = frame.strip_prefix(r#"{"id":"#) {
            let id = rest.split(',').next().and_then(|id| id.parse().ok());
            match id {
                _ if !rest.contains(r#""ok""#) => panic!("refused: {frame}"),
                Some(JOIN) => Event::Joined,
                Some(RESUME) => Event::Resumed,
                id => Event::Ack(id),
            }
        } else if frame.starts_with(r#"{"type":"hello""#) {
            self.hello = frame.into();
            Event::Ready
        } else {
            Event::Other
        }
    }
}
