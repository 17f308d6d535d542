//! The main job on the real binary, over the wire alone: two people join with codes, find each
//! other, talk, and lose nothing when the server is killed in the middle.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use std::{
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};
use support::{Answer, Server, ask_with, connect, folder, get};
use tungstenite::{Message, WebSocket, client::IntoClientRequest as _};

/// A person with a browser: a cookie and its CSRF token.
struct Person {
    id: String,
    cookie: String,
    csrf: String,
}

/// A socket of a browser.
struct Socket(WebSocket<TcpStream>);

/// A PostgreSQL server for a test alone.
#[path = "../../chatlink-store-postgres/tests/support/server.rs"]
#[allow(dead_code, reason = "made for more than is used here")]
mod postgres;

#[test]
fn two_people_join_meet_and_talk_through_a_crash() {
    the_main_job("tracer", &[]);
}

/// The same on a server's database, of which the folder keeps nothing.
#[test]
fn two_people_join_meet_and_talk_on_postgres_through_a_crash() {
    let database = postgres::Server::start().unwrap();
    let url = database.url();
    let secret = String::from_utf8(support::run(&folder("tracer-secret"), "secret new", &[], &[]).stdout).unwrap();
    the_main_job("tracer-postgres", &[("CHATLINK_DATABASE_URL", &url), ("CHATLINK_SECRET", secret.trim())]);
}

fn the_main_job(name: &str, variables: &[(&str, &str)]) {
    let folder = folder(name);
    let server = Server::start(&folder, variables);
    let at = server.address;
    let ana = join(at, "ana@example.org", "ana", ("es", "en"));
    let ben = join(at, "+34 612 34 56 78", "ben", ("en", "es"));
    let matches = ana.call(at, "GET", "/v1/matches", Value::Null, 200);
    assert_eq!(matches["items"][0]["user"]["id"], ben.id.as_str(), "{matches}");
    assert_eq!(matches["items"][0]["mutual"], true);

    let room = ana.call(at, "POST", "/v1/rooms", json!({ "kind": "direct", "user_id": ben.id }), 201);
    let room = room["id"].as_str().unwrap().to_owned();
    let (mut of_ana, epoch) = ana.connect(at);
    let (mut of_ben, _) = ben.connect(at);
    ben.call(at, "POST", &format!("/v1/requests/{room}/accept"), Value::Null, 204);
    for number in 1..=5 {
        assert_eq!(of_ana.send(&room, number), number);
        assert_eq!(of_ben.event()["seq"], number);
    }

    server.kill();
    let server = Server::start(&folder, variables);
    let at = server.address;
    let (mut of_ana, _) = ana.connect(at);
    assert_eq!(of_ana.send(&room, 5), 5, "the same name is the same message");
    assert_eq!(of_ana.send(&room, 6), 6);
    let (mut of_ben, same) = ben.connect(at);
    assert_eq!(same, epoch, "it is the same history");
    of_ben.say(&json!({ "id": 1, "type": "resume", "epoch": epoch, "user_seq": 0, "rooms": { &room: 3 } }));
    let missed: Vec<Value> = (4..=6).map(|_| of_ben.event()["seq"].clone()).collect();
    assert_eq!(missed, [json!(4), json!(5), json!(6)]);

    let page = ben.call(at, "GET", &format!("/v1/rooms/{room}/timeline"), Value::Null, 200);
    let texts: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|i| i["body"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["message 1", "message 2", "message 3", "message 4", "message 5", "message 6"]);

    let out = ana.ask(at, "POST", "/v1/sessions/logout", &Value::Null);
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"), "the cookie goes");
    assert_eq!(out.header("clear-site-data"), "\"storage\"");
    assert_eq!(of_ana.end(), 1008, "and the socket with it");
    ana.call(at, "GET", "/v1/rooms", Value::Null, 401);
}

#[test]
fn a_restart_is_told_to_sockets_and_keeps_nobody_waiting() {
    let folder = folder("restart");
    let mut server = Server::start(&folder, &[]);
    let ana = join(server.address, "ana@example.org", "ana", ("es", "en"));
    let (mut socket, _) = ana.connect(server.address);
    let asked = Instant::now();
    // The peer answers the close while the server waits for it.
    let reader = std::thread::spawn(move || socket.end());
    assert!(server.terminate().0.success());
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!(reader.join().unwrap(), 1012);
}

