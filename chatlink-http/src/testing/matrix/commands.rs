//! Every command of the socket that is about a room, by everybody who may stand to it in another way: it is answered
//! as the call is that does the same. A command that the table does not name turns it red.

use super::relations::{Kind, Place, RELATIONS, Stage};
use chatlink_core::{clock::Clock as _, clock::SystemClock};
use chatlink_protocol::frame::{ClientFrame, ReplyResult};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// A command: its kind, and what it says beside its room.
struct Row(&'static str, Kind, Value);

/// Those about no room: presence is hub::talk's, resuming hub::recovery's, tokens testing::time's.
const ROOMLESS: [&str; 4] = ["auth", "watch", "resume", "ping"];

fn rows() -> Vec<Row> {
    let message = || json!({ "message_id": "$message" });
    let forward = json!({ "room_id": "$room", "message_id": "$message" });
    let key = || json!({ "message_id": "$message", "key": "ok" });
    let correction = || json!({ "message_id": "$message", "correction_id": "$room" });
    vec![
        Row("send", Kind::Say, json!({ "client_id": "$fresh", "text": "hello" })),
        Row("send", Kind::PassOn, json!({ "client_id": "$fresh", "room_id": "$own", "forward": forward })),
        Row("edit", Kind::Edit, json!({ "message_id": "$message", "text": "other words" })),
        Row("redact", Kind::TakeBack, message()),
        Row("react", Kind::React, key()),
        Row("unreact", Kind::React, key()),
        Row("vote", Kind::React, json!({ "message_id": "$poll", "choices": [1] })),
        Row("close_poll", Kind::Close, json!({ "message_id": "$poll" })),
        Row("correct", Kind::Correct, json!({ "message_id": "$message", "client_id": "$fresh", "text": "hello!" })),
        Row("accept_correction", Kind::Corrected, correction()),
        Row("decline_correction", Kind::Corrected, correction()),
        Row("withdraw_correction", Kind::Corrected, correction()),
        Row("pin", Kind::Pin, message()),
        Row("unpin", Kind::Pin, message()),
        Row("delivered", Kind::Look, json!({ "seq": 1 })),
        Row("read", Kind::Look, json!({ "seq": 1 })),
        Row("read_thread", Kind::Look, json!({ "message_id": "$message", "seq": 1 })),
        Row("typing", Kind::Look, json!({})),
        Row("watch_room", Kind::Look, json!({})),
    ]
}

/// The names of all commands there are, as the parser tells them to whom it refuses.
fn known() -> BTreeSet<String> {
    let refused = serde_json::from_value::<ClientFrame>(json!({ "type": "?" })).unwrap_err().to_string();
    let (_, names) = refused.split_once("expected one of ").unwrap();
    names.split(", ").map(|name| name.split('`').nth(1).unwrap().to_owned()).collect()
}

fn frame(name: &str, body: &Value, place: &Place, own: &str, fresh: &str) -> ClientFrame {
    let mut frame = body.clone();
    frame["id"] = json!(1);
    frame["type"] = json!(name);
    if frame.get("room_id").is_none() {
        frame["room_id"] = json!("$room");
    }
    let text = frame.to_string().replace("$room", &place.room).replace("$message", &place.message);
    let text = text.replace("$poll", &place.poll).replace("$own", own);
    serde_json::from_str(&text.replace("$fresh", fresh)).unwrap()
}

#[tokio::test]
async fn every_command_is_answered_by_how_one_stands_to_its_room() {
    let named: BTreeSet<_> = rows().iter().map(|row| row.0).chain(ROOMLESS).map(str::to_owned).collect();
    assert_eq!(known(), named, "the commands there are, and those of the table");
    let stage = Stage::set().await;
    let later = SystemClock.now().plus(Duration::from_secs(3600));
    let connection = stage.world.chat.connect(stage.ann.id, None, later, 0).await.unwrap();
    let mut wrong = Vec::new();
    for Row(name, kind, body) in rows() {
        for relation in RELATIONS {
            let place = stage.place(relation).await;
            let fresh = stage.world.chat.fresh_client_id().to_string();
            let reply = connection.handle(frame(name, &body, &place, &stage.own, &fresh)).await.unwrap();
            let told = match &reply.result {
                ReplyResult::Ok(_) => "",
                ReplyResult::Error(problem) => problem.code.name(),
            };
            let expected = kind.refusal(relation).map_or("", |(_, code)| code);
            if told != expected {
                wrong.push(format!("{name} {relation:?}: wanted {expected:?}, got {told:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
