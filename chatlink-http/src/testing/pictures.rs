//! Pictures as callers send and see them, and what no answer tells of a person's age.

use super::{Answer, Person, World};
use async_trait::async_trait;
use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use bytes::Bytes;
use chatlink_core::people::{Avatar, BadPicture, Crop, MAX_PICTURE_BYTES, Pictures, RenderError};
use futures_util::stream;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Takes what begins with `picture`; shows what it was given.
pub(super) struct FakePictures;

#[async_trait]
impl Pictures for FakePictures {
    async fn render(&self, file: Bytes, crop: Option<Crop>) -> Result<Avatar, RenderError> {
        if !file.starts_with(b"picture") {
            return Err(BadPicture::UnknownType.into());
        }
        let square = Crop::of(crop, 100, 100)?;
        let show = |size: &str| Bytes::from(format!("{size} {} {square:?}", file.len()));
        Ok(Avatar { small: show("small"), large: show("large") })
    }
}

async fn put(world: &World, person: &Person, query: &str, media: &str, body: Body) -> Answer {
    let request = Request::put(format!("/v1/me/avatar{query}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", person.bearer))
        .header(header::CONTENT_TYPE, media);
    world.send(request.body(body).unwrap()).await
}

pub(super) async fn look(world: &World, person: &Person, url: &str) -> (StatusCode, HeaderMap, Bytes) {
    let request = Request::get(url).header(header::AUTHORIZATION, format!("Bearer {}", person.bearer));
    let response = world.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    (head.status, head.headers, body.collect().await.unwrap().to_bytes())
}

/// The problem without what belongs to one call alone.
fn blank(bytes: &Bytes) -> Value {
    let mut problem: Value = serde_json::from_slice(bytes).unwrap();
    let members = problem.as_object_mut().unwrap();
    members.remove("instance");
    members.remove("request_id");
    problem
}