/// From a contact to an account, the code read where a developer reads it.
fn join(at: SocketAddr, contact: &str, name: &str, (native, learning): (&str, &str)) -> Person {
    let nobody = Person { id: String::new(), cookie: String::new(), csrf: String::new() };
    let started = nobody.call(at, "POST", "/v1/registrations", json!({ "contact": contact }), 202);
    let path = format!("/v1/registrations/{}", started["id"].as_str().unwrap());
    let verified = nobody.call(at, "POST", &format!("{path}/verify"), json!({ "code": code(at) }), 200);
    let form = json!({
        "proof": verified["proof"], "grant": "cookie", "username": name, "password": "correct horse battery",
        "display_name": name, "birth_date": "1990-01-31", "country": "ES",
        "native_languages": [native], "learning_languages": [{ "language": learning, "level": "B1" }],
    });
    let answer = nobody.ask(at, "POST", &format!("{path}/complete"), &form);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let cookie = answer.header("set-cookie").to_owned();
    for part in ["chatlink-dev=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} is not in {cookie}");
    }
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(body["session"].get("access_token").is_none(), "a browser gets no token to lose");
    Person {
        id: body["user"]["id"].as_str().unwrap().to_owned(),
        cookie: cookie.split(';').next().unwrap().to_owned(),
        csrf: body["csrf_token"].as_str().unwrap().to_owned(),
    }
}

/// The newest code in the development mailbox.
fn code(at: SocketAddr) -> String {
    let letters = get(at, "/dev/mailbox", &[("accept", "application/json")]);
    let letters: Value = serde_json::from_str(&letters.body).unwrap();
    letters[0]["code"].as_str().expect("a code").to_owned()
}

impl Person {
    fn ask(&self, at: SocketAddr, method: &str, path: &str, body: &Value) -> Answer {
        let origin = format!("http://{at}");
        let headers = [("cookie", &*self.cookie), ("x-csrf-token", &self.csrf), ("origin", &origin)];
        let headers: Vec<_> = headers.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        ask_with(&mut connect(at), method, path, &headers, &body)
    }

    #[allow(clippy::needless_pass_by_value, reason = "reads better where it is called")]
    fn call(&self, at: SocketAddr, method: &str, path: &str, body: Value, status: u16) -> Value {
        let answer = self.ask(at, method, path, &body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        if answer.body.is_empty() { Value::Null } else { serde_json::from_str(&answer.body).unwrap() }
    }

    /// A socket of this browser, and the epoch of its hello.
    fn connect(&self, at: SocketAddr) -> (Socket, String) {
        let mut request = format!("ws://{at}/v1/ws").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("cookie", self.cookie.parse().unwrap());
        headers.insert("origin", format!("http://{at}").parse().unwrap());
        headers.insert("sec-websocket-protocol", "chatlink.v1".parse().unwrap());
        let (socket, _) = tungstenite::client(request, connect(at)).unwrap();
        let mut socket = Socket(socket);
        let hello = socket.next();
        assert_eq!((&hello["type"], &hello["user_id"]), (&json!("hello"), &json!(self.id)));
        (socket, hello["epoch"].as_str().unwrap().to_owned())
    }
}

impl Socket {
    fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).unwrap();
    }

    fn next(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.0.read().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// Sends the message of that number, and answers the seq that was acknowledged.
    fn send(&mut self, room: &str, number: u64) -> u64 {
        let client_id = format!("01890000-0000-7000-8000-{number:012}");
        let text = format!("message {number}");
        self.say(&json!({ "id": number, "type": "send", "room_id": room, "client_id": client_id, "text": text }));
        loop {
            let frame = self.next();
            if frame["id"] == number {
                return frame["ok"]["seq"].as_u64().unwrap_or_else(|| panic!("{frame}"));
            }
        }
    }

    /// The next message.
    fn event(&mut self) -> Value {
        loop {
            let frame = self.next();
            if frame["type"] == "event" {
                return frame["event"].clone();
            }
        }
    }

    /// The close code.
    fn end(&mut self) -> u16 {
        self.0.get_ref().set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        loop {
            if let Message::Close(frame) = self.0.read().unwrap() {
                return frame.map_or(0, |frame| u16::from(frame.code));
            }
        }
    }
}
