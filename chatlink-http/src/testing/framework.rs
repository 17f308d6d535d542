//! Tests of what the framework does around every handler.

use crate::{Drain, Options, api, echo, request};
use axum::{
    Router,
    body::Body,
    http::{Request, Response, header},
    middleware,
    routing::post as post_to,
};
use chatlink_core::{ChatLink, Keys, memory::MemoryStore};
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::Notify;
use tower::ServiceExt as _;

const PATH: &str = "/v1/rooms/01890000-0000-7000-8000-000000000001/echo";

async fn app() -> Router {
    let keys = Keys::new(vec![vec![1; 32]]).unwrap();
    let chat = ChatLink::builder().store(Arc::new(MemoryStore::new())).keys(keys).build().await.unwrap();
    api::build(echo::routes(), chat, Options::default())
}

async fn call(request: Request<Body>) -> Response<Body> {
    app().await.oneshot(request).await.unwrap()
}

fn post(path: &str, media_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path).header(header::CONTENT_TYPE, media_type).body(body.into()).unwrap()
}

async fn json(response: Response<Body>) -> Value {
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

/// Asserts a problem of that status and code, whole and named, and gives it.
async fn refused(response: Response<Body>, status: u16, code: &str) -> Value {
    assert_eq!(response.status().as_u16(), status);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem = json(response).await;
    assert_eq!(problem["code"], code);
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], format!("urn:chatlink:error:{code}"));
    assert_eq!(problem["request_id"], request_id);
    assert!(problem["instance"].as_str().unwrap().starts_with("/v1"), "{problem}");
    problem
}

#[tokio::test]
async fn a_good_call_is_answered_and_not_stored() {
    let response = call(post(PATH, "application/json", r#"{"text":"hi","more":1}"#)).await;
    assert_eq!(response.status().as_u16(), 201);
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(json(response).await["text"], "hi");
}

#[tokio::test]
async fn bodies_of_another_type_or_shape_are_refused() {
    refused(call(post(PATH, "text/plain", r#"{"text":"hi"}"#)).await, 415, "unsupported_media_type").await;
    for body in ["", "{", "[]", "{}", r#"{"text":7}"#, "\u{fffd}"] {
        refused(call(post(PATH, "application/json", body)).await, 400, "malformed").await;
    }
    refused(call(post(PATH, "application/json", vec![0xff, 0xfe])).await, 400, "malformed").await;
    let problem = refused(call(post(PATH, "application/json", r#"{"text":""}"#)).await, 422, "invalid").await;
    assert_eq!(problem["errors"][0]["field"], "text");
}

#[tokio::test]
async fn bodies_above_the_limit_are_refused_announced_or_not() {
    let large = format!(r#"{{"text":"{}"}}"#, "x".repeat(300 * 1024));
    let announced = Request::post(PATH)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, large.len())
        .body(Body::from(large.clone()))
        .unwrap();
    refused(call(announced).await, 413, "too_large").await;
    let chunks = large.into_bytes().chunks(8192).map(|part| Ok::<_, std::io::Error>(part.to_vec())).collect::<Vec<_>>();
    let streamed = Body::from_stream(futures_util::stream::iter(chunks));
    refused(call(post(PATH, "application/json", streamed)).await, 413, "too_large").await;
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    for path in ["/v1", "/v1/", "/v1/nothing", "/v1/rooms/x/nothing", "/v1/rooms"] {
        refused(call(Request::get(path).body(Body::empty()).unwrap()).await, 404, "not_found").await;
    }
    let response = call(Request::delete(PATH).body(Body::empty()).unwrap()).await;
    assert_eq!(response.headers()[header::ALLOW], "POST,GET,HEAD");
    refused(response, 405, "method_not_allowed").await;
}

#[tokio::test]
async fn a_malformed_id_answers_like_an_absent_one() {
    for id in ["x", "%20", "01890000", "🦀", "..%2f"] {
        let path = format!("/v1/rooms/{}/echo", id.replace('🦀', "%F0%9F%A6%80"));
        refused(call(Request::get(path).body(Body::empty()).unwrap()).await, 404, "room_not_found").await;
    }
    refused(call(Request::get("/v1/rooms/%ff/echo").body(Body::empty()).unwrap()).await, 404, "not_found").await;
}

#[tokio::test]
async fn a_panic_is_one_answer_and_no_words_of_it() {
    let problem = refused(call(Request::post("/v1/fail").body(Body::empty()).unwrap()).await, 500, "internal").await;
    assert!(!problem.to_string().contains("as asked"));
}

#[tokio::test]
async fn a_mounted_router_tells_the_whole_path() {
    let app = Router::new().nest("/chat", app().await);
    let response = app.oneshot(Request::get("/chat/v1/x").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(json(response).await["instance"], "/chat/v1/x");
}

#[tokio::test]
async fn the_document_holds_every_call_with_its_refusal() {
    let response = call(Request::get("/v1/openapi.json").body(Body::empty()).unwrap()).await;
    let document = json(response).await;
    let operation = &document["paths"]["/v1/rooms/{id}/echo"]["post"];
    assert_eq!(operation["operationId"], "echo");
    let refused = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
    assert_eq!(refused, "#/components/schemas/Problem");
    assert!(document["components"]["schemas"]["Problem"]["properties"]["code"].is_object());
}

#[tokio::test]
async fn what_a_caller_began_is_done_though_he_hangs_up() {
    let (begun, go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()), Arc::new(Notify::new()));
    let signals = (begun.clone(), go.clone(), done.clone());
    let handler = || async move {
        signals.0.notify_one();
        signals.1.notified().await;
        signals.2.notify_one();
    };
    let drain = Drain::default();
    let hurry = middleware::from_fn_with_state(drain.clone(), request::hurry);
    let app = Router::new().route("/", post_to(handler)).layer(hurry);
    let call = app.oneshot(post("/", "application/json", "{}"));
    tokio::select! {
        _ = call => panic!("nobody said go"),
        () = begun.notified() => {}
    }
    let finish = drain.finish();
    tokio::pin!(finish);
    assert!(finish.as_mut().now_or_never().is_none(), "the drain waits for it");
    go.notify_one();
    done.notified().await;
    finish.await;
}
