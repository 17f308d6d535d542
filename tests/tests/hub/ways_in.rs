//! The ways into a group, over real sockets: invites, open doors, and asking to be let in.

use crate::{items, keeps_the_contract, state, told};
use chatlink_protocol::RoomId;
use chatlink_tests::{Answer, Payload, Person, Server, Socket, group};
use reqwest::Method;
use serde_json::{Value, json};

async fn three(server: &Server) -> (Person, Person, Person) {
    tokio::join!(Person::join(server, "anna"), Person::join(server, "berta"), Person::join(server, "carl"))
}

fn path(room: RoomId, rest: &str) -> String {
    format!("/v1/rooms/{room}/{rest}")
}

/// Makes an invite; its id, and what lets people in.
async fn invite(person: &Person, room: RoomId, max_uses: Option<u32>) -> (String, Value) {
    let made = person.api.post(&path(room, "invites"), json!({ "max_uses": max_uses })).await.is(201);
    (made["id"].as_str().expect("an id").to_owned(), json!({ "token": made["token"] }))
}

async fn come(person: &Person, token: &Value) -> Answer {
    person.api.post("/v1/invites/join", token.clone()).await
}

async fn members(person: &Person, room: RoomId) -> usize {
    items(&person.api.get(&path(room, "members")).await.is(200)).len()
}

async fn block(person: &Person, other: &Person) {
    let _ = person.api.call(Method::PUT, &format!("/v1/blocks/{}", other.id), Payload::Empty).await.is(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invite_lets_in_while_it_holds_and_everybody_hears_of_it() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[], "from_join").await;
    let (mut owner, mut guest) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    owner.say(room, "before she came").await;
    let (_, token) = invite(&anna, room, Some(1)).await;
    let preview = berta.api.post("/v1/invites/preview", token.clone()).await.is(200);
    assert_eq!((&preview["title"], &preview["state"]), (&json!("Tandem"), &json!("open")));
    assert!(!preview.to_string().contains(&room.to_string()), "it grants no more than it says: {preview}");

    let row = come(&berta, &token).await.is(200);
    assert_eq!((&row["id"], &row["member_count"]), (&json!(room), &json!(2)));
    guest.until("the note that she is in", state(room, "joined")).await;
    let seq = owner.say(room, "welcome").await;
    guest.until_seq(room, seq).await;
    let events = berta.api.get(&path(room, "events?after=0")).await.is(200);
    // What was before is not hers to read: her own coming is the first that she sees.
    let first = &events["events"][0];
    assert_eq!((&first["body"]["change"], &first["sender_id"]), (&json!("joined"), &json!(berta.id)), "{events}");

    // Again costs nothing; for others it is used up, which nobody can tell from none.
    let _ = come(&berta, &token).await.is(200);
    let used_up = come(&carl, &token).await.refused(404, "invite_not_found");
    let none = come(&carl, &json!({ "token": "x" })).await.refused(404, "invite_not_found");
    assert_eq!((&used_up["title"], used_up.get("detail")), (&none["title"], none.get("detail")));
    assert!(items(&anna.api.get(&path(room, "invites")).await.is(200)).is_empty());
    let _ = berta.api.get(&path(room, "invites")).await.refused(403, "forbidden");
    let _ = berta.api.post(&path(room, "invites"), json!({})).await.refused(403, "forbidden");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invite_taken_back_or_of_somebody_who_blocks_lets_nobody_in() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta], "all").await;
    let (id, revoked) = invite(&anna, room, None).await;
    let _ = anna.api.delete(&path(room, &format!("invites/{id}"))).await.is(204);
    let (_, token) = invite(&anna, room, None).await;
    block(&anna, &carl).await;
    for shown in [&revoked, &token] {
        let _ = carl.api.post("/v1/invites/preview", shown.clone()).await.refused(404, "invite_not_found");
        let _ = come(&carl, shown).await.refused(404, "invite_not_found");
    }
    let _ = anna.api.delete(&format!("/v1/blocks/{}", carl.id)).await.is(204);
    let _ = anna.api.call(Method::PUT, &path(room, &format!("bans/{}", carl.id)), Payload::Empty).await.is(204);
    let _ = come(&carl, &token).await.refused(404, "invite_not_found");
    assert_eq!(members(&anna, room).await, 2);
    // Whoever made it leads the group no more.
    let raise = path(room, &format!("members/{}", berta.id));
    let _ = anna.api.delete(&path(room, &format!("bans/{}", carl.id))).await.is(204);
    let _ = anna.api.patch(&raise, json!({ "role": "admin" })).await.is(204);
    let (_, hers) = invite(&berta, room, None).await;
    let _ = anna.api.patch(&raise, json!({ "role": "member" })).await.is(204);
    let _ = come(&carl, &hers).await.refused(404, "invite_not_found");
    let wrong = json!({ "max_uses": 0, "expires_in": 0 });
    let refused = anna.api.post(&path(room, "invites"), wrong).await.refused(422, "invalid");
    assert_eq!(refused["errors"].as_array().map(Vec::len), Some(2), "{refused}");
    keeps_the_contract(&server).await;
}

