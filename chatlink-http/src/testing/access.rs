//! Who is let in, and by what.

use super::{PAGE, World, with_json};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

#[tokio::test]
async fn nobody_gets_in_without_a_login() {
    let world = World::new().await;
    for path in
        ["/rooms", "/requests", "/me/log", "/rooms/x", "/rooms/x/timeline", "/rooms/x/events", "/rooms/x/receipts"]
    {
        let request = Request::get(format!("/v1{path}")).body(Body::empty()).unwrap();
        let answer = world.send(request).await.refused(401, "unauthenticated");
        assert_eq!(answer.head.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }
    for token in ["", "Bearer", "Bearer ", "Bearer x", "Basic eA==", "Bearer e30.e30.e30"] {
        let request = Request::get("/v1/rooms").header(header::AUTHORIZATION, token).body(Body::empty()).unwrap();
        world.send(request).await.refused(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_bearer_token_needs_no_other_guard() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let request = Request::put("/v1/rooms/x/prefs")
        .header(header::AUTHORIZATION, format!("bearer {}", ann.bearer))
        .header(header::ORIGIN, "https://elsewhere.example");
    world.send(with_json(request, json!({}))).await.refused(404, "room_not_found");
}

#[tokio::test]
async fn a_cookie_changes_nothing_without_its_own_csrf_token() {
    let world = World::new().await;
    let (ann, bob) = (world.person("ann").await, world.person("bob").await);
    world.send(ann.by_cookie(Method::GET, "/rooms").body(Body::empty()).unwrap()).await.good(200);
    let open = || json!({ "kind": "direct", "user_id": bob.id });
    let without = ann.by_cookie(Method::POST, "/rooms");
    world.send(with_json(without, open())).await.refused(403, "csrf_wrong");
    for wrong in ["", "x", &bob.csrf] {
        let request = ann.by_cookie(Method::POST, "/rooms").header("x-csrf-token", wrong);
        world.send(with_json(request, open())).await.refused(403, "csrf_wrong");
    }
    assert_eq!(world.get(&ann, "/rooms").await.good(200)["items"], json!([]), "nothing was opened");
    let right = ann.by_cookie(Method::POST, "/rooms").header("x-csrf-token", &ann.csrf).header(header::ORIGIN, PAGE);
    world.send(with_json(right, open())).await.good(201);
}

#[tokio::test]
async fn a_cookie_is_for_our_own_pages_alone() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    for origin in ["https://elsewhere.example", "http://chat.example.org", "null", "http://localhost:8080"] {
        for method in [Method::GET, Method::POST] {
            let request =
                ann.by_cookie(method, "/rooms").header(header::ORIGIN, origin).header("x-csrf-token", &ann.csrf);
            world.send(with_json(request, Value::Null)).await.refused(403, "forbidden");
        }
    }
    for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 200)] {
        let request = ann.by_cookie(Method::GET, "/rooms").header("sec-fetch-site", site);
        assert_eq!(world.send(with_json(request, Value::Null)).await.status, status, "{site}");
    }
}

#[tokio::test]
async fn a_wrong_header_is_not_saved_by_a_right_cookie() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let request = ann.by_cookie(Method::GET, "/rooms").header(header::AUTHORIZATION, "Bearer x");
    world.send(with_json(request, Value::Null)).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn an_ended_session_is_out_at_once() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let principal = world.chat.identity().authenticate_bearer(&ann.bearer).await.unwrap();
    world.chat.identity().logout(&principal).await.unwrap();
    world.get(&ann, "/rooms").await.refused(401, "unauthenticated");
    let cookie = ann.by_cookie(Method::GET, "/rooms");
    world.send(with_json(cookie, Value::Null)).await.good(200);
}
