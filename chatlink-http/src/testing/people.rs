//! Profiles, matches, blocks, reports and settings, as callers see them.

use super::{Person, World};
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

/// Ann speaks English and learns Spanish; Bea the other way round.
async fn partners(world: &World) -> (Person, Person) {
    let (ann, bea) = (world.person("ann").await, world.person("bea").await);
    let languages = json!({
        "native_languages": ["es"],
        "learning_languages": [{"language": "en", "level": "C1"}],
    });
    world.call(&bea, Method::PUT, "/me/languages", languages).await.good(200);
    (ann, bea)
}

fn user(person: &Person) -> String {
    format!("/users/{}", person.id)
}

async fn block(world: &World, method: Method, one: &Person, other: &Person) {
    world.call(one, method, &format!("/blocks/{}", other.id), Value::Null).await.good(204);
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["user"]["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn one_sees_all_of_oneself_and_others_do_not() {
    let world = World::new().await;
    let (ann, bea) = partners(&world).await;
    let me = world.get(&ann, "/me").await.good(200);
    assert_eq!(
        (&me["birth_date"], &me["age_band"], &me["country"]),
        (&json!("1990-01-31"), &json!("18_plus"), &json!("DE"))
    );
    assert_eq!((&me["contacts"][0]["kind"], &me["contacts"][0]["value"]), (&json!("email"), &json!("ann@example.org")));
    assert_eq!(me["learning_languages"], json!([{"language": "es", "level": "B1"}]));
    assert!(me["created_at"].is_string() && me.get("time_zone").is_none());

    let seen = world.get(&bea, &user(&ann)).await.good(200);
    assert_eq!(seen["username"], "ann");
    for hidden in ["birth_date", "contacts", "created_at"] {
        assert!(seen.get(hidden).is_none(), "{hidden}");
    }
    assert!(seen["active_at"].as_str().unwrap().ends_with("T00:00:00.000000Z"), "the day alone: {}", seen["active_at"]);
}

#[tokio::test]
async fn by_cookie_one_gets_the_csrf_token_again() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let by_cookie = ann.by_cookie(Method::GET, "/me").body(axum::body::Body::empty()).unwrap();
    let answer = world.send(by_cookie).await;
    assert_eq!(answer.head.headers()["x-csrf-token"], ann.csrf.as_str());
    assert!(!world.get(&ann, "/me").await.head.headers().contains_key("x-csrf-token"));
}

#[tokio::test]
async fn a_patch_keeps_what_is_absent_and_clears_what_is_null() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let patch = |body: Value| world.call(&ann, Method::PATCH, "/me", body);
    let change = json!({"display_name": " Ann ", "about": "Hello", "interests": ["Jazz", "TEA"], "country": "pe", "time_zone": "America/Lima"});
    let me = patch(change).await.good(200);
    assert_eq!(
        (&me["display_name"], &me["interests"], &me["country"]),
        (&json!("Ann"), &json!(["jazz", "tea"]), &json!("PE"))
    );
    let me = patch(json!({"about": null, "time_zone": null, "unknown": 1})).await.good(200);
    assert_eq!((&me["about"], &me["display_name"]), (&json!(""), &json!("Ann")));
    assert!(me.get("time_zone").is_none());
    assert_eq!(world.get(&ann, "/me").await.good(200), me);

    let wrong = json!({"display_name": null, "country": "XX", "interests": [""], "about": "x".repeat(1001), "time_zone": "Mars"});
    let refused = patch(wrong).await.refused(422, "invalid");
    let fields: Vec<_> =
        refused.body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["display_name", "country", "about", "interests[0]", "time_zone"]);
    patch(json!({"about": 7})).await.refused(400, "malformed");
    assert_eq!(world.get(&ann, "/me").await.good(200), me, "nothing changed");
}

