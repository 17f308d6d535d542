//! One run through everything that the server offers, held against its own document: every
//! documented operation was answered with success at least once, nothing else was answered, and every
//! body is of the shape that the document says.

#![allow(clippy::expect_used, clippy::panic, reason = "panics are how a test says no")]

use chatlink_protocol::{RoomId, Timestamp};
use chatlink_tests::{
    Api, Authenticator, Contract, Exchange, Newcomer, PASSWORD, Payload, Person, Server, Socket, add_passkey, befriend,
    code_for, direct_room, eventually, fresh_id, group, log_in_by_passkey,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_answered_as_documented() {
    let server = Server::start().await;
    let api = server.api();
    // A code may be sent again after a minute: that minute runs beside the rest.
    let waiting = api.post("/v1/registrations", json!({ "contact": "slow@people.example" })).await.is(202);
    let anna = Newcomer::new("anna").speaks("en", "es", "B1").join(&server).await;
    let berta = Newcomer::new("berta").speaks("es", "en", "B2").at("+34612345678").join(&server).await;
    let carl = Person::join(&server, "carl").await;
    people(&anna, &berta, &carl).await;
    let room = first_contact(&anna, &berta, &carl).await;
    let message = timeline(&server, &anna, &berta, room).await;
    groups(&anna, &berta, &carl).await;
    ways_in(&anna, &berta, &carl).await;
    own_things(&anna, room).await;
    own_account(&carl).await;
    passkeys(&api, &berta).await;
    let report =
        json!({ "user_id": carl.id, "room_id": room, "event_ids": [message], "reason": "spam", "note": "buys" });
    let _ = anna.api.post("/v1/reports", report).await.is(201);
    sessions(&api, &anna, &berta).await;
    rights(&server, &berta).await;
    resend(&api, &waiting).await;

    let contract = Contract::of(&api).await;
    let exchanges = server.recorder().exchanges();
    assert_eq!(contract.violations(&exchanges), Vec::<String>::new());
    assert_eq!(contract.unanswered(&exchanges), BTreeSet::new(), "operations that were never answered with success");
}

async fn people(anna: &Person, berta: &Person, carl: &Person) {
    let me = anna.api.get("/v1/me").await.is(200);
    assert_eq!(me["username"], "anna");
    picture(anna, berta).await;
    let patch = json!({ "display_name": "Anna", "status": "on a train", "about": "I like trains.", "interests": ["trains", "music"] });
    assert_eq!(anna.api.patch("/v1/me", patch).await.is(200)["display_name"], "Anna");
    let learning = [json!({ "language": "es", "level": "B2" }), json!({ "language": "fr", "level": "A1" })];
    let languages = json!({ "native_languages": ["en"], "learning_languages": learning });
    let me = anna.api.put("/v1/me/languages", languages).await.is(200);
    assert_eq!(me["learning_languages"][1]["language"], "fr");
    let profile = berta.api.get(&format!("/v1/users/{}", anna.id)).await.is(200);
    assert!(profile.get("birth_date").is_none() && profile.get("contacts").is_none(), "{profile}");
    let page = anna.api.get("/v1/matches?learning=es&limit=10").await.is(200);
    assert!(page.to_string().contains(&berta.id.to_string()), "{page}");
    let settings = anna.api.get("/v1/me/settings").await.is(200);
    let other = if settings["theme"] == "dark" { "light" } else { "dark" };
    assert_eq!(anna.api.patch("/v1/me/settings", json!({ "theme": other })).await.is(200)["theme"], other);
    let block = format!("/v1/blocks/{}", carl.id);
    let _ = anna.api.call(Method::PUT, &block, Payload::Empty).await.is(204);
    assert_eq!(anna.api.get("/v1/blocks").await.is(200)["items"][0]["user"]["username"], "carl");
    let _ = anna.api.delete(&block).await.is(204);
    let keep = format!("/v1/contacts/{}", berta.id);
    let _ = anna.api.put(&keep, json!({ "note": "speaks slowly" })).await.is(204);
    let kept = anna.api.get("/v1/contacts?q=ber").await.is(200);
    assert_eq!(
        (&kept["items"][0]["user"]["username"], &kept["items"][0]["note"]),
        (&json!("berta"), &json!("speaks slowly"))
    );
    let _ = anna.api.delete(&keep).await.is(204);
}

/// A PNG of one colour, 20 by 20 pixels.
async fn picture(anna: &Person, berta: &Person) {
    let file = Payload::Bytes("image/png", include_bytes!("square.png").to_vec());
    let me = anna.api.call(Method::PUT, "/v1/me/avatar?x=2&y=2&size=16", file).await.is(200);
    let url = me["avatar"]["small"].as_str().expect("a picture");
    let shown = berta.api.get(url).await;
    assert_eq!((shown.status, &shown.bytes[..3]), (200, [0xff, 0xd8, 0xff].as_slice()));
    assert_eq!(anna.api.delete("/v1/me/avatar").await.is(200)["avatar"], Value::Null);
}

async fn first_contact(anna: &Person, berta: &Person, carl: &Person) -> RoomId {
    let room = direct_room(anna, berta).await;
    let hello = json!({ "client_id": fresh_id(), "text": "hello" });
    let _ = anna.api.post(&format!("/v1/rooms/{room}/messages"), hello).await.is(201);
    assert_eq!(berta.api.get("/v1/requests").await.is(200)["items"][0]["id"], json!(room));
    let _ = berta.api.post_empty(&format!("/v1/requests/{room}/accept")).await.is(204);
    let unwanted = direct_room(carl, berta).await;
    let _ = berta.api.post_empty(&format!("/v1/requests/{unwanted}/decline")).await.is(204);
    let _ = anna.api.get("/v1/rooms").await.is(200);
    let _ = anna.api.get(&format!("/v1/rooms/{room}")).await.is(200);
    room
}

async fn timeline(server: &Server, anna: &Person, berta: &Person, room: RoomId) -> String {
    let mut socket = Socket::connect(berta).await;
    note_the_socket(server);
    let path = |rest: &str| format!("/v1/rooms/{room}/{rest}");
    let body = json!({ "client_id": fresh_id(), "text": "how are you?", "expires_in": 3600 });
    let sent = anna.api.post(&path("messages"), body.clone()).await.is(201);
    assert_eq!(anna.api.post(&path("messages"), body).await.is(200), sent, "repeated is the same answer");
    socket.until_seq(room, sent["seq"].as_u64().expect("a seq")).await;
    let id = sent["id"].as_str().expect("an id").to_owned();
    let message = path(&format!("messages/{id}"));
    let _ = anna.api.patch(&message, json!({ "text": "how are you today?" })).await.is(200);
    assert_eq!(berta.api.get(&message).await.is(200)["body"]["text"], "how are you today?");
    let reaction = format!("{message}/reactions/%F0%9F%91%8D");
    let _ = berta.api.call(Method::PUT, &reaction, Payload::Empty).await.is(204);
    let page = anna.api.get(&path("timeline?limit=10")).await.is(200);
    let item = page["items"].as_array().and_then(|items| items.iter().find(|item| item["id"] == id));
    assert_eq!(item.expect("the message")["reactions"][0]["count"], 1, "{page}");
    for window in ["before=2", "after=0", "around=1", "date=2020-01-01", "date=2020-01-01&time_zone=Asia/Tokyo"] {
        let _ = anna.api.get(&path(&format!("timeline?{window}"))).await.is(200);
    }
    let _ = berta.api.delete(&reaction).await.is(204);
    let _ = berta.api.put(&path("read"), json!({ "seq": 1 })).await.is(204);
    let _ = anna.api.get(&path("receipts")).await.is(200);
    corrections(anna, berta, &message).await;
    polls(anna, berta, room).await;
    let beneath = json!({ "client_id": fresh_id(), "text": "beneath", "thread": id });
    let beneath = berta.api.post(&path("messages"), beneath).await.is(201);
    let thread = anna.api.get(&path(&format!("timeline?thread={id}"))).await.is(200);
    assert_eq!(thread["items"][0]["id"], beneath["id"], "{thread}");
    let _ = anna.api.put(&format!("{message}/thread/read"), json!({ "seq": beneath["seq"] })).await.is(204);
    assert_eq!(anna.api.get(&path("threads")).await.is(200)["items"][0]["unread"], 0);
    assert_eq!(berta.api.get(&format!("{message}/versions")).await.is(200)["items"][0]["text"], "how are you?");
    let pin = path(&format!("pins/{id}"));
    let _ = berta.api.call(Method::PUT, &pin, Payload::Empty).await.is(204);
    assert_eq!(anna.api.get(&path("pins")).await.is(200)["items"][0]["pinned"], true);
    let _ = anna.api.delete(&pin).await.is(204);
    let reply = json!({ "client_id": fresh_id(), "text": "fine", "reply_to": id });
    let reply = berta.api.post(&path("messages"), reply).await.is(201);
    let mine = path(&format!("messages/{}", reply["id"].as_str().expect("an id")));
    let _ = anna.api.call(Method::PUT, &format!("{mine}/hide"), Payload::Empty).await.is(204);
    let _ = berta.api.delete(&mine).await.is(204);
    let mark = |what: &str| format!("{message}/{what}");
    let _ = berta.api.call(Method::PUT, &mark("star"), Payload::Empty).await.is(204);
    assert_eq!(berta.api.get("/v1/me/stars").await.is(200)["items"][0]["item"]["id"], id);
    let _ = berta.api.delete(&mark("star")).await.is(204);
    let _ = berta.api.put(&path("draft"), json!({ "text": "I was about to" })).await.is(204);
    assert_eq!(berta.api.get("/v1/me/drafts").await.is(200)["items"][0]["text"], "I was about to");
    let later = format!("/v1/me/scheduled/{}", fresh_id());
    let waits = json!({ "room_id": room, "text": "good morning", "send_at": soon() });
    let _ = berta.api.put(&later, waits).await.is(204);
    assert_eq!(berta.api.get("/v1/me/scheduled").await.is(200)["items"][0]["text"], "good morning");
    let _ = berta.api.delete(&later).await.is(204);
    let _ = anna.api.get(&mark("readers")).await.is(200);
    let found =
        berta.api.post("/v1/search", json!({ "q": "TODAY", "room_id": room, "sender_id": anna.id })).await.is(200);
    assert_eq!((&found["items"][0]["event"]["id"], &found["items"][0]["highlights"]), (&json!(id), &json!([[12, 17]])));
    let page = json!({ "url": format!("http://{}/dev/mailbox", anna.api.address()) });
    assert!(anna.api.post("/v1/link-previews", page).await.is(200)["title"].is_string());
    let events = anna.api.get(&path("events?after=0&limit=200")).await.is(200);
    assert_eq!(events["complete"], true);
    let kinds: BTreeSet<_> =
        events["events"].as_array().expect("events").iter().map(|e| e["kind"].to_string()).collect();
    assert!(
        kinds.is_superset(
            &[
                "message",
                "edit",
                "reaction",
                "redaction",
                "correction",
                "correction_decision",
                "pin",
                "vote",
                "poll_closed"
            ]
            .map(|kind| format!("{kind:?}"))
            .into()
        )
    );
    id
}

/// Anna asks, both vote, and she closes.
async fn polls(anna: &Person, berta: &Person, room: RoomId) {
    let poll = json!({ "options": ["tea", "coffee", "water"], "multiple": true, "closes_in": 3600 });
    let body = json!({ "client_id": fresh_id(), "text": "What do we drink?", "poll": poll });
    let messages = format!("/v1/rooms/{room}/messages");
    let asked = anna.api.post(&messages, body.clone()).await.is(201);
    assert_eq!(anna.api.post(&messages, body).await.is(200), asked, "repeated is the same answer");
    let message = format!("{messages}/{}", asked["id"].as_str().expect("an id"));
    let _ = anna.api.put(&format!("{message}/vote"), json!({ "choices": [0] })).await.is(204);
    let _ = berta.api.put(&format!("{message}/vote"), json!({ "choices": [2, 0] })).await.is(204);
    let item = berta.api.get(&message).await.is(200);
    assert_eq!((&item["tally"]["counts"], &item["my_vote"]), (&json!([2, 0, 1]), &json!([0, 2])), "{item}");
    let first = anna.api.get(&format!("{message}/votes?limit=1")).await.is(200);
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let rest = anna.api.get(&format!("{message}/votes?cursor={cursor}")).await.is(200);
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(1), "{rest}");
    let _ = anna.api.delete(&format!("{message}/vote")).await.is(204);
    let _ = anna.api.post_empty(&format!("{message}/close")).await.is(204);
    let _ = berta.api.put(&format!("{message}/vote"), json!({ "choices": [1] })).await.refused(409, "poll_closed");
}

