//! What asks again who is there: every operation of somebody logged in whose body has a password.

use super::{
    Login, Stage, all,
    operation::{Entry, Gate, Operation, Payload},
};
use chatlink_core::clock::Clock as _;
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The operations whose body has this member.
fn asking_for(member: &str) -> Vec<(Operation, Entry)> {
    let asks = |operation: &Operation| operation.gate == Gate::Login && operation.members.iter().any(|it| it == member);
    all().into_iter().filter(|(operation, _)| asks(operation)).collect()
}

/// The entry with another value of that member.
fn with(entry: &mut Entry, member: &str, value: Value) {
    let Payload::Json(body) = &mut entry.payload else { panic!("{} has no body", entry.id) };
    body[member] = value;
}

#[tokio::test]
async fn every_change_that_asks_for_the_password_refuses_a_wrong_one() {
    let stage = Stage::set().await;
    let (before, asking) = (stage.account().await, asking_for("password"));
    assert!(asking.len() >= 7, "{}", asking.len());
    for (operation, mut entry) in asking {
        for wrong in ["", "not the password 7"] {
            with(&mut entry, "password", json!(wrong));
            let answer = stage.call(&operation, &entry, &Login::browser(&stage.ann), &[]).await;
            assert_eq!(answer.told(), (422, "invalid"), "{} with {wrong:?}: {}", entry.id, answer.body);
            assert_eq!(answer.body["errors"][0]["field"], "password", "{}", entry.id);
        }
        // Failures make the next one wait: they are counted, whichever call they were made at.
        stage.clock.advance(DAY);
    }
    assert_eq!(stage.account().await, before, "nothing changed");
}

#[tokio::test]
async fn every_change_that_asks_for_a_second_factor_refuses_none_and_a_wrong_one() {
    let stage = Stage::set().await;
    stage.second_factor().await;
    let before = stage.account().await;
    let asking = asking_for("second_factor");
    assert!(asking.len() >= 6, "{}", asking.len());
    for (operation, mut entry) in asking {
        let now = stage.clock.now();
        for (shown, code) in [(Value::Null, "required"), (json!(" "), "required"), (json!("000000"), "wrong")] {
            with(&mut entry, "second_factor", shown.clone());
            let answer = stage.call(&operation, &entry, &Login::browser(&stage.ann), &[]).await;
            let expected = (401, format!("second_factor_{code}"));
            let (status, told) = answer.told();
            assert_eq!((status, told.to_owned()), expected, "{} with {shown} at {now}: {}", entry.id, answer.body);
        }
        stage.clock.advance(DAY);
    }
    assert_eq!(stage.account().await, before, "nothing changed");
}
