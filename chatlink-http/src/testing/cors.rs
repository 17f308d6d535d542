//! Pages of other origins: who may read the answers, and with what.

use super::{Answer, HOST_PAGE, PAGE, World, with_json};
use crate::{Options, Origins};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};

const ELSEWHERE: &str = "https://elsewhere.example";

async fn world() -> World {
    let allowed_origins = Origins::exact([HOST_PAGE]);
    World::with(Options { origins: Origins::exact([PAGE]), allowed_origins, ..Options::default() }).await
}

/// What a browser asks before it sends a call with a token.
async fn preflight(world: &World, origin: &str) -> Answer {
    let request = Request::options("/v1/me/avatar")
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type");
    world.send(request.body(Body::empty()).unwrap()).await
}

fn said<'a>(answer: &'a Answer, name: &header::HeaderName) -> Option<&'a str> {
    answer.head.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_listed_page_calls_with_a_token_and_reads_the_answer() {
    let world = world().await;
    let ann = world.person("ann").await;
    let asked = preflight(&world, HOST_PAGE).await;
    assert_eq!(said(&asked, &header::ACCESS_CONTROL_ALLOW_ORIGIN), Some(HOST_PAGE));
    let headers = said(&asked, &header::ACCESS_CONTROL_ALLOW_HEADERS).unwrap();
    assert!(headers.contains("authorization") && !headers.contains("csrf"), "{headers}");
    assert!(said(&asked, &header::ACCESS_CONTROL_ALLOW_METHODS).unwrap().contains("PUT"));
    let by_token = Request::get("/v1/rooms").header(header::AUTHORIZATION, format!("Bearer {}", ann.bearer));
    let answer = world.send(with_json(by_token.header(header::ORIGIN, HOST_PAGE), Value::Null)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(said(&answer, &header::ACCESS_CONTROL_ALLOW_ORIGIN), Some(HOST_PAGE));
    assert!(said(&answer, &header::VARY).unwrap().contains("origin"));
    assert!(said(&answer, &header::ACCESS_CONTROL_EXPOSE_HEADERS).unwrap().contains("retry-after"));
    let refused = Request::get("/v1/rooms").header(header::ORIGIN, HOST_PAGE);
    let answer = world.send(with_json(refused, Value::Null)).await.refused(401, "unauthenticated");
    assert_eq!(said(&answer, &header::ACCESS_CONTROL_ALLOW_ORIGIN), Some(HOST_PAGE), "refusals are read, too");
}

#[tokio::test]
async fn no_other_page_reads_anything() {
    let world = world().await;
    let ann = world.person("ann").await;
    for origin in [ELSEWHERE, "null", "https://app.example.com.evil.net", "http://app.example.com", PAGE] {
        let asked = preflight(&world, origin).await;
        assert_eq!(said(&asked, &header::ACCESS_CONTROL_ALLOW_ORIGIN), None, "{origin}");
        let by_token = Request::get("/v1/rooms").header(header::AUTHORIZATION, format!("Bearer {}", ann.bearer));
        let answer = world.send(with_json(by_token.header(header::ORIGIN, origin), Value::Null)).await;
        assert_eq!(said(&answer, &header::ACCESS_CONTROL_ALLOW_ORIGIN), None, "{origin}");
    }
}

#[tokio::test]
async fn a_cookie_is_worth_nothing_on_a_listed_page() {
    let world = world().await;
    let ann = world.person("ann").await;
    for method in [Method::GET, Method::POST] {
        let request = ann.by_cookie(method, "/rooms").header(header::ORIGIN, HOST_PAGE);
        let request = request.header("x-csrf-token", &ann.csrf);
        let answer = world.send(with_json(request, Value::Null)).await.refused(403, "forbidden");
        assert_eq!(said(&answer, &header::ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
    }
    let asked = preflight(&world, HOST_PAGE).await;
    assert_eq!(said(&asked, &header::ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
    let login = Request::post("/v1/sessions").header(header::ORIGIN, HOST_PAGE);
    let form = json!({ "login": "ann", "password": "x", "grant": "cookie" });
    let answer = world.send(with_json(login, form)).await;
    assert!(answer.status >= 400 && said(&answer, &header::SET_COOKIE).is_none(), "{}", answer.body);
}

#[tokio::test]
async fn without_a_list_nothing_is_said() {
    let world = World::new().await;
    let asked = preflight(&world, HOST_PAGE).await;
    assert_eq!(asked.status, 405);
    assert!(asked.head.headers().keys().all(|name| !name.as_str().starts_with("access-control")));
}