/// Berta improves Anna's message; Anna takes one of three, and all that she learnt as a file.
async fn corrections(anna: &Person, berta: &Person, message: &str) {
    let path = format!("{message}/corrections");
    let mut made = Vec::new();
    for text in ["How are you today?", "How do you do today?", "How is it going?"] {
        let body =
            json!({ "client_id": fresh_id(), "text": text, "kind": "spelling", "note": "a capital", "version": 2 });
        let proposed = berta.api.post(&path, body.clone()).await.is(201);
        assert_eq!(berta.api.post(&path, body).await.is(200), proposed, "repeated is the same answer");
        made.push(proposed["id"].as_str().expect("an id").to_owned());
    }
    let _ = anna.api.post_empty(&format!("{path}/{}/accept", made[0])).await.is(204);
    let _ = anna.api.post_empty(&format!("{path}/{}/decline", made[1])).await.is(204);
    let _ = berta.api.delete(&format!("{path}/{}", made[2])).await.is(204);
    let item = anna.api.get(message).await.is(200);
    assert_eq!(item["corrections"].as_array().map(Vec::len), Some(2), "{item}");
    let first = anna.api.get("/v1/me/corrections?limit=1").await.is(200);
    let next = first["next_cursor"].as_str().expect("a cursor");
    let rest = anna.api.get(&format!("/v1/me/corrections?limit=1&cursor={next}")).await.is(200);
    assert_eq!(rest["items"][0]["correction"]["state"], "accepted", "{rest}");
    let accepted = anna.api.get("/v1/me/corrections?state=accepted").await.is(200);
    assert_eq!(accepted["items"].as_array().map(Vec::len), Some(1), "{accepted}");
    for (media, begins) in [("text/csv", "\u{feff}date,by,original"), ("text/tab-separated-values", "#separator:tab\n")]
    {
        let file = anna.api.call_with(Method::GET, "/v1/me/corrections", Payload::Empty, &[("accept", media)]).await;
        let text = String::from_utf8(file.bytes.to_vec()).expect("UTF-8");
        assert!(file.status == 200 && text.starts_with(begins), "{text}");
        assert!(text.contains("How are you today?") || text.contains("<ins>How</ins>"), "{text}");
    }
}

