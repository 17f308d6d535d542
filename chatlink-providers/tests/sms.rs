//! Text messages through a gateway of our own, in this process and on a free port.
#![cfg(feature = "sms")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests say so when something is not as it must be")]

use chatlink_core::{
    ChatLink, Keys,
    contact::Contact,
    identity::{Caller, CodeSender as _, MailLanguage, Notice, NoticeKind, SendError, SendersByKind},
    memory::MemoryStore,
    protocol::RegistrationId,
};
use chatlink_providers::sms::{SmsGateway, SmsSender};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};

/// What came in, head and body.
type Requests = UnboundedReceiver<(String, String)>;

/// A gateway that gives each request the same answer; an empty one closes without a word.
async fn gateway(answer: impl Into<String>) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (requests, received) = unbounded_channel();
    let answer = answer.into();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            requests.send(read(&mut socket).await).unwrap();
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    (url, received)
}

async fn read(socket: &mut TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    let head = loop {
        assert!(socket.read_buf(&mut bytes).await.unwrap() > 0, "the request breaks off");
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break String::from_utf8(bytes.drain(..end + 4).collect()).unwrap();
        }
    };
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    while bytes.len() < length.unwrap_or(0) {
        assert!(socket.read_buf(&mut bytes).await.unwrap() > 0, "the body breaks off");
    }
    (head, String::from_utf8(bytes).unwrap())
}

fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn notice() -> Notice {
    Notice { kind: NoticeKind::PasswordChanged, language: MailLanguage::Spanish, product: "Chat \"&\" Link".to_owned() }
}

fn ana() -> Contact {
    "+34612345678".parse().unwrap()
}

fn json(url: &str) -> SmsGateway {
    SmsGateway {
        url: format!("{url}/send"),
        headers: vec![("Authorization".to_owned(), "Bearer t".to_owned())],
        body: r#"{"to":"{to_digits}","from":"{from}","content":{"text":"{text}"}}"#.to_owned(),
        from: "ChatLink".to_owned(),
        ..SmsGateway::default()
    }
}

async fn sent(gateway: &SmsGateway) -> Result<(), SendError> {
    SmsSender::with_deadline(gateway, Duration::from_secs(5)).unwrap().send(&ana(), &notice()).await
}

#[tokio::test]
async fn a_json_gateway_gets_the_words_as_they_are() {
    let (url, mut requests) = gateway(answer("202 Accepted", "")).await;
    sent(&json(&url)).await.unwrap();
    let (head, body) = requests.recv().await.unwrap();
    assert!(head.starts_with("POST /send HTTP/1.1"), "{head}");
    let head = head.to_ascii_lowercase();
    for line in ["authorization: bearer t\r\n", "content-type: application/json\r\n"] {
        assert!(head.contains(line), "{line} in {head}");
    }
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["to"], &body["from"]), (&"34612345678".into(), &"ChatLink".into()));
    assert_eq!(body["content"]["text"], notice().text());
}

#[tokio::test]
async fn a_form_gateway_gets_a_form_and_the_password_of_the_url() {
    let (url, mut requests) = gateway(answer("201 Created", "{}")).await;
    let form = SmsGateway {
        url: format!("{}/Messages.json", url.replace("http://", "http://AC1:secret@")),
        body: "To={to}&From={from}&Body={text}".to_owned(),
        from: "+15005550006".to_owned(),
        ..SmsGateway::default()
    };
    sent(&form).await.unwrap();
    let (head, body) = requests.recv().await.unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("post /messages.json http/1.1"), "no password in the path: {head}");
    // `AC1:secret` in base64.
    assert!(head.contains("authorization: basic qumxonnly3jlda==\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded\r\n"));
    assert!(body.starts_with("To=%2B34612345678&From=%2B15005550006&Body="), "{body}");
    assert!(body.contains("Chat%20%22%26%22%20Link"), "{body}");
}

#[tokio::test]
async fn a_gateway_of_the_query_is_called_by_get() {
    let (url, mut requests) = gateway(answer("200 OK", "")).await;
    let query = SmsGateway {
        url: format!("{url}/sms?key=k&to={{to}}&msg={{text}}"),
        method: "get".to_owned(),
        ..SmsGateway::default()
    };
    sent(&query).await.unwrap();
    let (head, body) = requests.recv().await.unwrap();
    assert!(head.starts_with("GET /sms?key=k&to=%2B34612345678&msg="), "{head}");
    assert_eq!(body, "");
}

