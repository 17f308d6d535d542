//! What the table's calls are about: people, rooms, messages; the caller's, somebody else's, and some
//! whose time is over.

use chatlink_protocol::{RoomId, Timestamp};
use chatlink_tests::{
    Api, Newcomer, PASSWORD, Person, Server, add_passkey, befriend, begin_passkey, begin_passkey_login, direct_room,
    eventually, fresh_id, group, mails_for,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Anna calls; Berta is her friend; of Carl's room she knows nothing.
pub(crate) struct World {
    pub(crate) anna: Person,
    pub(crate) berta: Person,
    pub(crate) carl: Person,
    /// Anna's calls with the token of a session that ended.
    pub(crate) dead: Api,
    values: BTreeMap<&'static str, String>,
    repetition: Value,
}

impl World {
    pub(crate) async fn make(server: &Server) -> Self {
        let (anna, berta, carl) = tokio::join!(
            Newcomer::new("anna").speaks("en", "es", "B1").join(server),
            Newcomer::new("berta").speaks("es", "en", "B1").join(server),
            Person::join(server, "carl"),
        );
        let dora = Person::join(server, "dora").await;
        let room = befriend(&anna, &berta).await;
        let team = group(&anna, &[&berta], "all").await;
        let foreign = group(&carl, &[&dora], "all").await;
        let (invite, token, revoked_token) = doors(&anna, team, &berta).await;
        let _ = carl.api.post_empty(&format!("/v1/rooms/{team}/join")).await.is(200);
        let asked = direct_room(&dora, &anna).await;
        say(&dora, asked, "may I?", None).await;
        let foreign_asked = direct_room(&dora, &carl).await;
        let repetition = json!({ "client_id": fresh_id(), "text": "mine" });
        let mine = anna.api.post(&format!("/v1/rooms/{room}/messages"), repetition.clone()).await.is(201);
        let theirs = say(&berta, room, "hers", None).await;
        let (poll, their_poll, expired_poll) = (
            ask_poll(&anna, room, None).await,
            ask_poll(&berta, room, None).await,
            ask_poll(&anna, room, Some(1)).await,
        );
        let correction = correct(&berta, room, mine["id"].as_str().expect("an id")).await;
        let my_correction = correct(&anna, room, &theirs).await;
        let elsewhere = say(&carl, foreign, "his", None).await;
        let expired = say(&anna, room, "soon gone", Some(1)).await;
        gone(&anna.api, room, &expired).await;
        gone(&anna.api, room, &expired_poll).await;
        let (phone, tablet, other) =
            (anna.another_device().await, anna.another_device().await, carl.another_device().await);
        let _ = anna.api.delete(&format!("/v1/sessions/{}", tablet.session)).await.is(204);
        let api = server.api();
        let (registration, proof) = Newcomer::new("erik").prove(&api).await;
        let (used, used_proof) = Newcomer::new("frida").prove(&api).await;
        let form = Newcomer::new("frida").form(&used_proof);
        let _ = api.post(&format!("/v1/registrations/{used}/complete"), form).await.is(201);
        let reset = api.post("/v1/password-resets", json!({ "login": "carl" })).await.is(202);
        let (contact_attempt, foreign_contact_attempt) = tokio::join!(ask(&anna), ask(&carl));
        let ((_, passkey), (_, foreign_passkey)) =
            tokio::join!(add_passkey(&anna.api, 1, "phone"), add_passkey(&carl.api, 2, "phone"));
        let (ceremony, foreign_ceremony) = tokio::join!(begin_passkey(&anna.api), begin_passkey(&carl.api));
        let login_ceremony = begin_passkey_login(&api).await;
        let id = |begun: &Value| begun["id"].as_str().expect("an id").to_owned();
        let values = BTreeMap::from([
            ("$passkey", passkey),
            ("$foreign_passkey", foreign_passkey),
            ("$ceremony", id(&ceremony)),
            ("$foreign_ceremony", id(&foreign_ceremony)),
            ("$login_ceremony", id(&login_ceremony)),
            ("$contact_attempt", contact_attempt),
            ("$foreign_contact_attempt", foreign_contact_attempt),
            ("$room", room.to_string()),
            ("$team", team.to_string()),
            ("$foreign_room", foreign.to_string()),
            ("$asked", asked.to_string()),
            ("$foreign_asked", foreign_asked.to_string()),
            ("$message", mine["id"].as_str().expect("an id").to_owned()),
            ("$their_message", theirs),
            ("$poll", poll),
            ("$their_poll", their_poll),
            ("$expired_poll", expired_poll),
            ("$correction", correction),
            ("$my_correction", my_correction),
            ("$foreign_message", elsewhere),
            ("$expired_message", expired),
            ("$session", phone.session),
            ("$foreign_session", other.session),
            ("$ended_session", tablet.session),
            ("$user", berta.id.to_string()),
            ("$stranger", carl.id.to_string()),
            ("$me", anna.id.to_string()),
            ("$registration", registration),
            ("$proof", proof),
            ("$used_registration", used),
            ("$used_proof", used_proof),
            ("$reset", reset["id"].as_str().expect("an id").to_owned()),
            ("$dead_refresh", tablet.refresh),
            ("$refresh", phone.refresh),
            ("$password", PASSWORD.to_owned()),
            ("$soon", soon()),
            ("$waiting", waiting(&anna, room).await),
            ("$foreign_waiting", waiting(&carl, foreign).await),
            ("$invite", invite),
            ("$token", token),
            ("$revoked_token", revoked_token),
        ]);
        Self { dead: tablet.api, anna, berta, carl, values, repetition }
    }

    /// The text with all places filled; `$fresh` is new each time.
    pub(crate) fn fill(&self, text: &str) -> String {
        // Longer names first: `$proof` is no part of another name, but `$me` is.
        let mut names: Vec<_> = self.values.keys().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let text = names.into_iter().fold(text.to_owned(), |text, name| text.replace(name, &self.values[name]));
        text.replace("$fresh", &fresh_id())
    }

    /// The value of a place.
    pub(crate) fn value(&self, place: &str) -> String {
        self.values.get(place).unwrap_or_else(|| panic!("nothing is called {place}")).clone()
    }

    /// A send that was done already.
    pub(crate) fn repetition(&self) -> Value {
        self.repetition.clone()
    }

    /// All that Anna, Berta and Carl can see, and all mails: two digests are equal when nothing changed.
    pub(crate) async fn digest(&self) -> Value {
        let (anna, berta, carl) = tokio::join!(seen_by(&self.anna), seen_by(&self.berta), seen_by(&self.carl));
        let mut mails = Vec::new();
        for contact in [&self.anna.contact, &self.berta.contact, &self.carl.contact] {
            mails.push(mails_for(&self.anna.api, contact).await.len());
        }
        json!({ "anna": anna, "berta": berta, "carl": carl, "mails": mails })
    }
}

/// Everything that a person can read, without what reading itself changes.
async fn seen_by(person: &Person) -> Value {
    let mut seen = serde_json::Map::new();
    let lists = [
        "me/passkeys",
        "me",
        "me/settings",
        "me/log?after=0",
        "rooms",
        "requests",
        "blocks",
        "sessions",
        "matches",
        "me/corrections",
    ];
    for list in lists {
        seen.insert(list.to_owned(), person.api.get(&format!("/v1/{list}")).await.is(200));
    }
    let rooms = [&seen["rooms"]["items"], &seen["requests"]["items"]];
    let rooms: Vec<_> = rooms.into_iter().flat_map(|items| items.as_array().cloned().unwrap_or_default()).collect();
    for room in rooms {
        let id = room["id"].as_str().expect("an id");
        for part in ["events?after=0&limit=200", "timeline?limit=100", "members", "receipts"] {
            let path = format!("/v1/rooms/{id}/{part}");
            seen.insert(path.clone(), person.api.get(&path).await.is(200));
        }
    }
    if let Some(sessions) = seen["sessions"]["items"].as_array().cloned() {
        let ids: Vec<_> = sessions.iter().map(|session| session["id"].clone()).collect();
        // Their order is that of their last use, which moves with every look.
        let mut ids: Vec<_> = ids.iter().map(Value::to_string).collect();
        ids.sort();
        seen.insert("sessions".to_owned(), json!(ids));
    }
    Value::Object(seen)
}

/// Lets people ask for the team, and invites into it; invites into a room of Berta's by two tokens, of which the
/// second was taken back.
async fn doors(anna: &Person, team: RoomId, berta: &Person) -> (String, String, String) {
    let by_request = json!({ "visibility": "public", "join": "request" });
    let _ = anna.api.patch(&format!("/v1/rooms/{team}"), by_request).await.is(200);
    let invite = anna.api.post(&format!("/v1/rooms/{team}/invites"), json!({})).await.is(201);
    let invites = format!("/v1/rooms/{}/invites", group(berta, &[], "all").await);
    let (good, revoked) =
        (berta.api.post(&invites, json!({})).await.is(201), berta.api.post(&invites, json!({})).await.is(201));
    let word = |invite: &Value, name: &str| invite[name].as_str().expect("a word").to_owned();
    let _ = berta.api.delete(&format!("{invites}/{}", word(&revoked, "id"))).await.is(204);
    (word(&invite, "id"), word(&good, "token"), word(&revoked, "token"))
}

async fn say(person: &Person, room: RoomId, text: &str, expires_in: Option<u64>) -> String {
    let body = json!({ "client_id": fresh_id(), "text": text, "expires_in": expires_in });
    let sent = person.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    sent["id"].as_str().expect("an id").to_owned()
}

async fn ask_poll(person: &Person, room: RoomId, expires_in: Option<u64>) -> String {
    let poll = json!({ "options": ["yes", "no"] });
    let body = json!({ "client_id": fresh_id(), "text": "tea?", "expires_in": expires_in, "poll": poll });
    let sent = person.api.post(&format!("/v1/rooms/{room}/messages"), body).await.is(201);
    sent["id"].as_str().expect("an id").to_owned()
}

async fn correct(person: &Person, room: RoomId, message: &str) -> String {
    let body = json!({ "client_id": fresh_id(), "text": "better" });
    let made = person.api.post(&format!("/v1/rooms/{room}/messages/{message}/corrections"), body).await.is(201);
    made["id"].as_str().expect("an id").to_owned()
}

/// Asks for a code to a further contact; answers the attempt.
async fn ask(person: &Person) -> String {
    let contact = format!("{}2@people.example", person.username);
    let started = person.api.post("/v1/me/contacts", json!({ "contact": contact, "password": PASSWORD })).await.is(202);
    started["id"].as_str().expect("an id").to_owned()
}

/// A message that waits for its time; answers its name.
async fn waiting(person: &Person, room: RoomId) -> String {
    let name = fresh_id();
    let body = json!({ "room_id": room, "text": "later", "send_at": soon() });
    let _ = person.api.put(&format!("/v1/me/scheduled/{name}"), body).await.is(204);
    name
}

/// An hour from now.
#[allow(clippy::disallowed_methods, reason = "a test is a client: it has a clock of its own")]
fn soon() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp::EPOCH.plus(since + std::time::Duration::from_secs(3_600)).to_string()
}

/// Waits for the end of a message's time.
async fn gone(api: &Api, room: RoomId, id: &str) {
    eventually("the end of a message's second", || async {
        let page = api.get(&format!("/v1/rooms/{room}/timeline")).await.is(200);
        let items = page["items"].as_array().expect("items");
        let item = items.iter().find(|item| item["id"] == id).expect("the item stays");
        (item["redacted"] == true).then_some(())
    })
    .await;
}
