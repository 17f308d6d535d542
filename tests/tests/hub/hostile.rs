//! Guests who do not behave. Invariant 8: no input, of any size or shape, panics the process, stalls
//! another, or leaves half a change.

use crate::keeps_the_contract;
use chatlink_protocol::RoomId;
use chatlink_tests::{Closed, Launch, PATIENCE, Payload, Person, Server, Socket, fresh_id, friends, send};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_on_a_socket_ends_that_socket_alone() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let mut good = Socket::connect(&berta).await;
    let text = |text: String| Message::text(text);
    let bad_utf8 = Frame::message(vec![0xff, 0xfe, 0xfd], OpCode::Data(Data::Text), true);
    let alone = Frame::message(b"more".to_vec(), OpCode::Data(Data::Continue), true);
    for (what, message, code) in [
        ("a list", text("[]".to_owned()), 1008),
        ("no JSON", text("hello".to_owned()), 1008),
        ("half an object", text("{\"type\":".to_owned()), 1008),
        ("a deep nest", text("[".repeat(100_000)), 1008),
        ("a deep nest in an object", text(format!("{{\"a\":{}", "[".repeat(100_000))), 1008),
        ("bytes", Message::binary(vec![0; 100]), 1008),
        ("too much", text(format!("{{\"a\":\"{}\"}}", "x".repeat(128 * 1024))), 1009),
        ("no UTF-8", Message::Frame(bad_utf8), 1007),
        ("a continuation of nothing", Message::Frame(alone), 1002),
    ] {
        let mut socket = Socket::connect(&anna).await;
        let _ = socket.raw(message).await;
        assert_eq!(socket.end_within(PATIENCE).await, Closed::Code(code), "{what}");
        good.settle().await;
    }
    is_well(&server, &anna, &mut good, room).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_commands_are_answered_one_by_one_and_change_nothing() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let mut socket = Socket::connect(&anna).await;
    let mut good = Socket::connect(&berta).await;
    let before = good.say(room, "before").await;
    let long = "x".repeat(16 * 1024 + 1);
    let send = |text: Value| json!({ "type": "send", "room_id": room, "client_id": fresh_id(), "text": text });
    for (command, code) in [
        (json!({ "type": "dance" }), "malformed"),
        (json!({ "kind": "send" }), "malformed"),
        (json!({ "type": "send" }), "malformed"),
        (json!({ "type": "send", "room_id": 7, "client_id": fresh_id(), "text": "x" }), "malformed"),
        (json!({ "type": "send", "room_id": room, "client_id": "mine", "text": "x" }), "malformed"),
        (json!({ "type": "send", "room_id": fresh_id(), "client_id": fresh_id(), "text": "x" }), "room_not_found"),
        (json!({ "type": "read", "room_id": room, "seq": -1 }), "malformed"),
        (json!({ "type": "read", "room_id": room, "seq": 1.5 }), "malformed"),
        (json!({ "type": "edit", "room_id": room, "message_id": fresh_id(), "text": "x" }), "message_not_found"),
        (json!({ "type": "react", "room_id": room, "message_id": fresh_id(), "key": "a b" }), "invalid"),
        (json!({ "type": "watch", "user_ids": vec![berta.id; 201] }), "invalid"),
        (send(json!(["x"])), "malformed"),
        (send(json!("")), "invalid"),
        (send(json!(" \n\t ")), "invalid"),
        (send(json!("a\u{0}b")), "invalid"),
        (send(json!(long)), "invalid"),
    ] {
        let problem = socket.ask(command.clone()).await.expect_err("refused");
        assert_eq!(problem.code.name(), code, "{command}");
    }
    let after = good.say(room, "after").await;
    assert_eq!(after, before + 1, "nothing of all that took a seq");
    // What is odd and allowed goes through byte by byte.
    for odd in ["\u{202e}right to left", "a\u{301}", "👩‍👩‍👧‍👦", "<script>alert(1)</script>", "'; DROP TABLE events; --"]
    {
        let seq = socket.say(room, odd).await;
        good.until_seq(room, seq).await;
        assert_eq!(good.log().room(room).texts().last().map(String::as_str), Some(odd));
    }
    is_well(&server, &anna, &mut good, room).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_http_is_refused_and_the_next_caller_notices_nothing() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let mut good = Socket::connect(&berta).await;
    let header = "x".repeat(200_000);
    for raw in [
        "\r\n\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET /v1/me HTTP/9.9\r\n\r\n".to_owned(),
        "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_owned(),
        "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999999999\r\n\r\n".to_owned(),
        "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
            .to_owned(),
        "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\n".to_owned(),
        format!("GET /v1/me HTTP/1.1\r\nhost: x\r\nx-big: {header}\r\n\r\n"),
        format!("GET /{header} HTTP/1.1\r\nhost: x\r\n\r\n"),
        "GET /v1/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \u{fffd}\r\n\r\n".to_owned(),
        "\u{0}\u{1}\u{2}\u{3}".to_owned(),
    ] {
        let mut stream = TcpStream::connect(server.address()).await.expect("it listens");
        let _ = stream.write_all(raw.as_bytes()).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "no end: {raw:.60?}");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{raw:.60?}: {answer}");
        good.settle().await;
    }
    for path in ["/v1/rooms/../me", "/v1/rooms/%00", "/v1/rooms/%ff%fe", "/v1//rooms", "/v1/rooms/a/b/c/d"] {
        let answer = anna.api.get(path).await;
        assert!((400..500).contains(&answer.status) || answer.status == 200, "{path}: {}", answer.status);
    }
    is_well(&server, &anna, &mut good, room).await;
}

