//! First contact with groups, over real sockets: whom somebody would bring in who does not know him is asked first.

use crate::{items, keeps_the_contract, state};
use chatlink_protocol::RoomId;
use chatlink_tests::{Newcomer, Payload, Person, Server, Socket, befriend, direct_room, fresh_id, group};
use reqwest::Method;
use serde_json::{Value, json};

async fn three(server: &Server) -> (Person, Person, Person) {
    tokio::join!(Person::join(server, "anna"), Person::join(server, "berta"), Person::join(server, "carl"))
}

fn path(room: RoomId, rest: &str) -> String {
    format!("/v1/rooms/{room}/{rest}")
}

async fn invitations(person: &Person) -> Vec<Value> {
    let requests = person.api.get("/v1/requests").await.is(200);
    requests["invitations"].as_array().expect("invitations").clone()
}

async fn answer(person: &Person, room: RoomId, what: &str) -> chatlink_tests::Answer {
    person.api.post_empty(&format!("/v1/requests/{room}/{what}")).await
}

async fn bring(owner: &Person, room: RoomId, people: &[&Person]) -> Value {
    let ids: Vec<_> = people.iter().map(|person| person.id).collect();
    owner.api.post(&path(room, "members"), json!({ "user_ids": ids })).await.is(200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_asked_before_he_is_in_a_group_and_reads_nothing_until_then() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    befriend(&anna, &berta).await;
    let mut guest = Socket::connect(&carl).await;
    let members = [berta.id, carl.id];
    let body = json!({ "client_id": fresh_id(), "kind": "group", "title": "Tandem", "members": members });
    let made = anna.api.post("/v1/rooms", body.clone()).await.is(201);
    assert_eq!(made["member_count"], 2);
    assert_eq!(anna.api.post("/v1/rooms", body).await.is(200)["id"], made["id"], "repeated");
    let room: RoomId = serde_json::from_value(made["id"].clone()).expect("an id");
    guest.until("that he is invited", state(room, "invited")).await;

    let waiting = invitations(&carl).await;
    assert_eq!((waiting.len(), &waiting[0]["room_id"], &waiting[0]["member_count"]), (1, &json!(room), &json!(2)));
    assert_eq!((&waiting[0]["title"], &waiting[0]["invited_by"]["username"]), (&json!("Tandem"), &json!("anna")));
    let mut owner = Socket::connect(&anna).await;
    owner.say(room, "before he came").await;
    for rest in ["", "/events?after=0", "/timeline", "/members", "/receipts"] {
        let _ = carl.api.get(&format!("/v1/rooms/{room}{rest}")).await.refused(404, "room_not_found");
    }
    assert!(items(&carl.api.get("/v1/rooms").await.is(200)).is_empty());
    let marks = anna.api.get(&path(room, "receipts")).await.is(200);
    assert!(!marks.to_string().contains(&carl.id.to_string()), "looking leaves no mark: {marks}");

    let _ = answer(&carl, room, "accept").await.is(204);
    let _ = answer(&carl, room, "accept").await.is(204);
    guest.until("that he is in", state(room, "joined")).await;
    let seq = owner.say(room, "welcome").await;
    guest.until_seq(room, seq).await;
    assert_eq!(guest.log().room(room).arrivals(), [2, 3], "from his coming on");
    assert!(invitations(&carl).await.is_empty());
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_declines_is_not_asked_again_and_nobody_can_tell() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta], "all").await;
    let asked = bring(&anna, room, &[&carl, &berta]).await;
    assert_eq!((&asked["invited"], items(&asked).len()), (&json!([carl.id]), 2));
    let _ = answer(&berta, room, "decline").await.is(204);
    let _ = answer(&carl, room, "decline").await.is(204);
    assert!(invitations(&carl).await.is_empty());
    assert_eq!(bring(&anna, room, &[&carl]).await, asked, "the same as before");
    assert!(invitations(&carl).await.is_empty());
    let _ = answer(&carl, room, "accept").await.refused(404, "room_not_found");
    // Knowing each other is what counts: then nobody needs to ask.
    befriend(&anna, &carl).await;
    let added = bring(&anna, room, &[&carl]).await;
    assert_eq!((added.get("invited"), items(&added).len()), (None, 3));
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_of_somebody_who_is_blocked_is_none_until_the_block_goes() {
    let server = Server::start().await;
    let (anna, berta, _) = three(&server).await;
    let room = direct_room(&anna, &berta).await;
    let mut opener = Socket::connect(&anna).await;
    opener.say(room, "hello").await;
    let waiting = async || items(&berta.api.get("/v1/requests").await.is(200)).len();
    assert_eq!(waiting().await, 1);
    for (person, other) in [(&anna, &berta), (&berta, &anna)] {
        let block = format!("/v1/blocks/{}", other.id);
        let _ = person.api.call(Method::PUT, &block, Payload::Empty).await.is(204);
        assert_eq!(waiting().await, 0, "{} blocks", person.username);
        let _ = answer(&berta, room, "accept").await.refused(404, "room_not_found");
        let _ = person.api.delete(&block).await.is(204);
        assert_eq!(waiting().await, 1);
    }
    let _ = answer(&berta, room, "accept").await.is(204);
    opener.until("that it is accepted", state(room, "accepted")).await;
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_of_somebody_who_is_blocked_or_leads_no_more_is_none() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[&berta], "all").await;
    let _ = bring(&anna, room, &[&carl]).await;
    let block = format!("/v1/blocks/{}", anna.id);
    let _ = carl.api.call(Method::PUT, &block, Payload::Empty).await.is(204);
    assert!(invitations(&carl).await.is_empty());
    let _ = answer(&carl, room, "accept").await.refused(404, "room_not_found");
    let body = json!({ "user_ids": [carl.id] });
    let refused = anna.api.post(&path(room, "members"), body).await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "user_not_found");
    let _ = carl.api.delete(&block).await.is(204);
    assert_eq!(invitations(&carl).await.len(), 1);
    let _ = anna.api.post(&path(room, "owner"), json!({ "user_id": berta.id })).await.is(200);
    let lower = path(room, &format!("members/{}", anna.id));
    let _ = berta.api.patch(&lower, json!({ "role": "member" })).await.is(204);
    assert!(invitations(&carl).await.is_empty());
    let _ = answer(&carl, room, "accept").await.refused(404, "room_not_found");
    // Whoever leads now asks anew.
    let _ = bring(&berta, room, &[&carl]).await;
    assert_eq!(invitations(&carl).await[0]["invited_by"]["username"], "berta");
    let _ = answer(&carl, room, "accept").await.is(204);
    keeps_the_contract(&server).await;
}

