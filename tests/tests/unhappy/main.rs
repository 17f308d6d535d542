//! The unhappy paths: one table over every operation of the OpenAPI document and every way to get it
//! wrong. Each cell says how the server must refuse, and after each the state is what it was; or it
//! says in words why there is no such case. An operation without a row fails.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

mod row;
mod table;
mod world;

use chatlink_tests::{Api, Contract, Launch, Payload, Server, fresh_id};
use reqwest::Method;
use row::{Column, Expectation, Limit, Row};
use serde_json::Value;
use std::collections::BTreeSet;
use world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_refuses_as_it_must_and_changes_nothing() {
    let server = Server::start().await;
    let world = World::make(&server).await;
    let contract = Contract::of(&server.api()).await;
    let rows = table::rows();
    every_operation_has_a_row(&contract, &rows);
    let (mut wrong, mut cells, mut reasons) = (Vec::new(), 0, 0);
    for row in &rows {
        for column in Column::ALL.into_iter().filter(|column| *column != Column::Limited) {
            let before = world.digest().await;
            for expectation in row.cell(column) {
                match expectation {
                    Expectation::Reason(_) => reasons += 1,
                    expectation => {
                        cells += 1;
                        wrong.extend(judge(&world, row, column, expectation).await);
                    }
                }
            }
            let after = world.digest().await;
            if before != after {
                wrong.push(format!("{} {column:?}: refused, and yet changed: {before:#} -> {after:#}", row.name()));
            }
        }
    }
    println!("{} operations, {cells} refusals, {reasons} cells with a reason", rows.len());
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(contract.violations(&server.recorder().exchanges()), Vec::<String>::new());
}