/// Bodies of every wrong kind on a call that changes something: refused, and nothing is changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_bodies_are_refused_by_their_kind() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let mut good = Socket::connect(&berta).await;
    let path = format!("/v1/rooms/{room}/messages");
    let valid = json!({ "client_id": fresh_id(), "text": "x" }).to_string().into_bytes();
    let json = "application/json";
    let big = format!("{{\"client_id\":\"{}\",\"text\":\"{}\"}}", fresh_id(), "x".repeat(300 * 1024));
    for (what, payload, status, code) in [
        ("no body", Payload::Empty, 415, "unsupported_media_type"),
        ("another type", Payload::Bytes("text/plain", valid.clone()), 415, "unsupported_media_type"),
        (
            "a form",
            Payload::Bytes("application/x-www-form-urlencoded", b"text=x".to_vec()),
            415,
            "unsupported_media_type",
        ),
        ("nothing", Payload::Bytes(json, Vec::new()), 400, "malformed"),
        ("half", Payload::Bytes(json, valid[..20].to_vec()), 400, "malformed"),
        ("no UTF-8", Payload::Bytes(json, vec![b'"', 0xff, b'"']), 400, "malformed"),
        ("a deep nest", Payload::Bytes(json, vec![b'['; 100_000]), 400, "malformed"),
        ("a number", Payload::Bytes(json, b"7".to_vec()), 400, "malformed"),
        ("a huge number", Payload::Bytes(json, b"1e999999".to_vec()), 400, "malformed"),
        ("too large", Payload::Bytes(json, big.into_bytes()), 413, "too_large"),
    ] {
        let answer = anna.api.call(Method::POST, &path, payload).await;
        assert_eq!((answer.status, answer.body["code"].as_str()), (status, Some(code)), "{what}: {}", answer.body);
    }
    is_well(&server, &anna, &mut good, room).await;
    keeps_the_contract(&server).await;
}

/// One who floods is slowed down; another's message does not wait for him.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_slows_its_own_sender_alone() {
    let launch = Launch::default().set("CHATLINK_LIMIT_SENDS", "20").set("CHATLINK_LIMIT_SENDS_BURST", "50");
    let server = Server::launch(launch).await;
    let (anna, berta, room) = friends(&server).await;
    let (mut floods, mut good) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let mut numbers = Vec::new();
    for turn in 0..400 {
        numbers.push(floods.feed(send(room, &fresh_id(), &format!("buy {turn}"))).await);
    }
    floods.flush().await;
    let begin = Instant::now();
    let seq = good.say(room, "am I heard?").await;
    assert!(begin.elapsed() < Duration::from_secs(5), "it took {:?}", begin.elapsed());
    let mut refused = 0;
    for number in numbers {
        if let Err(problem) = floods.answer(number).await {
            assert_eq!(problem.code.name(), "rate_limited");
            assert!(problem.retry_after.is_some(), "it says when to come back");
            refused += 1;
        }
    }
    assert!(refused > 100, "only {refused} of 400 were too many");
    floods.until_seq(room, seq).await;
    is_well(&server, &anna, &mut good, room).await;
}

/// The server lives, answers, and delivers.
async fn is_well(server: &Server, anna: &Person, good: &mut Socket, room: RoomId) {
    assert_eq!(server.api().get("/healthz").await.status, 200);
    assert_eq!(server.api().get("/readyz").await.status, 200);
    let mut socket = Socket::connect(anna).await;
    let seq = good.say(room, "all is well").await;
    socket.until_seq(room, seq).await;
    good.until_seq(room, seq).await;
    good.log().room(room).assert_in_order();
}