/// Nobody may turn to Carl first; whom he turned to, or knows, may on every path.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lets_nobody_write_first_is_turned_to_by_those_alone_whom_he_turned_to() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    befriend(&berta, &carl).await;
    let (annas, bertas) = (group(&anna, &[], "all").await, group(&berta, &[], "all").await);
    let settings = carl.api.patch("/v1/me/settings", json!({ "write_first": "nobody" })).await.is(200);
    assert_eq!((&settings["write_first"], &settings["find_me"]), (&json!("nobody"), &json!("everyone")));

    let open = json!({ "kind": "direct", "user_id": carl.id });
    let _ = anna.api.post("/v1/rooms", open.clone()).await.refused(403, "recipient_unavailable");
    let body = json!({ "user_ids": [carl.id] });
    let refused = anna.api.post(&path(annas, "members"), body).await.refused(422, "invalid");
    let fault = &refused["errors"][0];
    assert_eq!((&fault["field"], &fault["code"]), (&json!("user_ids[0]"), &json!("not_first")));
    let members = json!({ "client_id": fresh_id(), "kind": "group", "title": "Duo", "members": [carl.id] });
    let refused = anna.api.post("/v1/rooms", members).await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "not_first");
    assert!(invitations(&carl).await.is_empty());
    assert_eq!(items(&bring(&berta, bertas, &[&carl]).await).len(), 2, "she knows him");

    // He turns to her himself: then it is no first word any more.
    let room = carl.api.post("/v1/rooms", json!({ "kind": "direct", "user_id": anna.id })).await.is(201);
    assert_eq!(anna.api.post("/v1/rooms", open).await.is(200)["id"], room["id"]);
    assert_eq!(items(&bring(&anna, annas, &[&carl]).await).len(), 2);
    keeps_the_contract(&server).await;
}

/// Who hides from those who look for partners is suggested to nobody, and nobody to him.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_to_be_found_finds_nobody() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(
        Newcomer::new("anna").speaks("en", "es", "B1").join(&server),
        Newcomer::new("berta").speaks("es", "en", "B1").join(&server),
    );
    let finds = async |person: &Person| items(&person.api.get("/v1/matches").await.is(200)).len();
    assert_eq!((finds(&anna).await, finds(&berta).await), (1, 1));
    let _ = berta.api.patch("/v1/me/settings", json!({ "find_me": "nobody" })).await.is(200);
    assert_eq!((finds(&anna).await, finds(&berta).await), (0, 0));
    let _ = berta.api.patch("/v1/me/settings", json!({ "find_me": null })).await.is(200);
    assert_eq!((finds(&anna).await, finds(&berta).await), (1, 1));
    let wrong = json!({ "find_me": "friends", "write_first": "x" });
    let refused = berta.api.patch("/v1/me/settings", wrong).await.refused(422, "invalid");
    assert_eq!(refused["errors"].as_array().map(Vec::len), Some(2), "{refused}");
    keeps_the_contract(&server).await;
}

/// A request that waits or was declined opens no other way: nor can the one who sent it tell the one from the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_asked_brings_nobody_into_groups() {
    let server = Server::start().await;
    let (anna, berta, carl) = three(&server).await;
    let room = group(&anna, &[], "all").await;
    for other in [&berta, &carl] {
        let opened = anna.api.post("/v1/rooms", json!({ "kind": "direct", "user_id": other.id })).await.is(201);
        let direct: RoomId = serde_json::from_value(opened["id"].clone()).expect("an id");
        let words = json!({ "client_id": fresh_id(), "text": "hello" });
        let _ = anna.api.post(&path(direct, "messages"), words).await.is(201);
        if other.id == carl.id {
            let _ = answer(&carl, direct, "decline").await.is(204);
        }
    }
    let asked = bring(&anna, room, &[&carl]).await;
    assert_eq!(asked["invited"], json!([carl.id]), "as if he were asked");
    assert!(invitations(&carl).await.is_empty(), "he declined her");
    assert_eq!(bring(&anna, room, &[&berta]).await["invited"], json!([berta.id]));
    assert_eq!(invitations(&berta).await.len(), 1);
    let _ = answer(&berta, room, "decline").await.is(204);

    let _ = berta.api.patch("/v1/me/settings", json!({ "write_first": "nobody" })).await.is(200);
    let more = group(&anna, &[], "all").await;
    let body = json!({ "user_ids": [berta.id] });
    let refused = anna.api.post(&path(more, "members"), body).await.refused(422, "invalid");
    assert_eq!((&refused["errors"][0]["code"], invitations(&berta).await.len()), (&json!("not_first"), 0));
    let again = anna.api.post("/v1/rooms", json!({ "kind": "direct", "user_id": berta.id })).await.is(200);
    assert_eq!(again["kind"], "direct", "their room is there as it was");
}
