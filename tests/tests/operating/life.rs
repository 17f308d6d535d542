//! People who used everything there is, and what each of them sees.

use crate::world::World;
use chatlink_protocol::RoomId;
use chatlink_tests::{Newcomer, Person, Server, eventually, fresh_id, group};
use reqwest::Method;
use serde_json::{Value, json};

/// The three people of the table of refusals, and what they did besides.
pub(crate) struct Life {
    pub(crate) world: World,
    pub(crate) room: RoomId,
}

impl Life {
    pub(crate) async fn of(server: &Server) -> Self {
        let world = World::make(server).await;
        let room: RoomId = world.value("$room").parse().expect("a room");
        let (anna, berta, carl) = (&world.anna, &world.berta, &world.carl);
        talk(anna, berta, room, &world.value("$message")).await;
        keep(anna, berta, room, &world.value("$their_message")).await;
        profile(anna).await;
        led(anna, berta, carl, &world.value("$soon")).await;
        let _ = anna.api.put(&format!("/v1/contacts/{}", berta.id), json!({ "note": "film club" })).await.is(204);
        let report = json!({ "user_id": carl.id, "reason": "spam" });
        let reported = anna.api.post("/v1/reports", report).await;
        assert!(matches!(reported.status, 201 | 204), "{} {}", reported.status, reported.body);
        Newcomer::new("mobi").at("+4915123456789").join(server).await;
        // A stranger's invitation waits.
        let stranger = Person::join(server, "gerda").await;
        let title = json!({ "client_id": fresh_id(), "kind": "group", "title": "Readers", "members": [anna.id] });
        let _ = stranger.api.post("/v1/rooms", title).await.is(201);
        let _ = carl.api.put(&format!("/v1/blocks/{}", berta.id), json!({})).await.is(204);
        Self { world, room }
    }

    /// What all three see, but for what names the lineage of the numbers.
    pub(crate) async fn seen(&self) -> Value {
        let mut seen = self.world.digest().await;
        // The mailbox is the process's.
        seen.as_object_mut().expect("an object").remove("mails");
        for person in [&self.world.anna, &self.world.berta, &self.world.carl] {
            let mut more = serde_json::Map::new();
            for list in ["me/stars", "me/drafts", "me/scheduled", "contacts", "me/security-log", "public-rooms"] {
                more.insert(list.to_owned(), person.api.get(&format!("/v1/{list}")).await.is(200));
            }
            for q in ["tea", "koln", "東京", "line 7", "hers", "beneath"] {
                // A slow machine may not look at everything in time, and says so.
                let all = eventually("a search that looked at everything", || async {
                    let answer = person.api.post("/v1/search", json!({ "q": q })).await.is(200);
                    (answer["complete"] == true).then_some(answer)
                });
                more.insert(q.to_owned(), all.await);
            }
            for part in ["pins", "threads"] {
                let answer = person.api.get(&format!("/v1/rooms/{}/{part}", self.room)).await;
                more.insert(part.to_owned(), json!([answer.status, answer.body["items"]]));
            }
            seen[format!("{} besides", person.username)] = Value::Object(more);
        }
        without_lineage(seen)
    }
}