#[tokio::test]
async fn a_picture_is_shown_to_those_who_may_see_the_profile() {
    let world = World::new().await;
    let (ann, bea) = (world.person("ann").await, world.person("bea").await);
    assert_eq!(world.get(&ann, "/me").await.good(200)["avatar"], Value::Null);
    let me = put(&world, &ann, "?x=1&y=2&size=30", "image/png", "picture".into()).await.good(200);
    let seen = world.get(&bea, &format!("/users/{}", ann.id)).await.good(200);
    assert_eq!(seen["avatar"], me["avatar"]);
    for (size, pixels) in [("small", 96), ("large", 384)] {
        let url = me["avatar"][size].as_str().unwrap();
        assert!(url.starts_with(&format!("/v1/users/{}/avatar/", ann.id)) && url.ends_with(&format!("={pixels}")));
        let (status, headers, picture) = look(&world, &bea, url).await;
        assert_eq!((status, picture), (StatusCode::OK, format!("{size} 7 Crop {{ x: 1, y: 2, size: 30 }}").into()));
        assert_eq!(headers[header::CONTENT_TYPE], "image/jpeg");
        assert_eq!(headers[header::CACHE_CONTROL], "private, max-age=31536000, immutable");
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
        assert_eq!(headers[header::CONTENT_DISPOSITION], "inline; filename=\"avatar.jpg\"");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    let url = me["avatar"]["large"].as_str().unwrap();
    let nobody = world.app.clone().oneshot(Request::get(url).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);

    // Who is blocked meets the same words as at a person who never was.
    world.call(&ann, Method::PUT, &format!("/blocks/{}", bea.id), Value::Null).await.good(204);
    let (status, _, blocked) = look(&world, &bea, url).await;
    let absent = url.replace(&ann.id.to_string(), &uuid::Uuid::from_u128(9).to_string());
    let (_, _, absent) = look(&world, &bea, &absent).await;
    assert_eq!((status, blank(&blocked)), (StatusCode::NOT_FOUND, blank(&absent)));
    assert_eq!(blank(&blocked)["code"], "user_not_found");
}

#[tokio::test]
async fn another_picture_has_another_address_and_the_old_one_shows_nothing() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let first = put(&world, &ann, "", "image/jpeg", "picture".into()).await.good(200);
    let second = put(&world, &ann, "", "image/webp", "picture two".into()).await.good(200);
    assert_ne!(first["avatar"], second["avatar"]);
    let old = first["avatar"]["small"].as_str().unwrap();
    assert_eq!(look(&world, &ann, old).await.0, StatusCode::NOT_FOUND);
    let new = second["avatar"]["small"].as_str().unwrap();
    assert_eq!(look(&world, &ann, new).await.0, StatusCode::OK);
    for _ in 0..2 {
        assert_eq!(world.call(&ann, Method::DELETE, "/me/avatar", Value::Null).await.good(200)["avatar"], Value::Null);
    }
    assert_eq!(look(&world, &ann, new).await.0, StatusCode::NOT_FOUND);
    for (path, status) in [("avatar/x", 404), ("avatar/x?size=1", 400), ("avatar/", 404)] {
        assert_eq!(look(&world, &ann, &format!("/v1/users/{}/{path}", ann.id)).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn what_is_no_picture_is_refused_by_its_kind_and_the_one_before_stays() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let before = put(&world, &ann, "", "image/png", "picture".into()).await.good(200)["avatar"].clone();
    for (query, media, body, status, code) in [
        ("", "image/svg+xml", "picture", 415, "unsupported_media_type"),
        ("", "application/json", "{}", 415, "unsupported_media_type"),
        ("", "image/png", "", 422, "invalid"),
        ("", "image/png", "<svg/>", 422, "invalid"),
        ("?x=0&y=0&size=101", "image/png", "picture", 422, "invalid"),
        ("?x=0&size=20", "image/png", "picture", 400, "malformed"),
        ("?x=-1&y=0&size=20", "image/png", "picture", 400, "malformed"),
    ] {
        let refused = put(&world, &ann, query, media, body.into()).await.refused(status, code);
        if status == 422 {
            let field = if query.is_empty() { "avatar" } else { "crop" };
            assert_eq!(refused.body["errors"][0]["field"], field);
        }
    }
    assert_eq!(world.get(&ann, "/me").await.good(200)["avatar"], before);
}

#[tokio::test]
async fn a_file_may_be_larger_than_other_bodies_and_no_larger_than_five_megabytes() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let file = |length: usize| [b"picture".as_slice(), &vec![0; length - 7]].concat();
    put(&world, &ann, "", "image/png", file(MAX_PICTURE_BYTES).into()).await.good(200);
    put(&world, &ann, "", "image/png", file(MAX_PICTURE_BYTES + 1).into()).await.refused(413, "too_large");
    // Without a length in its head.
    let chunks: Vec<_> = (0..6).map(|_| Ok::<_, std::io::Error>(Bytes::from(file(1 << 20)))).collect();
    put(&world, &ann, "", "image/png", Body::from_stream(stream::iter(chunks))).await.refused(413, "too_large");
    let patch = world.call(&ann, Method::PATCH, "/me", json!({ "about": "x".repeat(300 * 1024) })).await;
    patch.refused(413, "too_large");
}

#[tokio::test]
async fn no_answer_to_others_tells_a_birth_date() {
    let world = World::new().await;
    let (ann, bea) = (world.person("ann").await, world.person("bea").await);
    let languages = json!({ "native_languages": ["es"], "learning_languages": [{ "language": "en", "level": "C1" }] });
    world.call(&bea, Method::PUT, "/me/languages", languages).await.good(200);
    let change = json!({ "status": " here ", "about": "me", "interests": ["tea"], "time_zone": "Europe/Berlin" });
    let me = world.call(&ann, Method::PATCH, "/me", change).await.good(200);
    assert_eq!((&me["status"], &me["age_band"]), (&json!("here"), &json!("18_plus")));
    let direct = json!({ "kind": "direct", "user_id": ann.id });
    let room = world.post(&bea, "/rooms", direct).await.good(201)["id"].as_str().unwrap().to_owned();
    let hello = json!({ "client_id": uuid::Uuid::from_u128(5), "text": "hello" });
    world.post(&bea, &format!("/rooms/{room}/messages"), hello).await.good(201);
    world.call(&bea, Method::PUT, &format!("/blocks/{}", ann.id), Value::Null).await.good(204);
    let blocks = world.get(&bea, "/blocks").await.good(200);
    world.call(&bea, Method::DELETE, &format!("/blocks/{}", ann.id), Value::Null).await.good(204);
    let mut told = vec![blocks];
    for path in [
        format!("/users/{}", ann.id),
        "/matches".to_owned(),
        "/rooms".to_owned(),
        format!("/rooms/{room}"),
        format!("/rooms/{room}/members"),
        format!("/rooms/{room}/timeline"),
        format!("/rooms/{room}/events?after=0"),
        "/me/log?after=0".to_owned(),
    ] {
        told.push(world.get(&bea, &path).await.good(200));
    }
    assert_eq!((&told[1]["status"], &told[1]["age_band"]), (&json!("here"), &json!("18_plus")));
    assert!(told[2].to_string().contains(&ann.id.to_string()), "ann is among the matches: {}", told[2]);
    for answer in told {
        let text = answer.to_string();
        assert!(!text.contains("1990") && !text.contains("birth"), "{text}");
    }
}
