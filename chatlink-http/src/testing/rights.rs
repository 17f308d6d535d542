//! The export of one's data and the end of an account, as callers see them.

use super::{PAGE, Person, World, with_json};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use chatlink_core::rights::ExportError;
use serde_json::{Value, json};
use std::time::Duration;

fn password_of(name: &str) -> String {
    format!("a long way to {name} 7")
}

async fn room(world: &World, one: &Person, other: &Person) -> String {
    let open = json!({ "kind": "direct", "user_id": other.id });
    let room = world.post(one, "/rooms", open).await.good(201)["id"].as_str().unwrap().to_owned();
    world.call(other, Method::POST, &format!("/requests/{room}/accept"), Value::Null).await.good(204);
    room
}

async fn say(world: &World, person: &Person, room: &str, text: &str) -> Value {
    let message = json!({ "client_id": world.chat.fresh_client_id(), "text": text });
    world.post(person, &format!("/rooms/{room}/messages"), message).await.good(201)
}

async fn delete(world: &World, person: &Person, name: &str, redact: bool) {
    let proof = json!({ "password": password_of(name), "redact": redact });
    world.call(person, Method::DELETE, "/me", proof).await.good(204);
}

#[tokio::test]
async fn an_export_holds_all_of_ones_own_and_nothing_of_others() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    let room = room(&world, &ann, &bob).await;
    for n in 0..120 {
        say(&world, &ann, &room, &format!("mine {n}")).await;
    }
    let edited = say(&world, &ann, &room, "first words").await;
    let path = format!("/rooms/{room}/messages/{}", edited["id"].as_str().unwrap());
    world.call(&ann, Method::PATCH, &path, json!({ "text": "second words" })).await.good(200);
    let his = say(&world, &bob, &room, "his own words").await;
    let cid = world.person("cid").await;
    world.call(&ann, Method::PUT, &format!("/contacts/{}", cid.id), json!({ "note": "film club" })).await.good(204);
    world.call(&ann, Method::PUT, &format!("/blocks/{}", bob.id), Value::Null).await.good(204);
    let report =
        json!({ "user_id": bob.id, "reason": "spam", "note": "buys", "room_id": room, "event_ids": [his["id"]] });
    world.post(&ann, "/reports", report).await.good(201);
    let kept = world.chat.people().list_reports(None, 10).await.unwrap();
    assert_eq!(kept[0].messages[0].text.as_deref(), Some("his own words"), "the operators' alone");

    let answer = world.get(&ann, "/me/export").await;
    let headers = answer.head.headers();
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(headers[header::CONTENT_DISPOSITION], "attachment; filename=\"chatlink-export.json\"");
    let file = answer.good(200);
    assert_eq!(file["format"], "chatlink-export-1");
    assert_eq!((&file["account"]["username"], &file["account"]["birth_date"]), (&json!("ann"), &json!("1990-01-31")));
    assert_eq!(file["account"]["contacts"][0]["value"], "ann@example.org");
    assert_eq!(file["settings"]["theme"], "system");
    assert_eq!(file["sessions"].as_array().map(Vec::len), Some(2));
    assert_eq!(file["sessions"].as_array().unwrap().iter().filter(|it| it["current"] == true).count(), 1);
    assert_eq!(file["security_log"][0]["kind"], "logged_in");
    assert_eq!(file["blocks"][0]["user"]["id"], json!(bob.id));
    let kept = &file["contact_list"][0];
    assert_eq!((&kept["user"]["username"], &kept["note"]), (&json!("cid"), &json!("film club")));
    assert_eq!((&file["reports"][0]["note"], &file["reports"][0]["event_ids"][0]), (&json!("buys"), &his["id"]));
    assert_eq!((&file["rooms"][0]["id"], &file["rooms"][0]["peer"]["deleted"]), (&json!(room), &json!(true)));
    let texts: Vec<_> = file["messages"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert_eq!(texts.len(), 121);
    assert!(texts.contains(&"mine 0") && texts.contains(&"mine 119") && texts.contains(&"second words"));
    let whole = file.to_string();
    for foreign in ["his own words", "first words", "bob@example.org", "$argon2"] {
        assert!(!whole.contains(foreign), "{foreign}");
    }

    world.get(&ann, "/me/export").await.good(200);
    let limited = world.get(&ann, "/me/export").await.refused(429, "rate_limited");
    assert!(limited.head.headers().contains_key(header::RETRY_AFTER));
    world.get(&bob, "/me/export").await.good(200);
}

#[tokio::test]
async fn an_account_is_deleted_by_its_owner_alone() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let wrong = world.call(&ann, Method::DELETE, "/me", json!({ "password": "wrong" })).await.refused(422, "invalid");
    assert_eq!(wrong.body["errors"][0]["field"], "password");
    let request = ann.by_cookie(Method::DELETE, "/me");
    let body = json!({ "password": password_of("ann") });
    world.send(with_json(request, body.clone())).await.refused(403, "csrf_wrong");
    world.get(&ann, "/me").await.good(200);

    let request = ann.by_cookie(Method::DELETE, "/me").header("x-csrf-token", &ann.csrf).header(header::ORIGIN, PAGE);
    let gone = world.send(with_json(request, body.clone())).await;
    assert!(gone.head.headers()[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    gone.good(204);
    world.get(&ann, "/me").await.refused(401, "unauthenticated");
    let by_cookie = ann.by_cookie(Method::GET, "/me").body(Body::empty()).unwrap();
    world.send(by_cookie).await.refused(401, "unauthenticated");
    let login = json!({ "login": "ann", "password": password_of("ann") });
    let request = Request::post("/v1/sessions");
    world.send(with_json(request, login)).await.refused(401, "login_wrong");
    let letter = world.mailbox.letters().into_iter().find(|letter| letter.to == "ann@example.org").unwrap();
    assert!(letter.subject.contains("was deleted"), "{}", letter.subject);
}

#[tokio::test]
async fn a_deleted_accounts_contact_starts_as_any_other_and_leads_nowhere() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    delete(&world, &ann, "ann", false).await;
    let letters = world.mailbox.letters().len();
    let start = async |contact: &str| {
        let answer = world.send(with_json(Request::post("/v1/registrations"), json!({ "contact": contact }))).await;
        let mut members: Vec<_> = answer.good(202).as_object().unwrap().keys().cloned().collect();
        members.sort();
        members
    };
    assert_eq!(start("ann@example.org").await, start("new@example.org").await);
    assert_eq!(world.mailbox.letters().len(), letters + 1, "to the new one alone");
}

