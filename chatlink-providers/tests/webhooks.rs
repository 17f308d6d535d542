//! Deliveries to a receiver of our own, in this process and on a free port.
#![cfg(feature = "webhooks")]
#![allow(clippy::unwrap_used, reason = "tests say so when something is not as it must be")]

use chatlink_core::webhooks::{Answered, PlainHttp, SignedPost, WebhookPost as _, WebhookUrl};
use chatlink_providers::webhooks::HttpWebhooks;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};

/// A receiver that gives each request the same answer, and then goes on for ever if it is told to.
async fn receiver(answer: &'static str, endless: bool) -> (String, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?key=hunter2", listener.local_addr().unwrap());
    let (requests, received) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            while !bytes.ends_with(b"{}") {
                assert!(socket.read_buf(&mut bytes).await.unwrap() > 0, "the request breaks off");
            }
            requests.send(String::from_utf8(bytes).unwrap()).unwrap();
            let _ = socket.write_all(answer.as_bytes()).await;
            while endless && socket.write_all(&[b'x'; 1024]).await.is_ok() {}
        }
    });
    (url, received)
}

async fn posted(url: &str) -> Answered {
    let post = SignedPost {
        url: WebhookUrl::parse(url, PlainHttp::Refused).unwrap(),
        headers: [
            ("content-type", "application/json".to_owned()),
            ("webhook-id", "msg_1".to_owned()),
            ("webhook-timestamp", "1614265330".to_owned()),
            ("webhook-signature", "v1,abc v1,def".to_owned()),
        ],
        body: "{}".into(),
    };
    assert!(!format!("{post:?}").contains("hunter2"));
    HttpWebhooks::with_deadline(Duration::from_secs(2)).unwrap().post(post).await
}

#[tokio::test]
async fn a_delivery_goes_out_as_it_was_signed() {
    let (url, mut requests) = receiver("HTTP/1.1 204 No Content\r\n\r\n", false).await;
    assert_eq!(posted(&url).await, Answered::Taken);
    let request = requests.recv().await.unwrap();
    for line in [
        "POST /hook?key=hunter2 HTTP/1.1",
        "webhook-id: msg_1",
        "webhook-signature: v1,abc v1,def",
        "content-length: 2",
    ] {
        assert!(request.lines().any(|said| said == line), "{line}:\n{request}");
    }
}

/// Also to a place that would take it: what is said goes where the operator said.
#[tokio::test]
async fn a_redirection_is_not_followed() {
    let (elsewhere, mut requests) = receiver("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", false).await;
    let answer = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
    let (url, _requests) = receiver(answer.leak(), false).await;
    assert_eq!(posted(&url).await, Answered::Refused(307));
    assert!(requests.try_recv().is_err());
}

#[tokio::test]
async fn a_status_says_what_became_of_it() {
    for (answer, expected) in [
        ("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", Answered::Gone),
        ("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", Answered::Refused(503)),
        ("", Answered::Unreachable),
    ] {
        let (url, _requests) = receiver(answer, false).await;
        assert_eq!(posted(&url).await, expected, "{answer}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}/", listener.local_addr().unwrap());
    assert_eq!(posted(&silent).await, Answered::Late);
    drop(listener);
    assert_eq!(posted(&silent).await, Answered::Unreachable);
}

/// An answer without an end is not waited for.
#[tokio::test]
async fn an_endless_answer_is_read_a_little() {
    let (url, _requests) = receiver("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n", true).await;
    let posted = tokio::time::timeout(Duration::from_secs(1), posted(&url)).await;
    assert_eq!(posted.unwrap(), Answered::Taken);
}
