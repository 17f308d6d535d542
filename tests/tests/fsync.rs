//! Power loss: what is acknowledged was on the disk before. A kill cannot show it, because the page
//! cache survives one; the kernel's own list of calls can.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

use chatlink_tests::{
    Call, Launch, PATIENCE, Server, Socket, Trace, eventually, fresh_id, friends, send, tool, within,
};
use serde_json::json;
use std::{path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// Messages, one after the other, so that each has a commit of its own.
const MESSAGES: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledgement_is_written_after_the_log_is_on_the_disk() {
    let strace = tool("CHATLINK_TEST_STRACE", "strace");
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("trace");
    let mut server = Server::launch(Launch::unlimited().under(Trace::words(&strace, &out))).await;
    let (anna, _, room) = friends(&server).await;
    let mut socket = Socket::connect(&anna).await;
    let mut said = Vec::new();
    for turn in 0..MESSAGES {
        let (client_id, text) = (fresh_id(), format!("canary-{turn}-{}", fresh_id()));
        let ack = socket.ask(send(room, &client_id, &text)).await.expect("acknowledged");
        said.push((text, ack.id.expect("an id").to_string()));
    }
    // A trace is written a little behind: a last call of our own marks that all before is in it.
    let marker = fresh_id();
    let _ = anna.api.get(&format!("/v1/rooms/{marker}")).await.refused(404, "room_not_found");
    let _ = socket.ask(json!({ "type": "ping" })).await;
    eventually("the whole trace", || async { read_to(&out, &marker) }).await;
    server.kill().await;

    let trace = Trace::read(&out);
    for (text, event_id) in said {
        judge(&trace, &text, &event_id);
    }
}

/// From here on no sync of the server's succeeds, as on a disk that fails.
async fn break_the_disk(server: &Server) -> Child {
    let mut strace = Command::new(tool("CHATLINK_TEST_STRACE", "strace"))
        .args(["-f", "-e", "trace=fdatasync,fsync", "-e", "inject=fdatasync,fsync:error=EIO", "-o", "/dev/null", "-p"])
        .arg(server.pid().to_string())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("strace");
    let mut said = BufReader::new(strace.stderr.take().expect("its stderr")).lines();
    let first = within(PATIENCE, "strace to say that it is attached", said.next_line()).await;
    let first = first.expect("its stderr").unwrap_or_default();
    assert!(first.contains("attached"), "{first}");
    // Read on, so that nothing of it ever waits for a reader.
    tokio::spawn(async move { while let Ok(Some(_)) = said.next_line().await {} });
    strace
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failed_sync_nothing_is_written_and_the_server_ends() {
    let mut server = Server::launch(Launch::unlimited()).await;
    let (anna, _, room) = friends(&server).await;
    let mut socket = Socket::connect(&anna).await;
    let kept = (fresh_id(), "kept before the disk failed");
    let ack = socket.ask(send(room, &kept.0, kept.1)).await.expect("acknowledged");
    let strace = break_the_disk(&server).await;

    let lost = (fresh_id(), "said while the disk failed");
    let id = socket.post(send(room, &lost.0, lost.1)).await;
    // Refused, or cut by the end of the server: acknowledged it must not be.
    let answer = tokio::spawn(async move { socket.answer_or_end(id).await });
    let status = server.ended().await;
    assert!(!status.success(), "it says by its exit that something went wrong");
    let answer = answer.await.expect("the socket's end");
    assert!(!matches!(answer, Some(Ok(_))), "acknowledged on a disk that keeps nothing: {answer:?}");
    drop(strace);

    // On a disk that works again: what was acknowledged is there, and the lost one is sent as if anew.
    server.restart().await;
    let mut socket = Socket::connect(&anna).await;
    let again = socket.ask(send(room, &kept.0, kept.1)).await.expect("acknowledged again");
    assert_eq!((again.seq, again.id), (ack.seq, ack.id), "at its place");
    socket.ask(send(room, &lost.0, lost.1)).await.expect("acknowledged at last");
    let page = anna.api.get(&format!("/v1/rooms/{room}/events?after=0")).await.is(200);
    let texts: Vec<_> = page["events"].as_array().expect("events").iter().map(|e| e["body"]["text"].clone()).collect();
    for text in [kept.1, lost.1] {
        assert_eq!(texts.iter().filter(|said| *said == text).count(), 1, "{text}: once in {texts:?}");
    }
}

/// The order of one message: into the write-ahead log, to the disk, and only then to the sender.
fn judge(trace: &Trace, text: &str, event_id: &str) {
    let told = trace.find(|call| call.writes() && is_socket(call) && acknowledges(call, event_id));
    let told = told.unwrap_or_else(|| panic!("{text}: no acknowledgement was written"));
    let logged = |call: &&Call| call.writes() && is_log(call) && call.text.contains(text) && call.began < told.began;
    let logged = trace.calls().iter().rfind(logged);
    let logged = logged.unwrap_or_else(|| panic!("{text}: acknowledged before it was in the log"));
    // There is one writer: the first sync of the log that begins after the message's page is that of its own
    // commit. Whatever other commits write until the acknowledgement has syncs of its own.
    let between = |call: &Call| call.began > logged.ended && call.ended < told.began;
    let synced = trace.find(|call| call.syncs() && is_log(call) && call.succeeded() && between(call));
    assert!(synced.is_some(), "{text}: acknowledged without a sync of the log after it was written there");
}

fn is_log(call: &Call) -> bool {
    call.file().ends_with("-wal")
}

fn is_socket(call: &Call) -> bool {
    call.file().starts_with("TCP:") || call.file().starts_with("socket:")
}

/// The acknowledgement and not the event: that one goes out after the commit too, but is no promise.
fn acknowledges(call: &Call, event_id: &str) -> bool {
    call.text.contains(r#"\"ok\""#) && call.text.contains(event_id)
}

fn read_to(out: &Path, marker: &str) -> Option<()> {
    let text = std::fs::read(out).ok()?;
    String::from_utf8_lossy(&text).contains(marker).then_some(())
}