#[tokio::test]
async fn languages_are_replaced_as_a_whole() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let put = |body: Value| world.call(&ann, Method::PUT, "/me/languages", body);
    let languages =
        json!({"native_languages": ["de", "pl"], "learning_languages": [{"language": "jpn", "level": "a1"}]});
    let me = put(languages).await.good(200);
    assert_eq!(me["native_languages"], json!(["de", "pl"]));
    assert_eq!(me["learning_languages"], json!([{"language": "ja", "level": "A1"}]));
    let refused = put(json!({"native_languages": [], "learning_languages": []})).await.refused(422, "invalid");
    assert_eq!(refused.body["errors"][0]["field"], "native_languages");
    put(json!({"native_languages": ["de"]})).await.refused(400, "malformed");
}

#[tokio::test]
async fn partners_find_each_other_and_are_told_why() {
    let world = World::new().await;
    let (ann, bea) = partners(&world).await;
    let cyd = world.person("cyd").await;
    let found = world.get(&ann, "/matches").await.good(200);
    assert_eq!(ids(&found), [bea.id.to_string()], "cyd learns what ann learns");
    let item = &found["items"][0];
    assert_eq!(item["mutual"], true);
    assert!(item["score"].as_u64().unwrap() >= 500);
    assert_eq!(item["reasons"][0], json!({"code": "speaks_what_you_learn", "language": "es"}));
    assert_eq!(item["reasons"][1], json!({"code": "learns_what_you_speak", "language": "en", "level": "C1"}));
    assert_eq!(item["reasons"][2], json!({"code": "recently_active"}));
    assert_eq!(ids(&world.get(&bea, "/matches").await.good(200)).len(), 2);
    for (filter, count) in
        [("learning=es", 1), ("native=en", 1), ("min_level=C2", 0), ("min_level=C1", 1), ("country=PE", 0)]
    {
        let found = world.get(&ann, &format!("/matches?{filter}")).await.good(200);
        assert_eq!(ids(&found).len(), count, "{filter}");
    }
    for wrong in ["learning=fr", "native=zz", "min_level=D1", "country=XX", "cursor=x"] {
        world.get(&ann, &format!("/matches?{wrong}")).await.refused(422, "invalid");
    }
    world.get(&cyd, "/matches?limit=-1").await.refused(400, "malformed");
}

#[tokio::test]
async fn pages_of_matches_go_on_where_they_ended_whoever_joins_meanwhile() {
    let world = World::new().await;
    let (_, bea) = partners(&world).await;
    for name in ["cyd", "dan", "eve"] {
        world.person(name).await;
    }
    let first = world.get(&bea, "/matches?limit=2").await.good(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    world.person("newcomer").await;
    let second = world.get(&bea, &format!("/matches?limit=2&cursor={cursor}")).await.good(200);
    assert!(second.get("next_cursor").is_none());
    let mut all: Vec<_> = ids(&first).into_iter().chain(ids(&second)).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 4, "{first} {second}");
    assert_eq!(ids(&world.get(&bea, "/matches").await.good(200)).len(), 5, "a new list has the newcomer");
    world.get(&bea, &format!("/matches?country=DE&cursor={cursor}")).await.refused(422, "invalid");
}