/// The last column needs a server with small limits, for acts and for reads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_has_its_limit() {
    let plenty = "1000000";
    for (limit, small, wide) in [(Limit::Sends, "SENDS", "READS"), (Limit::Reads, "READS", "SENDS")] {
        // What is spent does not come back: no refill.
        let launch = Launch::default()
            .with_previews()
            .set("CHATLINK_LIMIT_STARTS_HOUR", plenty)
            .set(&format!("CHATLINK_LIMIT_{small}"), "0")
            .set(&format!("CHATLINK_LIMIT_{small}_BURST"), "400")
            .set(&format!("CHATLINK_LIMIT_{wide}"), plenty)
            .set(&format!("CHATLINK_LIMIT_{wide}_BURST"), plenty);
        let server = Server::launch(launch).await;
        let world = World::make(&server).await;
        exhaust(&world, limit).await;
        let mut wrong = Vec::new();
        for row in table::rows().iter().filter(|row| row.limit() == Some(limit)) {
            // Reads by one who has none left cannot be looked at; they have nothing to change.
            let before = if limit == Limit::Sends { world.digest().await } else { Value::Null };
            let answer = row.call(&world.anna.api, &world, &[]).await;
            let after = if limit == Limit::Sends { world.digest().await } else { Value::Null };
            let told = answer.body["retry_after"].as_u64().is_some() && answer.headers.contains_key("retry-after");
            if (answer.status, answer.body["code"].as_str()) != (429, Some("rate_limited")) || !told {
                wrong.push(format!("{}: {} {}", row.name(), answer.status, answer.body));
            }
            if before != after {
                wrong.push(format!("{}: limited, and yet changed: {before:#} -> {after:#}", row.name()));
            }
        }
        assert!(wrong.is_empty(), "{limit:?}: {} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// Starts of registrations and resets are limited by network, checks by attempt, logins by account;
/// all of it survives a kill. The pauses of checks are in hub::registration.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starts_and_logins_have_limits_that_survive_a_kill() {
    let mut server = Server::launch(Launch::unlimited().set("CHATLINK_LIMIT_STARTS_HOUR", "5")).await;
    let anna = chatlink_tests::Person::join(&server, "anna").await;
    let start = |turn: usize| serde_json::json!({ "contact": format!("somebody{turn}@people.example") });
    for turn in 0..4 {
        let _ = server.api().post("/v1/registrations", start(turn)).await.is(202);
    }
    for killed in [false, true] {
        if killed {
            server.kill().await;
            server.restart().await;
        }
        let problem = server.api().post("/v1/registrations", start(9)).await.refused(429, "rate_limited");
        assert!(problem["retry_after"].as_u64().is_some(), "{problem}");
        let reset = serde_json::json!({ "login": "anna" });
        let _ = server.api().post("/v1/password-resets", reset).await.refused(429, "rate_limited");
    }
    let login = |password: &str| serde_json::json!({ "login": "anna", "password": password });
    let mut answers = Vec::new();
    for turn in 0..8 {
        answers.push(server.api().post("/v1/sessions", login(&format!("a-wrong-password-{turn}"))).await.status);
    }
    assert!(answers.starts_with(&[401, 401, 401]) && answers.ends_with(&[429]), "{answers:?}");
    server.kill().await;
    server.restart().await;
    let right = server.api().post("/v1/sessions", login(chatlink_tests::PASSWORD)).await;
    let _ = right.refused(429, "rate_limited");
    assert_eq!(anna.api.get("/v1/me").await.is(200)["username"], "anna", "who is in stays in");
}

fn every_operation_has_a_row(contract: &Contract, rows: &[Row]) {
    let named = |row: &Row| contract.operation(row.method().as_str(), &row.plain_path());
    let known: BTreeSet<_> = rows.iter().filter_map(named).collect();
    let missing: Vec<_> = contract.operations().difference(&known).cloned().collect();
    assert!(missing.is_empty(), "operations without a row: {missing:#?}");
    let unknown: Vec<_> = rows.iter().filter(|row| named(row).is_none()).map(Row::name).collect();
    assert!(unknown.is_empty(), "rows without an operation: {unknown:#?}");
    assert_eq!(known.len(), rows.len(), "one row an operation");
}

/// What is wrong with the answer to one way of getting it wrong.
async fn judge(world: &World, row: &Row, column: Column, expectation: &Expectation) -> Option<String> {
    let anna = &world.anna.api;
    let (answers, expected) = match expectation {
        Expectation::Reason(_) => return None,
        Expectation::Refused(status, code) => {
            let answers = match column {
                Column::NoLogin => vec![row.call(&anna.anonymous(), world, &[]).await],
                Column::Malformed => vec![row.raw(anna, world, b"{\"half\":".to_vec()).await],
                Column::WrongType => row.wrong_types(anna, world).await,
                Column::TooLarge => vec![row.raw(anna, world, large()).await],
                Column::Expired => vec![row.call(&world.dead, world, &[]).await],
                Column::AbsentId | Column::AnothersId | Column::Limited => {
                    panic!("{} {column:?}: say which id", row.name())
                }
            };
            (answers, (*status, *code))
        }
        Expectation::Instead { place, with, status, code } => {
            let value = if *with == "absent" { fresh_id() } else { world.value(with) };
            (vec![row.call(anna, world, &[(place, value)]).await], (*status, *code))
        }
    };
    let bad = answers
        .into_iter()
        .find(|answer| (answer.status, answer.body["code"].as_str().unwrap_or_default()) != expected)?;
    Some(format!("{} {column:?}: wanted {expected:?}, got {} {}", row.name(), bad.status, bad.body))
}

/// More than any body may be.
fn large() -> Vec<u8> {
    serde_json::json!({ "text": "x".repeat(300 * 1024) }).to_string().into_bytes()
}

async fn exhaust(world: &World, limit: Limit) {
    let api: &Api = &world.anna.api;
    for _ in 0..=400 {
        let answer = match limit {
            // A repetition changes nothing and costs as much.
            Limit::Sends => api.post(&world.fill("/v1/rooms/$room/messages"), world.repetition()).await,
            Limit::Reads => api.call(Method::GET, &world.fill("/v1/rooms/$room/timeline"), Payload::Empty).await,
        };
        if answer.status == 429 {
            return;
        }
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    panic!("400 calls did not reach the limit");
}