/// What bea sees of the other: the room, its members, the profile, and what a message gets.
async fn seen(world: &World, bea: &Person, room: &str, other: &Person) -> String {
    let message = json!({ "client_id": world.chat.fresh_client_id(), "text": "hello?" });
    let mut seen = json!({
        "room": world.get(bea, &format!("/rooms/{room}")).await.good(200),
        "members": world.get(bea, &format!("/rooms/{room}/members")).await.good(200),
        "receipts": world.get(bea, &format!("/rooms/{room}/receipts")).await.good(200),
        "profile": world.get(bea, &format!("/users/{}", other.id)).await.refused(404, "user_not_found").body,
        "open": world.post(bea, "/rooms", json!({ "kind": "direct", "user_id": other.id })).await.body,
        "message": world.post(bea, &format!("/rooms/{room}/messages"), message).await
            .refused(403, "recipient_unavailable").body,
    });
    for part in ["profile", "open", "message"] {
        let problem = seen[part].as_object_mut().unwrap();
        problem.retain(|name, _| !["instance", "request_id"].contains(&name.as_str()));
    }
    for changing in ["last_item", "updated_at"] {
        seen["room"].as_object_mut().unwrap().remove(changing);
    }
    for member in seen["members"]["items"].as_array_mut().unwrap() {
        member.as_object_mut().unwrap().remove("joined_at");
    }
    seen["members"]["items"].as_array_mut().unwrap().sort_by_key(|item| item["user"]["deleted"] == true);
    seen["receipts"]["items"].as_array_mut().unwrap().sort_by_key(|item| item["user_id"] != json!(bea.id));
    seen.to_string().replace(room, "ROOM").replace(&other.id.to_string(), "OTHER")
}

#[tokio::test]
async fn who_is_gone_looks_like_who_blocked() {
    let world = World::new().await;
    let (ann, bea, cid) = (world.person("ann").await, world.person("bea").await, world.person("cid").await);
    let (with_ann, with_cid) = (room(&world, &bea, &ann).await, room(&world, &bea, &cid).await);
    for (other, room) in [(&ann, &with_ann), (&cid, &with_cid)] {
        say(&world, other, room, "hello").await;
    }
    world.call(&cid, Method::PUT, &format!("/blocks/{}", bea.id), Value::Null).await.good(204);
    delete(&world, &ann, "ann", false).await;
    let (gone, blocked) = (seen(&world, &bea, &with_ann, &ann).await, seen(&world, &bea, &with_cid, &cid).await);
    assert_eq!(gone, blocked);
    assert!(gone.contains("\"deleted\":true") && !gone.contains("\"ann\"") && !gone.contains("\"cid\""), "{gone}");
    let events = world.get(&bea, &format!("/rooms/{with_ann}/events?after=0")).await.good(200);
    assert_eq!(events["events"][0]["body"]["text"], "hello", "what was said stays");
}

#[tokio::test]
async fn groups_are_left_and_words_taken_back_where_that_is_asked() {
    let world = World::new().await;
    let (ann, bea) = (world.person("ann").await, world.person("bea").await);
    let direct = room(&world, &ann, &bea).await;
    let group = json!({ "kind": "group", "client_id": world.chat.fresh_client_id(), "title": "Two", "members": [bea.id], "history": "all" });
    let group = world.post(&ann, "/rooms", group).await.good(201)["id"].as_str().unwrap().to_owned();
    for n in 0..70 {
        say(&world, &ann, [&direct, &group][n % 2], "mine").await;
    }
    say(&world, &bea, &group, "hers").await;
    delete(&world, &ann, "ann", true).await;
    let seen = world.get(&bea, &format!("/rooms/{group}")).await.good(200);
    assert_eq!((&seen["role"], &seen["member_count"]), (&json!("owner"), &json!(1)));
    let left = async || {
        let mut texts = Vec::new();
        for room in [&direct, &group] {
            let page = world.get(&bea, &format!("/rooms/{room}/events?after=0&limit=200")).await.good(200);
            texts.extend(
                page["events"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(|it| it["body"]["text"].as_str().map(str::to_owned)),
            );
        }
        texts
    };
    for _ in 0..500 {
        if left().await == ["hers"] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("still there: {:?}", left().await);
}

#[tokio::test]
async fn an_export_is_cut_off_when_its_session_ends() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let identity = world.chat.identity();
    let me = identity.authenticate_bearer(&ann.bearer).await.unwrap();
    let mut export = world.chat.rights().export(&me).await.unwrap();
    export.next().await.unwrap().unwrap();
    identity.logout(&me).await.unwrap();
    assert!(matches!(export.next().await, Err(ExportError::CutOff)));
}
