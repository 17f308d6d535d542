//! Pictures of groups: who gives and takes them, who sees them, and who finds no room.

use super::{Answer, Person, World, pictures::look, with_json};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use bytes::Bytes;
use chatlink_core::people::AVATAR_MEDIA_TYPE;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

async fn put(world: &World, person: &Person, room: &str, query: &str, body: &'static str) -> Answer {
    let request = Request::put(format!("/v1/rooms/{room}/avatar{query}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", person.bearer))
        .header(header::CONTENT_TYPE, "image/png");
    world.send(request.body(Body::from(body)).unwrap()).await
}

async fn group(world: &World, owner: &Person, members: &[&Person]) -> String {
    for member in members {
        world.befriend(owner, member).await;
    }
    let members: Vec<_> = members.iter().map(|member| member.id).collect();
    let name = world.chat.fresh_client_id();
    let body = json!({ "kind": "group", "client_id": name, "title": "Trio", "members": members });
    world.post(owner, "/rooms", body).await.good(201)["id"].as_str().unwrap().to_owned()
}

/// What is behind an invite: a picture.
async fn shown_behind(world: &World, person: &Person, token: &Value) -> Bytes {
    let request = Request::post("/v1/invites/avatar?size=96");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", person.bearer));
    let response = world.app.clone().oneshot(with_json(request, token.clone())).await.unwrap();
    let (head, body) = response.into_parts();
    assert_eq!(
        (head.status, &head.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &AVATAR_MEDIA_TYPE.parse().unwrap())
    );
    body.collect().await.unwrap().to_bytes()
}

