//! Mail through a real SMTP server, in this process and on a free port.
#![cfg(feature = "mail")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests say so when something is not as it must be")]

use chatlink_core::{
    ChatLink, Keys,
    contact::Contact,
    identity::{Caller, CodeSender as _, MailLanguage, Notice, NoticeKind, SendError},
    memory::MemoryStore,
    protocol::RegistrationId,
};
use chatlink_providers::mail::MailSender;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// What came in: who it was for, and the whole of it.
type Letter = (Vec<String>, String);

/// An SMTP server (RFC 5321) that keeps what it gets, and knows no mailbox called nobody.
async fn sink() -> (String, UnboundedReceiver<Letter>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (letters, received) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, letters.clone()));
        }
    });
    (url, received)
}

async fn serve(socket: TcpStream, letters: UnboundedSender<Letter>) {
    let mut socket = BufReader::new(socket);
    let (mut to, mut line) = (Vec::new(), String::new());
    let mut answer = "220 sink\r\n";
    loop {
        socket.get_mut().write_all(answer.as_bytes()).await.unwrap();
        line.clear();
        if socket.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        answer = match line.trim_end().split_once(':').unwrap_or((line.trim_end(), "")) {
            ("RCPT TO", "<nobody@example.org>") => "550 no such mailbox\r\n",
            ("RCPT TO", path) => {
                to.push(path.trim_matches(['<', '>']).to_owned());
                "250 ok\r\n"
            }
            ("DATA", _) => {
                socket.get_mut().write_all(b"354 go on\r\n").await.unwrap();
                letters.send((std::mem::take(&mut to), body(&mut socket).await)).unwrap();
                "250 kept\r\n"
            }
            ("QUIT", _) => return,
            _ => "250 ok\r\n",
        };
    }
}

async fn body(socket: &mut BufReader<TcpStream>) -> String {
    let mut text = String::new();
    while !text.ends_with("\r\n.\r\n") {
        assert!(socket.read_line(&mut text).await.unwrap() > 0, "the letter breaks off");
    }
    text
}

fn notice() -> Notice {
    Notice { kind: NoticeKind::PasswordChanged, language: MailLanguage::Spanish, product: "ChatLink".to_owned() }
}

#[tokio::test]
async fn a_notice_arrives_as_written() {
    let (url, mut letters) = sink().await;
    let sender = MailSender::new(&url, "ChatLink <no-reply@example.org>").unwrap();
    let to: Contact = "Ana.Maria@Example.org".parse().unwrap();
    sender.send(&to, &notice()).await.unwrap();
    let (recipients, text) = tokio::time::timeout(Duration::from_secs(10), letters.recv()).await.unwrap().unwrap();
    assert_eq!(recipients, ["Ana.Maria@Example.org"], "mailed as typed");
    for line in ["From: ChatLink <no-reply@example.org>", "Auto-Submitted: auto-generated", "Date: ", "Subject: "] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[tokio::test]
async fn a_refused_recipient_is_not_tried_again_and_a_silent_server_is() {
    let (url, _letters) = sink().await;
    let sender = MailSender::new(&url, "no-reply@example.org").unwrap();
    let nobody: Contact = "nobody@example.org".parse().unwrap();
    assert!(matches!(sender.send(&nobody, &notice()).await, Err(SendError::Refused(_))));
    let mobile: Contact = "+34612345678".parse().unwrap();
    assert!(matches!(sender.send(&mobile, &notice()).await, Err(SendError::Refused(_))));

    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let sender = MailSender::new(&format!("smtp://{closed}"), "no-reply@example.org").unwrap();
    let ana: Contact = "ana@example.org".parse().unwrap();
    assert!(matches!(sender.send(&ana, &notice()).await, Err(SendError::Unavailable(_))));
}

#[tokio::test]
async fn the_code_of_a_registration_comes_by_mail() {
    let (url, mut letters) = sink().await;
    let sender = Arc::new(MailSender::new(&url, "no-reply@example.org").unwrap());
    let keys = Keys::new(vec![vec![1; 32]]).unwrap();
    let chat = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(keys).sender(sender).build().await.unwrap();
    let caller = Caller::default();
    let started = chat.identity().start_registration(&caller, "ana@example.org").await.unwrap();
    let (_, text) = tokio::time::timeout(Duration::from_secs(10), letters.recv()).await.unwrap().unwrap();
    let subject = text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap();
    let code = subject.split(' ').next().unwrap();
    assert!(chat.identity().verify(&caller, RegistrationId::from_uuid(started.id), code).await.is_ok());
    chat.shutdown().await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let sender = MailSender::with_deadline(&url, "no-reply@example.org", Duration::from_millis(200)).unwrap();
    let ana: Contact = "ana@example.org".parse().unwrap();
    assert!(matches!(sender.send(&ana, &notice()).await, Err(SendError::Unavailable(_))));
}

#[tokio::test]
async fn a_server_that_does_not_turn_to_tls_gets_no_mail() {
    let (url, mut letters) = sink().await;
    let sender = MailSender::new(&format!("{url}?tls=required"), "no-reply@example.org").unwrap();
    let ana: Contact = "ana@example.org".parse().unwrap();
    assert!(sender.send(&ana, &notice()).await.is_err());
    assert!(letters.try_recv().is_err());
}
