//! Corrections between two people: proposed, seen by both, answered, kept, and gone with their message.

use crate::{items, keeps_the_contract};
use chatlink_protocol::{EventBody, RoomId};
use chatlink_tests::{Answer, Payload, Person, Server, Socket, direct_room, fresh_id, friends, group};
use reqwest::Method;
use serde_json::{Value, json};

async fn say(person: &Person, room: RoomId, text: &str) -> String {
    let body = json!({ "client_id": fresh_id(), "text": text });
    let sent = person.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    sent["id"].as_str().expect("an id").to_owned()
}

fn proposal(text: &str) -> Value {
    json!({ "client_id": fresh_id(), "text": text, "kind": "grammar", "note": "a noted secret" })
}

fn path(room: RoomId, message: &str) -> String {
    format!("/v1/rooms/{room}/messages/{message}/corrections")
}

async fn correct(person: &Person, room: RoomId, message: &str, text: &str) -> String {
    let made = person.api.post(&path(room, message), proposal(text)).await.is(201);
    made["id"].as_str().expect("an id").to_owned()
}

async fn file(person: &Person, media: &str) -> String {
    let more = [("accept", media)];
    let Answer { status, bytes, .. } =
        person.api.call_with(Method::GET, "/v1/me/corrections", Payload::Empty, &more).await;
    assert_eq!(status, 200);
    String::from_utf8(bytes).expect("UTF-8")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_see_the_difference_and_the_author_answers() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let (mut one, mut other) = (Socket::connect(&anna).await, Socket::connect(&berta).await);
    let seq = one.say(room, "Yesterday I go to school").await;
    other.until_seq(room, seq).await;
    let message = one.log().room(room).events().last().expect("the message").id;
    let client_id = fresh_id();
    let command = |text: &str| {
        json!({ "type": "correct", "room_id": room, "message_id": message, "client_id": client_id, "text": text,
                "kind": "grammar", "note": "the past" })
    };
    let made = other.ask(command("Yesterday I went to the school")).await.expect("proposed");
    assert_eq!(other.ask(command("Yesterday I went to the school")).await.expect("repeated"), made);
    let conflict = other.ask(command("something else")).await.expect_err("another request");
    assert_eq!(conflict.code.name(), "client_id_conflict");
    let seq = made.seq.expect("a seq").0;
    for socket in [&mut one, &mut other] {
        socket.until_seq(room, seq).await;
        let log = socket.log().room(room);
        let EventBody::Correction(correction) = &log.events().last().expect("the correction").body else {
            panic!("no correction: {:?}", log.events())
        };
        let spans = json!(correction.words.as_ref().expect("words").spans);
        let (went, the) =
            (json!({ "from": 12, "to": 14, "text": "went" }), json!({ "from": 17, "to": 17, "text": " the" }));
        assert_eq!(spans, json!([went, the]));
    }
    let id = made.id.expect("an id");
    let own =
        other.ask(json!({ "type": "accept_correction", "room_id": room, "message_id": message, "correction_id": id }));
    assert_eq!(own.await.expect_err("not hers").code.name(), "forbidden");
    for state in ["decline", "accept"] {
        let answer = json!({ "type": format!("{state}_correction"), "room_id": room, "message_id": message, "correction_id": id });
        let _ = one.ask(answer).await.expect("answered");
    }
    let item = berta.api.get(&format!("/v1/rooms/{room}/messages/{message}")).await.is(200);
    assert_eq!(item["body"]["text"], "Yesterday I go to school", "the message stays as it was");
    assert_eq!(item["corrections"][0]["state"], "accepted", "{item}");
    assert_eq!(item["corrections"][0]["words"]["note"], "the past");
    let list = anna.api.get("/v1/me/corrections?state=accepted").await.is(200);
    assert_eq!(items(&list)[0]["by"]["username"], "berta", "{list}");
    assert!(items(&berta.api.get("/v1/me/corrections").await.is(200)).is_empty(), "hers were none");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_corrected_is_refused_by_name() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let mine = say(&anna, room, "I go").await;
    let at = path(room, &mine);
    let _ = anna.api.post(&at, proposal("I went")).await.refused(403, "forbidden");
    let field = |problem: Value| (problem["errors"][0]["field"].clone(), problem["errors"][0]["code"].clone());
    let invalid = async |body: Value| field(berta.api.post(&at, body).await.refused(422, "invalid"));
    assert_eq!(invalid(proposal("I go")).await, (json!("text"), json!("unchanged")));
    assert_eq!(invalid(proposal(&"x".repeat(4 * 1024 + 1))).await, (json!("text"), json!("too_long")));
    let rude = json!({ "client_id": fresh_id(), "text": "I went", "kind": "rude" });
    assert_eq!(invalid(rude).await, (json!("kind"), json!("unknown")));
    let long = say(&anna, room, &"y".repeat(4 * 1024 + 1)).await;
    let refused = berta.api.post(&path(room, &long), proposal("short")).await.refused(422, "invalid");
    assert_eq!(field(refused), (json!("text"), json!("message_too_long")));

    let first = correct(&berta, room, &mine, "I went").await;
    let _ = anna.api.patch(&format!("/v1/rooms/{room}/messages/{mine}"), json!({ "text": "I go home" })).await.is(200);
    let mut seen = proposal("I went home");
    seen["version"] = json!(1);
    let _ = berta.api.post(&at, seen.clone()).await.refused(409, "message_changed");
    seen["version"] = json!(2);
    let _ = berta.api.post(&at, seen).await.is(201);
    let item = anna.api.get(&format!("/v1/rooms/{room}/messages/{mine}")).await.is(200);
    assert_eq!((&item["version"], &item["corrections"][0]["version"]), (&json!(2), &json!(1)), "{item}");
    assert_eq!(item["corrections"][0]["words"]["original"], "I go");
    for n in 0..3 {
        let _ = correct(&berta, room, &mine, &format!("I left {n}")).await;
    }
    let _ = berta.api.post(&at, proposal("I fled")).await.refused(409, "corrections_full");
    let _ = berta.api.delete(&format!("{at}/{first}")).await.is(204);
    let _ = berta.api.delete(&format!("{at}/{first}")).await.is(204);
    let _ = anna.api.post_empty(&format!("{at}/{first}/accept")).await.refused(404, "correction_not_found");
    keeps_the_contract(&server).await;
}

