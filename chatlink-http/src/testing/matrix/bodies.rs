//! Every operation that names a room in its body, by everybody who may stand to that room in another way. An operation
//! whose body names one and that the table does not name turns it red.

use super::{
    operation::Operation,
    relations::{Kind, RELATIONS, Stage},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An operation: its kind, its status where it is let through, its body.
struct Row(&'static str, Kind, u16, Value);

fn rows() -> Vec<Row> {
    let report = json!({ "user_id": "$other", "reason": "spam", "room_id": "$room", "event_ids": ["$message"] });
    let forward = json!({ "client_id": "$fresh", "forward": { "room_id": "$room", "message_id": "$message" } });
    vec![
        Row("search", Kind::Look, 200, json!({ "q": "hello", "room_id": "$room" })),
        Row("schedule_message", Kind::Say, 204, json!({ "room_id": "$room", "text": "later", "send_at": "$soon" })),
        Row("report", Kind::Report, 201, report),
        Row("send_message", Kind::PassOn, 201, forward),
    ]
}

#[tokio::test]
async fn every_operation_that_names_a_room_is_answered_by_how_one_stands_to_it() {
    let names_one = |operation: &Operation| operation.members.iter().any(|name| name == "room_id" || name == "forward");
    let operations: Vec<Operation> = Operation::all().into_iter().filter(names_one).collect();
    let known: BTreeSet<_> = operations.iter().map(|operation| operation.id.as_str()).collect();
    let rows = rows();
    let named: BTreeSet<_> = rows.iter().map(|row| row.0).collect();
    assert_eq!(known, named, "the operations that name a room, and those of the table");
    let stage = Stage::set().await;
    let mut wrong = Vec::new();
    for Row(id, kind, status, body) in &rows {
        let operation = operations.iter().find(|operation| operation.id == *id).unwrap();
        for relation in RELATIONS {
            let place = stage.place(relation).await;
            let answer = stage.call(operation, body, &place).await;
            let expected = kind.refusal(relation).unwrap_or((*status, ""));
            if answer.told() != expected {
                let (status, body) = (answer.status, &answer.body);
                wrong.push(format!("{id} {relation:?}: wanted {expected:?}, got {status} {body}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
