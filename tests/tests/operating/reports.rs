//! `chatlink reports`.

use crate::run;
use chatlink_tests::{Server, fresh_id, friends};
use serde_json::{Value, json};

/// Whoever runs the installation reads what was said, also when it was taken back; while the server runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_runs_the_installation_reads_what_was_reported() {
    let server = Server::start().await;
    let home = server.data();
    let list = async || {
        let said = run(&home, &["reports", "--data-dir", "."]).await.done();
        said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect::<Vec<Value>>()
    };
    assert_eq!(list().await, Vec::<Value>::new());
    let (anna, berta, room) = friends(&server).await;
    let messages = format!("/v1/rooms/{room}/messages");
    let said = berta.api.post(&messages, json!({ "client_id": fresh_id(), "text": "buy this" })).await.is(201);
    let message = format!("{messages}/{}", said["id"].as_str().expect("an id"));
    let _ = berta.api.patch(&message, json!({ "text": "or that" })).await.is(200);
    let report =
        json!({ "user_id": berta.id, "reason": "spam", "note": "again", "room_id": room, "event_ids": [said["id"]] });
    let kept = anna.api.post("/v1/reports", report).await.is(201);
    let _ = berta.api.delete(&message).await.is(204);
    let rows = list().await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0]["id"], &rows[0]["reporter"], &rows[0]["note"]),
        (&kept["id"], &json!(anna.id), &json!("again"))
    );
    let copy = &rows[0]["messages"][0];
    assert_eq!((&copy["text"], &copy["earlier"][0]["text"]), (&json!("or that"), &json!("buy this")));
    assert_eq!((&copy["sender_id"], &copy["seq"]), (&json!(berta.id), &said["seq"]));
}