/// Tried again is only what cannot have been accepted.
#[tokio::test]
async fn an_answer_tells_whether_to_try_again() {
    let kind = |result: Result<(), SendError>| match result {
        Ok(()) => "accepted",
        Err(SendError::Unavailable(_)) => "later",
        Err(SendError::Refused(_)) => "refused",
        Err(SendError::InDoubt(_)) => "in doubt",
    };
    for (status, expected) in [
        ("200 OK", "accepted"),
        ("400 Bad Request", "refused"),
        ("401 Unauthorized", "refused"),
        ("429 Too Many Requests", "later"),
        ("503 Service Unavailable", "later"),
        ("500 Internal Server Error", "in doubt"),
        ("504 Gateway Timeout", "in doubt"),
        ("302 Found", "refused"),
    ] {
        let (url, _requests) = gateway(answer(status, "")).await;
        assert_eq!(kind(sent(&json(&url)).await), expected, "{status}");
    }
    let (url, _requests) = gateway("").await;
    assert_eq!(kind(sent(&json(&url)).await), "in doubt", "it took the request and went away");
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(kind(sent(&json(&format!("http://{closed}"))).await), "later");
    let mail: Contact = "ana@example.org".parse().unwrap();
    let (url, _requests) = gateway(answer("200 OK", "")).await;
    assert_eq!(kind(SmsSender::new(&json(&url)).unwrap().send(&mail, &notice()).await), "refused");
}

#[tokio::test]
async fn a_refusal_with_200_is_a_refusal() {
    let strict = |url: &str| SmsGateway { accepted_body: Some(r#""status"\s*:\s*"0""#.to_owned()), ..json(url) };
    let (url, _requests) = gateway(answer("200 OK", r#"{"messages":[{"status": "0"}]}"#)).await;
    sent(&strict(&url)).await.unwrap();
    let (url, _requests) = gateway(answer("200 OK", r#"{"messages":[{"status": "4"}]}"#)).await;
    assert!(matches!(sent(&strict(&url)).await, Err(SendError::Refused(_))));
    let (url, _requests) = gateway(answer("200 OK", &"x".repeat(100_000))).await;
    assert!(matches!(sent(&strict(&url)).await, Err(SendError::InDoubt(_))), "the answer is not read for ever");
}

#[tokio::test]
async fn a_gateway_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sender = SmsSender::with_deadline(&json(&url), Duration::from_millis(200)).unwrap();
    assert!(matches!(sender.send(&ana(), &notice()).await, Err(SendError::InDoubt(_))));
}

#[tokio::test]
async fn a_gateway_that_moved_is_not_followed() {
    let (other, mut elsewhere) = gateway(answer("200 OK", "")).await;
    let moved = format!("HTTP/1.1 307 Moved\r\nlocation: {other}/\r\ncontent-length: 0\r\n\r\n");
    let (url, _requests) = gateway(moved).await;
    assert!(matches!(sent(&json(&url)).await, Err(SendError::Refused(_))));
    assert!(elsewhere.try_recv().is_err());
}

#[tokio::test]
async fn the_code_of_a_registration_comes_by_text() {
    let (url, mut requests) = gateway(answer("200 OK", "")).await;
    let senders = SendersByKind::default().mobile(Arc::new(SmsSender::new(&json(&url)).unwrap()));
    let keys = Keys::new(vec![vec![1; 32]]).unwrap();
    let builder = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(keys).sender(Arc::new(senders));
    let chat = builder.build().await.unwrap();
    let caller = Caller::default();
    let started = chat.identity().start_registration(&caller, "+34612345678").await.unwrap();
    let (_, body) = tokio::time::timeout(Duration::from_secs(10), requests.recv()).await.unwrap().unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    let text = body["content"]["text"].as_str().unwrap();
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap();
    assert!(chat.identity().verify(&caller, RegistrationId::from_uuid(started.id), code).await.is_ok());
    assert!(chat.identity().start_registration(&caller, "ana@example.org").await.is_err(), "nothing carries mail");
    chat.shutdown().await;
}