#[tokio::test]
async fn a_block_parts_both_and_looks_like_absence() {
    let world = World::new().await;
    let (ann, bea) = partners(&world).await;
    let nobody = "/users/0191a0b0-0000-7000-8000-000000000000";
    block(&world, Method::PUT, &ann, &bea).await;
    block(&world, Method::PUT, &ann, &bea).await;
    let bare = |mut body: Value| {
        for own in ["instance", "request_id"] {
            body.as_object_mut().unwrap().remove(own);
        }
        body
    };
    let absent = bare(world.get(&bea, nobody).await.refused(404, "user_not_found").body);
    assert_eq!(bare(world.get(&bea, &user(&ann)).await.refused(404, "user_not_found").body), absent);
    assert_eq!(bare(world.get(&bea, "/users/x").await.refused(404, "user_not_found").body), absent);
    world.get(&ann, &user(&bea)).await.refused(404, "user_not_found");
    for one in [&ann, &bea] {
        assert!(ids(&world.get(one, "/matches").await.good(200)).is_empty());
    }
    let direct = json!({"kind": "direct", "user_id": ann.id});
    world.post(&bea, "/rooms", direct).await.refused(404, "user_not_found");

    let list = world.get(&ann, "/blocks").await.good(200);
    assert_eq!((&list["items"][0]["user"]["username"], list["items"].as_array().unwrap().len()), (&json!("bea"), 1));
    assert_eq!(world.get(&bea, "/blocks").await.good(200)["items"], json!([]));
    // Who is blocked may block back, and learns nothing by it.
    block(&world, Method::PUT, &bea, &ann).await;
    let back = world.get(&bea, "/blocks").await.good(200);
    assert_eq!(back["items"][0]["user"], json!({"id": ann.id, "deleted": true}));

    block(&world, Method::DELETE, &bea, &ann).await;
    block(&world, Method::DELETE, &ann, &bea).await;
    block(&world, Method::DELETE, &ann, &bea).await;
    world.get(&bea, &user(&ann)).await.good(200);
    world.call(&ann, Method::PUT, &format!("/blocks/{}", ann.id), Value::Null).await.refused(422, "invalid");
    world.call(&ann, Method::PUT, "/blocks/x", Value::Null).await.refused(404, "user_not_found");
    let log = world.get(&ann, "/me/log?after=0").await.good(200);
    let blocks: Vec<_> = log["items"].as_array().unwrap().iter().filter(|row| row["kind"] == "block").collect();
    assert_eq!((blocks.len(), &blocks[0]["body"]), (1, &json!({"blocked": false})));
}