/// Without what is good for one lineage, and for one request.
fn without_lineage(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let of_lineage = ["epoch", "cursor", "next_cursor", "prev_cursor", "request_id", "instance"];
            let rest = members.into_iter().filter(|(name, _)| !of_lineage.contains(&name.as_str()));
            Value::Object(rest.map(|(name, value)| (name, without_lineage(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_lineage).collect()),
        value => value,
    }
}

pub(crate) async fn say(person: &Person, room: RoomId, text: &str) -> String {
    let body = json!({ "client_id": fresh_id(), "text": text });
    let sent = person.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    sent["id"].as_str().expect("an id").to_owned()
}

async fn talk(anna: &Person, berta: &Person, room: RoomId, first: &str) {
    let path = |id: &str, rest: &str| format!("/v1/rooms/{room}/messages/{id}{rest}");
    for text in ["Wir sehen uns in Köln", "明日は東京へ行く", "a \"quoted\" \\ line\nand another \u{1F44D}"] {
        let id = say(anna, room, text).await;
        let _ = berta.api.put(&path(&id, "/reactions/❤️"), json!({})).await;
    }
    // More than two blocks of the search's index.
    for number in 0..150 {
        say(if number % 3 == 0 { berta } else { anna }, room, &format!("line {number}")).await;
    }
    let edited = say(anna, room, "tae").await;
    let _ = anna.api.patch(&path(&edited, ""), json!({ "text": "tea" })).await.is(200);
    let taken_back = say(anna, room, "never mind").await;
    assert!(anna.api.delete(&path(&taken_back, "")).await.status < 300);
    let beneath = json!({ "client_id": fresh_id(), "text": "beneath it", "thread": first });
    let _ = berta.api.post(&format!("/v1/rooms/{room}/messages"), beneath).await.is(201);
    let naming = json!({ "client_id": fresh_id(), "text": "you, Anna", "mentions": [anna.id], "reply_to": first });
    let _ = berta.api.post(&format!("/v1/rooms/{room}/messages"), naming).await.is(201);
    let poll = json!({ "client_id": fresh_id(), "text": "tea?", "poll": { "options": ["yes", "no"] } });
    let poll = anna.api.post(&format!("/v1/rooms/{room}/messages"), poll).await.is(201);
    let vote = path(poll["id"].as_str().expect("an id"), "/vote");
    assert!(berta.api.put(&vote, json!({ "choices": [1] })).await.status < 300);
    let _ = berta.api.put(&format!("/v1/rooms/{room}/read"), json!({ "seq": 20 })).await;
}

/// What Anna keeps for herself.
async fn keep(anna: &Person, berta: &Person, room: RoomId, theirs: &str) {
    let message = format!("/v1/rooms/{room}/messages/{theirs}");
    let _ = anna.api.put(&format!("{message}/star"), json!({})).await.is(204);
    let ugly = say(berta, room, "something ugly").await;
    let _ = anna.api.put(&format!("/v1/rooms/{room}/messages/{ugly}/hide"), json!({})).await.is(204);
    let draft = anna.api.put(&format!("/v1/rooms/{room}/draft"), json!({ "text": "dear Berta" })).await;
    assert!(draft.status < 300, "{}", draft.body);
    let pinned = anna.api.put(&format!("/v1/rooms/{room}/pins/{theirs}"), json!({})).await;
    assert!(pinned.status < 300, "{}", pinned.body);
    let prefs = json!({ "pinned": true, "notify": "mentions" });
    assert!(anna.api.put(&format!("/v1/rooms/{room}/prefs"), prefs).await.status < 300);
}

async fn profile(anna: &Person) {
    let _ = anna.api.patch("/v1/me", json!({ "about": "trains, \"tea\"", "interests": ["music"] })).await.is(200);
    let _ = anna.api.patch("/v1/me/settings", json!({ "theme": "dark" })).await.is(200);
    let square = include_bytes!("../square.png").to_vec();
    let payload = chatlink_tests::Payload::Bytes("image/png", square);
    let set = anna.api.call(Method::PUT, "/v1/me/avatar", payload).await;
    assert!(set.status < 300, "{} {}", set.status, set.body);
}

/// A group with somebody who has no word and somebody who is kept out.
async fn led(anna: &Person, berta: &Person, carl: &Person, soon: &str) {
    let team = group(anna, &[berta, carl], "all").await;
    say(anna, team, "tea for all of us").await;
    let square = chatlink_tests::Payload::Bytes("image/png", include_bytes!("../square.png").to_vec());
    let set = anna.api.call(Method::PUT, &format!("/v1/rooms/{team}/avatar"), square).await;
    assert!(set.status < 300, "{} {}", set.status, set.body);
    let until = json!({ "muted_until": soon });
    let _ = anna.api.put(&format!("/v1/rooms/{team}/mutes/{}", berta.id), until).await.is(204);
    let kept_out = anna.api.put(&format!("/v1/rooms/{team}/bans/{}", carl.id), json!({})).await;
    assert!(kept_out.status < 300, "{}", kept_out.body);
}
