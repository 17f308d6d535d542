//! People who know each other: what most tests begin with.

use crate::{Person, Server, fresh_id};
use chatlink_protocol::RoomId;
use serde_json::{Value, json};

/// The direct room of the two, opened by the first; a request as long as the other did not answer.
pub async fn direct_room(opener: &Person, other: &Person) -> RoomId {
    let body = json!({ "client_id": fresh_id(), "kind": "direct", "user_id": other.id });
    let answer = opener.api.post("/v1/rooms", body).await;
    assert!(matches!(answer.status, 200 | 201), "{} {}", answer.status, answer.body);
    room_id(&answer.body)
}

/// The direct room of the two, accepted.
pub async fn befriend(opener: &Person, other: &Person) -> RoomId {
    let room = direct_room(opener, other).await;
    let _ = other.api.post_empty(&format!("/v1/requests/{room}/accept")).await.is(204);
    room
}

/// Two people and their direct room.
pub async fn friends(server: &Server) -> (Person, Person, RoomId) {
    let (one, two) = tokio::join!(Person::join(server, "anna"), Person::join(server, "berta"));
    let room = befriend(&one, &two).await;
    (one, two, room)
}

/// A group of this owner with these members, whom the owner knows: a stranger would be asked first.
pub async fn group(owner: &Person, members: &[&Person], history: &str) -> RoomId {
    for member in members {
        befriend(owner, member).await;
    }
    let members: Vec<_> = members.iter().map(|person| person.id).collect();
    let body = json!({
        "client_id": fresh_id(), "kind": "group", "title": "Tandem", "members": members, "history": history,
    });
    room_id(&owner.api.post("/v1/rooms", body).await.is(201))
}

fn room_id(room: &Value) -> RoomId {
    room["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no room: {room}"))
}
