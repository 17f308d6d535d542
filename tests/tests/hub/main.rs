//! Conversation as people meet it, over real sockets: delivery, recovery, presence, sessions, and
//! guests who do not behave.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

mod contact_list;
mod corrections;
mod delivery;
mod first_contact;
mod governance;
mod hello;
mod hostile;
mod leaks;
mod mine;
mod naming;
mod notifying;
mod passkeys;
mod pins;
mod polls;
mod recovery;
mod registration;
mod scheduled;
mod search;
mod second_factor;
mod sessions;
mod taking_back;
mod talk;
mod threads;
mod timers;
mod ways_in;

use chatlink_protocol::{RoomId, frame::Push};
use chatlink_tests::{Contract, Server};
use serde_json::Value;

/// Every answer of the test was documented and of the documented shape.
async fn keeps_the_contract(server: &Server) {
    let contract = Contract::of(&server.api()).await;
    assert_eq!(contract.violations(&server.recorder().exchanges()), Vec::<String>::new());
}

/// A change in the own log: of this kind, about this room, for which `wanted` is true.
fn told(kind: &str, room: RoomId, wanted: impl Fn(&Value) -> bool) -> impl Fn(&Push) -> Option<Value> {
    let (kind, subject) = (kind.to_owned(), room.to_string());
    move |push| match push {
        Push::UserEvent(event) if event.kind == kind && event.subject == subject && wanted(&event.body) => {
            Some(event.body.clone())
        }
        _ => None,
    }
}

/// The room's place in the own lists changed to this.
fn state(room: RoomId, state: &'static str) -> impl Fn(&Push) -> Option<Value> {
    told("room", room, move |body| body["state"] == state)
}

/// A list's items.
fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap_or_else(|| panic!("no list: {page}"))
}