/// The code of a refusal.
fn code(bytes: &Bytes) -> String {
    let problem: Value = serde_json::from_slice(bytes).unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

async fn sees(world: &World, person: &Person, url: &str) -> bool {
    let (status, _, bytes) = look(world, person, url).await;
    if status != StatusCode::OK {
        assert_eq!((status, code(&bytes).as_str()), (StatusCode::NOT_FOUND, "room_not_found"));
    }
    status == StatusCode::OK
}

#[tokio::test]
async fn a_groups_picture_is_shown_to_its_members_and_to_nobody_else() {
    let world = World::new().await;
    let (ann, bea, eve) = (world.person("ann").await, world.person("bea").await, world.person("eve").await);
    let room = group(&world, &ann, &[&bea]).await;
    let of_room = format!("/rooms/{room}");
    assert_eq!(world.get(&bea, &of_room).await.good(200).get("avatar"), None);
    let told = put(&world, &ann, &room, "?x=1&y=2&size=30", "picture").await.good(200);
    for (place, row) in [
        ("room", world.get(&bea, &of_room).await.good(200)),
        ("list", world.get(&bea, "/rooms").await.good(200)["items"][0].clone()),
    ] {
        assert_eq!(row["avatar"], told["avatar"], "{place}");
    }
    for (size, pixels) in [("small", 96), ("large", 384)] {
        let url = told["avatar"][size].as_str().unwrap();
        assert!(url.starts_with(&format!("/v1/rooms/{room}/avatar/")) && url.ends_with(&format!("={pixels}")));
        let (status, headers, picture) = look(&world, &bea, url).await;
        assert_eq!((status, picture), (StatusCode::OK, format!("{size} 7 Crop {{ x: 1, y: 2, size: 30 }}").into()));
        assert_eq!(headers[header::CONTENT_TYPE], "image/jpeg");
        assert_eq!(headers[header::CACHE_CONTROL], "private, max-age=31536000, immutable");
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
        assert!(!sees(&world, &eve, url).await);
    }
    let events = world.get(&bea, &format!("{of_room}/events?after=0")).await.good(200);
    let event = &events["events"][0];
    assert_eq!((&event["kind"], &event["body"]), (&json!("room"), &json!({ "avatar": told["avatar"]["version"] })));

    let second = put(&world, &ann, &room, "", "picture two").await.good(200);
    let (old, new) = (told["avatar"]["small"].as_str().unwrap(), second["avatar"]["small"].as_str().unwrap());
    let (status, _, bytes) = look(&world, &bea, old).await;
    assert_eq!((status, code(&bytes).as_str()), (StatusCode::NOT_FOUND, "not_found"));
    assert!(sees(&world, &bea, new).await);
    world.call(&ann, Method::DELETE, &format!("{of_room}/members/{}", bea.id), Value::Null).await.good(204);
    assert!(!sees(&world, &bea, new).await, "she is out");
    for _ in 0..2 {
        let row = world.call(&ann, Method::DELETE, &format!("{of_room}/avatar"), Value::Null).await.good(200);
        assert_eq!(row.get("avatar"), None);
    }
    assert_eq!(look(&world, &ann, new).await.0, StatusCode::NOT_FOUND);
    for (path, status) in [("avatar/x", 404), ("avatar/x?size=1", 400)] {
        assert_eq!(look(&world, &ann, &format!("/v1/rooms/{room}/{path}")).await.0, status, "{path}");
    }
    assert!(!sees(&world, &eve, &format!("/v1/rooms/{room}/avatar/x")).await, "not told apart by the version");
}

#[tokio::test]
async fn who_is_shown_the_title_before_he_is_in_is_shown_the_picture() {
    let world = World::new().await;
    let (ann, eve, fay) = (world.person("ann").await, world.person("eve").await, world.person("fay").await);
    let room = group(&world, &ann, &[]).await;
    let told = put(&world, &ann, &room, "", "picture").await.good(200);
    let url = told["avatar"]["small"].as_str().unwrap();
    assert!(!sees(&world, &eve, url).await);

    // By an invitation, until it is declined.
    world.post(&ann, &format!("/rooms/{room}/members"), json!({ "user_ids": [eve.id] })).await.good(200);
    let requests = world.get(&eve, "/requests").await.good(200);
    assert_eq!(requests["invitations"][0]["avatar"], told["avatar"]);
    assert!(sees(&world, &eve, url).await && !sees(&world, &fay, url).await);
    world.post(&eve, &format!("/requests/{room}/decline"), Value::Null).await.good(204);
    assert!(!sees(&world, &eve, url).await);

    // By an invite, which is in no address.
    let invite = world.post(&ann, &format!("/rooms/{room}/invites"), json!({})).await.good(201);
    let token = json!({ "token": invite["token"] });
    assert_eq!(world.post(&fay, "/invites/preview", token.clone()).await.good(200)["has_avatar"], true);
    assert!(shown_behind(&world, &fay, &token).await.starts_with(b"small 7"));
    for size in ["1", "x", "-1"] {
        let path = format!("/invites/avatar?size={size}");
        world.post(&fay, &path, token.clone()).await.refused(400, "malformed");
    }
    world.call(&ann, Method::DELETE, &format!("/rooms/{room}/avatar"), Value::Null).await.good(200);
    world.post(&fay, "/invites/avatar", token.clone()).await.refused(404, "not_found");
    put(&world, &ann, &room, "", "picture").await.good(200);
    let id = invite["id"].as_str().unwrap();
    world.call(&ann, Method::DELETE, &format!("/rooms/{room}/invites/{id}"), Value::Null).await.good(204);
    world.post(&fay, "/invites/avatar", token).await.refused(404, "invite_not_found");

    // As a public group, but for whom it keeps out and whom its owner blocks.
    world.call(&ann, Method::PATCH, &format!("/rooms/{room}"), json!({ "visibility": "public" })).await.good(200);
    let public = world.get(&eve, "/public-rooms").await.good(200);
    assert_eq!(public["items"][0]["avatar"], told["avatar"]);
    assert!(sees(&world, &eve, url).await && sees(&world, &fay, url).await);
    world.call(&ann, Method::PUT, &format!("/rooms/{room}/bans/{}", eve.id), Value::Null).await.good(204);
    world.call(&ann, Method::PUT, &format!("/blocks/{}", fay.id), Value::Null).await.good(204);
    assert!(!sees(&world, &eve, url).await && !sees(&world, &fay, url).await);
}

#[tokio::test]
async fn a_picture_is_given_by_those_alone_who_lead_the_group() {
    let world = World::new().await;
    let (ann, bea, eve) = (world.person("ann").await, world.person("bea").await, world.person("eve").await);
    let room = group(&world, &ann, &[&bea]).await;
    let before = put(&world, &ann, &room, "", "picture").await.good(200)["avatar"].clone();
    put(&world, &bea, &room, "", "picture two").await.refused(403, "forbidden");
    put(&world, &eve, &room, "", "picture two").await.refused(404, "room_not_found");
    put(&world, &ann, &room, "", "<svg/>").await.refused(422, "invalid");
    put(&world, &ann, &room, "?x=0&size=20", "picture two").await.refused(400, "malformed");
    let avatar = format!("/rooms/{room}/avatar");
    world.call(&bea, Method::DELETE, &avatar, Value::Null).await.refused(403, "forbidden");
    world.call(&ann, Method::PUT, &avatar, json!({})).await.refused(415, "unsupported_media_type");
    assert_eq!(world.get(&bea, &format!("/rooms/{room}")).await.good(200)["avatar"], before);
    let promoted = json!({ "role": "admin" });
    world.call(&ann, Method::PATCH, &format!("/rooms/{room}/members/{}", bea.id), promoted).await.good(204);
    assert_ne!(put(&world, &bea, &room, "", "picture two").await.good(200)["avatar"], before);

    let direct = json!({ "kind": "direct", "user_id": bea.id });
    let direct = world.post(&ann, "/rooms", direct).await.good(200)["id"].as_str().unwrap().to_owned();
    put(&world, &ann, &direct, "", "picture").await.refused(403, "forbidden");
}