#[tokio::test]
async fn reports_are_kept_and_counted() {
    let world = World::new().await;
    let (ann, bea) = partners(&world).await;
    let report = json!({"user_id": bea.id, "reason": "spam", "note": "buy this"});
    assert!(world.post(&ann, "/reports", report.clone()).await.good(201)["id"].is_string());
    // Also one who blocked the reporter.
    block(&world, Method::PUT, &bea, &ann).await;
    for _ in 1..20 {
        world.post(&ann, "/reports", report.clone()).await.good(201);
    }
    let limited = world.post(&ann, "/reports", report.clone()).await.refused(429, "rate_limited");
    assert!(limited.head.headers().contains_key(header::RETRY_AFTER));
    let nobody = json!({"user_id": "0191a0b0-0000-7000-8000-000000000000", "reason": "other"});
    world.post(&bea, "/reports", nobody).await.refused(404, "user_not_found");
    let wrong = world.post(&bea, "/reports", json!({"user_id": "x", "reason": "y"})).await.refused(422, "invalid");
    assert_eq!(wrong.body["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn who_hides_when_he_was_here_does_not_see_it_of_others() {
    let world = World::new().await;
    let (ann, bea) = partners(&world).await;
    let defaults = world.get(&ann, "/me/settings").await.good(200);
    let expected = json!({"locale": "en", "theme": "system", "typing": true, "read_receipts": true, "online": true, "last_seen": true, "find_me": "everyone", "write_first": "everyone", "notify": "all", "quiet_hours": null});
    assert_eq!(defaults, expected);
    let patch = |body: Value| world.call(&ann, Method::PATCH, "/me/settings", body);
    let changed = patch(json!({"last_seen": false, "theme": "dark"})).await.good(200);
    assert_eq!(
        (&changed["last_seen"], &changed["theme"], &changed["typing"]),
        (&json!(false), &json!("dark"), &json!(true))
    );
    for (viewer, seen) in [(&ann, &bea), (&bea, &ann)] {
        assert!(world.get(viewer, &user(seen)).await.good(200).get("active_at").is_none());
        let found = world.get(viewer, "/matches").await.good(200);
        assert!(!found["items"][0]["reasons"].as_array().unwrap().contains(&json!({"code": "recently_active"})));
    }
    let kept = patch(json!({"last_seen": null})).await.good(200);
    assert_eq!((&kept["last_seen"], &kept["theme"]), (&json!(true), &json!("dark")), "null is the default again");
    assert_eq!(patch(json!({"theme": null})).await.good(200), expected);
    let night = json!({"from": "22:00", "to": "07:00", "time_zone": "Europe/Madrid"});
    let quiet = patch(json!({"notify": "mentions", "quiet_hours": night})).await.good(200);
    assert_eq!((&quiet["notify"], &quiet["quiet_hours"]), (&json!("mentions"), &night));
    let kept = patch(json!({"quiet_hours": null})).await.good(200);
    assert_eq!((&kept["notify"], &kept["quiet_hours"]), (&json!("mentions"), &Value::Null));
    let empty = json!({"from": "22:00", "to": "22:00", "time_zone": "UTC"});
    let wrong = patch(json!({"notify": "some", "quiet_hours": empty})).await.refused(422, "invalid");
    assert_eq!(wrong.body["errors"][1]["field"], "quiet_hours.to");
    let wrong = patch(json!({"theme": "pink", "locale": "x"})).await.refused(422, "invalid");
    assert_eq!(wrong.body["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn people_are_shown_to_those_who_are_logged_in() {
    let world = World::new().await;
    for path in ["/me", "/me/settings", "/users/x", "/matches", "/blocks"] {
        let request = Request::get(format!("/v1{path}")).body(axum::body::Body::empty()).unwrap();
        world.send(request).await.refused(401, "unauthenticated");
    }
}

/// A report goes with the words that its maker reads, and names by its place what he does not.
#[tokio::test]
async fn a_report_names_what_its_maker_can_read() {
    let world = World::new().await;
    let (ann, bea) = partners(&world).await;
    world.befriend(&ann, &bea).await;
    let direct = world.post(&ann, "/rooms", json!({ "kind": "direct", "user_id": bea.id })).await.good(200);
    let room = direct["id"].as_str().unwrap();
    let say = async |text: &str, name: &str| {
        let message = json!({ "client_id": name, "text": text });
        world.post(&bea, &format!("/rooms/{room}/messages"), message).await.good(201)["id"].clone()
    };
    let one = say("buy this", "01890000-0000-7000-8000-000000000001").await;
    let two = say("or that", "01890000-0000-7000-8000-000000000002").await;
    let report = async |room: Value, ids: &[&Value]| {
        let report = json!({ "user_id": bea.id, "reason": "spam", "room_id": room, "event_ids": ids });
        world.post(&ann, "/reports", report).await
    };
    let nothing = json!("01890000-0000-7000-8000-0000000000ff");
    for (room, ids, field, code) in [
        (json!(room), vec![&one, &nothing], "event_ids[1]", "no_message"),
        (nothing.clone(), vec![&one], "event_ids[0]", "no_message"),
        (json!(room), vec![&one, &two, &one], "event_ids[2]", "repeated"),
        (Value::Null, vec![&one], "room_id", "required"),
    ] {
        let refused = report(room, &ids).await.refused(422, "invalid");
        let error = &refused.body["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{}", refused.body);
    }
    report(json!(room), &[&two, &one]).await.good(201);
    let message = format!("/rooms/{room}/messages/{}", one.as_str().unwrap());
    world.call(&bea, Method::DELETE, &message, Value::Null).await.good(204);
    let rows = world.chat.people().list_reports(None, 10).await.unwrap();
    let texts: Vec<_> = rows[0].messages.iter().map(|message| message.text.as_deref()).collect();
    assert_eq!((rows.len(), texts), (1, vec![Some("or that"), Some("buy this")]));
}