/// Invariant 6: a redacted message's corrections tell nothing any more, by no answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redacted_message_takes_its_corrections_with_it() {
    let server = Server::start().await;
    let (anna, berta, room) = friends(&server).await;
    let mine = say(&anna, room, "the first secret").await;
    let correction = correct(&berta, room, &mine, "the better secret").await;
    let at = path(room, &mine);
    let _ = anna.api.post_empty(&format!("{at}/{correction}/accept")).await.is(204);
    let everything = async |person: &Person| {
        let mut seen = Vec::new();
        for part in ["timeline", "events?after=0&limit=200"] {
            seen.push(person.api.get(&format!("/v1/rooms/{room}/{part}")).await.is(200).to_string());
        }
        for part in ["rooms", "me/corrections"] {
            seen.push(person.api.get(&format!("/v1/{part}")).await.is(200).to_string());
        }
        for media in ["text/csv", "text/tab-separated-values"] {
            seen.push(file(person, media).await);
        }
        seen
    };
    let told = everything(&anna).await;
    let bites = told.iter().filter(|text| text.contains("better secret") || text.contains("<ins>better</ins>")).count();
    assert_eq!(bites, 6, "the look must bite: {told:?}");
    let _ = anna.api.delete(&format!("/v1/rooms/{room}/messages/{mine}")).await.is(204);
    for person in [&anna, &berta] {
        let told = everything(person).await;
        assert!(!told.iter().any(|text| text.contains("secret") || text.contains("better")), "{told:?}");
    }
    let export = berta.api.get("/v1/me/export").await.is(200).to_string();
    assert!(!export.contains("secret"), "{export}");
    let mut late = Socket::connect(&berta).await;
    late.resume().await;
    late.settle().await;
    assert!(!format!("{:?}", late.log().room(room).events()).contains("secret"));
    let _ = berta.api.post(&at, proposal("again")).await.refused(410, "message_gone");
    let _ = anna.api.post_empty(&format!("{at}/{correction}/decline")).await.refused(410, "message_gone");
    keeps_the_contract(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_accepts_a_request_and_a_block_forbids_more() {
    let server = Server::start().await;
    let (anna, berta) = tokio::join!(Person::join(&server, "anna"), Person::join(&server, "berta"));
    let room = direct_room(&anna, &berta).await;
    let hello = say(&anna, room, "helo").await;
    let correction = correct(&berta, room, &hello, "hello").await;
    let seen = anna.api.get(&format!("/v1/rooms/{room}")).await.is(200);
    assert!(seen.get("pending").is_none(), "{seen}");
    let _ = anna.api.call(Method::PUT, &format!("/v1/blocks/{}", berta.id), Payload::Empty).await.is(204);
    let at = path(room, &hello);
    let _ = berta.api.post(&at, proposal("hi")).await.refused(403, "recipient_unavailable");
    let _ = anna.api.post_empty(&format!("{at}/{correction}/accept")).await.refused(403, "recipient_unavailable");
    let list = anna.api.get("/v1/me/corrections").await.is(200);
    assert_eq!(items(&list)[0]["by"]["deleted"], true, "{list}");
    assert!(!file(&anna, "text/csv").await.contains("berta"));
    let _ = berta.api.delete(&format!("{at}/{correction}")).await.is(204);

    let carl = Person::join(&server, "carl").await;
    let team = group(&carl, &[&anna, &berta], "all").await;
    let words = say(&anna, team, "I has").await;
    let rude = correct(&berta, team, &words, "rude words").await;
    let _ = anna.api.delete(&format!("{}/{rude}", path(team, &words))).await.refused(403, "forbidden");
    let _ = carl.api.delete(&format!("{}/{rude}", path(team, &words))).await.is(204);
    let dora = Person::join(&server, "dora").await;
    let _ = dora.api.post(&path(team, &words), proposal("x")).await.refused(404, "room_not_found");
    keeps_the_contract(&server).await;
}
