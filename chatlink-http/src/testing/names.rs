//! Names in queries, over every operation of the document.

use super::{Answer, World};
use axum::{
    Router,
    body::Body,
    http::{Method, Request},
};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

/// An operation of the document: its method, a path of it, and the names that its query has.
fn operations() -> Vec<(Method, String, Vec<String>)> {
    let document: Value = serde_json::from_str(&crate::openapi().to_json().unwrap()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let segments =
            path.split('/').map(|it| if it.starts_with('{') { uuid::Uuid::nil().to_string() } else { it.into() });
        let path = segments.collect::<Vec<_>>().join("/");
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let of_query =
                parameters.filter(|it| it["in"] == "query").map(|it| it["name"].as_str().unwrap().to_owned());
            found.push((method.to_uppercase().parse().unwrap(), path.clone(), of_query.collect()));
        }
    }
    found
}

/// The fields that are refused as unknown names.
async fn unheard(app: &Router, method: &Method, uri: &str) -> Vec<String> {
    let request = Request::builder().method(method.clone()).uri(uri).body(Body::empty()).unwrap();
    let (head, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    let body: Value = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap_or_default();
    let errors = body["errors"].as_array().into_iter().flatten().filter(|error| error["code"] == "unknown_name");
    let fields: Vec<String> = errors.map(|error| error["field"].as_str().unwrap().to_owned()).collect();
    assert!(fields.is_empty() || (head.status.as_u16(), &body["code"]) == (422, &"invalid".into()), "{uri}: {body}");
    fields
}

#[tokio::test]
async fn every_operation_refuses_a_name_that_it_does_not_have() {
    let world = World::new().await;
    let mounted = Router::new().nest("/v1/chat", world.app.clone());
    let operations = operations();
    assert!(operations.len() > 100, "{}", operations.len());
    for (method, path, names) in operations {
        for known in &names {
            assert!(
                unheard(&world.app, &method, &format!("{path}?{known}=1")).await.is_empty(),
                "{method} {path} {known}"
            );
        }
        let wrong = unheard(&world.app, &method, &format!("{path}?zz=1&{}=2&unheard_of", names.join("&"))).await;
        let wrong: Vec<&str> = wrong.iter().filter(|name| !name.is_empty()).map(|name| &**name).collect();
        assert_eq!(wrong, ["unheard_of", "zz"], "{method} {path}");
        let mounted = unheard(&mounted, &method, &format!("/v1/chat{path}?unheard_of=1")).await;
        assert_eq!(mounted, ["unheard_of"], "{method} {path} below a host's path");
    }
}

#[tokio::test]
async fn what_is_told_of_unknown_names_is_bounded() {
    let world = World::new().await;
    let ann = world.person("ann").await;
    let many: Vec<String> = (0..300).map(|count| format!("{}{count}=1", "x".repeat(100))).collect();
    let Answer { body, .. } = world.get(&ann, &format!("/rooms?{}", many.join("&"))).await.refused(422, "invalid");
    let errors = body["errors"].as_array().unwrap();
    assert_eq!((errors.len(), errors[0]["field"].as_str().unwrap().len()), (10, 64));
    for nothing in ["", "&&", "&"] {
        world.get(&ann, &format!("/rooms?{nothing}")).await.good(200);
    }
}