/// Ten run for an invite of three uses at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_come_in_as_an_invite_has_uses() {
    let server = Server::start().await;
    let anna = Person::join(&server, "anna").await;
    let room = group(&anna, &[], "all").await;
    let (_, token) = invite(&anna, room, Some(3)).await;
    let mut guests = Vec::new();
    for n in 0..10 {
        guests.push(Person::join(&server, &format!("guest_{n}")).await);
    }
    let mut running: Vec<_> = Vec::new();
    for guest in guests {
        let token = token.clone();
        running.push(tokio::spawn(async move { come(&guest, &token).await.status }));
    }
    let mut answers = Vec::new();
    for run in running {
        answers.push(run.await.expect("an answer"));
    }
    answers.sort_unstable();
    assert_eq!(answers, [200, 200, 200, 404, 404, 404, 404, 404, 404, 404]);
    assert_eq!(members(&anna, room).await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_waits_until_an_admin_answers() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta], "all").await;
    let _ = carl.api.post_empty(&path(room, "join")).await.refused(404, "room_not_found");
    let public = json!({ "visibility": "public", "join": "request", "language": "es", "level": "B1" });
    let row = anna.api.patch(&format!("/v1/rooms/{room}"), public).await.is(200);
    assert_eq!((&row["visibility"], &row["language"]), (&json!("public"), &json!("es")));
    let mut leads = Socket::connect(&anna).await;
    let mut waits = Socket::connect(&carl).await;

    let found = async |query: &str| {
        items(&carl.api.get(&format!("/v1/public-rooms{query}")).await.is(200)).iter().any(|it| it["id"] == json!(room))
    };
    assert!(found("").await && found("?language=es&level=B1").await);
    assert!(!found("?language=fr").await && !found("?level=A1").await);
    assert_eq!(carl.api.post_empty(&path(room, "join")).await.is(200), json!({ "waits": true }));
    leads.until("that somebody asks", told("asking", room, |_| true)).await;
    let _ = carl.api.get(&path(room, "events?after=0")).await.refused(404, "room_not_found");
    let asking = anna.api.get(&path(room, "asking")).await.is(200);
    assert_eq!(items(&asking)[0]["user"]["username"], "carl");
    let _ = berta.api.get(&path(room, "asking")).await.refused(403, "forbidden");

    let answer = |what: &str| path(room, &format!("asking/{}/{what}", carl.id));
    let _ = berta.api.post_empty(&answer("accept")).await.refused(403, "forbidden");
    let _ = anna.api.post_empty(&answer("decline")).await.is(204);
    // Who was declined cannot tell it from waiting, and asking again is heard by nobody.
    assert_eq!(carl.api.post_empty(&path(room, "join")).await.is(200), json!({ "waits": true }));
    assert!(items(&anna.api.get(&path(room, "asking")).await.is(200)).is_empty());
    let _ = anna.api.post_empty(&answer("accept")).await.refused(404, "user_not_found");

    let _ = berta.api.post_empty(&path(room, "leave")).await.is(204);
    assert_eq!(berta.api.post_empty(&path(room, "join")).await.is(200), json!({ "waits": true }));
    let let_in = path(room, &format!("asking/{}/accept", berta.id));
    let _ = anna.api.post_empty(&let_in).await.is(204);
    let _ = anna.api.post_empty(&let_in).await.is(204);
    assert_eq!(members(&berta, room).await, 2);

    let _ = anna.api.patch(&format!("/v1/rooms/{room}"), json!({ "join": "open" })).await.is(200);
    let entered = carl.api.post_empty(&path(room, "join")).await.is(200);
    assert_eq!((&entered["waits"], &entered["room"]["id"]), (&json!(false), &json!(room)));
    waits.until("that he is in", state(room, "joined")).await;
    assert!(!found("").await, "one's own rooms are in another list");
    keeps_the_contract(&server).await;
}

/// Blocked by the owner, or kept out: a public room is as if it were none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_room_is_not_there_for_whom_its_owner_does_not_meet() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[], "all").await;
    let open = json!({ "visibility": "public", "join": "open" });
    let _ = anna.api.patch(&format!("/v1/rooms/{room}"), open).await.is(200);
    block(&carl, &anna).await;
    let _ = anna.api.call(Method::PUT, &path(room, &format!("bans/{}", berta.id)), Payload::Empty).await.is(204);
    for person in [&berta, &carl] {
        assert!(items(&person.api.get("/v1/public-rooms").await.is(200)).is_empty());
        let _ = person.api.post_empty(&path(room, "join")).await.refused(404, "room_not_found");
    }
    assert_eq!(members(&anna, room).await, 1);
    keeps_the_contract(&server).await;
}