async fn groups(anna: &Person, berta: &Person, carl: &Person) {
    let room = group(anna, &[berta], "all").await;
    befriend(anna, carl).await;
    let members = format!("/v1/rooms/{room}/members");
    let _ = anna.api.post(&members, json!({ "user_ids": [carl.id] })).await.is(200);
    assert_eq!(anna.api.get(&members).await.is(200)["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(anna.api.patch(&format!("/v1/rooms/{room}"), json!({ "title": "Trio" })).await.is(200)["title"], "Trio");
    govern(anna, berta, carl, room).await;
    picture_of(anna, berta, room).await;
    let _ = anna.api.delete(&format!("{members}/{}", carl.id)).await.is(204);
    let _ = berta.api.post_empty(&format!("/v1/rooms/{room}/leave")).await.is(204);
    let _ = anna.api.get(&format!("/v1/rooms/{room}/events?after=0")).await.is(200);
}

async fn govern(anna: &Person, berta: &Person, carl: &Person, room: RoomId) {
    let path = |rest: String| format!("/v1/rooms/{room}/{rest}");
    let patch = json!({ "topic": "Verbs", "posting": "admins" });
    assert_eq!(anna.api.patch(&format!("/v1/rooms/{room}"), patch).await.is(200)["posting"], "admins");
    let role = path(format!("members/{}", berta.id));
    let _ = anna.api.patch(&role, json!({ "role": "admin" })).await.is(204);
    let _ =
        berta.api.patch(&format!("/v1/rooms/{room}"), json!({ "topic": null, "posting": "everyone" })).await.is(200);
    let mute = path(format!("mutes/{}", carl.id));
    let until = now().plus(Duration::from_secs(60));
    let _ = berta.api.put(&mute, json!({ "muted_until": until })).await.is(204);
    let muted = json!({ "client_id": fresh_id(), "text": "I say" });
    let _ = carl.api.post(&path("messages".to_owned()), muted).await.refused(403, "muted");
    let _ = berta.api.delete(&mute).await.is(204);
    let _ = anna.api.post(&path("owner".to_owned()), json!({ "user_id": berta.id })).await.is(200);
    let _ = berta.api.post(&path("owner".to_owned()), json!({ "user_id": anna.id })).await.is(200);
    let ban = path(format!("bans/{}", carl.id));
    let _ = anna.api.call(Method::PUT, &ban, Payload::Empty).await.is(204);
    assert_eq!(anna.api.get(&path("bans".to_owned())).await.is(200)["items"][0]["user"]["username"], "carl");
    let _ = anna.api.delete(&ban).await.is(204);
    let _ = anna.api.post(&path("members".to_owned()), json!({ "user_ids": [carl.id] })).await.is(200);
}

/// A group's picture, seen by a member and by somebody with an invite.
async fn picture_of(anna: &Person, berta: &Person, room: RoomId) {
    let avatar = format!("/v1/rooms/{room}/avatar");
    let file = Payload::Bytes("image/png", include_bytes!("square.png").to_vec());
    let told = anna.api.call(Method::PUT, &format!("{avatar}?x=2&y=2&size=16"), file).await.is(200);
    let shown = berta.api.get(told["avatar"]["small"].as_str().expect("a picture")).await;
    let jpeg: &[u8] = &[0xff, 0xd8, 0xff];
    assert_eq!((shown.status, &shown.bytes[..3]), (200, jpeg));
    let invite = anna.api.post(&format!("/v1/rooms/{room}/invites"), json!({})).await.is(201);
    let shown = berta.api.post("/v1/invites/avatar?size=96", json!({ "token": invite["token"] })).await;
    assert_eq!((shown.status, &shown.bytes[..3]), (200, jpeg));
    assert_eq!(anna.api.delete(&avatar).await.is(200).get("avatar"), None);
}

/// Berta comes in by an invite, Carl by asking; and both through an open door.
async fn ways_in(anna: &Person, berta: &Person, carl: &Person) {
    let room = group(anna, &[], "all").await;
    let path = |rest: &str| format!("/v1/rooms/{room}/{rest}");
    let made = anna.api.post(&path("invites"), json!({ "max_uses": 2, "expires_in": 3600 })).await.is(201);
    let token = json!({ "token": made["token"] });
    let preview = berta.api.post("/v1/invites/preview", token.clone()).await.is(200);
    assert_eq!((&preview["member_count"], &preview["state"]), (&json!(1), &json!("open")));
    assert_eq!(berta.api.post("/v1/invites/join", token).await.is(200)["id"], json!(room));
    assert_eq!(anna.api.get(&path("invites")).await.is(200)["items"][0]["uses"], 1);
    let _ = anna.api.delete(&path(&format!("invites/{}", made["id"].as_str().expect("an id")))).await.is(204);
    let public = json!({ "visibility": "public", "join": "request", "language": "es", "level": "B1" });
    assert_eq!(anna.api.patch(&format!("/v1/rooms/{room}"), public).await.is(200)["level"], "B1");
    let found = carl.api.get("/v1/public-rooms?language=spa&level=b1&limit=5").await.is(200);
    assert_eq!((&found["items"][0]["id"], &found["items"][0]["asked"]), (&json!(room), &json!(false)), "{found}");
    assert_eq!(carl.api.post_empty(&path("join")).await.is(200)["waits"], true);
    assert_eq!(anna.api.get(&path("asking")).await.is(200)["items"][0]["user"]["username"], "carl");
    let _ = anna.api.post_empty(&path(&format!("asking/{}/decline", carl.id))).await.is(204);
    let _ = carl.api.delete(&path("join")).await.is(204);
    let _ = berta.api.post_empty(&path("leave")).await.is(204);
    let _ = berta.api.post_empty(&path("join")).await.is(200);
    let _ = anna.api.post_empty(&path(&format!("asking/{}/accept", berta.id))).await.is(204);
    assert_eq!(anna.api.get(&path("invitations")).await.is(200)["items"], json!([]));
    let _ = anna.api.delete(&path(&format!("invitations/{}", carl.id))).await.is(204);
    let open = json!({ "join": "open", "language": null, "level": null });
    let _ = anna.api.patch(&format!("/v1/rooms/{room}"), open).await.is(200);
    assert_eq!(carl.api.post_empty(&path("join")).await.is(200)["room"]["id"], json!(room));
}

async fn own_things(anna: &Person, room: RoomId) {
    let _ = anna.api.put(&format!("/v1/rooms/{room}/prefs"), json!({ "pinned": true })).await.is(200);
    let log = anna.api.get("/v1/me/log?after=0").await.is(200);
    assert!(log["items"].as_array().is_some_and(|items| !items.is_empty()), "{log}");
}

async fn sessions(api: &Api, anna: &Person, berta: &Person) {
    let device = anna.another_device().await;
    let _ = anna.api.get("/v1/sessions").await.is(200);
    let _ = anna.api.delete(&format!("/v1/sessions/{}", device.session)).await.is(204);
    let _ = anna.api.post_empty("/v1/sessions/revoke-others").await;
    let refresh = json!({ "refresh_token": anna.refresh });
    let fresh = api.post("/v1/sessions/refresh", refresh).await.is(200);
    let anna_api = api.with_token(fresh["session"]["access_token"].as_str().expect("a token"));
    let password = "third-silent-orchard-58";
    let change = json!({ "password": PASSWORD, "new_password": password });
    let changed = anna_api.put("/v1/me/password", change).await;
    assert!(changed.status < 300, "{} {}", changed.status, changed.body);
    second_factor(&anna_api, password).await;
    let cookie = json!({ "login": "anna", "password": password, "grant": "cookie" });
    let _ = api.post("/v1/sessions", cookie).await.is(200);
    let _ = anna_api.post_empty("/v1/sessions/logout").await.is(204);
    let started = api.post("/v1/password-resets", json!({ "login": berta.username })).await.is(202);
    let code = eventually("a code of 8 digits", || async {
        let code = code_for(api, &berta.contact).await;
        (code.len() == 8).then_some(code)
    });
    let reset = format!("/v1/password-resets/{}", started["id"].as_str().expect("an id"));
    let verified = api.post(&format!("{reset}/verify"), json!({ "code": code.await })).await.is(200);
    let body = json!({ "proof": verified["proof"], "password": password });
    let done = api.post(&format!("{reset}/complete"), body).await;
    assert!(done.status < 300, "{} {}", done.status, done.body);
}

async fn own_account(carl: &Person) {
    let proof = json!({ "password": PASSWORD });
    let contact = json!({ "contact": "+34612345670", "password": PASSWORD });
    let started = carl.api.post("/v1/me/contacts", contact).await.is(202);
    let verify = format!("/v1/me/contacts/{}/verify", started["id"].as_str().expect("an id"));
    let code = code_for(&carl.api, "+34612345670").await;
    let contacts = carl.api.post(&verify, json!({ "code": code })).await.is(200);
    assert_eq!(contacts["items"].as_array().map(Vec::len), Some(2), "{contacts}");
    let _ = carl.api.call(Method::DELETE, "/v1/me/contacts/email", Payload::Json(proof)).await.is(204);
    let username = json!({ "username": "carl_two", "password": PASSWORD });
    let _ = carl.api.put("/v1/me/username", username).await.is(204);
    assert_eq!(carl.api.get("/v1/me").await.is(200)["username"], "carl_two");
}

async fn passkeys(api: &Api, berta: &Person) {
    let (device, id) = add_passkey(&berta.api, 1, "My phone").await;
    assert_eq!(berta.api.get("/v1/me/passkeys").await.is(200)["items"][0]["id"], json!(id));
    assert_eq!(log_in_by_passkey(api, &device).await.is(200)["user"]["id"], json!(berta.id));
    let proof = Payload::Json(json!({ "password": PASSWORD }));
    let _ = berta.api.call(Method::DELETE, &format!("/v1/me/passkeys/{id}"), proof).await.is(204);
}

async fn second_factor(api: &Api, password: &str) {
    let offer = api.post("/v1/me/totp", json!({ "password": password })).await.is(201);
    let code = Authenticator::of(&offer).code().await;
    let on = api.post("/v1/me/totp/confirm", json!({ "code": code })).await.is(200);
    assert_eq!(api.get("/v1/me").await.is(200)["second_factor"], json!({ "on": true, "recovery_codes_left": 10 }));
    let proof = |code: &Value| json!({ "password": password, "second_factor": code });
    let renewed = api.post("/v1/me/totp/recovery-codes", proof(&on["recovery_codes"][0])).await.is(200);
    let body = Payload::Json(proof(&renewed["recovery_codes"][0]));
    let _ = api.call(Method::DELETE, "/v1/me/totp", body).await.is(204);
    let page = api.get("/v1/me/security-log?limit=1").await.is(200);
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let next = api.get(&format!("/v1/me/security-log?cursor={cursor}")).await.is(200);
    assert_eq!(
        (&page["items"][0]["kind"], &next["items"][0]["kind"]),
        (&json!("second_factor_off"), &json!("recovery_code_used"))
    );
}

/// Takes all of one's data along, and deletes an account.
async fn rights(server: &Server, berta: &Person) {
    let dora = Person::join(server, "dora").await;
    let room = direct_room(&dora, berta).await;
    let hello = json!({ "client_id": fresh_id(), "text": "hello" });
    let _ = dora.api.post(&format!("/v1/rooms/{room}/messages"), hello).await.is(201);
    let _ = dora.api.call(Method::PUT, &format!("/v1/blocks/{}", berta.id), Payload::Empty).await.is(204);
    let report = json!({ "user_id": berta.id, "reason": "other", "note": "a try" });
    let _ = dora.api.post("/v1/reports", report).await.is(201);
    let file = dora.api.get("/v1/me/export").await.is(200);
    assert_eq!(file["messages"][0]["text"], "hello", "{file}");
    let proof = Payload::Json(json!({ "password": PASSWORD, "redact": true }));
    let _ = dora.api.call(Method::DELETE, "/v1/me", proof).await.is(204);
    let _ = dora.api.get("/v1/me").await.refused(401, "unauthenticated");
}

/// Waits for the moment that the answer named, and takes the server at its word.
async fn resend(api: &Api, started: &Value) {
    let at: Timestamp = serde_json::from_value(started["resend_at"].clone()).expect("when it may be sent again");
    tokio::time::sleep(at.since(now()) + Duration::from_millis(50)).await;
    let path = format!("/v1/registrations/{}/resend", started["id"].as_str().expect("an id"));
    let again = api.post_empty(&path).await;
    assert!(again.status < 300, "{} {}", again.status, again.body);
}

#[allow(clippy::disallowed_methods, reason = "a test is a client: it has a clock of its own")]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp::EPOCH.plus(since)
}

/// The handshake is not a call of [`Api`]; it went well, or there would be no socket.
fn note_the_socket(server: &Server) {
    let exchange = |media: &str| Exchange {
        method: "GET".to_owned(),
        path: "/v1/ws".to_owned(),
        status: 101,
        media: media.to_owned(),
        body: Value::Null,
    };
    server.recorder().note(exchange(""));
}

/// An hour from now.
#[allow(clippy::disallowed_methods, reason = "a test is a client: it has a clock of its own")]
fn soon() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    chatlink_protocol::Timestamp::EPOCH.plus(since + std::time::Duration::from_secs(3_600)).to_string()
}
