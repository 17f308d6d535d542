//! Power loss: what is acknowledged was on the disk before. A kill cannot show it, because the page
//! cache survives one; the kernel's own list of calls can.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

use chatlink_tests::{Call, Launch, Server, Socket, Trace, eventually, fresh_id, friends, send, tool};
use serde_json::json;
use std::path::Path;

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

/// The order of one message: into the write-ahead log, to the disk, and only then to the sender.
fn judge(trace: &Trace, text: &str, event_id: &str) {
    let told = trace.find(|call| call.writes() && is_socket(call) && acknowledges(call, event_id));
    let told = told.unwrap_or_else(|| panic!("{text}: no acknowledgement was written"));
    let logged = |call: &&Call| call.writes() && is_log(call) && call.text.contains(text) && call.began < told.began;
    let logged = trace.calls().iter().rfind(logged);
    let logged = logged.unwrap_or_else(|| panic!("{text}: acknowledged before it was in the log"));
    // The commit's last page may come after the message's own.
    let until = |call: &&Call| call.writes() && is_log(call) && call.ended < told.began;
    let last = trace.calls().iter().rfind(until).unwrap_or(logged);
    let between = |call: &Call| call.began > last.ended && call.ended < told.began;
    let synced = trace.find(|call| call.syncs() && is_log(call) && call.succeeded() && between(call));
    assert!(synced.is_some(), "{text}: acknowledged without a sync of the log after its last page was written");
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
